package de.stellwerk.samples.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.reliability.Rows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two nodes of one hub while senders send: they are killed in turn, one is frozen and goes on, the broker is killed. Nothing
 * acknowledged is missing, nothing is doubled, and what a dead node had goes on elsewhere. {@code -Dstellwerk.nodes.kills=50} makes it
 * longer.
 */
class NodesIT {

    private static final int SHORT_FORM = 6;
    private static final int KILLS = Integer.getInteger("stellwerk.nodes.kills", SHORT_FORM);
    private static final long SEED = Long.getLong("stellwerk.nodes.seed", 11);

    /** The work of a dead node goes on elsewhere within this time. */
    private static final Duration TAKE_OVER = Duration.ofSeconds(30);

    private static final Duration FREEZE = Duration.ofSeconds(15);
    private static final Duration SETTLE = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);

    /** Files and payments are polled, for each tenant. */
    private static final long SOURCES = 2L * Scratch.TENANTS.size();

    /** Of what is done while both nodes live, each does at least this much. */
    private static final double FAIR = 0.2;

    private static final List<Paced> CHANNELS = List.of(
            new Paced(new RestToFolder(), 4, Duration.ofMillis(40)),
            new Paced(new FileToFolder(), 3, Duration.ofMillis(40)),
            new Paced(new RestToPayment(), 2, Duration.ofMillis(40)));

    private final Map<Channel, Channel.Ends> ends = new LinkedHashMap<>();
    private final Map<String, Long> shares = new TreeMap<>();
    private final List<Duration> takenOver = new ArrayList<>();
    private final ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "books");
        thread.setDaemon(true);
        return thread;
    });
    private Checkout checkout;
    private Cluster cluster;
    private Evidence evidence;
    private Traffic traffic;
    private volatile String trouble = "";

    @BeforeEach
    void startTwoNodes() throws Exception {
        checkout = Checkout.above(Path.of(""));
        assertThat(checkout.unbuilt())
                .as("not built; run 'mvn -DskipTests package' first")
                .isEmpty();
        new Rows(checkout.folder(), "nodes").begin();
        cluster = new Cluster(Path.of("target/it/nodes"), checkout, SEED, CHANNELS);
        cluster.begin();
        evidence = new Evidence(cluster);
        cluster.b().launch();
        cluster.b().awaitReady();
        for (var channel : CHANNELS) {
            ends.put(channel, channel.open(cluster.scratch(), cluster.client()));
        }
        traffic = new Traffic(ends);
        reader.scheduleWithFixedDelay(this::readQuietly, 100, 100, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void end() throws Exception {
        reader.shutdownNow();
        if (traffic != null) {
            traffic.close();
        }
        if (evidence != null) {
            evidence.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void nodesThatDieAndFreezeLoseNothingDoubleNothingAndGoOnElsewhere() throws Exception {
        var ids = Map.of(
                cluster.a().name(), cluster.a().id(),
                cluster.b().name(), cluster.b().id());
        traffic.only(Set.copyOf(CHANNELS));

        for (var kill = 1; kill <= KILLS; kill++) {
            var victim = kill % 2 == 1 ? cluster.a() : cluster.b();
            bothWork();
            // Half of the dead are raised at once, the others only when the other node has everything.
            kill(victim, kill % 4 <= 1);
            if (kill == KILLS / 2) {
                bothWork();
                killTheBroker();
            }
        }
        bothWork();
        freeze(cluster.b());
        bothWork();

        traffic.only(Set.of());
        var states = new States(cluster.client(), ends);
        assertThat(states.awaitNothingUnderWay(this::atRest, SETTLE))
                .as("still open")
                .isZero();
        read();
        var tallies = ends.values().stream()
                .flatMap(each -> each.books().stream())
                .map(Book::tally)
                .toList();
        assertThat(tallies).allSatisfy(tally -> assertThat(tally.wrong()).isEmpty());
        assertThat(tallies).allMatch(Book.Tally::good).allMatch(tally -> tally.inDoubt() == 0);
        assertThat(states.illegal()).isEmpty();
        ends.values().forEach(each -> assertThat(each.uneven()).isEmpty());
        oneSealForAllNodes();
        assertThat(LedgerCheck.wrong(cluster.scratch(), cluster.a().environment()))
                .as("ledger verify")
                .isEmpty();

        var polled = ids.keySet().stream().mapToLong(this::polled).sum();
        assertThat(polled).as("messages of polled sources").isGreaterThan(20L * KILLS);
        assertThat(evidence.polledWithoutLease(ids)).isZero();
        assertThat(evidence.changesOfHands()).isGreaterThanOrEqualTo(KILLS / 2);
        var all = shares.values().stream().mapToLong(Long::longValue).sum();
        assertThat(shares).as("attempts while both lived").hasSize(2);
        assertThat(shares.values())
                .allSatisfy(share -> assertThat((double) share / all).isGreaterThan(FAIR));
        var slowest = takenOver.stream().max(Duration::compareTo).orElseThrow();

        row(
                "nothing acknowledged is missing or doubled",
                "two nodes on one database and one broker killed in turn (SIGKILL), one frozen for "
                        + FREEZE.toSeconds() + " s, the broker killed once; "
                        + (KILLS > SHORT_FORM ? "long form" : "short form"),
                KILLS,
                "of " + acknowledged() + " acknowledged 0 missing, 0 doubled; "
                        + tallies.stream().mapToInt(Book.Tally::repeated).sum()
                        + " repeats recognised by their targets; ledger verify in order");
        row(
                "a dead node's work goes on elsewhere within " + TAKE_OVER.toSeconds() + " s",
                "time from SIGKILL until nothing is in the dead node's name any more, while it stays down",
                takenOver.size(),
                String.format(
                        Locale.ROOT,
                        "median %.1f s, slowest %.1f s",
                        seconds(takenOver.stream().sorted().toList().get(takenOver.size() / 2)),
                        seconds(slowest)));
        row(
                "a source is polled by one node at a time",
                "for each polled message the database notes who wrote it and whose lease it was",
                (int) polled,
                "0 without the lease; sources changed hands " + evidence.changesOfHands() + " times");
        row(
                "work spreads over the nodes that live",
                "attempts begun by each node while both live",
                (int) all,
                shares.toString());
        Files.writeString(
                Path.of("target/it/nodes/line"),
                String.format(
                        Locale.ROOT,
                        "kills=%d acknowledged=%d lost=%d doubled=%d in_doubt=%d slowest_takeover_s=%.1f seed=%d%n",
                        KILLS,
                        acknowledged(),
                        tallies.stream().mapToInt(Book.Tally::lost).sum(),
                        tallies.stream().mapToInt(Book.Tally::doubled).sum(),
                        tallies.stream().mapToInt(Book.Tally::inDoubt).sum(),
                        seconds(slowest),
                        SEED));
        var messages = evidence.messages();
        row(
                "database growth",
                "size of the hub's tables and transactions in all, by messages taken; most of 0.6 KiB, one in 20 of 12 KiB in the content folder",
                (int) messages,
                String.format(
                        Locale.ROOT,
                        "%.1f KiB and %.1f commits a message",
                        evidence.size() / 1024.0 / messages,
                        (double) evidence.commits() / messages));
    }

    /** Whichever node gave a receipt: the same certificate opens its seal. */
    private void oneSealForAllNodes() throws Exception {
        var letter = new Letter(
                "seal-1",
                Scratch.tenant(0),
                "nobody.cares",
                "",
                "seal-1",
                Map.of(),
                Part.xml("nachricht.xml", "<nachricht/>"),
                List.of());
        var certificates = new ArrayList<String>();
        for (var node : List.of(cluster.a(), cluster.b())) {
            var answer = node.client().post(letter);
            assertThat(answer.yes()).as(answer.json().toString()).isTrue();
            var header = new String(
                    Base64.getUrlDecoder().decode(answer.text("seal").split("\\.")[0]), StandardCharsets.UTF_8);
            certificates.add(
                    new JsonMapper().readTree(header).path("x5c").path(0).asString(""));
        }
        assertThat(certificates.get(0)).isNotEmpty().isEqualTo(certificates.get(1));
    }

    /** Waits until each node has begun attempts and each source is a living one's, and counts what each does meanwhile. */
    private void bothWork() throws Exception {
        cluster.a().awaitReady();
        cluster.b().awaitReady();
        var from = Instant.now();
        await("both nodes work").atMost(PATIENCE).pollInterval(LOOK).untilAsserted(() -> {
            complain();
            var begun = evidence.attempts(from, Instant.now());
            var leases = 0L;
            for (var node : List.of(cluster.a(), cluster.b())) {
                assertThat(begun.getOrDefault(node.name(), 0L))
                        .as("attempts of " + node.name())
                        .isGreaterThan(20L);
                leases += evidence.leases(evidence.epoch(node.id()));
            }
            assertThat(leases).as("sources that a living node has").isEqualTo(SOURCES);
        });
        evidence.attempts(from, Instant.now()).forEach((node, count) -> shares.merge(node, count, Long::sum));
    }

    private void kill(Cluster.Node victim, boolean stayDown) throws Exception {
        var epoch = evidence.epoch(victim.id());
        var had = evidence.held(epoch);
        victim.kill();
        var killed = System.nanoTime();
        var before = acknowledged();
        if (!stayDown) {
            victim.launch();
        }
        await("nothing is in the name of the dead")
                .atMost(TAKE_OVER)
                .pollInterval(LOOK)
                .until(() -> evidence.held(epoch) == 0);
        if (stayDown) {
            var time = Duration.ofNanos(System.nanoTime() - killed);
            say("what " + victim.name() + " had, " + had + ", is taken over after " + seconds(time) + " s");
            if (had > 0) {
                takenOver.add(time);
            }
            await("senders are served by the other node")
                    .atMost(TAKE_OVER)
                    .pollInterval(LOOK)
                    .until(() -> acknowledged() > before + 20);
            victim.launch();
        }
        say("kill of " + victim.name());
    }

    private void killTheBroker() throws Exception {
        cluster.killBroker();
        var before = acknowledged();
        await("messages are taken while there is no broker")
                .atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(() -> acknowledged() > before + 20);
        cluster.startBrokerAgain();
        say("kill of the broker");
    }

    /** A node that stands still is dead for the others; when it goes on, what it believes to have is no longer its own. */
    private void freeze(Cluster.Node node) throws Exception {
        var epoch = evidence.epoch(node.id());
        var before = node.logged("its epoch had run out").size();
        node.signal("STOP");
        var frozen = System.nanoTime();
        try {
            await("what it had is taken over while it stands still")
                    .atMost(TAKE_OVER)
                    .pollInterval(LOOK)
                    .until(() -> evidence.held(epoch) == 0);
            say("what the frozen " + node.name() + " had is taken over after "
                    + seconds(Duration.ofNanos(System.nanoTime() - frozen)) + " s");
            await("it has stood still for long enough")
                    .atMost(PATIENCE)
                    .pollInterval(LOOK)
                    .until(() -> System.nanoTime() - frozen > FREEZE.toNanos());
        } finally {
            node.signal("CONT");
        }
        await("it notices")
                .atMost(PATIENCE)
                .pollInterval(LOOK)
                .until(() -> node.logged("its epoch had run out").size() > before);
    }

    private long polled(String node) {
        try {
            return evidence.polled(node);
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
    }

    private int acknowledged() {
        return ends.values().stream()
                .mapToInt(each -> each.books().get(0).told())
                .sum();
    }

    private boolean atRest() throws IOException {
        complain();
        read();
        // What was ordered is paid a while later: only then is it known what has to be booked.
        return traffic.quiet()
                && ends.values().stream().allMatch(each -> each.uneven().isEmpty());
    }

    private void complain() {
        assertThat(trouble).isEmpty();
        assertThat(traffic.trouble()).isEmpty();
    }

    private void readQuietly() {
        try {
            read();
        } catch (IOException | RuntimeException e) {
            trouble = "the books cannot be kept: " + e;
        }
    }

    private synchronized void read() throws IOException {
        for (var each : ends.values()) {
            each.read();
        }
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    private void say(String what) {
        System.out.printf(Locale.ROOT, "%s  %s, acknowledged %d%n", Instant.now(), what, acknowledged());
    }

    private void row(String promise, String how, int times, String result) throws IOException {
        new Rows(checkout.folder(), "nodes").add(promise, how, times, result, SEED);
    }
}
