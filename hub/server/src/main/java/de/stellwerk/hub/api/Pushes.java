package de.stellwerk.hub.api;

import de.stellwerk.hub.spi.Content;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.tomcat.util.http.fileupload.FileItem;
import org.apache.tomcat.util.http.fileupload.disk.DiskFileItemFactory;

/**
 * The requests that hooks are working on. One of up to {@value #IN_MEMORY} bytes is held in memory and needs only its place among the
 * requests; a larger one lies in a file, and all of these together stay within a budget: connectors commonly read them into memory, and
 * whoever has no key can send one.
 */
final class Pushes {

    static final int IN_MEMORY = 64 << 10;
    private static final int BUFFER = 8 << 10;

    private final Path folder;
    private final long mostOfOne;
    private final long most;
    private final LongSupplier nanos;
    private final Map<String, Long> each = new HashMap<>();
    private long all;

    /**
     * @param folder where large ones lie
     * @param mostOfOne bytes of one connection's large ones at a time
     * @param most bytes of all large ones at a time
     * @param nanos a time that is never set, as of {@link System#nanoTime}
     */
    Pushes(Path folder, long mostOfOne, long most, LongSupplier nanos) {
        this.folder = folder;
        this.mostOfOne = mostOfOne;
        this.most = most;
        this.nanos = nanos;
    }

    /** One request; its bytes are there until it is closed. */
    final class Push implements AutoCloseable {

        private final String connection;
        private final FileItem item;
        private long reserved;

        private Push(String connection, FileItem item) {
            this.connection = connection;
            this.item = item;
        }

        Content content() {
            return new Content() {
                @Override
                public String name() {
                    return item.getFieldName();
                }

                @Override
                public String mediaType() {
                    return item.getContentType();
                }

                @Override
                public InputStream open() throws IOException {
                    return item.getInputStream();
                }

                @Override
                public String toString() {
                    return "Pushed[" + mediaType() + "]";
                }
            };
        }

        private void reserve(long bytes) {
            if (!take(connection, bytes)) {
                throw new Refusal(
                        503,
                        "Not now",
                        "hub.pushes",
                        "Large requests to hooks already use up the bytes they may (limits.pushes). Nothing was taken. Send it"
                                + " again.");
            }
            reserved = bytes;
        }

        @Override
        public void close() {
            item.delete();
            giveBack(connection, reserved);
        }
    }

    /**
     * Reads the whole request.
     *
     * @param connection whose hook it is
     * @param longest bytes it may have
     * @param patience how long it may take to come
     * @throws Refusal 413 if it is larger, before anything of it is read if it says so itself; 503 if the budget is used up; 408 if it
     *     takes too long
     * @throws IOException if the sender breaks off, or the file cannot be written
     */
    Push read(HttpServletRequest request, String connection, long longest, Duration patience) throws IOException {
        long declared = request.getContentLengthLong();
        if (declared > longest) {
            throw tooLarge(longest);
        }
        var type = request.getContentType();
        var push = new Push(
                connection,
                new DiskFileItemFactory(IN_MEMORY, folder.toFile())
                        .createItem("request", type == null ? "application/octet-stream" : type, false, null));
        try {
            if (declared > IN_MEMORY) {
                push.reserve(declared);
            }
            copy(request.getInputStream(), push, longest, patience.toNanos());
            return push;
        } catch (IOException | RuntimeException e) {
            push.close();
            throw e;
        }
    }

    private void copy(InputStream in, Push push, long longest, long patience) throws IOException {
        var buffer = new byte[BUFFER];
        long begun = nanos.getAsLong();
        long count = 0;
        try (var out = push.item.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                count += read;
                if (count > longest) {
                    throw tooLarge(longest);
                }
                if (count > IN_MEMORY && push.reserved == 0) {
                    push.reserve(longest); // it does not say how much is still to come
                }
                if (nanos.getAsLong() - begun > patience) {
                    throw new Refusal(
                            408,
                            "Request timeout",
                            "request.slow",
                            "The request took too long to come. Nothing was taken. Send it again, faster.");
                }
                out.write(buffer, 0, read);
            }
        }
    }

    private static Refusal tooLarge(long longest) {
        return new Refusal(
                413,
                "Content too large",
                "size.request",
                "A request to this hook may have " + longest + " bytes. Nothing was taken. The hub's operator can allow"
                        + " more (push-size).");
    }

    private synchronized boolean take(String connection, long bytes) {
        long its = each.getOrDefault(connection, 0L);
        if (all + bytes > most || its + bytes > mostOfOne) {
            return false;
        }
        all += bytes;
        each.put(connection, its + bytes);
        return true;
    }

    private synchronized void giveBack(String connection, long bytes) {
        all -= bytes;
        each.computeIfPresent(connection, (key, its) -> its > bytes ? its - bytes : null);
    }
}
