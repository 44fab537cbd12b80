package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.stellwerk.samples.reliability.Rows;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What goes wrong around a hub while senders send: each fault with its exact outcome, and afterwards, each time, nothing acknowledged is
 * missing and nothing is doubled. The hub is the real process; a fault that needs what this machine does not allow is skipped with a word.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class FaultsIT {

    private static final Path FOLDER = Path.of("target/it/faults");
    private static final int LEAST_FAULTS = 20;
    private static final Rows ROWS = new Rows(Checkout.above(Path.of("")).folder(), "faults");
    private static final long SEED = 5;

    /** A sender has its answer within this time, whatever has happened. */
    private static final Duration ANSWER = Duration.ofSeconds(25);

    private static final Duration BACK = Duration.ofSeconds(60);
    private static final String NO_DISKS = "needs root, mkfs.ext4 and loop devices";

    private static final Map<String, Disk> disks = new HashMap<>();
    private static int begun;
    private static int happened;
    private static Stage stage;

    /** What happens while traffic runs, and what was seen of it. */
    private interface Fault {
        String happens(Traffic traffic) throws Exception;
    }

    @BeforeAll
    static void setTheStage() throws Exception {
        ROWS.begin();
        Disk.unmountAll(FOLDER);
        stage = new Stage(FOLDER, SEED);
        if (Disk.possible()) {
            var home = stage.home().folder();
            disks.put("data", Disk.ext4(home.resolve("data"), FOLDER.resolve("data.img"), 1_500));
            for (var each : Map.of("content", 512, "uploads", 96, "broker", 64).entrySet()) {
                disks.put(each.getKey(), Disk.memory(home.resolve("data").resolve(each.getKey()), each.getValue()));
            }
            disks.put("logs", Disk.memory(stage.home().logs(), 16));
            disks.put("records", Disk.memory(stage.home().records(), 512));
        }
    }

    @BeforeEach
    void theHubIsUp() throws Exception {
        begun++;
        stage.up();
    }

    @AfterAll
    static void clearTheStage() throws Exception {
        if (stage != null) {
            stage.close();
            // They lie on a disk that goes now; whoever looks for the reason of a failure needs them.
            var kept = FOLDER.resolveSibling("faults-logs");
            Shell.run("rm", "-rf", kept.toString());
            Shell.run("cp", "-a", stage.home().logs().toString(), kept.toString());
        }
        Disk.unmountAll(FOLDER);
        var all = Stream.of(FaultsIT.class.getDeclaredMethods())
                .filter(each -> each.isAnnotationPresent(Test.class))
                .count();
        // Whoever runs some of them only wants these.
        if (begun == all) {
            assertThat(happened).as("faults that really happened").isGreaterThanOrEqualTo(LEAST_FAULTS);
        }
    }

    // ---- disks

    @Test
    void aDiskBelowItsReserveTakesNothingNewAndDeliversWhatWasTaken() throws Exception {
        for (var name : List.of("data", "content", "uploads")) {
            var disk = disk(name);
            fault("disk of data/" + name + " below the reserve", traffic -> {
                disk.fill(2 << 20);
                try {
                    var seen = awaitHalt("hub.disk");
                    await("what was taken is delivered meanwhile")
                            .atMost(BACK)
                            .until(() -> stage.balance().at("open") == 0);
                    return seen + "; the backlog drained meanwhile";
                } finally {
                    disk.free();
                }
            });
        }
    }

    /** The broker of such a disk takes no ids: what was not on its lane yet waits until there is room. */
    @Test
    void aBrokersDiskBelowItsReserveTakesNothingNewAndWhatWasTakenIsDeliveredOnceThereIsRoom() throws Exception {
        var disk = disk("broker");
        fault("disk of data/broker below the reserve", traffic -> {
            disk.fill(2 << 20);
            try {
                return awaitHalt("hub.disk") + "; what was taken was delivered once there was room";
            } finally {
                disk.free();
            }
        });
    }

    @Test
    void aDiskThatIsFullToTheLastByteStopsTheEntranceAndNothingElse() throws Exception {
        for (var name : List.of("data", "content", "uploads")) {
            var disk = disk(name);
            fault("disk of data/" + name + " full to the last byte", traffic -> {
                disk.fill(1 << 16);
                try {
                    return awaitHalt("hub.disk", "hub.storage", "hub.database");
                } finally {
                    disk.free();
                }
            });
        }
    }

    @Test
    void aReadOnlyDiskTakesNothing() throws Exception {
        var disk = disk("content");
        fault("disk of data/content read-only", traffic -> {
            disk.readOnly(true);
            try {
                return awaitHalt("hub.storage");
            } finally {
                disk.readOnly(false);
            }
        });
    }

    @Test
    void aDiskThatDidNotKeepWhatItHadTakenEndsTheHub() throws Exception {
        assumeTrue(Shell.works("sh", "-c", "test $(id -u) = 0 && command -v strace"), "needs root and strace");
        fault("fsync of data/content answers EIO", traffic -> {
            var before = stage.logged("content.sync").size();
            var strace = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-qq",
                            "-o",
                            "/dev/null",
                            "-P",
                            stage.home().folder().resolve("data/content").toString(),
                            "-e",
                            "trace=fsync",
                            "-e",
                            "inject=fsync:error=EIO",
                            "-p",
                            String.valueOf(stage.hub().pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                assertThat(stage.hub().awaitEnd(Duration.ofSeconds(60))).hasValue(4);
            } finally {
                strace.destroy();
                strace.waitFor();
            }
            assertThat(stage.logged("content.sync")).hasSizeGreaterThan(before);
            stage.up();
            return "ends with status 4 and content.sync; takes letters after a restart";
        });
    }

    @Test
    void aFullLogDiskDisturbsNobody() throws Exception {
        var disk = disk("logs");
        fault("log disk full", traffic -> {
            disk.fill(0);
            try {
                awaitYes(traffic, 20);
                assertThat(stage.ready()).isEqualTo(200);
                return "letters are taken all the time";
            } finally {
                disk.free();
            }
        });
    }

    // ---- database

    @Test
    void aDatabaseThatIsKilledIsStartedAgain() throws Exception {
        fault("database: SIGKILL of the server", traffic -> {
            var begin = System.nanoTime();
            var killed = stage.database().get(0).pid();
            Shell.signal("KILL", killed);
            await("another server")
                    .atMost(BACK)
                    .ignoreExceptions()
                    .until(() -> stage.database().get(0).pid() != killed);
            assertThat(stage.hub().runs()).isTrue();
            return "started again by the hub after " + seconds(begin);
        });
    }

    @Test
    void aDatabaseThatHasFallenSilentIsNotWaitedForForEver() throws Exception {
        fault("database: SIGSTOP of all its processes", traffic -> {
            var stopped = stage.database();
            for (var each : stopped) {
                Shell.works("kill", "-STOP", String.valueOf(each.pid()));
            }
            try {
                return awaitHalt("hub.database");
            } finally {
                for (var each : stopped) {
                    Shell.works("kill", "-CONT", String.valueOf(each.pid()));
                }
            }
        });
    }

    @Test
    void aDatabaseThatIsHeldUpByALockIsNotWaitedForForEver() throws Exception {
        fault("database: a lock on the messages", traffic -> {
            try (var session = stage.sql("stellwerk");
                    var sql = session.createStatement()) {
                session.setAutoCommit(false);
                sql.execute("lock table message in access exclusive mode");
                return awaitRefusal("hub.database", "hub.busy");
            }
        });
    }

    @Test
    void sessionsThatAreEndedAreOpenedAgain() throws Exception {
        fault("database: all sessions of the hub ended, five times", traffic -> {
            var ended = 0;
            for (var i = 0; i < 5; i++) {
                try (var session = stage.sql("postgres")) {
                    ended += endSessions(session);
                }
                awaitYes(traffic, 3);
            }
            assertThat(ended).isGreaterThanOrEqualTo(5);
            return ended + " sessions ended";
        });
    }

    @Test
    void aDatabaseWithoutAFreeConnectionIsNoDatabase() throws Exception {
        fault("database: all connections taken by others", traffic -> {
            var taken = new ArrayList<Connection>();
            try {
                // What the test before has done to the database may still be under way.
                taken.add(await("a session beside the hub's")
                        .atMost(BACK)
                        .ignoreExceptions()
                        .until(() -> stage.sql("postgres"), Objects::nonNull));
                await("nothing left for the hub").atMost(BACK).until(() -> {
                    endSessions(taken.get(0));
                    try {
                        while (true) {
                            taken.add(stage.sql("postgres"));
                        }
                    } catch (SQLException e) {
                        return stage.ready() == 503;
                    }
                });
                return awaitHalt("hub.database");
            } finally {
                for (var each : taken) {
                    each.close();
                }
            }
        });
    }

    private static int endSessions(Connection session) throws SQLException {
        try (var sql = session.createStatement();
                var row = sql.executeQuery(
                        "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'stellwerk'")) {
            row.next();
            return row.getInt(1);
        }
    }

    // ---- broker

    @Test
    void theBrokersFolderMayBeLostBetweenTwoStarts() throws Exception {
        fault("broker: folder wiped between two starts", traffic -> {
            // What lies in a local system's own queue is in that folder, and only there: it is let read first.
            var leipzig = "/api/v1/connections/14713000/trade-register/";
            stage.admin().postJson(leipzig + "pause?reason=folder", Map.of());
            var entries = new AtomicInteger(-1);
            await("Leipzig has read its queue")
                    .atMost(BACK)
                    .pollInterval(Duration.ofSeconds(2))
                    .until(() -> entries.getAndSet(stage.entered()) == entries.get());
            stage.hub().kill();
            Shell.run("sh", "-c", "rm -rf '" + stage.home().folder().resolve("data/broker") + "'/*");
            stage.up();
            stage.admin().postJson(leipzig + "resume?reason=folder", Map.of());
            return "published again from the database";
        });
    }

    @Test
    void aLocalSystemThatDoesNotReadItsQueueHoldsUpNobody() throws Exception {
        fault("broker: the reader of a queue is stopped", traffic -> {
            Shell.signal("STOP", stage.leipzig().pid());
            try {
                awaitYes(traffic, 30);
                return "its lines wait in its queue, all others go on";
            } finally {
                Shell.signal("CONT", stage.leipzig().pid());
            }
        });
    }

    // ---- targets

    @Test
    void aTargetThatGoesWrongIsAskedBeforeItIsToldAgain() throws Exception {
        var names = Map.of(
                Line.Mood.SLOW, "answers after its time is up",
                Line.Mood.SILENT, "takes the connection and says nothing",
                Line.Mood.RESET, "breaks the connection before its answer",
                Line.Mood.CUT, "breaks the connection in the middle of its answer",
                Line.Mood.RUBBISH, "answers rubbish",
                Line.Mood.DOWN, "is down");
        for (var mood : new TreeMap<>(names).entrySet()) {
            fault("target: " + mood.getValue(), traffic -> {
                var line = stage.paymentLine();
                var hit = line.hit();
                line.mood(mood.getKey());
                try {
                    await("orders wait")
                            .atMost(BACK)
                            .until(() -> stage.balance().at("open") >= 4
                                    && (mood.getKey() == Line.Mood.DOWN || line.hit() >= hit + 3));
                    var filed = stage.filed();
                    await("other targets go on").atMost(BACK).until(() -> stage.filed() >= filed + 5);
                    return "its orders wait, " + (line.hit() - hit) + " calls went wrong, other targets go on";
                } finally {
                    line.mood(Line.Mood.GOOD);
                }
            });
        }
        assertThat(Journal.read(stage.home().journals().payment(), "repeated"))
                .as("orders that were told twice")
                .isEmpty();
    }

    // ---- clock

    @Test
    void theClockJumpsForwardAndBack() throws Exception {
        var library = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");
        assumeTrue(Files.exists(library), "needs libfaketime");
        var clock = FOLDER.toAbsolutePath().resolve("clock");
        Files.writeString(clock, "+0\n");
        stage.hub().close();
        try {
            // Without this second of memory each look at the clock reads the file, and the hub does little else.
            stage.up(
                    Map.of(
                            "LD_PRELOAD",
                            library.toString(),
                            "FAKETIME_TIMESTAMP_FILE",
                            clock.toString(),
                            "DONT_FAKE_MONOTONIC",
                            "1",
                            "FAKETIME_CACHE_DURATION",
                            "1"),
                    List.of());
            fault("clock: a day forward and a day back", traffic -> {
                for (var jump : List.of("+1d", "+0")) {
                    var set = stage.logged("the clock was set").size();
                    Files.writeString(clock, jump + "\n");
                    await("the hub sees another time")
                            .atMost(BACK)
                            .until(() -> stage.logged("the clock was set").size() > set);
                    awaitYes(traffic, 20);
                }
                return "letters are taken all the time";
            });
        } finally {
            stage.hub().close();
        }
    }

    // ---- a second hub

    @Test
    void aSecondHubOnTheSameFolderDoesNotStart() throws Exception {
        fault("second hub on the same data folder", traffic -> {
            try (var second = stage.program(Ports.free(), "second.log", Map.of(), List.of())) {
                assertThat(second.awaitEnd(Duration.ofSeconds(60))).hasValue(2);
                assertThat(second.lastWords()).contains("data.locked");
            }
            return "the second ends with status 2 and data.locked, the first goes on";
        });
    }

    @Test
    void aHubOnACopyOfTheFolderDoesNotStart() throws Exception {
        fault("hub on a copy of the data folder", traffic -> {
            var ports = Ports.free();
            var copy = stage.twin(FOLDER.resolveSibling("faults-copy"), ports);
            // The database works meanwhile: files that vanish on the way are no failure.
            Shell.works("cp", "-a", stage.home().folder().resolve("data").toString(), copy.folder() + "/");
            try (var second = stage.program(copy, ports, "copy.log", Map.of(), List.of())) {
                assertThat(second.awaitEnd(Duration.ofSeconds(60))).hasValue(2);
                assertThat(second.lastWords()).contains("postgres.copied");
            } finally {
                Shell.run("rm", "-rf", copy.folder().toString());
            }
            return "the copy ends with status 2 and postgres.copied, the first goes on";
        });
    }

    // ---- senders

    @Test
    void tooManySendersAreToldToComeLaterAndStuckOnesLoseTheirPlace() throws Exception {
        fault("senders: more than the places, and stuck in mid-body", traffic -> {
            var one = stage.key("one");
            var two = stage.key("two");
            var stuck = new ArrayList<Socket>();
            try {
                for (var i = 0; i < 24; i++) {
                    stuck.add(stage.beginLetter(one));
                }
                var begin = System.nanoTime();
                await("the sender has all its places").atMost(BACK).until(() -> {
                    var answer = stage.attempt(new HubClient(stage.address(), one), stage.letter());
                    return answer.status() == 429
                            && answer.retryAfter().isPresent()
                            && answer.text("code").equals("sender.busy");
                });
                awaitYes(traffic, 5);
                for (var i = 0; i < 24; i++) {
                    stuck.add(stage.beginLetter(two));
                }
                awaitRefusal("hub.busy");
                for (var each : stuck) {
                    each.setSoTimeout((int) BACK.toMillis());
                    while (each.getInputStream().read() >= 0) {
                        // whatever it is told, in the end the connection is closed
                    }
                }
                return "429 sender.busy for one, 503 hub.busy for all, stuck ones closed after " + seconds(begin);
            } finally {
                for (var each : stuck) {
                    each.close();
                }
            }
        });
    }

    @Test
    void aSenderThatGoesAwayBeforeTheAnswerMaySendAgain() throws Exception {
        fault("senders: gone before the answer, the same again", traffic -> {
            var random = new Random(SEED);
            var repeated = 0;
            for (var i = 0; i < 20; i++) {
                var letter = stage.letter();
                stage.attemptInHaste(letter, Duration.ofMillis(1 + random.nextInt(40)));
                if (stage.insist(stage.admin(), letter).text("outcome").equals("DUPLICATE")) {
                    repeated++;
                }
            }
            return "of 20 sent again " + repeated + " had been taken before";
        });
    }

    // ---- the process

    @Test
    void littleMemoryAndLargeLettersEndInPatience() throws Exception {
        stage.hub().close();
        stage.up(Map.of(), List.of("-Xmx192m"));
        try {
            fault("memory: 192 MiB heap, 16 senders of 1.5 MiB letters", traffic -> {
                var pid = stage.hub().pid();
                var threads = Executors.newFixedThreadPool(16);
                var client = stage.admin();
                var sent = new ArrayList<Future<HubClient.Answer>>();
                for (var i = 0; i < 32; i++) {
                    sent.add(threads.submit(() -> stage.insist(client, stage.letter(1_500_000))));
                }
                for (var each : sent) {
                    assertThat(each.get(90, TimeUnit.SECONDS).yes()).isTrue();
                }
                threads.shutdown();
                assertThat(stage.hub().pid()).isEqualTo(pid);
                assertThat(stage.hub().runs()).isTrue();
                assertThat(stage.logged("OutOfMemoryError")).isEmpty();
                return "all taken, no memory error";
            });
        } finally {
            stage.hub().close();
        }
    }

    @Test
    void aHubThatIsToldToEndFinishesWhatItHasBegun() throws Exception {
        fault("process: SIGTERM while letters come", traffic -> {
            var begin = System.nanoTime();
            var before =
                    stage.logged("what was not finished waits in the ledger").size();
            Shell.signal("TERM", stage.hub().pid());
            assertThat(stage.hub().awaitEnd(Duration.ofSeconds(60))).hasValue(143);
            var took = seconds(begin);
            assertThat(stage.logged("what was not finished waits in the ledger"))
                    .hasSizeGreaterThan(before);
            stage.up();
            return "ended in good order after " + took;
        });
    }

    @Test
    void hubAndDatabaseAreKilledTogether() throws Exception {
        fault("process: SIGKILL of hub and database together", traffic -> {
            var all = stage.database();
            stage.hub().kill();
            for (var each : all) {
                Shell.works("kill", "-KILL", String.valueOf(each.pid()));
            }
            var begin = System.nanoTime();
            stage.up();
            return "ready again after " + seconds(begin);
        });
    }

    // ---- helpers

    /** Lets senders send, makes the fault happen, and goes on only when the hub takes letters again and all books agree. */
    private static void fault(String how, Fault fault) throws Exception {
        String seen;
        var acknowledged = 0;
        try (var traffic = stage.traffic()) {
            await("traffic").atMost(BACK).until(() -> traffic.yes() >= 10);
            seen = fault.happens(traffic);
            awaitYes(traffic, 10);
            acknowledged = traffic.end();
        }
        stage.settle();
        happened++;
        ROWS.add(
                "nothing acknowledged is missing or doubled",
                how,
                1,
                seen + "; of " + acknowledged
                        + " acknowledged 0 missing, 0 doubled, bodies and attachments with their bytes",
                SEED);
    }

    private static Disk disk(String name) {
        assumeTrue(disks.containsKey(name), NO_DISKS);
        return disks.get(name);
    }

    private static void awaitYes(Traffic traffic, int more) {
        var before = traffic.yes();
        await("letters are taken").atMost(BACK).until(() -> traffic.yes() >= before + more);
    }

    /** Waits until letters are refused with one of these codes, and checks that readiness says the same and liveness does not. */
    private static String awaitHalt(String... codes) throws Exception {
        var seen = awaitRefusal(codes);
        // A request may find out a moment before the signal looks.
        await("readiness").atMost(BACK).until(() -> stage.ready() == 503);
        assertThat(new HubClient(stage.address(), "").get("/health/live").status())
                .as("liveness")
                .isEqualTo(200);
        return seen;
    }

    /** Every answer on the way comes in time, is a yes or asks to come later. */
    private static String awaitRefusal(String... codes) {
        var begin = System.nanoTime();
        var seen = new AtomicReference<String>();
        await("refused with " + List.of(codes))
                .atMost(BACK)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    var asked = System.nanoTime();
                    var answer = stage.attempt();
                    assertThat(Duration.ofNanos(System.nanoTime() - asked))
                            .as("time to an answer")
                            .isLessThan(ANSWER);
                    if (answer.yes()) {
                        return false;
                    }
                    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(503);
                    assertThat(answer.retryAfter()).isPresent();
                    assertThat(answer.text("detail")).contains("same Idempotency-Key");
                    seen.set(answer.text("code"));
                    return List.of(codes).contains(seen.get());
                });
        return "503 " + seen.get() + " after " + seconds(begin);
    }

    private static String seconds(long begin) {
        return String.format(java.util.Locale.ROOT, "%.1f s", (System.nanoTime() - begin) / 1e9);
    }
}
