package de.stellwerk.plugins.as4;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/** One HTTP request to the partner's access point, one answer. */
record Line(URI url, SSLSocketFactory tls, Duration timeout) {

    /** A receipt is small; the hub keeps one of at most 1 MiB. */
    private static final int LARGEST_ANSWER = 1 << 20;

    Line {
        if (!"https".equals(url.getScheme())
                && !("http".equals(url.getScheme()) && isLoopback(String.valueOf(url.getHost())))) {
            throw new IllegalArgumentException("setting 'url' is https, or http on the same computer");
        }
    }

    record Answered(int status, Mime body) {}

    /** There was no line: nothing has been sent. */
    static final class NoLine extends Exception {
        private static final long serialVersionUID = 1;

        NoLine(IOException cause) {
            super(cause.getClass().getSimpleName(), cause);
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost")
                || ((host.matches("[0-9.]+") || host.startsWith("[")) && isLoopbackAddress(host));
    }

    private static boolean isLoopbackAddress(String literal) {
        try {
            return InetAddress.getByName(literal).isLoopbackAddress();
        } catch (IOException e) {
            return false;
        }
    }

    /** @throws IOException if it is not known what has become of the message */
    Answered send(Mime message) throws IOException, NoLine {
        var connection = (HttpURLConnection) url.toURL().openConnection();
        try {
            if (connection instanceof HttpsURLConnection secured) {
                secured.setSSLSocketFactory(tls);
            }
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setUseCaches(false);
            connection.setInstanceFollowRedirects(false);
            // Of known length: Java does not send it again by itself after trouble.
            connection.setFixedLengthStreamingMode(message.bytes().length);
            connection.setConnectTimeout((int) timeout.toMillis());
            connection.setReadTimeout((int) timeout.toMillis());
            // A line that is used again may be dead, and would leave open whether the message has arrived.
            connection.setRequestProperty("Connection", "close");
            connection.setRequestProperty("Content-Type", message.type());
            try {
                connection.connect();
            } catch (IOException e) {
                throw new NoLine(e);
            }
            try (var out = connection.getOutputStream()) {
                out.write(message.bytes());
            }
            int status = connection.getResponseCode();
            var type = connection.getContentType();
            try (var in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
                var bytes = in == null ? new byte[0] : in.readNBytes(LARGEST_ANSWER + 1);
                if (bytes.length > LARGEST_ANSWER) {
                    throw new IOException("as4.answer: the answer is larger than a receipt may be");
                }
                return new Answered(status, new Mime(type == null ? "" : type, bytes));
            }
        } finally {
            connection.disconnect();
        }
    }
}
