package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.Content;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One line between the hub and the process of an isolated plugin. It carries one call at a time, and while one side waits for its answer
 * the other may ask back: for the bytes of a content, to hand over a message. So neither needs a thread to listen, and a line that is
 * closed ends just its own call.
 *
 * <p>A frame: 4 bytes length of what follows, 1 byte kind, the rest as {@link Wire} writes it. A question begins with its 1 byte of what
 * is asked.
 */
final class Line implements Closeable {

    private static final int LONGEST = 16 << 20;
    private static final int CHUNK = 64 << 10;
    private static final int HEAD = 5;

    /** What can be asked. The first ones the hub asks, the next ones the plugin during a call, the last ones either. */
    enum Op {
        DESCRIBE,
        CREATE,
        DELIVER,
        PROBE,
        POLL,
        RECEIVE,
        TEST,
        CHOICES,
        CLOSE,
        CLOSE_FACTORY,
        ABANDON,
        ACCEPT,
        AWAITED,
        OPEN,
        READ,
        SHUT
    }

    private enum Kind {
        QUESTION,
        ANSWER,
        FAILED
    }

    /** Answers what the other side asks. */
    interface Answering {
        void answer(Op op, Wire.Reader question, Wire.Writer answer) throws Exception;
    }

    private record Frame(Kind kind, byte[] bytes) {}

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    private final List<Content> lent = new ArrayList<>();
    private final List<@Nullable InputStream> streams = new ArrayList<>();
    private volatile Answering answering = (op, question, answer) -> {
        throw new IOException("nothing is asked here: " + op);
    };
    private final ReentrantLock turn = new ReentrantLock();
    private volatile int call;

