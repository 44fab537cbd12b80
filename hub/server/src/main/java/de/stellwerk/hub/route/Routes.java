package de.stellwerk.hub.route;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.HeaderGate;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.route.RouteOutcome.Failed;
import de.stellwerk.hub.route.RouteOutcome.NoRoute;
import de.stellwerk.hub.route.RouteOutcome.Quarantined;
import de.stellwerk.hub.route.RouteOutcome.Routed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of all municipalities, kept as the files of {@code routes/} say.
 *
 * <p>A change is active within three seconds: the folder is looked at twice a second, and taken when it has stood still from one look
 * to the next, so that a half-written file is not. A file that cannot be used changes nothing: what ran before runs on, and
 * {@link #status} says why. Where two files claim the same, the one that runs keeps it; at a cold start the first by name has it.
 */
public final class Routes implements AutoCloseable {

    /** Set by the hub for every run; routes read them as {@code ${variable.case}}, stylesheets as parameters. Dates are German. */
    static final Set<String> VARIABLES = Set.of(
            "message", "case", "municipality", "kind", "service", "answers", "today", "in-14-days", "in-30-days");

    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final ZoneId GERMANY = ZoneId.of("Europe/Berlin");
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration DRAIN = Duration.ofSeconds(30);
    /** What a file needs may come without the file changing, such as a plugin: so broken ones are tried again every tenth look. */
    private static final int AGAIN = 10;

    private final CamelContext context;
    private final Doors doors;
    private final Clock clock;
    private final RouteFolder folder;
    private final ScheduledExecutorService watch;

    /** Guarded by this: the files, what runs of each, and what still drains until when. */
    private final SortedMap<String, Loaded> loaded = new TreeMap<>();

    private final Map<RouteVersion, Instant> leaving = new HashMap<>();
    private @Nullable CamelRoutes live;
    private String applied = "";
    private String lastSeen = "";
    private int looks;

    private volatile boolean open;
    private volatile Table table = Table.of(Map.of());
    private volatile List<RouteStatus> statuses = List.of();

    /** A file, what runs of it and since when, and what is wrong with it now. */
    private record Loaded(Map<RouteVersion, Instant> running, List<RouteProblem> problems, Instant since) {}

    /**
     * What runs.
     *
     * @param versions for keys without a version: the versions that have routes of their own
     */
    private record Table(Map<RouteKey, RouteVersion> routes, Map<RouteKey, SortedSet<String>> versions) {

        static Table of(Map<RouteKey, RouteVersion> routes) {
            var versions = new HashMap<RouteKey, SortedSet<String>>();
            for (var key : routes.keySet())
                if (!key.version().isEmpty())
                    versions.computeIfAbsent(key.of(""), none -> new TreeSet<>())
                            .add(key.version());
            return new Table(Map.copyOf(routes), Map.copyOf(versions));
        }

        /** The route of the service, or else the one of all services. The document is looked at only where versions have routes of their own. */
        Optional<RouteVersion> find(RouteInput input) throws IOException {
            for (var service : List.of(input.service(), "")) {
                var key = new RouteKey(input.kind(), input.municipality(), service, "");
                var known = versions.get(key);
                var found = Optional.ofNullable(routes.get(known == null ? key : key.of(version(input))))
                        .or(() -> Optional.ofNullable(routes.get(key)));
                if (found.isPresent()) return found;
                if (known != null)
                    throw new Quarantine(
                            "version.unknown",
                            "The document is of a version that has no route" + said(version(input))
                                    + ". It is kept as it came, nothing was guessed or forwarded. Known are "
                                    + String.join(", ", known)
                                    + ": add a route for this version, then repeat the message, or have it sent in one of those.");
            }
            return Optional.empty();
        }

        private static String version(RouteInput input) throws IOException {
            try (var in = input.body().open()) {
                return SafeXml.rootName(in).getNamespaceURI();
            } catch (BadInput e) {
                throw new Quarantine(e.code(), e.text());
            }
        }

        /** The sender chose it: it is shown only where it looks like a name of a format. */
        private static String said(String version) {
            return version.matches("(urn:|https?://)[A-Za-z0-9:/._-]{1,150}") ? ": '" + version + "'" : "";
        }
    }

    /**
     * @param folder {@code routes/}
     * @param context the hub's own; started at the latest by {@link #start}
     */
    public Routes(Path folder, CamelContext context, Doors doors, Clock clock) {
        this.context = context;
        this.doors = doors;
        this.clock = clock;
        this.folder = new RouteFolder(folder, clock);
        this.watch = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "stellwerk-routes");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Loads all files, then watches them. A broken file is no reason not to start: {@link #status} shows it. */
    public synchronized void start() {
        live = CamelRoutes.live(context);
        reload();
        open = true;
        watch.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Takes the folder as it is now, without waiting for it to stand still. */
    public synchronized void reload() {
        try {
            apply(folder.read());
        } catch (IOException e) {
            folderLost(e);
        }
        sweep();
    }

    // --- running

    /** Routes one message on the caller's thread; any number of callers at once. It has no effect outside. */
    public RouteOutcome run(RouteInput input) {
        while (true) {
            if (!open) return new Failed("", "route.stopped", "the routes are not started, or stopped");
            var now = table;
            Optional<RouteVersion> version;
            try {
                version = now.find(input);
            } catch (Quarantine e) {
                return new Quarantined("", e.code(), e.reason(), List.of());
            } catch (IOException e) {
                return new Failed("", "route.body", e.getClass().getSimpleName() + " while the version was looked up");
            }
            if (version.isEmpty()) return none(input, now.routes());
            // A version that was replaced in between takes no more runs: the new one is in the table by then.
            if (version.get().enter()) {
                try {
                    return run(input, version.get());
                } finally {
                    version.get().leave();
                }
            }
        }
    }

    private static RouteOutcome none(RouteInput input, Map<RouteKey, RouteVersion> table) {
        var mine = table.values().stream()
                .filter(version -> version.key().municipality().equals(input.municipality()))
                .map(version -> version.key().kind()
                        + (version.key().service().isEmpty()
                                ? ""
                                : " " + version.key().service())
                        + " (" + version.id() + ")")
                .sorted()
                .toList();
        var wanted = new RouteKey(input.kind(), input.municipality(), input.service(), "");
        return new NoRoute("No route takes " + wanted + ". "
                + (mine.isEmpty() ? "There are no routes for this municipality." : "There are: " + mine + "."));
    }

    private RouteOutcome run(RouteInput input, RouteVersion version) {
        var run = new Run(input);
        try {
            var consumer = version.consumer().orElseThrow(() -> new IllegalStateException("not started"));
            var exchange = exchange(consumer, run);
            consumer.getProcessor().process(exchange);
            var thrown = exchange.getException();
            if (thrown != null) return failed(version, run, thrown);
            if (run.deliveries().isEmpty() && !exchange.isRouteStop())
                return new Quarantined(
                        version.name(),
                        "route.nowhere",
                        "The route came to its end without a delivery. Nothing was forwarded. Give it an 'otherwise', or end it"
                                + " with 'stop' where that is meant.",
                        run.kept());
            return new Routed(version.name(), run.deliveries(), run.notes(), run.kept());
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            return failed(version, run, e);
        }
    }

    private Exchange exchange(Consumer consumer, Run run) {
        var input = run.input();
        var exchange = consumer.getEndpoint().createExchange();
        var message = exchange.getMessage();
        HeaderGate.pass(input.headers()).forEach(message::setHeader);
        message.setBody(Body.of(input.body()));
        exchange.setProperty(Run.PROPERTY, run);
        var today = LocalDate.now(clock.withZone(GERMANY));
        exchange.setVariable("message", input.messageId());
        exchange.setVariable("case", input.caseId());
        exchange.setVariable("municipality", input.municipality());
        exchange.setVariable("kind", input.kind());
        exchange.setVariable("service", input.service());
        exchange.setVariable("answers", input.answers().orElse(""));
        exchange.setVariable("today", today.toString());
        exchange.setVariable("in-14-days", today.plusDays(14).toString());
        exchange.setVariable("in-30-days", today.plusDays(30).toString());
        return exchange;
    }

    /** The kind of error and its place; never its message, which may quote the document. */
    private static RouteOutcome failed(RouteVersion version, Run run, Throwable thrown) {
        var quarantine = Quarantine.in(thrown);
        if (quarantine.isPresent())
            return new Quarantined(
                    version.name(), quarantine.get().code(), quarantine.get().reason(), run.kept());
        var place = version.place();
        Throwable cause = thrown;
        for (var depth = 0; depth < 20; depth++) {
            if (cause instanceof StepFailed failed) place = failed.place();
            if (cause.getCause() == null || cause.getCause() == cause) break;
            cause = cause.getCause();
        }
        return new Failed(version.name(), "route.step", cause.getClass().getSimpleName() + " at " + place);
    }

    // --- loading

    private void look() {
        try {
            synchronized (this) {
                if (!open) return;
                var files = folder.read();
                var now = fingerprint(files);
                var broken = loaded.values().stream()
                        .anyMatch(file -> !file.problems().isEmpty());
                if (!now.equals(applied) ? now.equals(lastSeen) : broken && looks++ % AGAIN == 0) apply(files);
                lastSeen = now;
                sweep();
            }
        } catch (IOException e) {
            folderLost(e);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            LOG.error("Looking at the routes folder failed; what runs keeps running, and it is tried again", e);
        }
    }

    /** A folder that is gone is not an order to remove all routes: perhaps a disk is not mounted. */
    private synchronized void folderLost(IOException e) {
        var problem = new RouteProblem(
                "route.folder", Place.top("."), e.getClass().getSimpleName(), "a routes folder that the hub may read");
        if (statuses.stream().noneMatch(status -> status.problems().contains(problem))) {
            LOG.error(
                    "The routes folder cannot be read ({}); what runs keeps running",
                    e.getClass().getSimpleName());
            var all = new ArrayList<>(statuses);
            all.add(new RouteStatus(".", "", "", "", "", clock.instant(), List.of(problem)));
            statuses = List.copyOf(all);
        }
        applied = "";
    }

    private static String fingerprint(SortedMap<String, RouteFile> files) {
        return files.values().stream()
                .map(file -> file.name() + " " + file.hash())
                .collect(Collectors.joining("\n"));
    }

    private void apply(SortedMap<String, RouteFile> files) {
        var camel = live;
        if (camel == null) throw new IllegalStateException("call start() first");
        var plan = RoutePlan.of(files, doors, this::known);
        var refused = new HashMap<String, List<RouteProblem>>();
        plan.forEach((name, planned) -> {
            if (!planned.problems().isEmpty()) refused.put(name, planned.problems());
        });
        tryOut(plan, refused);
        settle(plan, refused);
        for (var name : plan.keySet()) if (!refused.containsKey(name)) begin(camel, name, plan, refused);
        take(plan, refused);
        applied = fingerprint(files);
    }

    private Map<RouteVersion, Instant> running(String file) {
        var known = loaded.get(file);
        return known == null ? Map.of() : known.running();
    }

    private Optional<RouteVersion> known(String name) {
        return Optional.<RouteVersion>empty()
                .or(() -> loaded.values().stream()
                        .flatMap(file -> file.running().keySet().stream())
                        .filter(version -> version.name().equals(name))
                        .findFirst())
                .or(() -> leaving.keySet().stream()
                        .filter(version -> version.name().equals(name))
                        .findFirst());
    }

    private boolean isNew(RouteVersion version) {
        return version.consumer().isEmpty();
    }

    private void tryOut(SortedMap<String, RoutePlan.Planned> plan, Map<String, List<RouteProblem>> refused) {
        var fresh = plan.values().stream()
                .filter(planned -> !refused.containsKey(planned.file().name())
                        && planned.versions().stream().anyMatch(this::isNew))
                .toList();
        if (fresh.isEmpty()) return;
        try (var trial = CamelRoutes.trial(context)) {
            for (var planned : fresh) {
                var problems = new ArrayList<RouteProblem>();
                var tried = new HashSet<String>();
                for (var version : planned.versions())
                    if (isNew(version) && tried.add(version.name())) {
                        trial.add(version).ifPresent(problems::add);
                        trial.remove(version);
                    }
                if (!problems.isEmpty()) refused.put(planned.file().name(), problems);
            }
        }
    }

    /** Finds who may have which id and which kind of message; starts over whenever somebody falls back to the old version. */
    private void settle(SortedMap<String, RoutePlan.Planned> plan, Map<String, List<RouteProblem>> refused) {
        boolean again;
        do {
            again = false;
            var claims = new HashMap<Object, Place>();
            plan.keySet().stream()
                    .filter(refused::containsKey)
                    .forEach(name -> running(name).keySet().forEach(version -> claim(version, claims, new Problems())));
            for (var unchanged : List.of(true, false))
                for (var planned : plan.values()) {
                    var name = planned.file().name();
                    if (refused.containsKey(name)
                            || unchanged != running(name).keySet().equals(Set.copyOf(planned.versions()))) continue;
                    var problems = new Problems();
                    planned.versions().forEach(version -> claim(version, claims, problems));
                    if (!problems.isEmpty()) {
                        refused.put(name, problems.all());
                        again = true;
                    }
                }
        } while (again);
    }

    private static void claim(RouteVersion version, Map<Object, Place> claims, Problems problems) {
        var id = claims.putIfAbsent(version.id(), version.place());
        if (id != null)
            problems.add(
                    "route.twice",
                    version.place(),
                    "the route id '" + version.id() + "' again",
                    "an id of its own: " + id + " has it");
        var key = claims.putIfAbsent(version.key(), version.place());
        if (key != null && id == null)
            problems.add(
                    "route.twice",
                    version.place(),
                    "a second route for " + version.key(),
                    "one route for each kind, municipality and service: " + key + " is that");
    }

    private void begin(
            CamelRoutes camel,
            String name,
            SortedMap<String, RoutePlan.Planned> plan,
            Map<String, List<RouteProblem>> refused) {
        var planned = plan.get(name);
        if (planned == null) return;
        var begun = new ArrayList<RouteVersion>();
        for (var version : planned.versions()) {
            if (!isNew(version)) continue;
            var problem = camel.add(version);
            begun.add(version);
            if (problem.isPresent()) {
                begun.remove(version);
                begun.forEach(camel::remove);
                refused.put(name, List.of(problem.get()));
                return;
            }
        }
    }

    /** The switch: from here on new messages take the new versions; what was replaced drains. */
    private void take(SortedMap<String, RoutePlan.Planned> plan, Map<String, List<RouteProblem>> refused) {
        var now = clock.instant();
        var next = new TreeMap<String, Loaded>();
        plan.forEach((name, planned) -> {
            var before = running(name);
            var problems = refused.getOrDefault(name, List.of());
            var running = new HashMap<RouteVersion, Instant>();
            if (!problems.isEmpty()) running.putAll(before);
            else for (var version : planned.versions()) running.put(version, before.getOrDefault(version, now));
            log(name, problems);
            next.put(name, new Loaded(running, problems, now));
        });
        var routes = new HashMap<RouteKey, RouteVersion>();
        next.values().forEach(file -> file.running().keySet().forEach(version -> routes.put(version.key(), version)));
        var staying = next.values().stream()
                .flatMap(file -> file.running().keySet().stream())
                .collect(Collectors.toSet());
        // A version that is wanted again while it drains takes runs again.
        staying.forEach(version -> {
            if (leaving.remove(version) != null) version.resume();
        });
        table = Table.of(routes);
        loaded.values().forEach(file -> file.running().keySet().forEach(version -> {
            if (!staying.contains(version)) {
                version.retire();
                leaving.put(version, now.plus(DRAIN));
            }
        }));
        staying.stream()
                .filter(version -> loaded.values().stream()
                        .noneMatch(file -> file.running().containsKey(version)))
                .forEach(version -> LOG.info("Route {} takes {}", version.name(), version.key()));
        loaded.clear();
        loaded.putAll(next);
        show();
    }

    private void log(String file, List<RouteProblem> problems) {
        var before = loaded.get(file);
        if (before == null || !before.problems().equals(problems))
            problems.forEach(problem -> LOG.warn("Route file not taken, what ran before runs on: {}", problem.text()));
    }

    private void show() {
        var all = new ArrayList<RouteStatus>();
        loaded.forEach((name, file) -> {
            file.running()
                    .forEach((version, since) -> all.add(new RouteStatus(
                            name,
                            version.name(),
                            version.key().kind(),
                            version.key().municipality(),
                            version.key().service(),
                            since,
                            file.problems())));
            if (file.running().isEmpty() && !file.problems().isEmpty())
                all.add(new RouteStatus(name, "", "", "", "", file.since(), file.problems()));
        });
        all.sort((a, b) -> (a.file() + " " + a.route()).compareTo(b.file() + " " + b.route()));
        statuses = List.copyOf(all);
    }

    /** Removes what has drained, or has had its time. */
    private void sweep() {
        var camel = live;
        if (camel == null) return;
        var now = clock.instant();
        for (var version : List.copyOf(leaving.keySet())) {
            if (!version.idle() && now.isBefore(leaving.getOrDefault(version, now))) continue;
            leaving.remove(version);
            camel.remove(version);
            LOG.info("Route {} is gone", version.name());
        }
    }

    // --- the rest

    /** Every route that runs, and every file that cannot be used; by file name. */
    public List<RouteStatus> status() {
        return statuses;
    }

    /** Stops watching and lets runs end, for at most {@code 10 s}. The context is the caller's to stop. */
    @Override
    public void close() {
        open = false;
        watch.shutdownNow();
        List<RouteVersion> all;
        synchronized (this) {
            loaded.values().forEach(file -> file.running().keySet().forEach(version -> {
                version.retire();
                leaving.put(version, clock.instant());
            }));
            loaded.clear();
            table = Table.of(Map.of());
            statuses = List.of();
            all = List.copyOf(leaving.keySet());
        }
        var deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        for (var version : all) version.awaitIdle(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        synchronized (this) {
            leaving.replaceAll((version, until) -> clock.instant());
            sweep();
        }
    }
}
