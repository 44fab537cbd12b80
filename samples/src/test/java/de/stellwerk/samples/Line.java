package de.stellwerk.samples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A line to a local port that goes wrong on demand. */
final class Line implements AutoCloseable {

    /** What the line does to a connection made from now on. */
    enum Mood {
        GOOD,
        /** The answer comes, but only after {@link Line#SLOW}. */
        SLOW,
        /** Takes the connection and never says a word. */
        SILENT,
        /** Breaks the connection after the request has gone through, before its answer. */
        RESET,
        /** Lets the request through and breaks the connection after the first bytes of its answer. */
        CUT,
        /** Lets the request through and answers with what is no HTTP. */
        RUBBISH,
        /** Nobody listens. */
        DOWN
    }

    static final Duration SLOW = Duration.ofSeconds(5);

    private static final byte[] RUBBISH = "\0\1\2 what is this? <<<<\r\n\r\n".getBytes(StandardCharsets.UTF_8);

    private final int target;
    private final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "line");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger hit = new AtomicInteger();
    private volatile Mood mood = Mood.GOOD;
    private volatile ServerSocket door;

    Line(int target) throws IOException {
        this.target = target;
        this.door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        this.port = door.getLocalPort();
        threads.execute(this::listen);
    }

    int port() {
        return port;
    }

    /** How many connections have been treated badly so far. */
    int hit() {
        return hit.get();
    }

    /** Connections of the mood before are broken: an idle one must not go on as it was. */
    void mood(Mood next) throws IOException {
        mood = next;
        for (var socket : open) {
            socket.close();
        }
        if (next == Mood.DOWN) {
            door.close();
        } else if (door.isClosed()) {
            door = new ServerSocket(port, 200, InetAddress.getLoopbackAddress());
            threads.execute(this::listen);
        }
    }

    private void listen() {
        var mine = door;
        while (!mine.isClosed()) {
            try {
                var caller = mine.accept();
                open.add(caller);
                threads.execute(() -> serve(caller));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket caller) {
        var now = mood;
        if (now != Mood.GOOD) {
            hit.incrementAndGet();
        }
        if (now == Mood.SILENT) {
            return; // stays in 'open', and so open
        }
        try (caller;
                var called = new Socket(InetAddress.getLoopbackAddress(), target)) {
            open.add(called);
            var back = threads.submit(() -> {
                pass(called, caller, now);
                return true;
            });
            pass(caller, called, Mood.GOOD);
            back.get(SLOW.toSeconds() + 10, TimeUnit.SECONDS);
        } catch (Exception e) {
            // one side is gone: so is the connection
        } finally {
            open.remove(caller);
        }
    }

    private static void pass(Socket from, Socket to, Mood mood) throws IOException {
        var buffer = new byte[16 << 10];
        for (var n = from.getInputStream().read(buffer);
                n >= 0;
                n = from.getInputStream().read(buffer)) {
            if (mood == Mood.RESET) {
                to.setSoLinger(true, 0);
                to.close();
                return;
            }
            if (mood == Mood.CUT || mood == Mood.RUBBISH) {
                to.getOutputStream().write(mood == Mood.CUT ? Arrays.copyOf(buffer, Math.min(n, 60)) : RUBBISH);
                to.close();
                return;
            }
            if (mood == Mood.SLOW) {
                LockSupport.parkNanos(SLOW.toNanos());
            }
            to.getOutputStream().write(buffer, 0, n);
            to.getOutputStream().flush();
        }
        to.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        mood(Mood.DOWN);
        threads.shutdownNow();
    }
}
