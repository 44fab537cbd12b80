package de.stellwerk.samples.town;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a simulator with a REST interface answers.
 *
 * @param status 0 for no answer at all
 */
record Reply(int status, String type, String body, Map<String, String> headers) {

    private static final JsonMapper JSON = new JsonMapper();

    static Reply json(int status, Map<String, ?> body) {
        return new Reply(status, "application/json", JSON.writeValueAsString(body), Map.of());
    }

    /** By RFC 7807. */
    static Reply problem(int status, String type, Map<String, ?> more) {
        var all = new HashMap<String, Object>(more);
        all.put("type", type);
        all.put("title", "simulated");
        all.put("status", status);
        return new Reply(status, "application/problem+json", JSON.writeValueAsString(all), Map.of());
    }

    static Reply text(int status, String type, String body) {
        return new Reply(status, type, body, Map.of());
    }

    static Reply empty(int status) {
        return new Reply(status, "", "", Map.of());
    }

    static Reply none() {
        return empty(0);
    }

    Reply later(long seconds) {
        return with("Retry-After", String.valueOf(seconds));
    }

    Reply with(String header, String value) {
        var all = new HashMap<>(headers);
        all.put(header, value);
        return new Reply(status, type, body, all);
    }

    void send(HttpExchange exchange) throws IOException {
        if (status == 0) {
            return; // the caller closes the connection
        }
        var bytes = body.getBytes(UTF_8);
        if (!type.isEmpty()) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        // The JDK's server may reset a line that only the other side wants to end.
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
