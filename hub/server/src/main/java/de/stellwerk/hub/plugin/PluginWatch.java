package de.stellwerk.hub.plugin;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then at what plugins take of the hub's process: counts the threads of each, and says who allocates most when memory is
 * short. What a plugin keeps in the common heap nobody can tell; a real bound is a process of its own.
 */
final class PluginWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PluginWatch.class);

    private static final Duration PACE = Duration.ofSeconds(2);
    private static final double SHORT = 0.85;
    private static final int NAMED = 3;
    private static final long QUIET = 60_000_000_000L;

    private final Plugins plugins;
    private final Collection<Connection> connections;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(null, task, "plugin-watch", 0, false);
        thread.setDaemon(true);
        return thread;
    });
    private long lastWarning = System.nanoTime() - QUIET;

    PluginWatch(Plugins plugins, Collection<Connection> connections) {
        this.plugins = plugins;
        this.connections = connections;
    }

    void start() {
        timer.scheduleWithFixedDelay(this::look, PACE.toMillis(), PACE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            countThreads();
            lookAtTheHeap();
            plugins.lookAtLeftovers();
        } catch (RuntimeException e) {
            LOG.error("looking at what plugins take failed; it is done again", e);
        }
    }

    private void countThreads() {
        var all = threads();
        int most = plugins.mostThreads();
        for (var plugin : plugins.loaded()) {
            var own = plugin.crew().own(all);
            if (own.size() > most && plugin.threads() <= most) {
                LOG.warn(
                        "plugin {} {} has {} threads of its own, {} are allowed: its connections get no more calls. Some of them: {}",
                        plugin.jar().id(),
                        plugin.jar().version(),
                        own.size(),
                        most,
                        own.stream().limit(NAMED).map(Thread::getName).toList());
            }
            plugin.threads(own.size());
        }
    }

    /** Every live thread; asking for their stacks as well would stop them all. */
    private static List<Thread> threads() {
        var root = Thread.currentThread().getThreadGroup();
        for (var parent = root.getParent(); parent != null; parent = parent.getParent()) {
            root = parent;
        }
        var found = new Thread[root.activeCount() + 100];
        int count = root.enumerate(found, true);
        return Arrays.asList(found).subList(0, count);
    }

    private void lookAtTheHeap() {
        var full = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
                .filter(pool -> pool.getCollectionUsage().getMax() > 0)
                .anyMatch(pool -> pool.getCollectionUsage().getUsed()
                        > SHORT * pool.getCollectionUsage().getMax());
        if (full && System.nanoTime() - lastWarning > QUIET) {
            lastWarning = System.nanoTime();
            LOG.warn("memory is short, and was so after the last collection. {}", allocators(connections));
        }
    }

    /** Who has allocated most of late; one that keeps what it allocates is likely among them. */
    static String allocators(Collection<Connection> connections) {
        return "Most was allocated by: "
                + connections.stream()
                        .sorted(Comparator.comparingLong(
                                (Connection each) -> -each.load().allocatedPerSecond()))
                        .limit(NAMED)
                        .map(each -> each.municipality() + "/" + each.name() + " (" + each.connector() + ", "
                                + each.load().allocatedPerSecond() / 1_024 + " KiB/s)")
                        .collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
