package de.stellwerk.samples.plugins;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.Home;
import de.stellwerk.samples.Ports;
import de.stellwerk.samples.RunningHub;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** What the plugin platform promises, tried on a hub in a process of its own, through its inbox and its REST door. */
final class Acceptance implements AutoCloseable {

    /**
     * How much is tried.
     *
     * @param fresh jars of plugins that the hub does not know, dropped one after the other
     * @param everyReturns each so many-th swap is to a version that fails in its work
     * @param least so many messages a second must have been taken for the swaps to count as swaps under load
     * @param rounds in each of which every shipped plugin is reloaded
     */
    record Size(int fresh, int swaps, int everyReturns, int perSecond, int least, int rounds, int plugins) {

        /** What the issue asks for. */
        static Size full() {
            return new Size(5, 100, 10, 200, 190, 84, 420);
        }

        /** For each build. */
        static Size small() {
            return new Size(2, 6, 3, 200, 50, 5, 420);
        }
    }

    /** What came out. */
    record Outcome(
            double dropToFirst,
            int swaps,
            int lost,
            int doubled,
            int refused,
            int broken,
            double metaspace,
            int plugins,
            double start,
            double perPlugin,
            List<String> problems) {

        boolean good() {
            return problems.isEmpty();
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "drop_to_first_message_s=%.1f swaps=%d lost=%d doubled=%d broken_refused=%d/%d reload_metaspace_mb=%.1f"
                            + " plugins=%d start_s=%.1f mb_per_plugin=%.2f",
                    dropToFirst,
                    swaps,
                    lost,
                    doubled,
                    refused,
                    broken,
                    metaspace,
                    plugins,
                    start,
                    perPlugin);
        }
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static final List<String> TOWNS = List.of("14998001", "14998002", "14998003");
    private static final String CANARY = TOWNS.get(0);
    private static final String FRESH = "acceptance.fresh-";
    private static final String ALL = "acceptance.all";
    /** How long a version is watched at each stage: short, so that a hundred swaps fit into a quarter of an hour. */
    private static final String WATCH = "1s";

    private static final Duration MOST_FOR_THE_FIRST = Duration.ofSeconds(5);
    private static final double MOST_METASPACE = 5;
    private static final int WARM_UP_ROUNDS = 3;
    private static final double MIB = 1 << 20;

    private final Size size;
    private final Checkout checkout;
    private final Home home;
    private final Ports ports;
    private final PrintStream out;
    private final BrokenJars jars;
    private final GoodJar base;
    private final List<String> problems = new ArrayList<>();
    private RunningHub hub;
    private HubClient admin;

    private Acceptance(Size size, Checkout checkout, Path folder, PrintStream out)
            throws IOException, InterruptedException {
        this.size = size;
        this.checkout = checkout;
        this.out = out;
        this.home = Home.bare(folder, checkout);
        this.ports = Ports.free();
        var jar = checkout.plugin("file-drop");
        this.base = new GoodJar(jar);
        this.jars = new BrokenJars(jar);
        furnish();
        this.hub = RunningHub.start(home, checkout, ports);
        this.admin = hub.admin();
    }

    static Outcome run(Size size, Checkout checkout, Path folder, PrintStream out)
            throws IOException, InterruptedException {
        try (var acceptance = new Acceptance(size, checkout, folder, out)) {
            return acceptance.run();
        }
    }

    private Outcome run() throws IOException, InterruptedException {
        var shipped = checkout.plugins().size();
        await("every shipped plugin is in use", 120, () -> active().size() == shipped);
        var first = dropToFirst();
        var folders = new LinkedHashMap<String, Path>();
        for (var ags : TOWNS) {
            folders.put(ags, store(ags));
        }
        List<String> refused;
        int swaps;
        Flow.Books books;
        int broken;
        try (var flow = new Flow(admin, folders, size.perSecond())) {
            await("messages arrive", 60, () -> flow.arrived() > size.perSecond());
            var all = jars.all();
            broken = (int) all.stream().map(Acceptance::kind).distinct().count();
            refused = refused(all);
            swaps = swap(flow);
            books = flow.settle(120);
        }
        out.printf(
                Locale.ROOT,
                "%,d Nachrichten, im Mittel %d je Sekunde: %d verloren, %d doppelt%n",
                books.told(),
                books.perSecond(),
                books.lost(),
                books.doubled());
        problems.addAll(books.problems());
        check(books.perSecond() >= size.least(), "only " + books.perSecond() + " messages/s were taken");
        double metaspace;
        double perPlugin;
        try (var probe = Probe.of(hub.pid())) {
            metaspace = reload(probe);
            perPlugin = fill(probe);
        }
        var start = restart();
        var serving = serving("after-the-start");
        check(serving == size.plugins(), serving + " of " + size.plugins() + " plugins delivered after the start");
        return new Outcome(
                first,
                swaps,
                books.lost(),
                books.doubled(),
                refused.size(),
                broken,
                metaspace,
                serving,
                start,
                perPlugin,
                List.copyOf(problems));
    }

