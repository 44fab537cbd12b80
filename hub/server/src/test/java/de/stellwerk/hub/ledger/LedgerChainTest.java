package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.postgres.TestPostgres;
import de.stellwerk.hub.signature.Seal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealing on the real database, while others write. What a changed copy is found by stands in {@link LedgerMutationTest}. */
class LedgerChainTest {

    @TempDir
    Path home;

    private HikariDataSource database;
    private final SetClock clock = new SetClock();
    private Seal seal;
    private Nodes nodes;
    private SqlLedger ledger;
    private Sealer sealer;

    /** A clock that stands still until it is told. */
    static final class SetClock extends Clock {

        private Instant now = Instant.parse("2026-11-24T12:00:00Z");

        void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @BeforeEach
    void openALedgerWithASealer() {
        database = open(TestPostgres.freshDatabase());
        Flyway.configure().dataSource(database).load().migrate();
        seal = new Seal(home.resolve("keys"), clock);
        sealer = sealer();
        nodes = new Nodes(database, clock, "a");
        ledger = new SqlLedger(database, clock, new Ids(clock), nodes);
    }

    @AfterEach
    void close() {
        ledger.close();
        nodes.close();
        database.close();
    }

    @Test
    void whatWasCommittedIsSealedInOneChainAMunicipality() throws SQLException {
        take("14628270", "a");
        take("14713000", "b");
        take("14628270", "c");

        assertThat(sealed()).isEqualTo(3);
        take("14628270", "d");
        assertThat(sealed()).isEqualTo(1);
        assertThat(sealer.seal()).as("nothing new").isZero();

        assertThat(rows("select municipality || ' ' || seq || ' ' || entries || ' ' || total from seal order by 1"))
                .containsExactly("14628270 1 2 2", "14628270 2 1 3", "14713000 1 1 1");
        assertThat(rows("select round || ' ' || entries || ' ' || total from sealing order by 1"))
                .containsExactly("1 3 3", "2 1 4");
        var report = verify();
        assertThat(report.inOrder()).isTrue();
        assertThat(report.entries()).isEqualTo(4);
        assertThat(report.municipalities()).isEqualTo(2);
        assertThat(report.seals()).isEqualTo(3);
    }

    @Test
    void aTransactionThatStaysOpenKeepsLaterOnesUnsealedAndThenComesFirst() throws SQLException {
        take("14628270", "before");
        try (var slow = database.getConnection()) {
            slow.setAutoCommit(false);
            addEntry(slow, "14628270", "SLOW");
            take("14628270", "quick");

            assertThat(sealer.seal())
                    .as("only what was there before the open one")
                    .isEqualTo(1);
            assertThat(sealer.seal()).isZero();
            assertThat(verify().unsealed()).isEqualTo(1);
            assertThat(verify().inOrder()).isTrue();
            slow.commit();
        }

        assertThat(sealer.seal()).isEqualTo(2);
        assertThat(rows("select what from entry order by xid, no")).containsExactly("TAKEN", "SLOW", "TAKEN");
        assertThat(verify().inOrder()).isTrue();
        assertThat(verify().unsealed()).isZero();
    }

    @Test
    void whatManyWriteAtOnceIsSealedMeanwhileWithoutGap() throws Exception {
        var writers = Executors.newFixedThreadPool(6);
        var done = new AtomicBoolean();
        var sealing = Executors.newSingleThreadExecutor();
        var rounds = sealing.submit(() -> {
            while (!done.get()) {
                sealer.seal();
            }
            return sealer.seal();
        });
        var calls = IntStream.range(0, 6)
                .mapToObj(writer -> (Callable<Boolean>) () -> {
                    for (int i = 0; i < 100; i++) {
                        take("1462827" + i % 4, writer + "-" + i);
                        if (i % 10 == 0) {
                            rolledBack();
                        }
                    }
                    return true;
                })
                .toList();
        for (var future : writers.invokeAll(calls)) {
            future.get();
        }
        done.set(true);
        rounds.get();
        writers.shutdown();
        sealing.shutdown();

        var report = verify();
        assertThat(report.first()).isEmpty();
        assertThat(report.entries()).isEqualTo(600);
        assertThat(report.unsealed()).isZero();
        assertThat(report.rounds()).isGreaterThan(3);
    }