    Line(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Begins a call, and answers what the other side asks meanwhile. Everything that was lent on the way is taken back in the end.
     *
     * @throws ConnectorFailed what the other side answered, if it failed
     * @throws IOException if the line is broken; it is of no more use then
     */
    <T> T ask(Op op, Answering meanwhile, Wire.Put<Op> put, Wire.Take<T> take) throws IOException, ConnectorFailed {
        turn.lock();
        answering = meanwhile;
        try {
            return asked(op, put, take);
        } finally {
            takeBack();
            turn.unlock();
        }
    }

    /**
     * Asks in the course of a call that the other side has begun; any thread may.
     *
     * @param begunIn the {@link #call} it belongs to
     * @throws IllegalStateException if that call is over
     */
    <T> T askBack(int begunIn, Op op, Wire.Put<Op> put, Wire.Take<T> take) throws IOException, ConnectorFailed {
        turn.lock();
        try {
            if (begunIn != call) {
                throw new IllegalStateException("what a call is given is valid only during that call");
            }
            return asked(op, put, take);
        } finally {
            turn.unlock();
        }
    }

    private <T> T asked(Op op, Wire.Put<Op> put, Wire.Take<T> take) throws IOException, ConnectorFailed {
        var question = new Wire.Writer(this::lend);
        put.to(question, op);
        send(Kind.QUESTION, op.ordinal(), question.bytes());
        while (true) {
            var frame = receive();
            switch (frame.kind()) {
                case QUESTION -> answer(frame, false);
                case ANSWER -> {
                    return take.from(new Wire.Reader(frame.bytes(), this::borrowed));
                }
                case FAILED -> throw ConnectorFailed.taken(new Wire.Reader(frame.bytes(), this::borrowed));
            }
        }
    }

    /**
     * Waits for one call and answers it; false if the other side has closed the line. While the answer is worked out the line is free
     * for every thread that works on it to ask back.
     */
    boolean serve(Answering each) throws IOException {
        answering = each;
        Frame frame;
        try {
            frame = receive();
        } catch (EOFException e) {
            return false;
        }
        answer(frame, true);
        return true;
    }

    /** Which call is under way; what it was given must not be used in another. */
    int call() {
        return call;
    }

    private void answer(Frame frame, boolean isCall) throws IOException {
        if (frame.kind() != Kind.QUESTION || frame.bytes().length == 0) {
            throw new IOException("a question was expected");
        }
        var op = op(frame.bytes()[0]);
        var question = new Wire.Reader(Arrays.copyOfRange(frame.bytes(), 1, frame.bytes().length), this::borrowed);
        var kind = Kind.ANSWER;
        var answer = new Wire.Writer(this::lend);
        try {
            switch (op) {
                case OPEN -> answer.number(open(question.number()));
                case READ -> read(question.number(), answer);
                case SHUT -> shut(question.number());
                default -> answering.answer(op, question, answer);
            }
        } catch (Exception | StackOverflowError | LinkageError e) {
            if (!channel.isOpen()) {
                throw new IOException("the line broke while it was answered", e);
            }
            kind = Kind.FAILED;
            answer = new Wire.Writer(this::lend);
            (e instanceof ConnectorFailed known ? known : ConnectorFailed.threw(e)).put(answer);
        }
        turn.lock();
        try {
            if (isCall) {
                takeBack();
            }
            send(kind, -1, answer.bytes());
        } finally {
            turn.unlock();
        }
    }

    private static Op op(byte number) throws IOException {
        var all = Op.values();
        if (number < 0 || number >= all.length) {
            throw new IOException("no such question");
        }
        return all[number];
    }

    private static ConnectorFailed failure(Wire.Reader reader) throws IOException {
        return ConnectorFailed.taken(reader);
    }

    private int lend(Content content) {
        lent.add(content);
        return lent.size() - 1;
    }

    private int open(int number) throws IOException {
        if (number < 0 || number >= lent.size()) {
            throw new IOException("no such content");
        }
        streams.add(lent.get(number).open());
        return streams.size() - 1;
    }

    private void read(int number, Wire.Writer answer) throws IOException {
        var stream = number < 0 || number >= streams.size() ? null : streams.get(number);
        if (stream == null) {
            throw new IOException("no such stream");
        }
        var bytes = new byte[CHUNK - 64];
        answer.blob(bytes, stream.readNBytes(bytes, 0, bytes.length));
    }

    private void shut(int number) throws IOException {
        var stream = number < 0 || number >= streams.size() ? null : streams.set(number, null);
        if (stream != null) {
            stream.close();
        }
    }

    private void takeBack() {
        call = call + 1;
        lent.clear();
        for (var stream : streams) {
            if (stream != null) {
                try {
                    stream.close();
                } catch (IOException e) {
                    // It was only read; what was read of it has been answered.
                    continue;
                }
            }
        }
        streams.clear();
    }

    private Content borrowed(int number, String name, String mediaType) {
        return new Borrowed(this, call, number, name, mediaType);
    }

    /** Bytes that lie on the other side of the line. */
    private record Borrowed(Line line, int call, int number, String name, String mediaType) implements Content {

        @Override
        public InputStream open() throws IOException {
            return new BorrowedStream(this, ask(Op.OPEN, number, Wire.Reader::number));
        }

        <T> T ask(Op op, int which, Wire.Take<T> take) throws IOException {
            try {
                return line.askBack(call, op, (writer, asked) -> writer.number(which), take);
            } catch (ConnectorFailed e) {
                throw new IOException(e.said(), e);
            } catch (IllegalStateException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public String toString() {
            return "Content[" + mediaType + "]";
        }
    }

    private static final class BorrowedStream extends InputStream {

        private final Borrowed content;
        private final int stream;
        private byte[] chunk = {};
        private int at;
        private boolean ended;
        private boolean closed;

        BorrowedStream(Borrowed content, int stream) {
            this.content = content;
            this.stream = stream;
        }

        @Override
        public int read() throws IOException {
            return fill() ? chunk[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            Objects.checkFromIndexSize(from, length, bytes.length);
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, chunk.length - at);
            System.arraycopy(chunk, at, bytes, from, count);
            at += count;
            return count;
        }

        private boolean fill() throws IOException {
            if (closed) {
                throw new IOException("the stream is closed");
            }
            if (at == chunk.length && !ended) {
                chunk = content.ask(Op.READ, stream, Wire.Reader::blob);
                at = 0;
                ended = chunk.length == 0;
            }
            return at < chunk.length;
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                content.ask(Op.SHUT, stream, reader -> true);
            }
        }
    }

    private void send(Kind kind, int op, byte[] bytes) throws IOException {
        int more = op < 0 ? 0 : 1;
        if (bytes.length + more + 1 > LONGEST) {
            throw new IOException("more than " + LONGEST + " bytes without its contents");
        }
        buffer.clear().putInt(bytes.length + more + 1).put((byte) kind.ordinal());
        if (more == 1) {
            buffer.put((byte) op);
        }
        int at = 0;
        do {
            int count = Math.min(buffer.remaining(), bytes.length - at);
            buffer.put(bytes, at, count).flip();
            at += count;
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            buffer.clear();
        } while (at < bytes.length);
    }

    /** Only one frame is ever under way, for whoever has sent one waits. */
    private Frame receive() throws IOException {
        buffer.clear();
        while (buffer.position() < HEAD) {
            more();
        }
        buffer.flip();
        int length = buffer.getInt() - 1;
        int kind = buffer.get();
        if (length < 0 || length > LONGEST || kind < 0 || kind >= Kind.values().length) {
            throw new IOException("this is no frame");
        }
        var bytes = new byte[length];
        int at = 0;
        while (true) {
            int count = buffer.remaining();
            if (count > length - at) {
                throw new IOException("more than one frame at a time");
            }
            buffer.get(bytes, at, count);
            at += count;
            if (at == length) {
                return new Frame(Kind.values()[kind], bytes);
            }
            buffer.clear();
            more();
            buffer.flip();
        }
    }

    private void more() throws IOException {
        if (channel.read(buffer) < 0) {
            throw new EOFException("the other side has closed the line");
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a socket cannot be closed", e);
        }
    }
}
