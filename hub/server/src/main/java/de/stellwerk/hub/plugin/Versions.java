package de.stellwerk.hub.plugin;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.plugin.PluginStatus.State;
import de.stellwerk.hub.plugin.SwapReport.Result;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of plugins that are loaded: which of them takes whose calls, which is watched, and which are being left, closed and
 * unloaded. Guarded by the lock of {@link Plugins}, which it is given; only what is offered is read without it.
 *
 * <p>Every decision is noted before anything is undone: after a kill the next start finds the same versions in the same use.
 */
final class Versions {

    private static final Logger LOG = LoggerFactory.getLogger(Versions.class);

    private static final Duration CLOSING = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int KEPT_REPORTS = 100;

    /** A connection as configured. */
    record Use(String ags, String name, String connector, Optional<String> version) {

        String key() {
            return ags + "/" + name;
        }
    }

    /**
     * How swaps go.
     *
     * @param canary the AGS of the municipality that uses a new version first
     * @param watch how long each stage is watched
     * @param returnAfter so many calls must have failed before a version is given back
     * @param uses every configured connection
     * @param book tells what became of deliveries
     */
    record Rules(
            Optional<String> canary,
            Duration watch,
            int returnAfter,
            Collection<Use> uses,
            SwapReport.Book book,
            Clock clock) {}

    /** The loaded versions of one plugin. */
    private static final class Family {

        private LoadedPlugin main;
        private final List<LoadedPlugin> beside = new ArrayList<>();
        private @Nullable Swap swap;

        Family(LoadedPlugin main) {
            this.main = main;
        }

        /** The newest first. */
        List<LoadedPlugin> all() {
            var all = new ArrayList<>(beside);
            all.add(main);
            if (swap != null) {
                all.add(main == swap.old ? swap.fresh : swap.old);
            }
            all.sort((a, b) -> a.jar().newerThan(b.jar()) ? -1 : b.jar().newerThan(a.jar()) ? 1 : 0);
            return all;
        }
    }

    private final Copies copies;
    private final Rules rules;
    private final Consumer<LoadedPlugin> forget;
    private final Object lock;
    private final Runnable gone;

    private final Map<String, Family> families = new TreeMap<>();
    private final Map<LoadedPlugin, Thread> draining = new LinkedHashMap<>();
    /** By id: the version an operator wants, whatever lies in the inbox. */
    private final Map<String, String> chosen = new TreeMap<>();
    /** By id and AGS: the version an operator has given a municipality. */
    private final Map<String, Map<String, String>> assigned = new TreeMap<>();
    /** By hash: why a version was given back. */
    private final Map<String, Reason> returned = new TreeMap<>();

    private final Deque<SwapReport> reports = new ArrayDeque<>();

    private volatile Map<String, Choice> offers = Map.of();
    private volatile boolean closing;
    private boolean restoring;

    /**
     * @param forget is told of a version nobody is inside of any more
     * @param lock guards everything here
     * @param gone is called with the lock when a version is unloaded
     */
    Versions(Copies copies, Rules rules, Consumer<LoadedPlugin> forget, Object lock, Runnable gone) {
        this.copies = copies;
        this.rules = rules;
        this.forget = forget;
        this.lock = lock;
        this.gone = gone;
    }

    /** What a connection of a municipality gets. */
    Optional<Offer> offer(String connector, String ags, Optional<String> range) {
        var choice = offers.get(connector);
        return choice == null ? Optional.empty() : choice.of(ags, range);
    }

    /** The names of all connectors that can be used now. */
    Set<String> connectors() {
        return new TreeSet<>(offers.keySet());
    }

    /** The versions that are loaded of a connector, the newest first. */
    List<String> versionsOf(String connector) {
        var choice = offers.get(connector);
        return choice == null
                ? List.of()
                : choice.loaded().stream()
                        .map(offer -> offer.plugin().jar().version())
                        .toList();
    }

    /** The version that takes the calls of everybody of whom nothing else is said. */
    Optional<LoadedPlugin> active(String id) {
        return Optional.ofNullable(families.get(id)).map(family -> family.main);
    }

    /** Those in use and those that are being left. */
    List<LoadedPlugin> all() {
        var all = new ArrayList<>(used());
        all.addAll(draining.keySet());
        return all;
    }

    private List<LoadedPlugin> used() {
        return families.values().stream()
                .flatMap(family -> family.all().stream())
                .toList();
    }