    @Test
    void afterARestartTheChainGoesOn() throws SQLException {
        take("14628270", "a");
        sealer.close();
        take("14628270", "while nobody sealed");

        sealer = sealer();
        assertThat(sealed()).isEqualTo(1);
        assertThat(rows("select seq::text from seal order by seq")).containsExactly("1", "2");
        assertThat(verify().inOrder()).isTrue();
        assertThat(verify().checkpoints()).as("of the orderly stop").isEqualTo(1);
    }

    @Test
    void aStartedSealerSealsByItself() throws SQLException {
        sealer.start();
        take("14628270", "a");
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> rows("select round::text from sealing").size() == 1);
        sealer.close();
        assertThat(verify().inOrder()).isTrue();
    }

    @Test
    void aSecondSealerDoesNothingMeanwhile() throws SQLException {
        take("14628270", "a");
        try (var first = database.getConnection();
                var statement = first.createStatement()) {
            first.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(" + Sealer.LOCK + ")");

            assertThat(sealer.seal()).isNegative();
            assertThat(sealer.checkpoint()).isFalse();
            assertThat(rows("select round::text from sealing")).isEmpty();
            first.commit();
        }
        assertThat(sealed()).isEqualTo(1);
    }

    @Test
    void aNodeThatDoesNotLeadSealsNothingUntilItDoes() throws SQLException {
        var leads = new AtomicBoolean();
        var asked = new java.util.concurrent.atomic.AtomicInteger();
        try (var other = new Sealer(database, home.resolve("checkpoints"), seal::seal, clock, () -> {
            asked.incrementAndGet();
            return leads.get();
        })) {
            take("14628270", "a");
            other.start();
            org.awaitility.Awaitility.await().until(() -> asked.get() > 1);
            assertThat(rows("select round::text from sealing")).isEmpty();

            leads.set(true);
            org.awaitility.Awaitility.await()
                    .until(() -> rows("select round::text from sealing").size() == 1);
        }
    }

    @Test
    void twoSealersAtOnceMakeOneChain() throws Exception {
        var writing = Executors.newFixedThreadPool(3);
        var done = new AtomicBoolean();
        var other = sealer();
        var both = java.util.stream.Stream.of(sealer, other)
                .map(each -> writing.submit(() -> {
                    var rounds = 0;
                    while (!done.get()) {
                        if (each.seal() > 0) {
                            rounds++;
                            each.checkpoint();
                        }
                    }
                    return rounds;
                }))
                .toList();
        for (int i = 0; i < 400; i++) {
            take("1462827" + i % 4, "a" + i);
        }
        done.set(true);
        var rounds = 0;
        for (var each : both) {
            assertThat(each.get()).as("each has sealed").isPositive();
            rounds += each.get();
        }
        writing.shutdown();
        sealed();

        assertThat(verify().first()).isEmpty();
        assertThat(verify().entries()).isEqualTo(400);
        assertThat(verify().rounds()).isBetween((long) rounds, rounds + 1L);
    }

