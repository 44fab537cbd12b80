package de.stellwerk.hub.signal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of every door. It shows halt while the database does not commit or a disk has no room: then a message is refused
 * before anything of it is read, and sources are not asked. What was taken before goes on. It clears by itself.
 */
public final class EntrySignal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EntrySignal.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    /** What one watch saw last. */
    private static final class Post {

        private final Watch watch;
        private volatile Optional<Halt> seen = Optional.empty();
        private volatile long at = System.nanoTime();
        private final AtomicBoolean silent = new AtomicBoolean();

        Post(Watch watch) {
            this.watch = watch;
        }

        void look() {
            var now = seen();
            var before = seen;
            seen = now;
            at = System.nanoTime();
            var wasSilent = silent.getAndSet(false);
            if (now.isPresent() && !now.equals(before)) {
                LOG.warn("halt: {} {}", now.get().code(), now.get().english());
            } else if (now.isEmpty() && (before.isPresent() || wasSilent)) {
                LOG.info("the {} is as it should be again; messages are taken again", watch.name());
            }
        }

        /** A look that breaks shows nothing, and the next one is still to come. */
        private Optional<Halt> seen() {
            try {
                return watch.look().get();
            } catch (RuntimeException e) {
                LOG.error("the {} could not be looked at", watch.name(), e);
                return Optional.of(watch.silent());
            }
        }

        /** A look that hangs says nothing itself. */
        void listen() {
            if (late() && silent.compareAndSet(false, true)) {
                LOG.warn(
                        "halt: {} a look at the {} has taken longer than {} ms; {}",
                        watch.silent().code(),
                        watch.name(),
                        watch.patience().toMillis(),
                        watch.silent().english());
            }
        }

        boolean late() {
            return System.nanoTime() - at > watch.patience().toNanos();
        }

        Optional<Halt> halt() {
            return late() ? Optional.of(watch.silent()) : seen;
        }
    }

    private final List<Post> posts = new ArrayList<>();
    private final ScheduledExecutorService threads;

    /**
     * @param data the data folder, on one disk or on several
     * @param content where large parts lie
     * @param reserve bytes that stay free on each
     */
    public EntrySignal(Path data, Path content, long reserve, Watch database) {
        this(List.of(Watch.disks(Disks.of(data, content, reserve)), database));
    }

    EntrySignal(List<Watch> watches) {
        watches.forEach(watch -> posts.add(new Post(watch)));
        // A thread each, and one that listens: a disk that hangs must not hide a database that has gone.
        this.threads = Executors.newScheduledThreadPool(watches.size() + 1, work -> {
            var thread = new Thread(work, "signal");
            thread.setDaemon(true);
            return thread;
        });
    }

    public void start() {
        for (var post : posts) {
            post.at = System.nanoTime();
            post.look();
            everySecond(post::look);
        }
        everySecond(() -> posts.forEach(Post::listen));
    }

    private void everySecond(Runnable work) {
        threads.scheduleWithFixedDelay(work, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Why nothing may come in at this moment; empty if the way is clear. */
    public Optional<Halt> halt() {
        return posts.stream().map(Post::halt).flatMap(Optional::stream).findFirst();
    }

    public boolean isClear() {
        return halt().isEmpty();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