    /** The versions in use that came with this file. */
    List<LoadedPlugin> from(String file) {
        return used().stream()
                .filter(plugin -> plugin.jar().file().equals(file))
                .toList();
    }

    /** A loaded version of these bytes. */
    Optional<LoadedPlugin> ofBytes(String sha256) {
        return used().stream()
                .filter(plugin -> plugin.jar().sha256().equals(sha256))
                .findFirst();
    }

    /** Why these bytes were given back; empty if they were not. */
    Optional<Reason> returned(String sha256) {
        return Optional.ofNullable(returned.get(sha256));
    }

    /** The version an operator has chosen of this plugin. */
    Optional<String> chosen(String id) {
        return Optional.ofNullable(chosen.get(id));
    }

    /** Whether a version is to be loaded beside the one that takes most calls, because somebody asks for it. */
    boolean isWantedBeside(PluginJar jar) {
        if (assigned.getOrDefault(jar.id(), Map.of()).containsValue(jar.version())) {
            return true;
        }
        var family = families.get(jar.id());
        if (family == null) {
            return false;
        }
        var names = family.all().stream()
                .flatMap(plugin -> plugin.offers().stream())
                .map(offer -> offer.descriptor().name())
                .toList();
        return rules.uses.stream()
                .filter(use -> names.contains(use.connector))
                .flatMap(use -> use.version.stream())
                .filter(jar::fits)
                .anyMatch(range -> !family.main.jar().fits(range)
                        && family.beside.stream()
                                .map(LoadedPlugin::jar)
                                .noneMatch(other -> other.fits(range) && other.newerThan(jar)));
    }

    /** The hashes of all copies that are needed. */
    Set<String> loaded() {
        var hashes = new TreeSet<String>();
        all().forEach(plugin -> hashes.add(plugin.jar().sha256()));
        return hashes;
    }

    /**
     * Takes a version into use: as the only one, beside others for those who ask for it, or by a swap.
     *
     * @param takesOver whether it is to take the calls of the version that has them now
     * @throws Refused if another plugin offers one of its connectors, or a connection could not use it
     */
    void activate(LoadedPlugin fresh, boolean takesOver) throws Refused {
        var jar = fresh.jar();
        var family = families.get(jar.id());
        // Another plugin that came with the same file has gone with its bytes.
        var overwritten = from(jar.file()).stream()
                .filter(other -> !other.jar().id().equals(jar.id()))
                .toList();
        for (var offer : fresh.offers()) {
            var name = offer.descriptor().name();
            for (var other : used()) {
                if (!other.jar().id().equals(jar.id())
                        && !overwritten.contains(other)
                        && offering(other, name).isPresent()) {
                    throw new Refused(
                            "plugin.connector-taken",
                            "The plugin " + other.jar().id() + " offers a connector '" + name
                                    + "' already. Remove one of the two.",
                            "Das Plugin " + other.jar().id() + " bietet schon einen Konnektor „" + name
                                    + "“ an. Eines der beiden entfernen.");
                }
            }
        }
        overwritten.forEach(this::take);
        if (family == null) {
            families.put(jar.id(), new Family(fresh));
            published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
        } else if (takesOver) {
            swap(family, fresh);
        } else {
            family.beside.add(fresh);
            published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
        }
        LOG.info(
                "plugin {} {} is {} (sha256 {}), connectors {}",
                jar.id(),
                jar.version(),
                state(fresh),
                jar.sha256(),
                names(fresh.offers()));
        overwritten.forEach(other -> drain(other, () -> {}));
    }

    private void swap(Family family, LoadedPlugin fresh) {
        var now = rules.clock.instant();
        conclude(
                family,
                Result.CUT_SHORT,
                new Reason(
                        "",
                        "Another version came before its watch was over.",
                        "Vor Ende der Beobachtung kam eine andere Version."));
        family.beside.remove(fresh);
        var before = family.main;
        var canary = rules.canary
                .filter(ags -> rules.watch.compareTo(Duration.ZERO) > 0)
                .filter(ags -> rules.uses.stream()
                        .anyMatch(use -> use.ags.equals(ags)
                                && offering(before, use.connector).isPresent()))
                .orElse("");
        var stage = canary.isEmpty() ? Swap.Stage.ALL : Swap.Stage.CANARY;
        family.swap = new Swap(before, fresh, canary, now, stage, now);
        if (stage == Swap.Stage.CANARY) {
            published(CrashPoint.PLUGIN_CANARY, CrashPoint.PLUGIN_CANARY_NOTED);
        } else {
            family.main = fresh;
            published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
        }
    }

