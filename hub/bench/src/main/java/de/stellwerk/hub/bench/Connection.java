package de.stellwerk.hub.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A kept HTTP/1.1 connection of one sender: writes bytes that are ready and reads just as much of the answer as is needed. A client
 * library would cost more CPU than some hubs.
 */
final class Connection implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private final byte[] buffer = new byte[16 << 10];
    private @Nullable Socket socket;
    private int from;
    private int to;

    Connection(int port) {
        this.port = port;
    }

    /** Sends the pieces as one request and returns the status. */
    int send(byte[]... pieces) throws IOException {
        try {
            var open = socket();
            var out = open.getOutputStream();
            for (var piece : pieces) {
                if (piece.length > 0) {
                    out.write(piece);
                }
            }
            return answer(open);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Socket socket() throws IOException {
        var open = socket;
        if (open == null) {
            open = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
            open.setTcpNoDelay(true);
            open.setSoTimeout(PATIENCE_MILLIS);
            socket = open;
            from = 0;
            to = 0;
        }
        return open;
    }

    private int answer(Socket open) throws IOException {
        var first = line(open);
        var status = Integer.parseInt(first, 9, 12, 10);
        var length = 0;
        var chunked = false;
        var close = false;
        for (var line = line(open); !line.isEmpty(); line = line(open)) {
            var small = line.toLowerCase(Locale.ROOT);
            if (small.startsWith("content-length:")) {
                length = Integer.parseInt(small.substring(15).strip());
            } else if (small.startsWith("transfer-encoding:")) {
                chunked = small.contains("chunked");
            } else if (small.startsWith("connection:")) {
                close = small.contains("close");
            }
        }
        if (chunked) {
            for (var size = chunk(open); size > 0; size = chunk(open)) {
                skip(open, size + 2);
            }
            skip(open, 2);
        } else {
            skip(open, length);
        }
        if (close) {
            close();
        }
        return status;
    }

    private int chunk(Socket open) throws IOException {
        return Integer.parseInt(line(open).strip(), 16);
    }

    private String line(Socket open) throws IOException {
        while (true) {
            for (var i = from; i + 1 < to; i++) {
                if (buffer[i] == '\r' && buffer[i + 1] == '\n') {
                    var line = new String(buffer, from, i - from, ISO_8859_1);
                    from = i + 2;
                    return line;
                }
            }
            fill(open);
        }
    }

    private void skip(Socket open, int bytes) throws IOException {
        var left = bytes;
        while (left > to - from) {
            left -= to - from;
            from = to;
            fill(open);
        }
        from += left;
    }

    private void fill(Socket open) throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            throw new IOException("a line of the answer is too long");
        }
        var read = open.getInputStream().read(buffer, to, buffer.length - to);
        if (read < 0) {
            throw new IOException("the hub closed the connection");
        }
        to += read;
    }

    @Override
    public void close() throws IOException {
        var open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}
