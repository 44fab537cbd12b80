package de.stellwerk.hub.plugin;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.plugin.PluginStatus.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of plugins that are loaded: which of them takes the calls, and which are being left, closed and unloaded. Guarded by the
 * lock of {@link Plugins}, which it is given; only what is offered is read without it.
 */
final class Versions {

    private static final Logger LOG = LoggerFactory.getLogger(Versions.class);

    private static final Duration CLOSING = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Copies copies;
    private final Consumer<LoadedPlugin> forget;
    private final Object lock;
    private final Runnable gone;

    private final Map<String, LoadedPlugin> active = new TreeMap<>();
    private final Map<LoadedPlugin, Thread> draining = new LinkedHashMap<>();

    private volatile Map<String, Offer> offers = Map.of();
    private volatile boolean closing;

    /**
     * @param forget is told of a version nobody is inside of any more
     * @param lock guards everything here
     * @param gone is called with the lock when a version is unloaded
     */
    Versions(Copies copies, Consumer<LoadedPlugin> forget, Object lock, Runnable gone) {
        this.copies = copies;
        this.forget = forget;
        this.lock = lock;
        this.gone = gone;
    }

    Optional<Offer> offer(String connector) {
        return Optional.ofNullable(offers.get(connector));
    }

    /** The names of all connectors that can be used now. */
    Set<String> connectors() {
        return new TreeSet<>(offers.keySet());
    }

    Optional<LoadedPlugin> active(String id) {
        return Optional.ofNullable(active.get(id));
    }

    /** Those in use and those that are being left. */
    List<LoadedPlugin> all() {
        var all = new ArrayList<>(active.values());
        all.addAll(draining.keySet());
        return all;
    }

    /** The versions in use that came with this file. */
    List<LoadedPlugin> from(String file) {
        return active.values().stream()
                .filter(plugin -> plugin.jar().file().equals(file))
                .toList();
    }

    /** The hashes of all copies that are loaded. */
    Set<String> loaded() {
        var hashes = new TreeSet<String>();
        active.values().forEach(plugin -> hashes.add(plugin.jar().sha256()));
        draining.keySet().forEach(plugin -> hashes.add(plugin.jar().sha256()));
        return hashes;
    }

    /**
     * From here on new calls go to the fresh version; those that run in an old one end there.
     *
     * @return the versions it replaces; each is to be {@linkplain #drain drained}
     * @throws Refused if another plugin offers one of its connectors
     */
    List<LoadedPlugin> activate(LoadedPlugin fresh) throws Refused {
        var jar = fresh.jar();
        var replaced = active.values().stream()
                .map(LoadedPlugin::jar)
                .filter(other -> other.id().equals(jar.id()) || other.file().equals(jar.file()))
                .map(PluginJar::id)
                .toList();
        for (var offer : fresh.offers()) {
            var name = offer.descriptor().name();
            var taken = offers.get(name);
            if (taken != null && !replaced.contains(taken.plugin().jar().id())) {
                var by = taken.plugin().jar().id();
                throw new Refused(
                        "plugin.connector-taken",
                        "The plugin " + by + " offers a connector '" + name + "' already. Remove one of the two.",
                        "Das Plugin " + by + " bietet schon einen Konnektor „" + name
                                + "“ an. Eines der beiden entfernen.");
            }
        }
        var old = replaced.stream().map(active::remove).toList();
        active.put(jar.id(), fresh);
        published();
        LOG.info(
                "plugin {} {} is active (sha256 {}), connectors {}",
                jar.id(),
                jar.version(),
                jar.sha256(),
                names(fresh.offers()));
        return old;
    }

    /** Its jar was removed. */
    void remove(LoadedPlugin plugin) {
        active.remove(plugin.jar().id());
        published();
        drain(plugin);
    }

