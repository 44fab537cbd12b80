package de.stellwerk.hub.plugin;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.plugin.Dropped.Stamp;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.plugin.PluginStatus.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of plugin jars: dropped, stable, copied, checked, tried, active, replaced, drained, closed.
 *
 * <p>One thread looks at the inbox; each jar is examined on a thread of its own, so that one that hangs holds up no other. Every decision
 * is taken under this object's lock, and no code of a plugin runs while it is held.
 */
final class Plugins implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    /** After trouble of the hub's own, such as a full disk, a jar is examined again after so many looks, 30 seconds. */
    private static final int PAUSE = 60;

    private static final Duration CLOSING = Duration.ofSeconds(10);
    /** What may be over when another plugin goes. */
    private static final Set<String> CONFLICTS = Set.of("plugin.same-version", "plugin.connector-taken");

    private final Path inbox;
    private final Duration pace;
    private final Copies copies;
    private final Dwellings dwellings;
    private final Versions versions;
    private final Examination examination;
    private final SelfTest selfTest;
    private final Thread watcher;
    private final CountDownLatch stop = new CountDownLatch(1);

    private final Map<String, Dropped> files = new TreeMap<>();
    /** Hashes of copies that are being examined: not to be swept. */
    private final List<String> examining = new ArrayList<>();

    private volatile boolean closing;
    private boolean unreadable;

    /**
     * @param pace the time between two looks
     * @param examination what a jar has to stand before it is loaded
     * @param forget is told of a version nobody is inside of any more
     */
    Plugins(
            Path inbox,
            Path data,
            Dwellings dwellings,
            Duration pace,
            Examination examination,
            Consumer<LoadedPlugin> forget) {
        this.pace = pace;
        this.inbox = inbox;
        this.copies = new Copies(data);
        this.dwellings = dwellings;
        this.versions = new Versions(copies, forget, this, this::sweep);
        this.examination = examination;
        this.selfTest = new SelfTest(data.resolve("self-test"));
        this.watcher = thread("plugin-inbox", this::watch);
    }

    Optional<Offer> offer(String connector) {
        return versions.offer(connector);
    }

    /** Every version that is loaded. */
    synchronized List<LoadedPlugin> loaded() {
        return versions.all();
    }

    /** How many threads of its own a plugin may have. */
    int mostThreads() {
        return dwellings.mostThreads();
    }

    /** The names of all connectors that can be used now. */
    Set<String> connectors() {
        return versions.connectors();
    }

    void start() {
        try {
            Files.createDirectories(inbox);
            copies.prepare();
            selfTest.tidy();
            restore();
            synchronized (this) {
                sweep();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the folders of the plugins cannot be used", e);
        }
        watcher.start();
    }

    /** Loads what was active last, whatever lies in the inbox by now: the newer bytes have to prove themselves first. */
    private void restore() throws IOException {
        var there = Dropped.list(inbox);
        var threads = new ArrayList<Thread>();
        for (var noted : copies.noted().entrySet()) {
            var sha256 = noted.getValue();
            if (there.containsKey(noted.getKey()) && sha256.matches("[0-9a-f]{64}") && copies.isSound(sha256)) {
                var dropped = new Dropped(noted.getKey());
                synchronized (this) {
                    files.put(dropped.file, dropped);
                    examining.add(sha256);
                }
                threads.add(thread(
                        "plugin-check-" + Dropped.shown(dropped.file),
                        () -> consider(dropped, 0, copies.copy(sha256), sha256)));
            }
        }
        threads.forEach(Thread::start);
        for (var thread : threads) {
            join(thread, Calls.LIMIT.plusSeconds(5));
        }
    }

    static Thread thread(String name, Runnable task) {
        var thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        return thread;
    }

    private void watch() {
        try {
            do {
                look();
            } while (!stop.await(pace.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("plugins/inbox is not watched any more");
        }
    }

    private void look() {
        try {
            var there = Dropped.list(inbox);
            synchronized (this) {
                unreadable = false;
                look(there);
            }
        } catch (IOException e) {
            // A share that is away for a moment must not unload every plugin.
            synchronized (this) {
                if (!unreadable) {
                    LOG.error("plugins/inbox cannot be read, all plugins stay as they are", e);
                }
                unreadable = true;
            }
        } catch (RuntimeException e) {
            LOG.error("looking at plugins/inbox failed, it is done again", e);
        }
    }

    private synchronized void look(Map<String, Stamp> there) {
        for (var file : List.copyOf(files.keySet())) {
            if (!there.containsKey(file)) {
                files.remove(file);
                removed(file);
            }
        }
        there.forEach((file, stamp) -> {
            var dropped = files.computeIfAbsent(file, Dropped::new);
            int before = dropped.round;
            dropped.look(stamp);
            if (dropped.round != before || dropped.examined) {
                return;
            }
            dropped.examined = true;
            if (!stamp.regular()) {
                dropped.sha256 = "";
                refuse(
                        dropped,
                        new Refused(
                                "plugin.not-a-file",
                                "This is a link, a folder or a device. Copy the jar itself into the folder.",
                                "Das ist ein Verweis, ein Ordner oder ein Gerät. Das Archiv selbst in den Ordner kopieren."));
                return;
            }
            dropped.stand(State.CHECKING, Reason.NONE);
            int round = dropped.round;
            thread("plugin-check-" + Dropped.shown(file), () -> examine(dropped, round, stamp))
                    .start();
        });
    }

    private void removed(String file) {
        for (var plugin : versions.from(file)) {
            LOG.info(
                    "plugin {} {}: its jar was removed, it is unloaded",
                    plugin.jar().id(),
                    plugin.jar().version());
            versions.remove(plugin);
            again();
        }
    }

    /** Something has gone: those who stood behind it are examined again. */
    private void again() {
        for (var dropped : files.values()) {
            if (dropped.state == State.SUPERSEDED
                    || (dropped.state == State.REFUSED && CONFLICTS.contains(dropped.reason.code()))) {
                dropped.examined = false;
            }
        }
    }

    private void examine(Dropped dropped, int round, Stamp stamp) {
        Path copy;
        String sha256;
        try {
            var file = inbox.resolve(dropped.file);
            var taken = copies.take(file);
            synchronized (this) {
                if (closing || isStale(dropped, round)) {
                    copies.drop(taken);
                    return;
                }
                if (!Stamp.of(file).equals(stamp)) {
                    copies.drop(taken); // it was written to while it was copied: the next look sees that
                    dropped.examined = false;
                    return;
                }
                sha256 = taken.sha256();
                copy = copies.keep(taken);
                copies.keepSignature(file, sha256);
                examining.add(sha256);
            }
        } catch (IOException | RuntimeException e) {
            trouble(dropped, round, e);
            return;
        }
        consider(dropped, round, copy, sha256);
    }

    private void consider(Dropped dropped, int round, Path copy, String sha256) {
        var checks = new Checks();
        try {
            synchronized (this) {
                if (!isStale(dropped, round)) {
                    dropped.sha256 = sha256;
                    dropped.id = "";
                    dropped.version = "";
                    dropped.checks = checks;
                }
            }
            admit(dropped, round, examination.of(copy, dropped.file, sha256, copies.signature(sha256), checks), checks);
        } catch (Refused e) {
            if (CONFLICTS.contains(e.reason().code())) {
                checks.failed(Checks.Line.PLACE, e.reason());
            } else {
                checks.failed(e.reason());
            }
            synchronized (this) {
                if (!isStale(dropped, round)) {
                    refuse(dropped, e);
                }
            }
        } catch (RuntimeException | Error e) {
            trouble(dropped, round, e);
        } finally {
            synchronized (this) {
                examining.remove(sha256);
                sweep();
            }
        }
    }

    private void admit(Dropped dropped, int round, PluginJar jar, Checks checks) throws Refused {
        synchronized (this) {
            if (closing || isStale(dropped, round)) {
                return;
            }
            dropped.id = jar.id();
            dropped.version = jar.version();
            if (!hasPlace(dropped, jar)) {
                return;
            }
        }
        checks.passed(Checks.Line.PLACE, "No other jar stands in its way.", "Kein anderes Archiv steht ihm im Weg.");
        CrashPoint.PLUGIN_EXAMINED.pass();
        var fresh = new LoadedPlugin(jar, dwellings.open(jar), checks);
        boolean taken = false;
        try {
            CrashPoint.PLUGIN_OPENED.pass();
            fresh.offers(Trial.of(fresh));
            selfTest.run(fresh);
            CrashPoint.PLUGIN_TRIED.pass();
            synchronized (this) {
                taken = !closing && !isStale(dropped, round) && hasPlace(dropped, jar);
                if (taken) {
                    activate(dropped, fresh);
                }
            }
        } finally {
            if (!taken) {
                versions.close(fresh);
            }
        }
    }

    /** Whether this jar may be the active version of its plugin, as things stand. If not, its state says why. */
    private boolean hasPlace(Dropped dropped, PluginJar jar) throws Refused {
        var current = versions.active(jar.id());
        if (current.isEmpty()) {
            return true;
        }
        var other = current.get().jar();
        if (other.sha256().equals(jar.sha256())) {
            if (other.file().equals(jar.file())) {
                dropped.stand(State.ACTIVE, Reason.NONE);
            } else {
                dropped.stand(
                        State.SUPERSEDED,
                        new Reason(
                                "plugin.same-bytes",
                                "The file " + Dropped.shown(other.file()) + " has the same bytes and is in use.",
                                "Die Datei " + Dropped.shown(other.file())
                                        + " hat denselben Inhalt und ist in Gebrauch."));
            }
            return false;
        }
        if (!jar.newerThan(other) && !other.newerThan(jar)) {
            throw new Refused(
                    "plugin.same-version",
                    "Plugin " + jar.id() + " " + jar.version() + " is in use with other bytes, and stays in use."
                            + " Raise Plugin-Version, or remove the earlier jar first.",
                    "Plugin " + jar.id() + " " + jar.version() + " ist mit anderem Inhalt in Gebrauch und bleibt es."
                            + " Plugin-Version erhöhen, oder zuerst das frühere Archiv entfernen.");
        }
        var holder = files.get(other.file());
        boolean holds = holder != null && holder != dropped && holder.sha256.equals(other.sha256());
        if (holds && other.newerThan(jar)) {
            dropped.stand(State.SUPERSEDED, newer(other));
            return false;
        }
        return true;
    }

    private static Reason newer(PluginJar jar) {
        return new Reason(
                "plugin.superseded",
                "Version " + jar.version() + " of this plugin is in use.",
                "Version " + jar.version() + " dieses Plugins ist in Gebrauch.");
    }

    private void activate(Dropped dropped, LoadedPlugin fresh) throws Refused {
        var old = versions.activate(fresh);
        dropped.stand(State.ACTIVE, Reason.NONE);
        for (var plugin : old) {
            var holder = files.get(plugin.jar().file());
            if (holder != null && holder != dropped) {
                holder.stand(State.SUPERSEDED, newer(fresh.jar()));
            }
            versions.drain(plugin);
            again();
        }
    }

    private static boolean isGone(Dropped dropped, Map<String, Dropped> files) {
        return files.get(dropped.file) != dropped;
    }

    private boolean isStale(Dropped dropped, int round) {
        return isGone(dropped, files) || dropped.round != round;
    }

    private void refuse(Dropped dropped, Refused refused) {
        var reason = refused.reason();
        for (var plugin : versions.from(dropped.file)) {
            if (!plugin.jar().sha256().equals(dropped.sha256)) {
                reason = reason.and(
                        "Version " + plugin.jar().version() + " stays in use.",
                        "Version " + plugin.jar().version() + " bleibt in Gebrauch.");
            }
        }
        dropped.stand(State.REFUSED, reason);
        LOG.warn("plugin jar {} is refused: {} {}", Dropped.shown(dropped.file), reason.code(), reason.english());
    }

    private synchronized void trouble(Dropped dropped, int round, Throwable e) {
        LOG.error("plugin jar {} could not be examined, it is tried again", Dropped.shown(dropped.file), e);
        if (!isStale(dropped, round)) {
            dropped.pause = PAUSE;
            dropped.stand(
                    State.REFUSED,
                    new Reason(
                            "plugin.trouble",
                            "The hub could not examine the jar (" + e.getClass().getSimpleName()
                                    + "). It tries again in 30 s.",
                            "Der Hub konnte das Archiv nicht prüfen ("
                                    + e.getClass().getSimpleName() + "). Nächster Versuch in 30 s."));
        }
    }

    private void sweep() {
        if (closing) {
            return; // the next start needs them
        }
        var used = new HashSet<>(examining);
        used.addAll(versions.loaded());
        try {
            copies.sweep(used);
        } catch (IOException e) {
            LOG.warn("copies of plugin jars that are not used any more could not be deleted", e);
        }
    }

    synchronized List<PluginStatus> status() {
        var all = new ArrayList<PluginStatus>();
        files.values().stream()
                .filter(dropped -> dropped.state != State.ACTIVE)
                .forEach(dropped -> all.add(dropped.status()));
        all.addAll(versions.status());
        all.sort(Comparator.comparing(PluginStatus::file).thenComparing(PluginStatus::state));
        return List.copyOf(all);
    }

    @Override
    public void close() {
        stop.countDown();
        List<Thread> threads;
        synchronized (this) {
            closing = true;
            threads = versions.end();
        }
        for (var thread : threads) {
            join(thread, CLOSING.multipliedBy(3));
        }
    }

    private static void join(Thread thread, Duration limit) {
        try {
            thread.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
