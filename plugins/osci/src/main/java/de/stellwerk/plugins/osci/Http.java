package de.stellwerk.plugins.osci;

import java.io.IOException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;

/** One POST, one answer, nothing by itself: no redirect, no repeat, no line used twice, no thread. */
record Http(URI uri, Duration connect, Duration read, int mostBytes) {

    byte[] post(byte[] body) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        try {
            connection.setRequestMethod("POST");
            connection.setUseCaches(false);
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout((int) connect.toMillis());
            connection.setReadTimeout((int) read.toMillis());
            // A line that is used again may be dead, and would leave open whether the order has arrived.
            connection.setRequestProperty("Connection", "close");
            // The multipart's own head stands in the body.
            connection.setRequestProperty("Content-Type", "application/octet-stream");
            connection.setDoOutput(true);
            // With a fixed length Java does not send it again by itself after trouble.
            connection.setFixedLengthStreamingMode(body.length);
            connection.connect();
            try (var out = connection.getOutputStream()) {
                out.write(body);
            }
            int status = status(connection);
            if (status != HttpURLConnection.HTTP_OK) {
                throw new IOException("osci.http: the intermediary answers with status " + status);
            }
            try (var in = connection.getInputStream()) {
                var bytes = in.readNBytes(mostBytes + 1);
                if (bytes.length > mostBytes) {
                    throw new IOException("osci.answer: larger than " + mostBytes + " bytes");
                }
                return bytes;
            }
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
}
