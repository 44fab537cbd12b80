package de.stellwerk.samples.town;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The small HTTP path, beside its wire, by which a simulator is told what to do: {@code POST /misbehave/NAME?times=N} for the next N
 * occasions (1 if nothing is said), and {@code POST /do/NAME?name=value} for what happens on its side of the world. On the loopback only.
 */
final class Control implements AutoCloseable {

    /** What a simulator can be asked to do; its answer is sent back as text. */
    interface Act {
        String with(Map<String, String> words) throws Exception;
    }

    private final HttpServer server;
    private final Set<String> faults;
    private final Map<String, Act> acts;
    private final Map<String, Integer> due = new HashMap<>();
    private final int holdMillis;

    /** @param holdMillis how long whoever gets no answer is kept waiting for it */
    Control(int port, int holdMillis, Set<String> faults, Map<String, Act> acts) throws IOException {
        this.faults = Set.copyOf(faults);
        this.acts = Map.copyOf(acts);
        this.holdMillis = holdMillis;
        this.server = server(port);
        server.createContext("/", this::handle);
        server.start();
    }

    /** A server on the loopback that has not started yet. */
    static HttpServer server(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
        server.setExecutor(Executors.newFixedThreadPool(8));
        return server;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Whether it is to go wrong in this way now; each answer of yes uses up one time. */
    synchronized boolean due(String fault) {
        if (!faults.contains(fault)) {
            throw new IllegalArgumentException(fault);
        }
        var left = due.getOrDefault(fault, 0);
        due.put(fault, Math.max(0, left - 1));
        return left > 0;
    }

    /** Keeps whoever asked waiting, longer than its patience. */
    void hold() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(holdMillis));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath().split("/");
            var name = path.length == 3 ? path[2] : "";
            var words = words(exchange.getRequestURI().getRawQuery());
            if (path.length == 3 && path[1].equals("misbehave") && faults.contains(name)) {
                synchronized (this) {
                    due.put(name, Integer.parseInt(words.getOrDefault("times", "1")));
                }
                send(exchange, 200, "");
                return;
            }
            var act = path.length == 3 && path[1].equals("do") ? acts.get(name) : null;
            if (act == null) {
                send(
                        exchange,
                        404,
                        "known are /misbehave/" + new TreeSet<>(faults) + " and /do/" + new TreeSet<>(acts.keySet()));
                return;
            }
            try {
                send(exchange, 200, act.with(words));
            } catch (Exception e) {
                send(exchange, 500, String.valueOf(e));
            }
        }
    }

    private static Map<String, String> words(@org.jspecify.annotations.Nullable String query) {
        var words = new HashMap<String, String>();
        for (var pair : query == null ? new String[0] : query.split("&")) {
            var both = pair.split("=", 2);
            words.put(both[0], both.length == 2 ? URLDecoder.decode(both[1], UTF_8) : "");
        }
        return words;
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