    /**
     * Looks at the swaps that are watched: goes on with those that do well, gives back those that do worse.
     *
     * @return the versions that were given back, each with the reason
     */
    Map<PluginJar, Reason> look() {
        var now = rules.clock.instant();
        var back = new HashMap<PluginJar, Reason>();
        for (var family : List.copyOf(families.values())) {
            var swap = family.swap;
            if (swap == null) {
                continue;
            }
            swap.look(now);
            var worse = swap.worse(rules.returnAfter);
            if (worse.isPresent()) {
                returned.put(swap.fresh.jar().sha256(), worse.get());
                back.put(swap.fresh.jar(), worse.get());
                giveBack(family, swap, worse.get());
            } else if (swap.hasBeenWatched(rules.watch)) {
                if (swap.stage() == Swap.Stage.CANARY) {
                    swap.forAll(now);
                    family.main = swap.fresh;
                    LOG.info(
                            "plugin {} {} has done well in {}, all use it",
                            swap.fresh.jar().id(),
                            swap.fresh.jar().version(),
                            swap.canary);
                    published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
                } else {
                    CrashPoint.PLUGIN_WATCHED.pass();
                    conclude(family, Result.KEPT, Reason.NONE);
                }
            }
        }
        return back;
    }

    private void giveBack(Family family, Swap swap, Reason why) {
        LOG.warn(
                "plugin {} {} is given back, {} takes over again: {}",
                swap.fresh.jar().id(),
                swap.fresh.jar().version(),
                swap.old.jar().version(),
                why.english());
        family.main = swap.old;
        conclude(family, Result.RETURNED, why);
    }

    /** Ends a swap, if there is one: the version that does not take the calls is left. */
    private void conclude(Family family, Result result, Reason why) {
        var swap = family.swap;
        if (swap == null) {
            return;
        }
        family.swap = null;
        var leaving = family.main == swap.old ? swap.fresh : swap.old;
        boolean back = result == Result.RETURNED;
        boolean stays = !back && isWantedBeside(leaving.jar());
        if (stays) {
            family.beside.add(leaving);
        }
        published(
                back ? CrashPoint.PLUGIN_RETURNED : CrashPoint.PLUGIN_SWITCHED,
                back ? CrashPoint.PLUGIN_RETURN_NOTED : CrashPoint.PLUGIN_NOTED);
        var ended = rules.clock.instant();
        Runnable report = () -> report(swap, result, why, ended);
        if (stays) {
            Plugins.thread("plugin-report-" + leaving.jar().id(), report).start();
        } else {
            drain(leaving, report);
        }
    }

    /** Asks the ledger, on a thread that holds no lock. */
    private void report(Swap swap, Result result, Reason why, Instant ended) {
        var connections = rules.uses.stream()
                .filter(use -> swap.stage() == Swap.Stage.ALL || use.ags.equals(swap.canary))
                .filter(use -> offering(swap, use.connector))
                .map(Use::key)
                .toList();
        SwapReport.Book.Count count;
        try {
            count = rules.book.count(connections, swap.begun(), swap.since(), ended);
        } catch (RuntimeException e) {
            LOG.error("what became of deliveries in a swap could not be counted", e);
            return;
        }
        var done = new SwapReport(
                swap.fresh.jar().id(),
                swap.old.jar().version(),
                swap.fresh.jar().version(),
                swap.canary,
                result,
                swap.begun(),
                ended,
                count.delivered(),
                count.lost(),
                count.twice(),
                why.english(),
                why.german());
        LOG.info("plugin {} from {} to {}: {}, {}", done.plugin(), done.from(), done.to(), result, done.line());
        synchronized (lock) {
            reports.addFirst(done);
            while (reports.size() > KEPT_REPORTS) {
                reports.removeLast();
            }
            try {
                copies.noteSwaps(reports);
            } catch (IOException e) {
                LOG.warn("the reports of swaps could not be kept; they are gone after a restart", e);
            }
        }
    }

    /** The latest first. */
    List<SwapReport> reports() {
        return List.copyOf(reports);
    }

