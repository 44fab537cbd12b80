package de.stellwerk.hub.plugin;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.plugin.Dropped.Stamp;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.plugin.PluginStatus.State;
import de.stellwerk.hub.spi.ConnectorDescriptor;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of plugin jars: dropped, stable, copied, checked, tried, active, replaced, drained, closed.
 *
 * <p>One thread looks at the inbox; a few examine jars, so that one that hangs holds up no other and hundreds at a start do not crowd the
 * machine. Every decision is taken under this object's lock, and no code of a plugin runs while it is held.
 */
final class Plugins implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);

    /** After trouble of the hub's own, such as a full disk, a jar is examined again after so many looks, 30 seconds. */
    private static final int PAUSE = 60;

    /** So many jars are examined at a time. */
    private static final int EXAMINERS = Math.max(4, Runtime.getRuntime().availableProcessors());

    private static final Duration CLOSING = Duration.ofSeconds(10);
    /** What may be over when another plugin goes. */
    private static final String BESIDE = "beside/";

    private static final Reason NOTHING_OF_IT = new Reason(
            "",
            "Nothing of it is used, and what is in use stays in use.",
            "Nichts davon wird verwendet, und was in Gebrauch ist, bleibt es.");

    private static final Set<String> CONFLICTS = Set.of("plugin.same-version", "plugin.connector-taken");

    private final Path inbox;
    private final Duration pace;
    private final Copies copies;
    private final Dwellings dwellings;
    private final Versions versions;
    private final Examination examination;
    private final SelfTest selfTest;
    private final Thread watcher;
    private final ThreadPoolExecutor examiners;
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
            Versions.Rules rules,
            Consumer<LoadedPlugin> forget) {
        this.pace = pace;
        this.inbox = inbox;
        this.copies = new Copies(data);
        this.dwellings = dwellings;
        this.versions = new Versions(copies, rules, forget, this, this::sweep);
        this.examination = examination;
        this.selfTest = new SelfTest(data.resolve("self-test"));
        this.watcher = thread("plugin-inbox", this::watch);
        this.examiners = new ThreadPoolExecutor(
                EXAMINERS,
                EXAMINERS,
                CLOSING.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> thread("plugin-check", task));
        examiners.allowCoreThreadTimeOut(true);
    }

    /**
     * What a connection gets.
     *
     * @param range the versions it asks for; empty if it takes what comes
     */
    Optional<Offer> offer(String connector, String ags, Optional<String> range) {
        return versions.offer(connector, ags, range);
    }

    /** The versions that are loaded of a connector, the newest first. */
    List<String> versionsOf(String connector) {
        return versions.versionsOf(connector);
    }

    /** Every version that is loaded. */
    synchronized List<LoadedPlugin> loaded() {
        return versions.all();
    }

    /** How many threads of its own a plugin may have. */
    int mostThreads() {
        return dwellings.mostThreads();
    }

    /** The cards of all connectors that can be used now, by name. */
    List<ConnectorDescriptor> descriptors() {
        return versions.connectors().stream()
                .flatMap(name -> versions.offer(name, "", Optional.empty()).stream())
                .map(Offer::descriptor)
                .toList();
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
        var noted = copies.noted();
        synchronized (this) {
            versions.restore(noted);
        }
        var loads = new ArrayList<CompletableFuture<Optional<LoadedPlugin>>>();
        for (var each : noted.entrySet()) {
            boolean beside = each.getKey().startsWith(BESIDE);
            var file = beside ? each.getValue() : each.getKey();
            var sha256 = beside ? each.getKey().substring(BESIDE.length()) : each.getValue();
            if (there.containsKey(file) && sha256.matches("[0-9a-f]{64}")) {
                synchronized (this) {
                    examining.add(sha256);
                }
                loads.add(CompletableFuture.supplyAsync(() -> restore(file, sha256, beside), examiners));
            }
        }
        var besides = loads.stream()
                .map(CompletableFuture::join)
                .flatMap(Optional::stream)
                .toList();
        synchronized (this) {
            versions.restored(noted, besides);
            examining.clear();
            sweep();
        }
    }

    /** A version that stands beside another is handed back; one that is not sound any more has to come through the inbox again. */
    private Optional<LoadedPlugin> restore(String file, String sha256, boolean beside) {
        var checks = new Checks();
        try {
            if (!copies.isSound(sha256)) {
                return Optional.empty();
            }
            // What has stood every check of this very hub has only to be asked again who signed it.
            var jar = copies.isProvedHere()
                    ? examination.again(copies.copy(sha256), file, sha256, copies.signature(sha256), checks)
                    : examination.of(copies.copy(sha256), file, sha256, copies.signature(sha256), checks);
            CrashPoint.PLUGIN_EXAMINED.pass();
            var plugin = new LoadedPlugin(jar, dwellings.open(jar), checks);
            boolean taken = false;
            try {
                CrashPoint.PLUGIN_OPENED.pass();
                plugin.offers(Trial.of(plugin));
                if (!checks.isDone(Checks.Line.SELF_TEST)) {
                    selfTest.run(plugin);
                }
                CrashPoint.PLUGIN_TRIED.pass();
                if (!beside) {
                    synchronized (this) {
                        versions.activate(plugin, true);
                        var dropped = new Dropped(file);
                        dropped.is(plugin);
                        files.put(file, dropped);
                    }
                }
                taken = true;
                return beside ? Optional.of(plugin) : Optional.empty();
            } finally {
                if (!taken) {
                    versions.close(plugin);
                }
            }
        } catch (Refused e) {
            LOG.warn(
                    "plugin jar {} was active and is refused now: {}",
                    Dropped.shown(file),
                    e.reason().english());
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("plugin jar {} was active and could not be loaded", Dropped.shown(file), e);
        }
        return Optional.empty();
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
                    LOG.error("plugins/inbox cannot be read, no jar comes or goes", e);
                }
                unreadable = true;
            }
        } catch (RuntimeException e) {
            LOG.error("looking at plugins/inbox failed, it is done again", e);
        }
        try {
            lookAtSwaps(); // whether the inbox can be read or not: a version that does worse must not stay for that
        } catch (RuntimeException e) {
            LOG.error("looking at swaps of plugins failed, it is done again", e);
        }
    }

    private synchronized void look(Map<String, Stamp> there) {
        for (var file : List.copyOf(files.keySet())) {
            if (!there.containsKey(file)) {
                var gone = files.remove(file);
                if (gone != null) {
                    versions.forgive(gone.sha256);
                }
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
            examiners.execute(() -> examine(dropped, round, stamp));
        });
    }

    private synchronized void lookAtSwaps() {
        versions.look().forEach((jar, why) -> files.values().stream()
                .filter(dropped -> dropped.sha256.equals(jar.sha256()))
                .forEach(dropped -> refuse(dropped, returned(why))));
        for (var dropped : files.values()) {
            if (dropped.state == State.ACTIVE
                    && versions.ofBytes(dropped.sha256).isEmpty()) {
                // Its version has been left; it waits behind the one that is used, unless somebody asks for it.
                versions.active(dropped.id)
                        .ifPresentOrElse(
                                used -> dropped.stand(State.SUPERSEDED, newer(used.jar())),
                                () -> dropped.examined = false);
            }
        }
    }

    private static Refused returned(Reason why) {
        return new Refused(
                "plugin.returned",
                "This version was given back: " + why.english()
                        + " Drop a corrected one; to try this one again, use it: POST /api/v1/plugins/ID/use.",
                "Diese Version wurde zurückgenommen: " + why.german()
                        + " Eine berichtigte ablegen; um diese noch einmal zu versuchen: POST /api/v1/plugins/ID/use.");
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
            if (isKnown(dropped, round, Copies.hash(file))) {
                return;
            }
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

    /** Bytes that are loaded from this very file need no copy, nor a second look: after a start, that is every jar. */
    private synchronized boolean isKnown(Dropped dropped, int round, String sha256) {
        var loaded =
                versions.ofBytes(sha256).filter(plugin -> plugin.jar().file().equals(dropped.file));
        if (loaded.isPresent() && !isStale(dropped, round)) {
            dropped.is(loaded.get());
        }
        return loaded.isPresent();
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
            var signature = copies.signature(sha256);
            var jar = examination.of(copy, dropped.file, sha256, signature, checks);
            admit(dropped, round, jar, checks);
        } catch (Refused e) {
            var id = idOf(copy);
            synchronized (this) {
                var reason = e.reason().and(meanwhile(dropped.file, sha256, id));
                if (CONFLICTS.contains(reason.code())) {
                    checks.failed(Checks.Line.PLACE, reason);
                } else {
                    checks.failed(reason);
                }
                if (!isStale(dropped, round)) {
                    refused(dropped, reason);
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
            if (place(dropped, jar) == Place.NONE) {
                checks.skipped(Checks.Line.PLACE, dropped.reason.english(), dropped.reason.german());
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
                var place = closing || isStale(dropped, round) ? Place.NONE : place(dropped, jar);
                taken = place != Place.NONE;
                if (taken) {
                    versions.activate(fresh, place == Place.MAIN);
                    dropped.is(fresh);
                    again();
                }
            }
        } finally {
            if (!taken) {
                versions.close(fresh);
            }
        }
    }

    private enum Place {
        /** It takes the calls of the version that has them now, if there is one. */
        MAIN,
        /** For those who ask for it. */
        BESIDE,
        NONE
    }

    /** What this jar may be, as things stand. If it has no place, its state says why. */
    private Place place(Dropped dropped, PluginJar jar) throws Refused {
        var back = versions.returned(jar.sha256());
        if (back.isPresent()) {
            throw returned(back.get());
        }
        var current = versions.active(jar.id());
        if (current.isEmpty()) {
            return Place.MAIN;
        }
        var other = current.get().jar();
        var same = versions.ofBytes(jar.sha256()).map(LoadedPlugin::jar);
        if (same.isPresent()) {
            var twin = Dropped.shown(same.get().file());
            dropped.stand(
                    State.SUPERSEDED,
                    new Reason(
                            "plugin.same-bytes",
                            "The file " + twin + " has the same bytes and is in use.",
                            "Die Datei " + twin + " hat denselben Inhalt und ist in Gebrauch."));
            return Place.NONE;
        }
        if (!jar.newerThan(other) && !other.newerThan(jar)) {
            throw new Refused(
                    "plugin.same-version",
                    "Plugin " + jar.id() + " " + jar.version() + " is in use with other bytes."
                            + " Raise Plugin-Version, or remove the earlier jar first.",
                    "Plugin " + jar.id() + " " + jar.version() + " ist mit anderem Inhalt in Gebrauch."
                            + " Plugin-Version erhöhen, oder zuerst das frühere Archiv entfernen.");
        }
        var chosen = versions.chosen(jar.id());
        var holder = files.get(other.file());
        boolean holds = holder != null && holder != dropped && holder.sha256.equals(other.sha256());
        boolean better = chosen.isPresent() ? chosen.get().equals(jar.version()) : !holds || jar.newerThan(other);
        if (better) {
            return Place.MAIN;
        }
        if (versions.isWantedBeside(jar)) {
            return Place.BESIDE;
        }
        dropped.stand(
                State.SUPERSEDED,
                chosen.isPresent()
                        ? new Reason(
                                "plugin.not-chosen",
                                "Version " + chosen.get() + " was chosen, so this one waits.",
                                "Version " + chosen.get() + " wurde gewählt, diese wartet.")
                        : newer(other));
        return Place.NONE;
    }

    private static Reason newer(PluginJar jar) {
        return new Reason(
                "plugin.superseded",
                "Version " + jar.version() + " of this plugin is in use.",
                "Version " + jar.version() + " dieses Plugins ist in Gebrauch.");
    }

    /**
     * Uses a version whose jar lies in the inbox: for all, or for one municipality. It stays chosen until another is.
     *
     * @param version {@code newest} to leave it to the hub again
     * @param ags empty for all
     * @return false if there is no such version
     */
    synchronized boolean use(String id, String version, String ags) {
        boolean newest = version.equals("newest");
        var there = files.values().stream()
                .filter(dropped -> dropped.id.equals(id) && (newest || dropped.version.equals(version)))
                .toList();
        if (there.isEmpty() && versions.active(id).isEmpty()) {
            return false;
        }
        if (!newest
                && there.isEmpty()
                && versions.all().stream()
                        .map(LoadedPlugin::jar)
                        .noneMatch(jar -> jar.id().equals(id) && jar.version().equals(version))) {
            return false;
        }
        there.forEach(dropped -> versions.forgive(dropped.sha256));
        versions.use(id, newest ? "" : version, ags);
        for (var dropped : files.values()) {
            if (dropped.id.equals(id)) {
                dropped.examined = false;
            }
        }
        return true;
    }

    /** What became of swaps, the latest first. */
    synchronized List<SwapReport> swaps() {
        return versions.reports();
    }

    void lookAtLeftovers() {
        dwellings.lookAtLeftovers();
    }

    private static boolean isGone(Dropped dropped, Map<String, Dropped> files) {
        return files.get(dropped.file) != dropped;
    }

    private boolean isStale(Dropped dropped, int round) {
        return isGone(dropped, files) || dropped.round != round;
    }

    private void refuse(Dropped dropped, Refused refused) {
        refused(dropped, refused.reason().and(meanwhile(dropped.file, dropped.sha256, dropped.id)));
    }

    /** What is safe while a jar is not taken. */
    private Reason meanwhile(String file, String sha256, String id) {
        return Stream.concat(versions.from(file).stream(), versions.active(id).stream())
                .map(LoadedPlugin::jar)
                .filter(jar -> !jar.sha256().equals(sha256))
                .findFirst()
                .map(jar -> new Reason(
                        "",
                        "Version " + jar.version() + " stays in use.",
                        "Version " + jar.version() + " bleibt in Gebrauch."))
                .orElse(NOTHING_OF_IT);
    }

    /** What a jar calls itself, whether that is true or not; empty if it cannot be read. */
    private static String idOf(Path copy) {
        try {
            return Objects.requireNonNullElse(PluginInbox.manifest(copy).getValue("Plugin-Id"), "");
        } catch (IOException | SecurityException e) {
            return ""; // the line that failed says so already
        }
    }

    private static void refused(Dropped dropped, Reason reason) {
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
                                    "The hub could not examine the jar ("
                                            + e.getClass().getSimpleName()
                                            + "). It tries again in 30 s; if that fails too, see the log and the space on the disk.",
                                    "Der Hub konnte das Archiv nicht prüfen ("
                                            + e.getClass().getSimpleName()
                                            + "). Nächster Versuch in 30 s; scheitert auch der, Log und Plattenplatz ansehen.")
                            .and(meanwhile(dropped.file, dropped.sha256, dropped.id)));
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
        dwellings.held().forEach(held -> all.add(held.status()));
        all.sort(Comparator.comparing(PluginStatus::file).thenComparing(PluginStatus::state));
        return List.copyOf(all);
    }

    @Override
    public void close() {
        stop.countDown();
        examiners.shutdown();
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
