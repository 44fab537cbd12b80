package de.stellwerk.hub.testkit.golden;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import de.stellwerk.hub.testkit.golden.GoldenCase.Exchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The outside system of a case that speaks HTTP: answers as the case says, and keeps what it was asked. */
final class Loopback implements AutoCloseable {

    private static final int MOST_BODY = 32 << 20;

    private final HttpServer server;
    private final List<Exchange> exchanges;
    private final List<RawHttp> asked = new ArrayList<>();
    private final UnaryOperator<String> filled;

    /** @param filled fills in what {@code ${…}} stands for in an answer */
    Loopback(List<Exchange> exchanges, UnaryOperator<String> filled) throws IOException {
        this.exchanges = exchanges;
        this.filled = filled;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** A port that was free a moment ago. */
    static String nowhere() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    synchronized List<RawHttp> asked() {
        return List.copyOf(asked);
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = new LinkedHashMap<String, String>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
            var body = new String(exchange.getRequestBody().readNBytes(MOST_BODY), StandardCharsets.UTF_8);
            asked.add(new RawHttp(exchange.getRequestMethod() + " " + exchange.getRequestURI(), headers, body));
            if (asked.size() > exchanges.size()) {
                exchange.sendResponseHeaders(500, -1); // the case has no answer to it, and the run will say so
                return;
            }
            var answer = exchanges.get(asked.size() - 1).answer();
            var bytes = filled.apply(answer.body()).getBytes(StandardCharsets.UTF_8);
            answer.headers()
                    .forEach((name, value) -> exchange.getResponseHeaders().set(name, filled.apply(value)));
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
