package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.postgres.TestPostgres;
import de.stellwerk.hub.signature.Seal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** A million entries that nobody has sealed yet, as after an upgrade, in a process that has room for a few thousand. */
class SealingAtSizeIT {

    private static final int ENTRIES = 1_000_000;
    private static final int MESSAGES = 100_000;

    @TempDir
    Path home;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aMillionEntriesAreSealedAndVerifiedInSmallTransactionsAndLittleMemory() throws Exception {
        var url = TestPostgres.freshDatabase();
        try (var database = LedgerChainTest.open(url)) {
            Flyway.configure().dataSource(database).load().migrate();
            fill(database);
        }
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx48m",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SealingAtSizeIT.class.getName(),
                        url,
                        TestPostgres.password(),
                        home.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

        System.out.println(said);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said)
                .contains("rounds " + ENTRIES / Sealer.LARGEST_ROUND + " largest " + Sealer.LARGEST_ROUND)
                .contains("entries " + ENTRIES + " unsealed 0 municipalities 420 findings 0");
        TestPostgres.drop(url);
    }

    private static void fill(com.zaxxer.hikari.HikariDataSource database) throws SQLException {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("""
                    insert into message (id, municipality, source, business_id, kind, service, case_id, answers, headers, digest, salt,
                        state, due, published_until, accepted_at)
                    select ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid, (14600000 + n %% 420)::text, 'key/portal', n::text,
                        'form', '', 'case-' || n, '', '{}', ''::bytea, ''::bytea, 'PARKED', now(), '-infinity', now()
                    from generate_series(1, %d) n""".formatted(MESSAGES));
            for (int piece = 0; piece < 10; piece++) {
                statement.execute("""
                        insert into entry (at, municipality, case_id, message_id, what, detail, actor)
                        select now(), (14600000 + n %% 420)::text, 'case-' || n,
                            ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid,
                            case %1$d when 0 then 'TAKEN' when 9 then 'PARKED' else 'NOTE' end,
                            'a line of the length that lines have, more or less', 'key/portal'
                        from generate_series(1, %2$d) n""".formatted(piece, ENTRIES / 10));
            }
            statement.execute("analyze");
        }
    }

    /** Runs in the small process. */
    public static void main(String[] arguments) throws Exception {
        var database = new PGSimpleDataSource();
        database.setURL(arguments[0]);
        database.setUser("stellwerk");
        database.setPassword(arguments[1]);
        var home = Path.of(arguments[2]);
        var seal = new Seal(home.resolve("keys"), Clock.systemUTC());
        var sealer = new Sealer(database, home.resolve("checkpoints"), seal::seal, Clock.systemUTC(), () -> true);
        int rounds = 0;
        int largest = 0;
        long slowest = 0;
        long begin = System.nanoTime();
        for (int sealed = -1; sealed != 0; ) {
            long start = System.nanoTime();
            sealed = sealer.seal();
            slowest = Math.max(slowest, System.nanoTime() - start);
            largest = Math.max(largest, sealed);
            rounds += sealed > 0 ? 1 : 0;
        }
        sealer.checkpoint();
        System.out.printf(
                "rounds %d largest %d in %d ms, slowest %d ms%n",
                rounds,
                largest,
                Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                Duration.ofNanos(slowest).toMillis());
        begin = System.nanoTime();
        var report = new Verification(
                        database,
                        List.of(home.resolve("checkpoints")),
                        line -> Seal.opened(line, seal.certificatePem()))
                .run();
        System.out.printf(
                "entries %d unsealed %d municipalities %d findings %d in %d ms %s%n",
                report.entries(),
                report.unsealed(),
                report.municipalities(),
                report.findings(),
                Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                report.first());
    }
}