    @Test
    void aBacklogIsSealedInPieces() throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("""
                    insert into entry (at, municipality, case_id, what, actor)
                    select now(), (14628000 + n % 3)::text, '', 'NOTE', 'test' from generate_series(1, 25000) n""");
        }

        assertThat(List.of(sealer.seal(), sealer.seal(), sealer.seal(), sealer.seal()))
                .as("of one transaction")
                .containsExactly(10_000, 10_000, 5_000, 0);
        assertThat(verify().inOrder()).isTrue();
        assertThat(verify().entries()).isEqualTo(25_000);
    }

    @Test
    void entriesFromBeforeThereWereSealsAreSealedAtTheFirstStart() throws SQLException {
        try (var old = open(TestPostgres.freshDatabase())) {
            Flyway.configure().dataSource(old).target("1").load().migrate();
            try (var connection = old.getConnection()) {
                addEntry(connection, "14628270", "NOTE");
                addEntry(connection, "14628270", "NOTE");
            }
            Flyway.configure().dataSource(old).load().migrate();
            try (var connection = old.getConnection()) {
                addEntry(connection, "14628270", "NOTE");
            }
            var first = new Sealer(old, home.resolve("other"), seal::seal, clock, () -> true);

            assertThat(first.seal()).isEqualTo(3);
            var report = new Verification(old, List.of(home.resolve("other")), this::opened).run();
            assertThat(report.inOrder()).isTrue();
        }
    }

    @Test
    void inAClusterWhoseTransactionsBeginLowTheyCountOnFromWhereTheOldOneWas() throws SQLException {
        take("14628270", "a");
        sealed();
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            // As after a restore: the newest entry has an id that this cluster will not reach for long.
            statement.execute("""
                    insert into entry (at, municipality, case_id, what, actor, xid)
                    select at, municipality, case_id, 'NOTE', actor, xid + 1000000 from entry""");
        }
        assertThat(verify().first()).singleElement().satisfies(each -> assertThat(each.wrong())
                .isEqualTo(Finding.Wrong.AHEAD));

        sealer = sealer();
        take("14628270", "b");

        assertThat(sealed()).isEqualTo(2);
        assertThat(rows("select what from entry order by xid, no")).containsExactly("TAKEN", "NOTE", "TAKEN");
        assertThat(verify().first()).isEmpty();
        assertThat(verify().unsealed()).isZero();
        sealer = sealer();
        assertThat(rows("select round::text from sealing where entries = 0"))
                .as("lifted once")
                .hasSize(1);
    }

    @Test
    void checkpointsAreWrittenOnlyWhenSomethingWasSealedAndEachNamesTheOneBefore() throws Exception {
        sealer.checkpoint();
        take("14628270", "a");
        sealed();
        sealer.checkpoint();
        sealer.checkpoint();
        clock.forward(Duration.ofDays(1));
        take("14713000", "b");
        sealed();
        sealer.checkpoint();

        var files = List.of(home.resolve("checkpoints/2026-11-24.jws"), home.resolve("checkpoints/2026-11-25.jws"));
        var lines = new ArrayList<String>();
        for (var file : files) {
            assertThat(Files.readAllLines(file)).hasSize(1);
            lines.addAll(Files.readAllLines(file));
        }
        var first = Checkpoint.of(opened(lines.get(0)).orElseThrow());
        var second = Checkpoint.of(opened(lines.get(1)).orElseThrow());
        assertThat(first.previous()).isEmpty();
        assertThat(second.previous()).isEqualTo(java.util.HexFormat.of().formatHex(Checkpoint.hashOf(lines.get(0))));
        assertThat(second.municipalities())
                .as("only what grew")
                .extracting(Checkpoint.Chain::municipality)
                .containsExactly("14713000");
        assertThat(second.entries()).isEqualTo(2);
        assertThat(verify().inOrder()).isTrue();
    }

    /** Found by kills of nodes that never let one live for a minute. */
    @Test
    void hubsThatAllDieBeforeAMinuteIsOverWriteACheckpointAMinuteTogether() throws Exception {
        for (int i = 0; i < 30; i++) {
            take("14628270", "m" + i);
            sealer = sealer();
            sealer.work();
            clock.forward(Duration.ofSeconds(20));
        }

        assertThat(Files.readAllLines(home.resolve("checkpoints/2026-11-24.jws")))
                .as("in ten minutes")
                .hasSize(10);
        assertThat(verify().inOrder()).isTrue();
    }

    @Test
    void aClockThatIsSetBackStopsNoCheckpoint() throws Exception {
        take("14628270", "a");
        sealer.work();
        clock.forward(Duration.ofHours(-2));
        take("14628270", "b");
        sealer.work();

        assertThat(Files.readAllLines(home.resolve("checkpoints/2026-11-24.jws")))
                .hasSize(2);
        assertThat(verify().inOrder()).isTrue();
    }

    @Test
    void aLineThatACrashLeftUnfinishedIsCutOffAndTheNextOneFollowsTheLastWholeOne() throws Exception {
        var file = home.resolve("checkpoints/2026-11-24.jws");
        take("14628270", "a");
        sealed();
        sealer.checkpoint();
        Files.writeString(file, "eyJhbGciOi", java.nio.file.StandardOpenOption.APPEND);
        assertThat(verify().inOrder())
                .as("an unfinished line was never told to anybody")
                .isTrue();

        take("14628270", "b");
        sealed();
        sealer.checkpoint();

        assertThat(Files.readAllLines(file)).hasSize(2);
        assertThat(verify().inOrder()).isTrue();
    }

    @Test
    void sealsAreOnlyAdded() throws SQLException {
        take("14628270", "a");
        sealed();
        sealer.checkpoint();
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            for (var table : List.of("seal", "sealing", "seal_checkpoint")) {
                for (var deed : List.of("update %s set round = 7", "delete from %s", "truncate %s")) {
                    assertThatThrownBy(() -> statement.execute(deed.formatted(table)))
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("only added");
                }
            }
        }
    }

    private Sealer sealer() {
        return new Sealer(database, home.resolve("checkpoints"), seal::seal, clock, () -> true);
    }

    private Verification.Report verify() {
        return new Verification(database, List.of(home.resolve("checkpoints")), this::opened).run();
    }

    private Optional<byte[]> opened(String line) {
        return Seal.opened(line, seal.certificatePem());
    }

    private void rolledBack() throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            addEntry(connection, "14628270", "NEVER");
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static void addEntry(Connection connection, String municipality, String what) throws SQLException {
        try (var insert = connection.prepareStatement(
                "insert into entry (at, municipality, case_id, what, actor) values (now(), ?, '', ?, 'test')")) {
            insert.setString(1, municipality);
            insert.setString(2, what);
            insert.executeUpdate();
        }
    }

    /** Nothing is sealed that a transaction of the cluster may still come before, be it of a test beside this one or of the cluster's own. */
    private int sealed() {
        Awaitility.await().until(() -> rows("select pid::text from pg_stat_activity where backend_xid is not null")
                .isEmpty());
        return sealer.seal();
    }

    private List<String> rows(String sql) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            var found = new ArrayList<String>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found;
        }
    }

    static HikariDataSource open(String url) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setUsername(TestPostgres.user());
        pool.setPassword(TestPostgres.password());
        pool.setMaximumPoolSize(10);
        return pool;
    }

    private Taken take(String municipality, String id) {
        return ledger.take(message(municipality, id));
    }

    static NewMessage message(String municipality, String id) {
        var bytes = ("<form>" + id + "</form>").getBytes(StandardCharsets.UTF_8);
        return new NewMessage(
                new Ids(Clock.systemUTC()).next(),
                municipality,
                "key/portal",
                id,
                "form.submission",
                "99050012104000",
                Optional.of("case-" + id),
                Optional.empty(),
                Map.of("tone", "low", "Ämter", "Bürgeramt", "x", "1"),
                Optional.empty(),
                List.of(new Part(
                        "form.xml",
                        "application/xml",
                        bytes.length,
                        sha512(bytes),
                        Optional.of(bytes),
                        Optional.empty())),
                Optional.empty(),
                false,
                Instant.parse("2026-11-24T12:00:00Z"));
    }

    private static byte[] sha512(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-512").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
