package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.postgres.TestPostgres;
import de.stellwerk.hub.signature.Seal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database as the first schema left it, killed in the middle of everything, is taken over by this one. */
class UpgradeTest {

    private static final String PIRNA = "14628270";
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final long OLD_EPOCH = 1;

    @TempDir
    Path home;

    private final LedgerChainTest.SetClock clock = new LedgerChainTest.SetClock();
    private final Map<String, UUID> messages = new java.util.LinkedHashMap<>();
    private HikariDataSource database;

    /** One message, or one delivery of its own message, in each state that the first schema knew. */
    @BeforeEach
    void leaveADatabaseOfTheFirstSchemaBehind() throws SQLException {
        database = LedgerChainTest.open(TestPostgres.freshDatabase());
        Flyway.configure().dataSource(database).target("1").load().migrate();
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            run(connection, "insert into epoch (started_at) values (now())");
            // Accepted in another order than they lie in the table.
            message(connection, "received-late", 9, "RECEIVED", 0);
            message(connection, "received", 1, "RECEIVED", 0);
            message(connection, "routing", 2, "ROUTING", 1);
            message(connection, "quarantined", 3, "QUARANTINED", 0);
            entry(connection, "quarantined", null, "QUARANTINED", "sig.altered");
            message(connection, "parked", 3, "PARKED", 1);
            entry(connection, "parked", null, "PARKED", "route.none");
            message(connection, "cancelled", 3, "CANCELLED", 1);
            entry(connection, "cancelled", null, "PARKED", "route.none");
            entry(connection, "cancelled", null, "OPERATOR_CANCEL", "");
            message(connection, "filed", 3, "ROUTED", 1);
            entry(connection, "filed", null, "ROUTED", "");
            delivery(connection, "waiting", "WAITING", 0);
            delivery(connection, "failed-once", "WAITING", 1);
            attempt(connection, "failed-once", 1, "ATTEMPT_FAILED");
            delivery(connection, "sending", "SENDING", 1);
            attempt(connection, "sending", 1, "");
            delivery(connection, "sending-again", "SENDING", 2);
            attempt(connection, "sending-again", 1, "ATTEMPT_FAILED");
            attempt(connection, "sending-again", 2, "");
            for (var ended : List.of("DELIVERED", "REJECTED", "PARKED", "IN_DOUBT")) {
                delivery(connection, "d-" + ended.toLowerCase(java.util.Locale.ROOT), ended, 1);
                attempt(connection, "d-" + ended.toLowerCase(java.util.Locale.ROOT), 1, ended);
            }
            delivery(connection, "d-cancelled", "CANCELLED", 1);
            attempt(connection, "d-cancelled", 1, "PARKED");
            entry(connection, "d-cancelled", "d-cancelled", "OPERATOR_CANCEL", "");
            connection.commit();
        }
        Flyway.configure().dataSource(database).load().migrate();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void everythingIsStillThereAndWhatWasUnderWayIsOpen() throws SQLException {
        assertThat(states("select business_id, state from message"))
                .containsEntry("received", "RECEIVED")
                .containsEntry("received-late", "RECEIVED")
                .containsEntry("routing", "RECEIVED")
                .containsEntry("quarantined", "QUARANTINED")
                .containsEntry("parked", "PARKED")
                .containsEntry("cancelled", "CANCELLED")
                .containsEntry("filed", "ROUTED")
                .containsEntry("sending", "ROUTED")
                .hasSize(16);
        assertThat(states("select id, state || ' ' || attempt from delivery"))
                .isEqualTo(Map.of(
                        "waiting", "WAITING 0",
                        "failed-once", "WAITING 1",
                        "sending", "WAITING 0",
                        "sending-again", "WAITING 1",
                        "d-delivered", "DELIVERED 1",
                        "d-rejected", "REJECTED 1",
                        "d-parked", "PARKED 1",
                        "d-in_doubt", "IN_DOUBT 1",
                        "d-cancelled", "CANCELLED 1"));
        assertThat(states("select delivery_id, attempt::text from sending"))
                .isEqualTo(Map.of("sending", "1", "sending-again", "2"));
        assertThat(states("select delivery_id || ' ' || no, outcome from attempt"))
                .isEqualTo(Map.of(
                        "failed-once 1", "ATTEMPT_FAILED",
                        "sending-again 1", "ATTEMPT_FAILED",
                        "d-rejected 1", "REJECTED",
                        "d-parked 1", "PARKED",
                        "d-in_doubt 1", "IN_DOUBT",
                        "d-cancelled 1", "PARKED"));
        assertThat(states("select id, (started_at is not null)::text from delivery where state = 'DELIVERED'"))
                .as("what its attempt row said")
                .isEqualTo(Map.of("d-delivered", "true"));
        assertThat(new Search(database)
                        .balance(new Search.Sight(true, List.of()))
                        .even())
                .isTrue();
    }

