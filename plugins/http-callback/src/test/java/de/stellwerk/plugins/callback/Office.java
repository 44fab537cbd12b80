package de.stellwerk.plugins.callback;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** The other system, on the loopback: keeps one of each id, as it has promised. */
final class Office implements AutoCloseable {

    final Map<String, byte[]> kept = new LinkedHashMap<>();
    int status = 200;
    private HttpServer server;

    Office() throws IOException {
        server = start(0);
    }

    private HttpServer start(int port) throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        made.createContext("/", this::take);
        made.start();
        return made;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/in";
    }

    private synchronized void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var bytes = exchange.getRequestBody().readAllBytes();
            if (status == 200) {
                kept.put(exchange.getRequestHeaders().getFirst(Incoming.ID), bytes);
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }

    void stop() {
        server.stop(0);
    }

    void again() throws IOException {
        server = start(server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
