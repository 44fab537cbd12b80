package de.stellwerk.plugins.fitconnect;

import java.io.IOException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request, one answer of a bounded size. Redirects are not followed: the token is meant for one host. */
record Http(Duration timeout, int largest) {

    /** The routing API answers 403 without one. */
    private static final String USER_AGENT = "Stellwerk/0.1";

    static final int TOO_MANY = 429;

    record Answer(byte[] body, Map<String, String> limits) {

        Json json() throws IOException {
            try {
                return Json.parse(body);
            } catch (ParseException e) {
                throw new IOException("fit.answer: the answer is not a JSON object", e);
            }
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /**
     * @throws ApiTrouble for every status that is not 2xx
     */
    Answer call(String method, URI uri, Map<String, String> headers, byte @Nullable [] body) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        try {
            connection.setRequestMethod(method);
            connection.setUseCaches(false);
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) timeout.toMillis());
            connection.setReadTimeout((int) timeout.toMillis());
            connection.setRequestProperty("User-Agent", USER_AGENT);
            headers.forEach(connection::setRequestProperty);
            if (body != null) {
                connection.setDoOutput(true);
                // With a fixed length Java does not send it again by itself after trouble.
                connection.setFixedLengthStreamingMode(body.length);
                try (var out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            int status = status(connection);
            if (status < 200 || status > 299) {
                throw new ApiTrouble(method + " " + call(uri), status, problem(connection), pause(connection, status));
            }
            try (var in = connection.getInputStream()) {
                var bytes = in.readNBytes(largest + 1);
                if (bytes.length > largest) {
                    throw new IOException("fit.size: the answer to " + method + " " + call(uri) + " is larger than "
                            + largest + " bytes; it stays there. Raise 'max-size' if it is to be taken");
                }
                return new Answer(
                        bytes,
                        Map.of(
                                "remaining", header(connection, "RateLimit-Remaining"),
                                "reset", header(connection, "RateLimit-Reset")));
            }
        } finally {
            connection.disconnect();
        }
    }

    private static int status(HttpURLConnection connection) throws IOException {
        try {
            return connection.getResponseCode();
        } catch (HttpRetryException e) {
            return e.responseCode();
        }
    }

    /** The path without ids and without the query: what a log may hold. */
    private static String call(URI uri) {
        return String.valueOf(uri.getPath()).replaceAll("[0-9a-fA-F-]{36}", "*");
    }

    private static String problem(HttpURLConnection connection) throws IOException {
        try (var in = connection.getErrorStream()) {
            if (in == null) {
                return "";
            }
            var type = Json.parse(in.readNBytes(1 << 16)).text("type");
            var slug = type.substring(type.lastIndexOf('/') + 1);
            return slug.matches("[a-z][a-z-]{0,60}") ? slug : "";
        } catch (ParseException e) {
            return "";
        }
    }

    /** The routing API promises the headers of its limits with 429, and no Retry-After. */
    private static Duration pause(HttpURLConnection connection, int status) {
        var told = seconds(connection, "Retry-After");
        return told.isZero() && status == TOO_MANY ? seconds(connection, "RateLimit-Reset") : told;
    }

    private static Duration seconds(HttpURLConnection connection, String name) {
        var text = header(connection, name);
        return text.matches("[0-9]{1,6}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }

    private static String header(HttpURLConnection connection, String name) {
        var value = connection.getHeaderField(name);
        return value == null ? "" : value;
    }
}