    @Test
    void theOrderOfAcceptanceIsThatOfTheTimesAndNotOfTheTable() throws SQLException {
        var bySeq = new ArrayList<Timestamp>();
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select accepted_at from message order by seq")) {
            while (row.next()) {
                bySeq.add(row.getTimestamp(1));
            }
        }
        assertThat(bySeq).isSorted();
        assertThat(
                        states(
                                "select d.id, (d.message_seq = m.seq)::text from delivery d join message m on m.id = d.message_id"))
                .allSatisfy((id, same) -> assertThat(same).as(id).isEqualTo("true"));
        try (var nodes = new Nodes(database, clock, "new");
                var ledger = new SqlLedger(database, clock, new Ids(clock), nodes)) {
            ledger.take(LedgerChainTest.message(PIRNA, "new"));
        }
        assertThat(states("select 'newest', business_id from message order by seq desc limit 1"))
                .isEqualTo(Map.of("newest", "new"));
    }

    @Test
    void anOpenAttemptCountsAsUnknownAndTheRestDrainsOnThisCore() throws SQLException {
        clock.forward(Duration.ofHours(1));
        var seal = new Seal(home.resolve("keys"), clock);
        var sealer = new Sealer(database, home.resolve("checkpoints"), seal::seal, clock, () -> true);
        try (var nodes = new Nodes(database, clock, "new");
                var ledger = new SqlLedger(database, clock, new Ids(clock), nodes)) {
            assertThat(nodes.wasAlone()).as("the old epoch is dead").isTrue();
            assertThat(ledger.claimDeliveries(List.of("sending", "sending-again")))
                    .as("nobody sends again what may have arrived")
                    .isEmpty();
            assertThat(ledger.connectionsWithOpenAttempts())
                    .extracting(Address::connection)
                    .containsExactly("register");

            var unknown = ledger.takeOverOpenAttempts(PIRNA, "register", 100);
            assertThat(unknown)
                    .extracting(each -> each.id() + " " + each.attempt())
                    .containsExactlyInAnyOrder("sending 1", "sending-again 2");
            // One of a target that cannot recognise a repeat, one of a target that can.
            ledger.concluded(unknown.stream()
                    .map(each -> Ledger.Outcome.not(
                            each,
                            each.id().equals("sending") ? DeliveryState.IN_DOUBT : DeliveryState.WAITING,
                            "outcome.unknown",
                            "the hub ended meanwhile",
                            clock.instant()))
                    .toList());

            var set = ledger.claimMessages(
                    List.of(messages.get("received"), messages.get("routing"), messages.get("received-late")));
            assertThat(set.messages()).hasSize(3);
            ledger.routed(
                    set,
                    set.messages().stream()
                            .map(held -> Ledger.Routed.well(
                                    held,
                                    "r@2",
                                    List.of(new NewDelivery(
                                            "new-" + held.id(),
                                            "register",
                                            "out",
                                            "form.submission",
                                            Map.of(),
                                            held.parts().get(0),
                                            List.of(),
                                            "",
                                            false)),
                                    List.of(),
                                    List.of(),
                                    clock.instant()))
                            .toList());
            var rest = new ArrayList<>(List.of("waiting", "failed-once", "sending-again"));
            set.messages().forEach(held -> rest.add("new-" + held.id()));
            var due = ledger.claimDeliveries(rest);
            assertThat(due).hasSize(6).allSatisfy(each -> assertThat(each.body())
                    .isNotNull());
            ledger.concluded(due.stream()
                    .map(each -> Ledger.Outcome.delivered(each, "ref " + each.id(), false, clock.instant()))
                    .toList());
        }

        var balance = new Search(database).balance(new Search.Sight(true, List.of()));
        assertThat(balance.even()).isTrue();
        assertThat(balance.open()).isZero();
        assertThat(balance.delivered()).isEqualTo(7);
        assertThat(balance.inDoubt()).isEqualTo(2);
        assertThat(sealer.seal()).as("the old entries and the new ones").isPositive();
        sealer.checkpoint();
        var report = new Verification(
                        database,
                        List.of(home.resolve("checkpoints")),
                        line -> Seal.opened(line, seal.certificatePem()))
                .run();
        assertThat(report.first()).isEmpty();
        assertThat(report.unsealed()).isZero();
        assertThat(report.checkpoints()).isEqualTo(1);
    }

    private void message(Connection connection, String name, int minute, String state, int attempt)
            throws SQLException {
        var message = LedgerChainTest.message(PIRNA, name);
        var digest = Digests.of(message);
        var salt = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        messages.put(name, message.id());
        try (var insert = connection.prepareStatement("""
                insert into message (id, municipality, source, business_id, kind, service, case_id, answers, headers, digest, salt,
                    state, route, attempt, due, published_until, epoch, accepted_at)
                values (?, ?, ?, ?, ?, ?, ?, '', '{"tone": "low"}'::jsonb, ?, ?, ?, ?, ?, ?, '-infinity', ?, ?)""")) {
            var at = Timestamp.from(NOON.plusSeconds(60L * minute - 3600));
            insert.setObject(1, message.id());
            insert.setString(2, PIRNA);
            insert.setString(3, message.source());
            insert.setString(4, name);
            insert.setString(5, message.kind());
            insert.setString(6, message.service());
            insert.setString(7, "case-" + name);
            insert.setBytes(8, digest);
            insert.setBytes(9, salt);
            insert.setString(10, state);
            insert.setString(11, state.equals("ROUTED") ? "r@1" : "");
            insert.setInt(12, attempt);
            insert.setTimestamp(13, at);
            insert.setLong(14, attempt == 0 ? 0 : OLD_EPOCH);
            insert.setTimestamp(15, at);
            insert.executeUpdate();
        }
        try (var parts = new PartWriter(connection)) {
            parts.add(message.id(), message.parts());
        }
        entry(connection, name, null, "TAKEN", "", message.kind() + " salted-sha256=" + Digests.salted(salt, digest));
    }

    private void delivery(Connection connection, String name, String state, int attempt) throws SQLException {
        message(connection, name, 4, "ROUTED", 1);
        entry(connection, name, name, "PLANNED", "", "register");
        entry(connection, name, null, "ROUTED", "");
        boolean ended = !List.of("WAITING", "SENDING").contains(state);
        try (var insert = connection.prepareStatement("""
                insert into delivery (id, message_id, municipality, connection, channel, kind, case_id, headers, body, attachments,
                    state, attempt, due, published_until, epoch, reference, created_at, finished_at)
                values (?, ?, ?, 'register', 'out', 'form.submission', ?, '{}'::jsonb, 0, '{}', ?, ?, ?, '-infinity', ?, ?, ?, ?)""")) {
            var at = Timestamp.from(NOON);
            insert.setString(1, name);
            insert.setObject(2, messages.get(name));
            insert.setString(3, PIRNA);
            insert.setString(4, "case-" + name);
            insert.setString(5, state);
            insert.setInt(6, attempt);
            insert.setTimestamp(7, at);
            insert.setLong(8, attempt == 0 ? 0 : OLD_EPOCH);
            insert.setString(9, state.equals("DELIVERED") ? "ref-" + name : "");
            insert.setTimestamp(10, at);
            insert.setTimestamp(11, ended ? at : null);
            insert.executeUpdate();
        }
    }

    /** @param outcome as its entry calls it; empty while it is open */
    private void attempt(Connection connection, String delivery, int no, String outcome) throws SQLException {
        try (var insert = connection.prepareStatement(
                "insert into attempt (delivery_id, no, epoch, started_at, ended_at, outcome) values (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, delivery);
            insert.setInt(2, no);
            insert.setLong(3, OLD_EPOCH);
            insert.setTimestamp(4, Timestamp.from(NOON));
            insert.setTimestamp(5, outcome.isEmpty() ? null : Timestamp.from(NOON));
            insert.setString(6, outcome);
            insert.executeUpdate();
        }
        if (!outcome.isEmpty()) {
            entry(connection, delivery, delivery, outcome, "");
        }
    }

    private void entry(Connection connection, String message, String delivery, String what, String code)
            throws SQLException {
        entry(connection, message, delivery, what, code, "");
    }

    private void entry(Connection connection, String message, String delivery, String what, String code, String detail)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into entry (at, municipality, case_id, message_id, delivery_id, what, code, detail, actor)
                values (?, ?, ?, ?, ?, ?, ?, ?, 'hub')""")) {
            insert.setTimestamp(1, Timestamp.from(NOON));
            insert.setString(2, PIRNA);
            insert.setString(3, "case-" + message);
            insert.setObject(4, messages.get(message));
            insert.setString(5, delivery);
            insert.setString(6, what);
            insert.setString(7, code);
            insert.setString(8, detail);
            insert.executeUpdate();
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Map<String, String> states(String sql) throws SQLException {
        record Row(String id, String state) {}
        var found = new ArrayList<Row>();
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            while (row.next()) {
                found.add(new Row(row.getString(1), row.getString(2)));
            }
        }
        return found.stream().collect(Collectors.toMap(Row::id, Row::state));
    }
}
