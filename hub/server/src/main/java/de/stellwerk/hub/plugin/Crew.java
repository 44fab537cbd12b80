package de.stellwerk.hub.plugin;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which the code of one plugin version runs, so that the hub's own never wait in it for longer than they want to. A call
 * that takes too long is given up: whoever waited goes on, the thread is interrupted and stays behind until the plugin lets go of it.
 */
final class Crew implements AutoCloseable {

    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final int FRAMES = 6;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /**
     * A call that was given up and still runs.
     *
     * @param where the topmost frames of its thread
     */
    record Stuck(String what, String thread, Duration since, String where) {

        @Override
        public String toString() {
            return what + " since " + since.toSeconds() + " s (thread " + thread + ") at " + where;
        }
    }

    private final String name;
    private final ClassLoader loader;
    private final ExecutorService threads;
    private final Set<Running<?>> givenUp = ConcurrentHashMap.newKeySet();

    /** @param name of the threads */
    Crew(String name, ClassLoader loader) {
        this.name = name;
        this.loader = loader;
        var number = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new SynchronousQueue<>(),
                work -> new Member(work, "plugin-" + name + "-" + number.incrementAndGet(), loader));
    }

    private static final class Member extends Thread {

        Member(Runnable work, String name, ClassLoader loader) {
            // Inheritable thread locals stay behind: they would tie the hub to the plugin and the plugin to the hub.
            super(null, work, name, 0, false);
            setDaemon(true);
            setContextClassLoader(loader);
        }
    }

    /** What the caller wants to know of a call besides its outcome. */
    interface Book {

        /** So many bytes were allocated by its thread. */
        void allocated(long bytes);

        /** It was given up, and runs on. */
        void givenUp();

        /** One that was given up has ended after all. */
        void ended();

        static Book none() {
            return new Book() {
                @Override
                public void allocated(long bytes) {}

                @Override
                public void givenUp() {}

                @Override
                public void ended() {}
            };
        }
    }

    private static final class Running<T> {

        private final String what;
        private final Book book;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final long begun = System.nanoTime();
        private @Nullable Thread thread;
        private boolean over;

        Running(String what, Book book) {
            this.what = what;
            this.book = book;
        }

        boolean isOf(String whose) {
            return what.startsWith(whose + " ");
        }

        /** False if nobody waits for it any more before it has begun. */
        synchronized boolean begin() {
            thread = Thread.currentThread();
            return !over;
        }

        /** From here on the thread is not this call's any more. */
        synchronized void end() {
            over = true;
            Thread.interrupted(); // one that came too late is not the next call's
        }

        synchronized void interrupt() {
            if (thread == null) {
                over = true;
            } else if (!over) {
                thread.interrupt();
            }
        }

        synchronized @Nullable Thread thread() {
            return thread;
        }

        Stuck stuck() {
            var since = Duration.ofNanos(System.nanoTime() - begun);
            var at = thread();
            return at == null
                    ? new Stuck(what, "none", since, "nowhere: it has not begun")
                    : new Stuck(what, at.getName(), since, Frames.top(at.getStackTrace(), FRAMES) + lock(at));
        }

        private static String lock(Thread thread) {
            var info = THREADS.getThreadInfo(thread.getId());
            return info == null || info.getLockOwnerName() == null
                    ? ""
                    : ", waits for " + info.getLockName() + " that thread " + info.getLockOwnerName() + " holds";
        }
    }

    /**
     * Makes a call and waits for its end, but not longer than the limit.
     *
     * @param what whose call it is and which, with a blank between: {@code 14628270/register deliver}
     * @param late gets a result that came when nobody was waiting any more
     * @throws ConnectorFailed for whatever the plugin throws; {@code plugin.hangs} when the time is up
     */
    <T> T call(String what, Duration limit, Book book, Calls.Call<T> call, Consumer<T> late) throws ConnectorFailed {
        var running = new Running<T>(what, book);
        try {
            threads.execute(() -> run(running, call, late));
        } catch (RejectedExecutionException e) {
            throw new ConnectorFailed("plugin.closed", "this version of the plugin has been closed");
        }
        try {
            return running.result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var stuck = running.stuck();
            var hangs = new ConnectorFailed(
                    "plugin.hangs",
                    "no answer within " + words(limit) + " (thread " + stuck.thread() + " at " + stuck.where() + ")");
            return giveUp(running, hangs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return giveUp(running, new ConnectorFailed("plugin.interrupted", "the hub is stopping"));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConnectorFailed failed) {
                throw failed;
            }
            throw ConnectorFailed.threw(e);
        }
    }

    private <T> void run(Running<T> running, Calls.Call<T> call, Consumer<T> late) {
        long before = allocatedHere();
        try {
            if (!running.begin()) {
                return;
            }
            var value = Calls.inside(loader, call);
            if (!running.result.complete(value)) {
                late.accept(value);
            }
        } catch (ConnectorFailed e) {
            running.result.completeExceptionally(e);
        } finally {
            running.book.allocated(Math.max(0, allocatedHere() - before));
            if (givenUp.remove(running)) {
                running.book.ended();
            }
            running.end();
        }
    }

    private <T> T giveUp(Running<T> running, ConnectorFailed why) throws ConnectorFailed {
        givenUp.add(running);
        running.book.givenUp();
        if (running.result.completeExceptionally(why)) {
            running.interrupt();
            throw why;
        }
        // It came in the very last moment.
        if (givenUp.remove(running)) {
            running.book.ended();
        }
        try {
            return running.result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw why;
        } catch (ExecutionException e) {
            throw ConnectorFailed.threw(e.getCause() == null ? e : e.getCause());
        }
    }

    /** How many bytes the current thread has allocated in its life. */
    static long allocatedHere() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    private static String words(Duration limit) {
        return limit.toMillis() % 1_000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    /** How many calls of a connection were given up and still run. */
    int held(String whose) {
        int held = 0;
        for (var running : givenUp) {
            held += running.isOf(whose) ? 1 : 0;
        }
        return held;
    }

    /** These calls, the longest first. */
    List<Stuck> stuck(String whose) {
        return givenUp.stream()
                .filter(running -> running.isOf(whose))
                .map(Running::stuck)
                .sorted((a, b) -> b.since().compareTo(a.since()))
                .toList();
    }

    /**
     * Of these threads those that belong to the plugin and are not at the hub's disposal: its own, and those of calls that were given up.
     */
    List<Thread> own(Collection<Thread> all) {
        var atWork = givenUp.stream().map(Running::thread).toList();
        return all.stream()
                .filter(thread -> atWork.contains(thread)
                        || (!(thread instanceof Member)
                                && (thread.getContextClassLoader() == loader
                                        || thread.getClass().getClassLoader() == loader)))
                .toList();
    }

    /** Takes no more calls; threads that are inside the plugin are interrupted, and end when it lets go of them. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    @Override
    public String toString() {
        return "Crew[" + name + "]";
    }
}
