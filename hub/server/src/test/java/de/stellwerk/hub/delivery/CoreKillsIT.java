package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.TrialRows;
import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Operator.Decision;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.postgres.TestPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The core as two small processes on one real database, killed again and again under traffic: at each crash point in turn, and at random
 * moments from outside. Then both are started a last time, everything comes to its end, and what senders were told is compared with what
 * the targets have. {@code -Dstellwerk.kills=N} and {@code -Dstellwerk.seed=S} make it longer or another one.
 */
class CoreKillsIT {

    private static final int SHORT_FORM = 150;
    private static final int KILLS = Integer.getInteger("stellwerk.kills", SHORT_FORM);
    private static final long SEED = Long.getLong("stellwerk.seed", 26);
    private static final List<String> NODES = List.of("a", "b");
    private static final int SENDERS = 6;
    private static final Search.Sight ALL = new Search.Sight(true, List.of());
    private static final int LONGEST_LIFE_MILLIS = 2_500;

    /** Points that this process passes: it has no sources and holds no large content. */
    private static final List<CrashPoint> POINTS = List.of(
            CrashPoint.INTAKE_HELD,
            CrashPoint.INTAKE_UNCOMMITTED,
            CrashPoint.INTAKE_COMMITTED,
            CrashPoint.INTAKE_UNPUBLISHED,
            CrashPoint.ROUTE_TAKEN,
            CrashPoint.ROUTE_CLAIMED,
            CrashPoint.ROUTE_RUN,
            CrashPoint.ROUTE_UNCOMMITTED,
            CrashPoint.ROUTE_COMMITTED,
            CrashPoint.DELIVERY_TAKEN,
            CrashPoint.DELIVERY_CLAIMED,
            CrashPoint.DELIVERY_ANSWERED,
            CrashPoint.DELIVERY_UNCOMMITTED,
            CrashPoint.DELIVERY_COMMITTED,
            CrashPoint.SWEEP_MARKED,
            CrashPoint.SWEEP_PUBLISHED,
            CrashPoint.TAKEOVER_CLAIMED);

    @TempDir
    private Path folder;

    private final HikariDataSource database = new HikariDataSource();
    private final Map<String, Child> children = new ConcurrentHashMap<>();
    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger atPoints = new AtomicInteger();
    private final Set<CrashPoint> hit = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> told = new ConcurrentHashMap<>();
    private String url = "";
    private volatile boolean ended;

    /** One life of a node. */
    private final class Child {
        private final Process process;
        private final PrintStream in;
        private final Map<String, CompletableFuture<Boolean>> asked = new ConcurrentHashMap<>();
        private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

