package de.stellwerk.hub.testkit;

import de.stellwerk.hub.spi.Content;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicInteger;

/** Content that counts how often it was opened and closed, and can break off like a disk that fails. */
final class WatchedContent implements Content {

    private final Content content;
    private final long breaksAfter;
    private final AtomicInteger open = new AtomicInteger();

    private WatchedContent(Content content, long breaksAfter) {
        this.content = content;
        this.breaksAfter = breaksAfter;
    }

    static WatchedContent watch(Content content) {
        return new WatchedContent(content, Long.MAX_VALUE);
    }

    /** Reading throws after half of the bytes. */
    static WatchedContent breaking(Content content) {
        return new WatchedContent(content, TestHub.bytes(content).length / 2);
    }

    /** Streams that were opened and not closed. */
    int leftOpen() {
        return open.get();
    }

    @Override
    public String name() {
        return content.name();
    }

    @Override
    public String mediaType() {
        return content.mediaType();
    }

    @Override
    public InputStream open() throws IOException {
        open.incrementAndGet();
        return new Watched(content.open());
    }

    private final class Watched extends FilterInputStream {

        private long left = breaksAfter;
        private boolean closed;

        private Watched(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left <= 0 && length > 0) {
                throw new IOException("the test's content breaks off here");
            }
            var read = super.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(read, 0);
            return read;
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
            super.close();
        }
    }
}