    /**
     * An operator wants a version, loaded already or not yet.
     *
     * @param version the newest again if empty
     * @param ags for this municipality only; for all if empty
     */
    void use(String id, String version, String ags) {
        if (!ags.isEmpty()) {
            var given = assigned.computeIfAbsent(id, key -> new TreeMap<>());
            given.remove(ags);
            if (!version.isEmpty()) {
                given.put(ags, version);
            }
        } else if (version.isEmpty()) {
            chosen.remove(id);
        } else {
            chosen.put(id, version);
        }
        var family = families.get(id);
        if (family == null) {
            return;
        }
        var there = family.all().stream()
                .filter(plugin -> plugin.jar().version().equals(version))
                .findFirst();
        var swap = family.swap;
        // While only one municipality tries a newer one, the older one is wanted although it has not gone yet.
        boolean chosenInSwap = swap != null && there.isPresent() && there.get() == swap.old;
        if (ags.isEmpty() && there.isPresent() && (chosenInSwap || family.main != there.get())) {
            var told = new Reason("", "An operator has chosen it.", "Der Betrieb hat es so gewählt.");
            if (swap != null && chosenInSwap) {
                giveBack(family, swap, told);
            } else if (swap != null && swap.fresh == there.get()) {
                swap.forAll(rules.clock.instant());
                family.main = swap.fresh;
                published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
            } else {
                swap(family, there.get());
            }
        } else {
            published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
        }
        for (var plugin : List.copyOf(family.beside)) {
            if (!isWantedBeside(plugin.jar())) {
                family.beside.remove(plugin);
                published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
                drain(plugin, () -> {});
            }
        }
    }

    /** These bytes may be tried again. */
    void forgive(String sha256) {
        returned.remove(sha256);
    }

    /** Its jar was removed. */
    void remove(LoadedPlugin plugin) {
        take(plugin);
        published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
        drain(plugin, () -> {});
    }

    /** Takes a version out of use; the version before, or the newest beside, steps in. */
    private void take(LoadedPlugin plugin) {
        var family = families.get(plugin.jar().id());
        if (family == null) {
            return;
        }
        var swap = family.swap;
        if (swap != null && (swap.old == plugin || swap.fresh == plugin)) {
            family.main = swap.old == plugin ? swap.fresh : swap.old;
            family.swap = null;
        } else if (family.main == plugin && !family.beside.isEmpty()) {
            family.main = family.beside.remove(0);
        } else if (family.main == plugin) {
            families.remove(plugin.jar().id());
        } else {
            family.beside.remove(plugin);
        }
    }

    private static Optional<Offer> offering(LoadedPlugin plugin, String connector) {
        return plugin.offers().stream()
                .filter(offer -> offer.descriptor().name().equals(connector))
                .findFirst();
    }

    private static boolean offering(Swap swap, String connector) {
        return swap.connectors().contains(connector);
    }

    /** Everybody sees it, then it is noted. */
    private void published(CrashPoint seen, CrashPoint noted) {
        var all = new HashMap<String, Choice>();
        for (var each : families.entrySet()) {
            var family = each.getValue();
            var loaded = family.all();
            for (var name : loaded.stream()
                    .flatMap(plugin -> plugin.offers().stream())
                    .map(offer -> offer.descriptor().name())
                    .distinct()
                    .toList()) {
                var own = new HashMap<String, Offer>();
                var swap = family.swap;
                if (swap != null && swap.stage() == Swap.Stage.CANARY) {
                    offering(swap.fresh, name).ifPresent(offer -> own.put(swap.canary, offer));
                }
                assigned.getOrDefault(each.getKey(), Map.of()).forEach((ags, version) -> loaded.stream()
                        .filter(plugin -> plugin.jar().version().equals(version))
                        .findFirst()
                        .flatMap(plugin -> offering(plugin, name))
                        .ifPresent(offer -> own.put(ags, offer)));
                all.put(
                        name,
                        new Choice(
                                offering(family.main, name).orElse(null),
                                Map.copyOf(own),
                                loaded.stream()
                                        .flatMap(plugin -> offering(plugin, name).stream())
                                        .toList()));
            }
        }
        offers = Map.copyOf(all);
        if (closing || restoring) {
            return; // a stopped hub shall find its plugins again; one that starts notes when all are there
        }
        seen.pass();
        note();
        noted.pass();
    }