        Child(String node, String crashPoint, String mood) throws IOException {
            var command = new ArrayList<String>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx160m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dlogback.configurationFile=core-process-logback.xml",
                    "-Dstellwerk.crashpoint=" + crashPoint,
                    "-cp",
                    System.getProperty("java.class.path"),
                    CoreProcess.class.getName(),
                    url,
                    TestPostgres.user(),
                    TestPostgres.password(),
                    node,
                    folder.toString(),
                    mood));
            process = new ProcessBuilder(command)
                    .redirectError(folder.resolve("errors-" + node).toFile())
                    .start();
            in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
            var reader = new Thread(this::read, "reader-" + node);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (var out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (var line = out.readLine(); line != null; line = out.readLine()) {
                    if (line.equals("ready")) {
                        ready.complete(true);
                        continue;
                    }
                    var words = line.split(" ");
                    var waiting = asked.remove(words[1]);
                    if (waiting != null) {
                        waiting.complete(words[0].equals("yes"));
                    }
                }
            } catch (IOException e) {
                // Killed while it spoke: what it said last was not heard.
            }
            ready.complete(false);
            asked.values().forEach(each -> each.complete(false));
        }

        boolean send(String id, String line) throws InterruptedException {
            if (!ready.getNow(false)) {
                return false;
            }
            var yes = new CompletableFuture<Boolean>();
            asked.put(id, yes);
            in.println(line);
            if (!process.isAlive()) {
                return false;
            }
            try {
                return yes.get(2, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                return false;
            }
        }
    }

    @BeforeEach
    void prepare() {
        url = TestPostgres.freshDatabase();
        database.setJdbcUrl(url);
        database.setUsername(TestPostgres.user());
        database.setPassword(TestPostgres.password());
        Flyway.configure().dataSource(database).load().migrate();
    }

    @AfterEach
    void endAll() {
        ended = true;
        children.values().forEach(child -> child.process.destroyForcibly());
        database.close();
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void nothingIsLostOrDoubledWhenTheCoreIsKilledAgainAndAgain() throws Exception {
        var rows = new TrialRows("core-kills");
        System.out.println("core kills, seed " + SEED);
        var threads = Executors.newCachedThreadPool();
        var murders = new ArrayList<java.util.concurrent.Future<?>>();
        for (var node : NODES) {
            murders.add(threads.submit(() -> {
                killAgainAndAgain(node, new Random(SEED + node.hashCode()));
                return null;
            }));
        }
        var senders = new ArrayList<java.util.concurrent.Future<?>>();
        for (int i = 0; i < SENDERS; i++) {
            var sender = i;
            senders.add(threads.submit(() -> {
                send(sender, new Random(SEED * 31 + sender));
                return null;
            }));
        }
        for (var murder : murders) {
            murder.get();
        }
        for (var node : NODES) {
            children.put(node, new Child(node, "", "calm"));
        }
        ended = true;
        for (var sender : senders) {
            sender.get();
        }
        threads.shutdown();
        var inDoubt = bringToAnEnd();

        compare();
        assertThat(kills.get()).isGreaterThanOrEqualTo(KILLS);
        assertThat(told).as("messages told to be taken").hasSizeGreaterThan(KILLS);
        assertThat(hit)
                .as("crash points that ended a process")
                .hasSizeGreaterThan(Math.min(POINTS.size() / 2, KILLS / 20));
        rows.add(
                "nothing lost, nothing doubled, order kept, balance even",
                "kill -9 of the core, two small processes on one database, at crash points and at random; "
                        + TrialRows.form(KILLS, SHORT_FORM),
                kills.get(),
                "lost=0 doubled=0; " + atPoints + " at " + hit.size() + " crash points, the others at random; "
                        + told.size() + " messages, " + 3 * told.size() + " deliveries, " + inDoubt + " in doubt",
                SEED);
    }

    private void killAgainAndAgain(String node, Random random) throws Exception {
        for (int n = 0; kills.get() < KILLS; n++) {
            var point = POINTS.get((n + node.hashCode()) % POINTS.size());
            var chosen = random.nextInt(5) < 3;
            var child = new Child(node, chosen ? point + ":" + (1 + random.nextInt(4)) : "", "wild");
            children.put(node, child);
            child.ready.get(60, TimeUnit.SECONDS);
            if (!child.process.waitFor(chosen ? LONGEST_LIFE_MILLIS : random.nextInt(500), TimeUnit.MILLISECONDS)) {
                child.process.destroyForcibly();
                child.process.waitFor();
            } else {
                assertThat(child.process.exitValue())
                        .as(() -> "how it ended; it said: " + errors(node))
                        .isEqualTo(CrashPoint.STATUS);
                atPoints.incrementAndGet();
                hit.add(point);
            }
            kills.incrementAndGet();
        }
    }

    private String errors(String node) {
        try {
            return Files.readString(folder.resolve("errors-" + node));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** One after the other, each until somebody says yes: the first one of a case is taken before the second is sent. */
    private void send(int sender, Random random) throws InterruptedException {
        for (int n = 0; !ended; n++) {
            var id = "m-" + sender + "-" + n;
            var line = id + " case-" + sender + " " + sender;
            while (true) {
                var child = children.get(NODES.get(random.nextInt(NODES.size())));
                if (child != null && child.send(id, line)) {
                    told.put(id, n);
                    break;
                }
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(60)).toNanos());
        }
    }

    private List<Search.DeliveryRow> deliveries() {
        var all = new ArrayList<Search.DeliveryRow>();
        var search = new Search(database);
        for (var id : messages().values()) {
            all.addAll(search.deliveries(
                    ALL, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(id), Optional.empty(), 10));
        }
        return all;
    }

    private Map<String, java.util.UUID> messages() {
        var all = new HashMap<String, java.util.UUID>();
        Optional<java.util.UUID> after = Optional.empty();
        while (true) {
            var page = new Search(database)
                    .messages(
                            ALL,
                            new Search.Filter(
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    after,
                                    500));
            if (page.isEmpty()) {
                return all;
            }
            for (var row : page) {
                assertThat(all.put(row.businessId(), java.util.UUID.fromString(row.id())))
                        .as("held twice: " + row.businessId())
                        .isNull();
            }
            after = Optional.of(
                    java.util.UUID.fromString(page.get(page.size() - 1).id()));
        }
    }

    private List<String> effects(String sink) throws IOException {
        var file = folder.resolve(sink);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** A person asks the target about each doubt; the number of doubts is the result. */
    private int bringToAnEnd() throws IOException {
        var search = new Search(database);
        var operator = new Operator(database, Clock.systemUTC());
        var doubts = new HashSet<String>();
        Awaitility.await()
                .atMost(Duration.ofMinutes(4))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    var balance = search.balance(ALL);
                    for (var state : List.of("IN_DOUBT", "PARKED")) {
                        for (var row : search.deliveries(
                                ALL,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(state),
                                Optional.empty(),
                                Optional.empty(),
                                500)) {
                            if (state.equals("IN_DOUBT")) {
                                doubts.add(row.id());
                            }
                            var arrived = state.equals("IN_DOUBT")
                                    && effects(row.connection()).contains(row.id());
                            operator.decide(
                                    arrived ? Decision.ARRIVED : Decision.REPEAT, row.id(), "key/admin", "asked");
                        }
                    }
                    return balance.open() + balance.inDoubt() + balance.parked() == 0;
                });
        return doubts.size();
    }

    private void compare() throws IOException {
        var messages = messages();
        assertThat(messages.keySet()).as("acknowledged and missing").containsAll(told.keySet());
        var balance = new Search(database).balance(ALL);
        assertThat(balance.even()).as(balance.toString()).isTrue();
        assertThat(balance.delivered()).isEqualTo(3L * messages.size());
        var rows = new TreeMap<String, Search.DeliveryRow>();
        deliveries().forEach(row -> rows.put(row.id(), row));
        for (var sink : CoreProcess.SINKS) {
            var arrived = effects(sink.name());
            var ids = rows.values().stream()
                    .filter(row -> row.connection().equals(sink.name()))
                    .map(Search.DeliveryRow::id)
                    .toList();
            assertThat(new HashSet<>(arrived))
                    .as("what " + sink.name() + " has")
                    .isEqualTo(new HashSet<>(ids));
            if (!sink.recognisesRepeats()) {
                assertThat(arrived).as("effects at " + sink.name()).doesNotHaveDuplicates();
            }
            if (sink.order().isPresent()) {
                compareOrder(sink, arrived, messages);
            }
        }
    }

    /** Each sender has a case and a ticket of its own, and counts its messages. */
    private void compareOrder(CoreProcess.SinkCard sink, List<String> arrived, Map<String, java.util.UUID> messages) {
        var names = new HashMap<String, String>();
        messages.forEach((name, id) -> names.put(id + "-" + sink.name(), name));
        var last = new HashMap<String, Integer>();
        for (var id : new java.util.LinkedHashSet<>(arrived)) {
            var words = names.get(id).split("-");
            var number = Integer.parseInt(words[2]);
            assertThat(last.getOrDefault(words[1], -1))
                    .as("order of sender " + words[1] + " at " + sink.name())
                    .isLessThan(number);
            last.put(words[1], number);
        }
    }
}
