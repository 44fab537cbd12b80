package de.stellwerk.samples.crash;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What stands before the nodes: one address for all senders. A new connection goes to the next node that says it is ready; one that says
 * so no more loses its connections, and when one comes back all connections are made anew, so that it has its share.
 */
final class Balancer implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final ServerSocket door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final Map<Integer, Boolean> ready = new ConcurrentHashMap<>();
    private final Map<Socket, Integer> open = new ConcurrentHashMap<>();
    private final List<Integer> nodes;
    private final HttpClient health =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final ScheduledExecutorService looking;
    private final ExecutorService threads = Executors.newCachedThreadPool(Balancer::daemon);
    private int next;

    /** @param nodes the ports of the nodes */
    Balancer(List<Integer> nodes) throws IOException {
        this.nodes = nodes;
        // A thread for each: one that hangs must not hide that another has come.
        this.looking = Executors.newScheduledThreadPool(nodes.size(), Balancer::daemon);
        for (var node : nodes) {
            looking.scheduleWithFixedDelay(() -> look(node), 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
        threads.execute(this::listen);
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "balancer");
        thread.setDaemon(true);
        return thread;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort());
    }

    boolean sends(int node) {
        return ready.getOrDefault(node, false);
    }

    private void look(int node) {
        boolean now;
        try {
            var ask = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node + "/health/ready"))
                    .timeout(PATIENCE)
                    .build();
            now = health.send(ask, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            now = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        var before = Boolean.TRUE.equals(ready.put(node, now));
        if (now && !before) {
            cut(Set.copyOf(nodes));
        } else if (before && !now) {
            cut(Set.of(node));
        }
    }

    private void cut(Set<Integer> these) {
        open.forEach((socket, node) -> {
            if (these.contains(node)) {
                close(socket);
            }
        });
    }

    private void listen() {
        while (!door.isClosed()) {
            try {
                var caller = door.accept();
                threads.execute(() -> join(caller));
            } catch (IOException e) {
                // closed, or a caller that has gone again: the loop knows
            }
        }
    }

    private synchronized int choose() throws IOException {
        for (var i = 0; i < nodes.size(); i++) {
            next = (next + 1) % nodes.size();
            if (sends(nodes.get(next))) {
                return nodes.get(next);
            }
        }
        throw new IOException("no node is ready");
    }

    private void join(Socket caller) {
        try (caller) {
            var node = choose();
            try (var called = new Socket(InetAddress.getLoopbackAddress(), node)) {
                open.put(caller, node);
                open.put(called, node);
                threads.execute(() -> pass(called, caller));
                pass(caller, called);
            }
        } catch (IOException e) {
            // The caller is told by the end of its connection, and tries again.
        } finally {
            open.remove(caller);
        }
    }

    /** Until one side ends: then the other ends too. */
    private void pass(Socket from, Socket to) {
        try (from;
                to) {
            copy(from.getInputStream(), to.getOutputStream());
        } catch (IOException e) {
            // one side is gone: so is the connection
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        var buffer = new byte[16 << 10];
        for (var n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            to.write(buffer, 0, n);
            to.flush();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it was broken anyway
        }
    }

    @Override
    public void close() throws IOException {
        looking.shutdownNow();
        door.close();
        cut(Set.copyOf(nodes));
        threads.shutdownNow();
    }
}
