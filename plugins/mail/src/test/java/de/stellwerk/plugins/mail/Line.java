package de.stellwerk.plugins.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A line to a server on the loopback that can be cut, mended and made to garble a word; the server keeps running. */
public final class Line implements AutoCloseable {

    private final int to;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private ServerSocket door;
    private Thread answering = new Thread();
    private final int port;
    private volatile String heard = "";
    private volatile String passedOn = "";

    public Line(int to) throws IOException {
        this.to = to;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.port = door.getLocalPort();
        answer(door);
    }

    public int port() {
        return port;
    }

    /** From now on the server is told another word, of the same length. */
    public void garble(String word, String other) {
        heard = word;
        passedOn = other;
    }

    public void cut() throws IOException {
        door.close();
        try {
            // The system's own door is closed only when nobody waits at it any more.
            answering.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var socket : open) {
            socket.close();
        }
        open.clear();
    }

    public void mend() throws IOException {
        door = new ServerSocket();
        door.setReuseAddress(true);
        door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        answer(door);
    }

    private void answer(ServerSocket at) {
        answering = start(() -> {
            while (true) {
                var near = at.accept();
                var far = new Socket(InetAddress.getLoopbackAddress(), to);
                open.add(near);
                open.add(far);
                start(() -> copy(near, far));
                start(() -> copy(far, near));
            }
        });
    }

    private void copy(Socket from, Socket into) throws IOException {
        try (from;
                into) {
            var buffer = new byte[16 * 1024];
            var in = from.getInputStream();
            for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                var text = new String(buffer, 0, read, ISO_8859_1);
                into.getOutputStream()
                        .write((heard.isEmpty() ? text : text.replace(heard, passedOn)).getBytes(ISO_8859_1));
            }
        }
    }

    private static Thread start(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // one end was closed, which ends this thread
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Work {
        void run() throws IOException;
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}