    private void note() {
        var lines = new TreeMap<String, String>();
        for (var each : families.entrySet()) {
            var family = each.getValue();
            for (var plugin : family.all()) {
                if (plugin == family.main) {
                    lines.put(plugin.jar().file(), plugin.jar().sha256());
                } else {
                    lines.put("beside/" + plugin.jar().sha256(), plugin.jar().file());
                }
            }
            var swap = family.swap;
            if (swap != null) {
                lines.put(
                        "swap/" + each.getKey(),
                        String.join(
                                " ",
                                swap.old.jar().sha256(),
                                swap.fresh.jar().sha256(),
                                swap.stage().name(),
                                swap.begun().toString(),
                                swap.canary));
            }
        }
        chosen.forEach((id, version) -> lines.put("chosen/" + id, version));
        assigned.forEach((id, given) -> given.forEach((ags, version) -> lines.put("given/" + id + "/" + ags, version)));
        returned.forEach((sha256, why) -> lines.put("returned/" + sha256, why.english() + "\n" + why.german()));
        try {
            copies.note(lines);
        } catch (IOException e) {
            LOG.warn("which plugins are active could not be noted; after a restart the inbox alone decides", e);
        }
    }

    /** What an operator had chosen and what was given back, as noted; from here on nothing is noted until {@link #restored}. */
    void restore(Map<String, String> noted) throws IOException {
        restoring = true;
        reports.addAll(copies.notedSwaps());
        noted.forEach((key, value) -> {
            var words = key.split("/", 3);
            switch (words[0]) {
                case "chosen" -> chosen.put(words[1], value);
                case "given" ->
                    assigned.computeIfAbsent(words[1], id -> new TreeMap<>()).put(words[2], value);
                case "returned" -> {
                    var texts = value.split("\n", 2);
                    returned.put(words[1], new Reason("plugin.returned", texts[0], texts[texts.length - 1]));
                }
                default -> {
                    // a file, or a swap, which comes when its versions are there
                }
            }
        });
    }

    /**
     * The versions that were active are loaded; swaps that were not over go on, with a watch of full length.
     *
     * @param beside versions that were loaded beside others
     */
    void restored(Map<String, String> noted, List<LoadedPlugin> beside) {
        for (var plugin : beside) {
            var family = families.get(plugin.jar().id());
            if (family == null) {
                families.put(plugin.jar().id(), new Family(plugin));
            } else {
                family.beside.add(plugin);
            }
        }
        for (var each : families.entrySet()) {
            var words = noted.getOrDefault("swap/" + each.getKey(), "").split(" ", 5);
            var family = each.getValue();
            var all = family.all();
            var old = words.length < 4
                    ? Optional.<LoadedPlugin>empty()
                    : ofBytes(words[0]).filter(all::contains);
            var fresh = words.length < 4
                    ? Optional.<LoadedPlugin>empty()
                    : ofBytes(words[1]).filter(all::contains);
            if (old.isPresent() && fresh.isPresent()) {
                family.beside.remove(old.get());
                family.beside.remove(fresh.get());
                family.swap = new Swap(
                        old.get(),
                        fresh.get(),
                        words.length > 4 ? words[4] : "",
                        Instant.parse(words[3]),
                        Swap.Stage.valueOf(words[2]),
                        rules.clock.instant());
            }
            for (var plugin : List.copyOf(family.beside)) {
                if (!isWantedBeside(plugin.jar())) {
                    family.beside.remove(plugin);
                    drain(plugin, () -> {});
                }
            }
        }
        restoring = false;
        published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
    }

    /** Lets calls that run in it end there, then closes and unloads it. */
    private void drain(LoadedPlugin plugin, Runnable afterwards) {
        var jar = plugin.jar();
        // Before anything else: an offer taken a moment ago must not be entered any more.
        plugin.end();
        var thread =
                Plugins.thread("plugin-unload-" + jar.id() + "-" + jar.version(), () -> unload(plugin, afterwards));
        draining.put(plugin, thread);
        thread.start();
    }

    private void unload(LoadedPlugin plugin, Runnable afterwards) {
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
            if (!closing) {
                afterwards.run();
            }
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
        used().forEach(plugin -> all.add(status(plugin, state(plugin))));
        draining.keySet().forEach(plugin -> all.add(status(plugin, State.DRAINING)));
        return all;
    }

    private State state(LoadedPlugin plugin) {
        var family = families.get(plugin.jar().id());
        if (family == null || family.main == plugin) {
            return State.ACTIVE;
        }
        var swap = family.swap;
        if (swap != null && swap.fresh == plugin) {
            return State.CANARY;
        }
        return swap != null && swap.old == plugin ? State.STANDBY : State.BESIDE;
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
        var all = used();
        families.clear();
        published(CrashPoint.PLUGIN_SWITCHED, CrashPoint.PLUGIN_NOTED);
        all.forEach(plugin -> drain(plugin, () -> {}));
        return List.copyOf(draining.values());
    }
}
