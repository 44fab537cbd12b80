package de.stellwerk.plugins.xbezahldienste;

import de.stellwerk.hub.camel.NothingSent;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** One request, one answer of at most 1 MiB, nothing by itself: no redirect, no repeat, no line used twice. */
record Http(Duration connect, Duration read, Optional<SSLSocketFactory> tls, Clock clock) {

    private static final int LARGEST_ANSWER = 1 << 20;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

    /** @param retryAfter zero if the answer names none */
    record Answer(int status, byte[] body, Duration retryAfter) {

        boolean good() {
            return status >= 200 && status <= 299;
        }
    }

    /**
     * @throws NothingSent if there was no line to send anything on
     * @throws IOException if the request may have arrived
     */
    Answer call(String method, URI uri, Map<String, String> headers, byte @Nullable [] body)
            throws IOException, NothingSent, NoAnswer {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        try {
            if (connection instanceof HttpsURLConnection https) {
                tls.ifPresent(https::setSSLSocketFactory);
            }
            connection.setRequestMethod(method);
            connection.setUseCaches(false);
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) connect.toMillis());
            connection.setReadTimeout((int) read.toMillis());
            // A line that is used again may be dead, and would leave open whether the request has arrived.
            connection.setRequestProperty("Connection", "close");
            headers.forEach(connection::setRequestProperty);
            if (body != null) {
                connection.setDoOutput(true);
                // With a fixed length Java does not send it again by itself after trouble.
                connection.setFixedLengthStreamingMode(body.length);
            }
            try {
                connection.connect(); // the handshake too
            } catch (IOException e) {
                throw new NothingSent(
                        "pay.unreachable: no connection to " + uri.getHost() + ", "
                                + e.getClass().getSimpleName(),
                        SOON);
            }
            if (body != null) {
                try (var out = connection.getOutputStream()) {
                    out.write(body);
                }
            }
            int status = status(connection);
            return new Answer(status, body(connection, status), pause(connection.getHeaderField("Retry-After")));
        } finally {
            connection.disconnect();
        }
    }

    private static int status(HttpURLConnection connection) throws IOException {
        try {
            return connection.getResponseCode();
        } catch (HttpRetryException e) { // how Java says 401 where it may not ask again
            return e.responseCode();
        }
    }

    private static byte[] body(HttpURLConnection connection, int status) throws IOException, NoAnswer {
        @Nullable InputStream stream = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        if (stream == null) {
            return new byte[0];
        }
        try (stream) {
            var bytes = stream.readNBytes(LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
                throw new NoAnswer("pay.answer: the service's answer is larger than 1 MiB");
            }
            return bytes;
        }
    }

    /** Seconds or a date (RFC 9110). */
    private Duration pause(@Nullable String header) {
        var text = header == null ? "" : header.strip();
        var pause = Duration.ZERO;
        if (text.matches("[0-9]{1,9}")) {
            pause = Duration.ofSeconds(Long.parseLong(text));
        } else if (!text.isEmpty()) {
            try {
                var until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
                pause = Duration.between(clock.instant(), until.toInstant());
            } catch (DateTimeException e) {
                return Duration.ZERO; // as if it were not there: the caller's own pause
            }
        }
        return pause.isNegative() ? Duration.ZERO : pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
}
