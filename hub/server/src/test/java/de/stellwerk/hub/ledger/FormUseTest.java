package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.postgres.TestPostgres;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** On a real database. */
class FormUseTest {

    private static final LocalDate DAY = LocalDate.of(2026, 11, 26);

    private final String url = TestPostgres.freshDatabase();
    private final PGSimpleDataSource source = new PGSimpleDataSource();

    @BeforeEach
    void makeADatabase() {
        Flyway.configure()
                .dataSource(url, TestPostgres.user(), TestPostgres.password())
                .load()
                .migrate();
        source.setURL(url);
        source.setUser(TestPostgres.user());
        source.setPassword(TestPostgres.password());
    }

    @AfterEach
    void dropIt() {
        TestPostgres.drop(url);
    }

    @Test
    void formsAreCountedByGermanDayMunicipalityServiceAndForm() throws Exception {
        message("14628270", "form.submission", "010040", "ROUTED", "2026-11-25T23:30:00Z");
        message("14628270", "form.submission", "010040", "QUARANTINED", "2026-11-26T08:00:00Z");
        message("14628270", "form.submission", "Max Mustermann", "ROUTED", "2026-11-26T08:00:00Z");
        message("14628270", "payment.status", "010040", "ROUTED", "2026-11-26T08:00:00Z");
        message("14628270", "form.submission", "010040", "ROUTED", "2026-11-26T23:30:00Z");
        message("14713000", "form.submission", "010040", "ROUTED", "2026-11-26T08:00:00Z");
        var search = new Search(source);

        assertThat(search.forms(new Search.Sight(false, List.of("14628270")), Optional.empty(), DAY, DAY))
                .containsExactly(
                        new Search.FormUse(DAY, "14628270", "99050012104000", "", 1, 0),
                        new Search.FormUse(DAY, "14628270", "99050012104000", "010040", 2, 1));
        assertThat(search.forms(new Search.Sight(true, List.of("*")), Optional.of("14713000"), DAY, DAY))
                .containsExactly(new Search.FormUse(DAY, "14713000", "99050012104000", "010040", 1, 0));
    }

    /** A year of forms, and a day of it is asked for: the server's own counters say what was read. */
    @Test
    void aDayIsCountedWithoutReadingTheYear() throws Exception {
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("""
                    insert into message (id, municipality, source, business_id, kind, service, case_id, answers, headers, digest, salt,
                        state, due, published_until, accepted_at)
                    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000' || lpad(n::text, 12, '0'))::uuid,
                        '14628270', 'key/portal', n::text, 'form.submission', '', '', '', '{}', '', '', 'ROUTED', at, at, at
                    from (select n, timestamptz '2026-01-01 00:00Z' + n * interval '30 minutes' as at from generate_series(0, 17519) n) x""");
            statement.execute("analyze message");
        }
        assertThat(new Search(source).forms(new Search.Sight(true, List.of("*")), Optional.empty(), DAY, DAY))
                .singleElement()
                .satisfies(use -> assertThat(use.count()).isEqualTo(48));

        // Counted when the connection that has read ends.
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(counter("idx_tup_fetch")).isBetween(48L, 200L));
        assertThat(counter("seq_tup_read"))
                .as("rows read from front to back, by analyze at most")
                .isLessThan(17_520L);
    }

    private long counter(String name) throws SQLException {
        try (var connection = source.getConnection();
                var rows = connection
                        .createStatement()
                        .executeQuery("select " + name + " from pg_stat_user_tables where relname = 'message'")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void message(String municipality, String kind, String form, String state, String at) throws SQLException {
        try (var connection = source.getConnection();
                var insert = connection.prepareStatement("""
                        insert into message (id, municipality, source, business_id, kind, service, case_id, answers, headers, digest, salt,
                            state, due, published_until, accepted_at)
                        values (?, ?, 'key/portal', ?, ?, '99050012104000', '', '', jsonb_build_object('form', ?::text), '', '', ?, now(), now(),
                            ?::timestamptz)""")) {
            var id = new Ids(Clock.fixed(Instant.parse(at), ZoneOffset.UTC)).next();
            insert.setObject(1, id);
            insert.setString(2, municipality);
            insert.setString(3, id.toString());
            insert.setString(4, kind);
            insert.setString(5, form);
            insert.setString(6, state);
            insert.setString(7, at);
            insert.executeUpdate();
        }
    }
}