    private void published() {
        offers = active.values().stream()
                .flatMap(plugin -> plugin.offers().stream())
                .collect(
                        Collectors.toUnmodifiableMap(offer -> offer.descriptor().name(), offer -> offer));
        if (closing) {
            return; // a stopped hub shall find its plugins again
        }
        CrashPoint.PLUGIN_SWITCHED.pass();
        try {
            copies.note(active.values().stream()
                    .map(LoadedPlugin::jar)
                    .collect(Collectors.toMap(PluginJar::file, PluginJar::sha256)));
        } catch (IOException e) {
            LOG.warn("which plugins are active could not be noted; after a restart the inbox alone decides", e);
        }
        CrashPoint.PLUGIN_NOTED.pass();
    }

    /** Lets calls that run in it end there, then closes and unloads it. */
    void drain(LoadedPlugin plugin) {
        var jar = plugin.jar();
        // Before anything else: an offer taken a moment ago must not be entered any more.
        plugin.end();
        var thread = Plugins.thread("plugin-unload-" + jar.id() + "-" + jar.version(), () -> unload(plugin));
        draining.put(plugin, thread);
        thread.start();
    }

    private void unload(LoadedPlugin plugin) {
        var jar = plugin.jar();
        try {
            boolean left = plugin.isLeftWithin(closing ? CLOSING : Duration.ofSeconds(1));
            for (int seconds = 1; !left && !closing; seconds++) {
                if (seconds % PATIENCE.toSeconds() == 0) {
                    LOG.warn("plugin {} {} has been replaced, but calls into it still run", jar.id(), jar.version());
                }
                left = plugin.isLeftWithin(Duration.ofSeconds(1));
            }
            if (!left) {
                left = plugin.isLeftWithin(CLOSING);
            }
            if (!left) {
                LOG.warn("plugin {} {} is closed while calls into it still run", jar.id(), jar.version());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("plugin {} {} is closed without waiting for its calls", jar.id(), jar.version());
        }
        CrashPoint.PLUGIN_DRAINED.pass();
        try {
            forget.accept(plugin);
            close(plugin);
        } finally {
            CrashPoint.PLUGIN_CLOSED.pass();
            synchronized (lock) {
                draining.remove(plugin);
                gone.run();
            }
            LOG.info("plugin {} {} is unloaded", jar.id(), jar.version());
        }
    }

    /** Closes everything it has opened, and its class loader. */
    void close(LoadedPlugin plugin) {
        try {
            plugin.closeables().forEach(closeable -> close(plugin, closeable));
        } finally {
            plugin.close();
        }
    }

    /** Closes a connector or a factory; whatever it does about that stays its own affair. */
    static void close(LoadedPlugin plugin, AutoCloseable closeable) {
        var jar = plugin.jar();
        try {
            plugin.crew()
                    .call(
                            "closing",
                            Calls.LIMIT,
                            Crew.Book.none(),
                            () -> {
                                closeable.close();
                                return true;
                            },
                            done -> {});
        } catch (ConnectorFailed e) {
            LOG.warn("plugin {} {}: closing ended with {}", jar.id(), jar.version(), e.getMessage());
        }
    }

    List<PluginStatus> status() {
        var all = new ArrayList<PluginStatus>();
        active.values().forEach(plugin -> all.add(status(plugin, State.ACTIVE)));
        draining.keySet().forEach(plugin -> all.add(status(plugin, State.DRAINING)));
        return all;
    }

    private static PluginStatus status(LoadedPlugin plugin, State state) {
        var jar = plugin.jar();
        var takes = plugin.takes();
        return new PluginStatus(
                jar.id(),
                jar.version(),
                Dropped.shown(jar.file()),
                jar.sha256(),
                state,
                "",
                takes.english(),
                takes.german(),
                names(plugin.offers()),
                plugin.checks().all());
    }

    private static List<String> names(Collection<Offer> offers) {
        return offers.stream().map(offer -> offer.descriptor().name()).sorted().toList();
    }

    /** Takes everything out of use; what is noted stays, so that the next start finds it again. */
    List<Thread> end() {
        closing = true;
        var all = List.copyOf(active.values());
        active.clear();
        published();
        all.forEach(this::drain);
        return List.copyOf(draining.values());
    }
}