    private void check(boolean good, String otherwise) {
        if (!good) {
            out.println("FALSCH: " + otherwise);
            problems.add(otherwise);
        }
    }

    // What the hub finds

    private void furnish() throws IOException {
        Files.writeString(home.folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: %d }
                broker: { address: 127.0.0.1, port: %d }
                plugins:
                  keys: [ { name: acceptance, key: %s } ]
                  canary: "%s"
                  watch: %s
                """.formatted(
                        ports.hub(), ports.jms(), jars.trustedKey(), CANARY, WATCH));
        for (var ags : TOWNS) {
            var connections = new StringBuilder(connection("store", "file-drop", store(ags)));
            route(ags, Flow.KIND, "- to: hub:deliver/store");
            if (ags.equals(CANARY)) {
                for (var i = 1; i <= size.fresh(); i++) {
                    connections.append(connection("fresh-" + i, "fresh-" + i, fresh(i)));
                    route(ags, FRESH + i, "- to: hub:deliver/fresh-" + i);
                }
                for (var i = 1; i <= size.plugins(); i++) {
                    connections.append(connection(town(i), town(i), all(i)));
                }
                route(
                        ags,
                        ALL,
                        IntStream.rangeClosed(1, size.plugins())
                                .mapToObj(i -> "- to: hub:deliver/" + town(i))
                                .collect(Collectors.joining("\n")));
            }
            Files.writeString(
                    home.folder().resolve("config/municipalities/" + ags + ".yaml"),
                    "municipality: \"" + ags + "\"\nars: \"" + ags.substring(0, 5) + "0000" + ags.substring(5)
                            + "\"\nname: Erprobung " + ags.substring(7) + "\nconnections:\n" + connections);
        }
        for (var jar : inInbox()) {
            Files.writeString(beside(jar), jars.sign(Files.readAllBytes(jar)));
        }
    }

    private static String connection(String name, String connector, Path folder) {
        return """
                  %s:
                    connector: %s
                    retry: { attempts: 1000, first: 200ms, longest: 2s }
                    settings: { folder: "%s" }
                """.formatted(name, connector, folder).indent(2);
    }

    private void route(String ags, String kind, String steps) throws IOException {
        var id = kind.replace('.', '-') + "-" + ags;
        Files.writeString(
                home.folder().resolve("routes/" + id + ".camel.yaml"), """
                - route:
                    id: %s
                    from:
                      uri: hub:%s
                      parameters: { municipality: "%s" }
                      steps:
                %s""".formatted(id, kind, ags, steps.indent(8)));
    }

    private Path store(String ags) throws IOException {
        return folder("store-" + ags);
    }

    private Path fresh(int number) throws IOException {
        return folder("fresh-" + number);
    }

    private Path all(int number) throws IOException {
        return folder("all-" + number);
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(home.town().resolve(name));
    }

    private static String town(int number) {
        return "town-" + number;
    }

    private Path inbox() {
        return home.folder().resolve("plugins/inbox");
    }

    private List<Path> inInbox() throws IOException {
        var all = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(inbox(), "*.jar")) {
            files.forEach(all::add);
        }
        return all;
    }

    private static Path beside(Path jar) {
        return jar.resolveSibling(jar.getFileName() + ".sig");
    }

    private void drop(String name, byte[] jar) throws IOException {
        var file = inbox().resolve(name);
        Files.writeString(beside(file), jars.sign(jar));
        Files.write(file, jar);
    }

    /** Takes the older jars of a plugin away, as an administrator does once the newer one is in use. */
    private void keepOnly(String id, String name) throws IOException {
        for (var jar : inInbox()) {
            var file = String.valueOf(jar.getFileName());
            if (file.matches("\\Q" + id + "\\E-[0-9].*") && !file.equals(name)) {
                Files.delete(jar);
                Files.delete(beside(jar));
            }
        }
    }

    // What is tried

    /** The slowest of some: from the jar's last byte to the file that its connector has laid down. A message waits for each already. */
    private double dropToFirst() throws IOException, InterruptedException {
        var slowest = 0.0;
        for (var i = 1; i <= size.fresh(); i++) {
            post(FRESH + i, "waiting");
            drop("fresh-" + i + "-0.1.0.jar", base.called("fresh-" + i));
            var dropped = System.nanoTime();
            var folder = fresh(i);
            for (var sent = 0; isEmpty(folder) && seconds(dropped) < 60; sent++) {
                post(FRESH + i, String.valueOf(sent));
                TimeUnit.MILLISECONDS.sleep(100);
            }
            slowest = Math.max(slowest, seconds(dropped));
            check(!isEmpty(folder), "nothing was delivered within a minute after a jar was dropped");
        }
        out.printf(
                Locale.ROOT,
                "%d neue Archive, vom Ablegen bis zur ersten Zustellung höchstens %.1f s%n",
                size.fresh(),
                slowest);
        check(
                slowest < MOST_FOR_THE_FIRST.toSeconds(),
                "the first message came " + slowest + " s after the jar was dropped");
        return slowest;
    }

    private static String kind(BrokenJars.Broken broken) {
        // Two ways to have no signature that counts.
        return broken.code().replace("unsigned", "signature");
    }

    /** Drops every broken jar and returns the kinds of which none was taken. */
    private List<String> refused(List<BrokenJars.Broken> broken) throws IOException, InterruptedException {
        for (var each : broken) {
            var file = inbox().resolve(name(each));
            if (each.jar().signature().isPresent()) {
                Files.writeString(beside(file), each.jar().signature().get());
            }
            Files.write(file, each.jar().jar());
        }
        var taken = new TreeSet<String>();
        await("every broken jar is refused", 120, () -> {
            var refused = 0;
            for (var plugin : plugins()) {
                for (var each : broken) {
                    if (text(plugin, "file").equals(name(each))) {
                        if (text(plugin, "state").matches("ACTIVE|CANARY|BESIDE|STANDBY")) {
                            taken.add(kind(each));
                        } else if (text(plugin, "state").equals("REFUSED")
                                && text(plugin, "code").equals(each.code())) {
                            refused++;
                        }
                    }
                }
            }
            return refused == broken.size();
        });
        var there = plugins();
        var kinds = new TreeSet<String>();
        for (var each : broken) {
            var refused = there.stream()
                    .anyMatch(plugin -> text(plugin, "file").equals(name(each))
                            && text(plugin, "state").equals("REFUSED")
                            && text(plugin, "code").equals(each.code()));
            check(refused, "the jar " + each.name() + " was not refused with " + each.code());
            if (!refused) {
                taken.add(kind(each));
            }
            kinds.add(kind(each));
        }
        for (var swap : swaps()) {
            broken.stream()
                    .filter(each -> text(swap, "to").equals(each.jar().version()))
                    .forEach(each -> taken.add(kind(each)));
        }
        check(taken.isEmpty(), "broken jars took traffic: " + taken);
        for (var each : broken) {
            Files.deleteIfExists(beside(inbox().resolve(name(each))));
            Files.delete(inbox().resolve(name(each)));
        }
        kinds.removeAll(taken);
        out.printf("%d kaputte Archive auf %d Arten: %s abgelehnt%n", broken.size(), kinds.size(), kinds);
        return List.copyOf(kinds);
    }

    private static String name(BrokenJars.Broken broken) {
        return "broken-" + broken.name() + ".jar";
    }

    /** One version after the other, each first in one municipality; some fail in their work and have to go back by themselves. */
    private int swap(Flow flow) throws IOException, InterruptedException {
        var done = 0;
        var returned = 0;
        var flag = home.town().resolve("the-new-version-fails");
        for (var i = 1; i <= size.swaps(); i++) {
            var version = "1.0." + i;
            var name = "file-drop-" + version + ".jar";
            var worse = i % size.everyReturns() == 0;
            var before = flow.arrived();
            drop(name, worse ? base.failingWhile(version, flag, "name") : base.as(version));
            if (worse) {
                await("version " + version + " is used by one municipality", 60, () -> plugins().stream()
                        .anyMatch(each -> text(each, "version").equals(version)
                                && text(each, "state").equals("CANARY")));
                Files.createFile(flag);
            }
            var there = await("the swap to " + version + " is over", 60, () -> !report(version)
                    .isEmpty());
            Files.deleteIfExists(flag);
            if (!there) {
                break; // the next ones would show no more
            }
            var report = report(version).get(0);
            done++;
            returned += worse ? 1 : 0;
            var result = text(report, "result");
            check(result.equals(worse ? "RETURNED" : "KEPT"), "the swap to " + version + " ended with " + report);
            check(
                    text(report, "municipality").equals(CANARY),
                    "the swap to " + version + " began elsewhere: " + report);
            check(
                    report.path("lost").asLong(-1) == 0 && report.path("twice").asLong(-1) == 0,
                    "the hub's own count of the swap to " + version + ": " + report);
            check(flow.arrived() > before, "nothing arrived during the swap to " + version);
            if (worse) {
                Files.delete(inbox().resolve(name));
                Files.delete(beside(inbox().resolve(name)));
            } else {
                keepOnly("file-drop", name);
            }
        }
        out.printf("%d Wechsel, davon %d zu einer schlechten Version, die von selbst zurückging%n", done, returned);
        return done;
    }

    private List<JsonNode> report(String version) throws IOException, InterruptedException {
        return swaps().stream().filter(each -> text(each, "to").equals(version)).toList();
    }

    /** Reloads every shipped plugin again and again; the growth of the metaspace in MiB. */
    private double reload(Probe probe) throws IOException, InterruptedException {
        var good = new ArrayList<GoodJar>();
        for (var jar : checkout.plugins()) {
            good.add(new GoodJar(jar));
        }
        for (var round = 1; round <= WARM_UP_ROUNDS; round++) {
            reload(good, "3.0." + round);
        }
        var before = probe.mark();
        for (var round = WARM_UP_ROUNDS + 1; round <= WARM_UP_ROUNDS + size.rounds(); round++) {
            reload(good, "3.0." + round);
        }
        var after = probe.mark();
        var grown = (after.metaspace() - before.metaspace()) / MIB;
        out.printf("%d Wechsel aller %d Plugins: vorher %s%n", size.rounds(), good.size(), before.inWords());
        out.printf(
                Locale.ROOT,
                "%d Ladevorgänge: nachher %s; Metaspace %+.1f MiB%n",
                size.rounds() * good.size(),
                after.inWords(),
                grown);
        check(grown < MOST_METASPACE, "the metaspace grew by " + grown + " MiB");
        for (var plugin : plugins()) {
            // Of the broken ones two hang for ever; the hub has named them.
            check(
                    !text(plugin, "state").equals("HELD")
                            || text(plugin, "file").startsWith("broken-hanging-"),
                    "something holds a version that is gone: " + plugin);
        }
        return grown;
    }

    private void reload(List<GoodJar> good, String version) throws IOException, InterruptedException {
        var ids = new HashSet<String>();
        for (var each : good) {
            ids.add(each.id());
            drop(each.id() + "-" + version + ".jar", each.as(version));
        }
        await("all plugins are swapped to " + version, 120, () -> {
            var left = new HashSet<>(ids);
            var busy = false;
            for (var plugin : plugins()) {
                if (ids.contains(text(plugin, "id"))) {
                    if (text(plugin, "version").equals(version)
                            && text(plugin, "state").equals("ACTIVE")) {
                        left.remove(text(plugin, "id"));
                    }
                    busy |= text(plugin, "state").matches("STANDBY|CANARY|DRAINING|CHECKING|COPYING");
                }
            }
            return left.isEmpty() && !busy;
        });
        for (var id : ids) {
            keepOnly(id, id + "-" + version + ".jar");
        }
    }

    /** Adds many plugins and uses each; MiB a plugin. */
    private double fill(Probe probe) throws IOException, InterruptedException {
        var before = probe.mark();
        var already = active().size();
        var begun = System.nanoTime();
        for (var i = 1; i <= size.plugins(); i++) {
            drop(town(i) + "-0.1.0.jar", base.called(town(i)));
        }
        await("all plugins are in use", 600, () -> active().size() == already + size.plugins());
        var loaded = seconds(begun);
        var serving = serving("at-first");
        check(serving == size.plugins(), serving + " of " + size.plugins() + " plugins delivered");
        var after = probe.mark();
        var each = (after.heap() + after.outside() - before.heap() - before.outside()) / MIB / size.plugins();
        out.printf(
                Locale.ROOT,
                "%d Plugins abgelegt und geprüft in %.1f s; je Plugin %.2f MiB (Heap %.2f, Prozess %.2f); %s%n",
                size.plugins(),
                loaded,
                each,
                (after.heap() - before.heap()) / MIB / size.plugins(),
                (after.resident() - before.resident()) / MIB / size.plugins(),
                after.inWords());
        return each;
    }

    /** Sends one message through every one of the many, and says how many have delivered it. */
    private int serving(String name) throws IOException, InterruptedException {
        post(ALL, name);
        for (var i = 1; i <= size.plugins(); i++) {
            var folder = all(i);
            if (!await("something comes out of " + town(i), i == 1 ? 120 : 30, () -> !isEmpty(folder))) {
                break;
            }
        }
        var delivered = 0;
        for (var i = 1; i <= size.plugins(); i++) {
            delivered += isEmpty(all(i)) ? 0 : 1;
            try (var files = Files.newDirectoryStream(all(i))) {
                for (var file : files) {
                    Files.delete(file);
                }
            }
        }
        return delivered;
    }

    /** Seconds from the start of the process until every plugin is in use again. */
    private double restart() throws IOException, InterruptedException {
        var all = active().size();
        hub.close();
        var begun = System.nanoTime();
        hub = RunningHub.start(home, checkout, ports);
        var ready = seconds(begun);
        admin = hub.admin();
        await("all plugins are in use again", 600, () -> active().size() == all);
        var taken = seconds(begun);
        out.printf(
                Locale.ROOT,
                "Neustart mit %d Plugins: bereit nach %.1f s, alle in Gebrauch nach %.1f s%n",
                all,
                ready,
                taken);
        return taken;
    }

    // What the hub says

    private List<JsonNode> plugins() throws IOException, InterruptedException {
        return list("/api/v1/plugins");
    }

    private List<JsonNode> swaps() throws IOException, InterruptedException {
        return list("/api/v1/plugins/swaps");
    }

    private List<JsonNode> list(String path) throws IOException, InterruptedException {
        var answer = admin.get(path);
        if (answer.status() != 200) {
            throw new IOException(path + " answers " + answer.status());
        }
        return answer.json().valueStream().toList();
    }

    private List<JsonNode> active() throws IOException, InterruptedException {
        return plugins().stream()
                .filter(each -> text(each, "state").equals("ACTIVE"))
                .toList();
    }

    private static String text(JsonNode node, String name) {
        return node.path(name).asString("");
    }

    private void post(String kind, String name) throws IOException, InterruptedException {
        var letter = new Letter(
                kind + "-" + name,
                CANARY,
                kind,
                "",
                kind,
                Map.of(),
                Part.xml("form.xml", "<form xmlns=\"urn:stellwerk:acceptance:1\">" + name + "</form>"),
                List.of());
        var answer = admin.post(letter);
        if (!answer.yes() || answer.text("outcome").equals("QUARANTINED")) {
            throw new IOException("a message was answered with " + answer.status() + " " + answer.json());
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*.xml")) {
            return !files.iterator().hasNext();
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Whether it came to hold in time; if not, that is a problem. */
    private boolean await(String what, int seconds, Condition condition) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < end) {
            if (condition.holds()) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        check(false, "not within " + seconds + " s: " + what);
        return false;
    }

    @Override
    public void close() throws IOException {
        hub.close();
    }
}
