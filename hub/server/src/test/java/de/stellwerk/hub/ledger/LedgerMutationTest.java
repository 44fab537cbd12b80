package de.stellwerk.hub.ledger;

import static de.stellwerk.hub.ledger.Finding.Wrong.ADDED;
import static de.stellwerk.hub.ledger.Finding.Wrong.AHEAD;
import static de.stellwerk.hub.ledger.Finding.Wrong.ALTERED;
import static de.stellwerk.hub.ledger.Finding.Wrong.CHECKPOINT_ALTERED;
import static de.stellwerk.hub.ledger.Finding.Wrong.CHECKPOINT_MISSING;
import static de.stellwerk.hub.ledger.Finding.Wrong.CONTENT_ALTERED;
import static de.stellwerk.hub.ledger.Finding.Wrong.DELIVERY_ADDED;
import static de.stellwerk.hub.ledger.Finding.Wrong.DELIVERY_MISSING;
import static de.stellwerk.hub.ledger.Finding.Wrong.DELIVERY_STATE;
import static de.stellwerk.hub.ledger.Finding.Wrong.MESSAGE_ADDED;
import static de.stellwerk.hub.ledger.Finding.Wrong.MESSAGE_MISSING;
import static de.stellwerk.hub.ledger.Finding.Wrong.MESSAGE_STATE;
import static de.stellwerk.hub.ledger.Finding.Wrong.MISSING;
import static de.stellwerk.hub.ledger.Finding.Wrong.MOVED;
import static de.stellwerk.hub.ledger.Finding.Wrong.REWRITTEN;
import static de.stellwerk.hub.ledger.Finding.Wrong.ROUND_ALTERED;
import static de.stellwerk.hub.ledger.Finding.Wrong.ROUND_MISSING;
import static de.stellwerk.hub.ledger.Finding.Wrong.SEAL_ALTERED;
import static de.stellwerk.hub.ledger.Finding.Wrong.SEAL_MISSING;
import static de.stellwerk.hub.ledger.Finding.Wrong.TRUNCATED;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.TrialRows;
import de.stellwerk.hub.postgres.TestPostgres;
import de.stellwerk.hub.signature.Seal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever somebody with all rights on the database changes in it is found, and the first wrong entry is named. */
class LedgerMutationTest {

    private static final String PIRNA = "14628270";
    private static final String LEIPZIG = "14713000";

    @TempDir
    static Path home;

    private static final LedgerChainTest.SetClock CLOCK = new LedgerChainTest.SetClock();
    private static String original = "";
    private static int found;
    private static Seal seal = new Seal(Path.of(""), CLOCK);
    /** What the mutations call by a name in braces. */
    private static final Map<String, String> NAMES = new HashMap<>();

    interface Deed {
        void on(Connection database, Path checkpoints) throws Exception;
    }

    /**
     * @param municipality the one to be named; empty if none can be
     * @param entry the entry to be named, as a name in braces or 0
     */
    record Mutation(String name, Finding.Wrong wrong, String municipality, String entry, Deed deed) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Two municipalities, six rounds, three checkpoints, deliveries in all states. */
    @BeforeAll
    static void buildTheOriginal() throws Exception {
        original = TestPostgres.freshDatabase();
        seal = new Seal(home.resolve("keys"), CLOCK);
        try (var database = LedgerChainTest.open(original)) {
            Flyway.configure().dataSource(database).load().migrate();
            var sealer = new Sealer(database, home.resolve("checkpoints"), seal::seal, CLOCK, () -> true);
            try (var nodes = new Nodes(database, CLOCK, "a");
                    var ledger = new SqlLedger(database, CLOCK, new Ids(CLOCK), nodes)) {
                for (int round = 1; round <= 6; round++) {
                    play(ledger, PIRNA, round + "-1");
                    play(ledger, LEIPZIG, round + "-2");
                    play(ledger, PIRNA, round + "-3");
                    sealer.seal();
                    if (round % 2 == 0) {
                        sealer.checkpoint();
                    }
                    CLOCK.forward(Duration.ofMinutes(2));
                }
                ledger.claimMessages(List.of(
                        ledger.take(LedgerChainTest.message(PIRNA, "waits")).id()));
            }
        }
        name("{head}", "select min(no) from entry where municipality = '14628270'");
        name("{tail}", "select max(no) from entry where municipality = '14628270' and what <> 'TAKEN'");
        name(
                "{round3}",
                "select min(e.no) from entry e join sealing s on s.round = 3 and (e.xid, e.no) > (s.from_xid, s.from_no)");
        name(
                "{middle}",
                "select min(no) from entry where no > {round3} and municipality = '14628270' and what = 'DELIVERED'");
        name(
                "{other}",
                "select min(no) from entry where no > {middle} and municipality = '14628270' and what = 'TAKEN'");
        name("{leipzig}", "select min(no) from entry where no > {round3} and municipality = '14713000'");
        name(
                "{round4}",
                "select min(e.no) from entry e join sealing s on s.round = 4 and (e.xid, e.no) > (s.from_xid, s.from_no)");
        name("{pirna4}", "select min(no) from entry where no >= {round4} and municipality = '14628270'");
        name(
                "{round6}",
                "select min(e.no) from entry e join sealing s on s.round = 6 and (e.xid, e.no) > (s.from_xid, s.from_no)");
        name("{pirna6}", "select min(no) from entry where no >= {round6} and municipality = '14628270'");
        name("{leipzig1}", "select min(no) from entry where municipality = '14713000'");
        name(
                "{pirna2}",
                "select min(no) from entry where municipality = '14628270' and xid > (select from_xid from sealing where round = 2)");
        name("{message}", "select message_id from entry where no = {middle}");
        name("{taken}", "select no from entry where message_id = '{message}' and what = 'TAKEN'");
        name("{routed}", "select no from entry where message_id = '{message}' and what = 'ROUTED'");
        name("{delivery}", "select delivery_id from entry where no = {middle}");
        name("{planned}", "select no from entry where delivery_id = '{delivery}' and what = 'PLANNED'");
    }

    private static void play(Ledger ledger, String municipality, String id) {
        var set = ledger.claimMessages(
                List.of(ledger.take(LedgerChainTest.message(municipality, id)).id()));
        var held = set.messages().get(0);
        var delivery = new NewDelivery(
                "d-" + id,
                "register",
                "out",
                "form.submission",
                Map.of(),
                held.parts().get(0),
                List.of(),
                "",
                false);
        var now = CLOCK.instant();
        ledger.routed(
                set, List.of(Ledger.Routed.well(held, "r@1", List.of(delivery), List.of("noted"), List.of(), now)));
        var failed = ledger.claimDeliveries(List.of("d-" + id)).get(0);
        ledger.concluded(
                List.of(Ledger.Outcome.not(failed, DeliveryState.WAITING, "target.unreachable", "no answer", now)));
        var sent = ledger.claimDeliveries(List.of("d-" + id)).get(0);
        ledger.concluded(List.of(Ledger.Outcome.delivered(sent, "ref-" + id, false, now)));
    }

    private static void name(String name, String sql) throws SQLException {
        try (var database = LedgerChainTest.open(original);
                var connection = database.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(filled(sql))) {
            row.next();
            NAMES.put(name, row.getString(1));
        }
    }

    private static String filled(String text) {
        var filled = text;
        for (var each : NAMES.entrySet()) {
            filled = filled.replace(each.getKey(), each.getValue());
        }
        return filled;
    }

    @AfterAll
    static void drop() throws IOException {
        TestPostgres.drop(original);
        var rows = new TrialRows("ledger-mutations");
        if (found > 0) {
            rows.add(
                    "whatever is changed in the ledger is found",
                    "changes of a copy by somebody with all rights on the database, one at a time, then ledger verify",
                    found,
                    "each found, the first wrong entry named",
                    0);
        }
    }

    static Stream<Mutation> mutations() {
        return Stream.of(
                // Every column of an entry.
                entry("its number", MISSING, "update entry set no = 900000 where no = {middle}"),
                entry("its time, by a microsecond", ALTERED, set("at = at + interval '1 microsecond'")),
                entry("its time, to infinity", ALTERED, set("at = 'infinity'")),
                entry("its municipality", MOVED, set("municipality = '14713000'")),
                entry("its municipality, to an unknown one", MOVED, set("municipality = '01001000'")),
                entry("its case", ALTERED, set("case_id = 'another'")),
                entry("its message", ALTERED, set("message_id = gen_random_uuid()")),
                entry("its message, taken away", ALTERED, set("message_id = null")),
                entry("its delivery", ALTERED, set("delivery_id = 'another'")),
                entry("its delivery, taken away", ALTERED, set("delivery_id = null")),
                entry("its delivery, emptied", ALTERED, set("delivery_id = ''")),
                entry("what it tells", ALTERED, set("what = 'REJECTED'")),
                entry("its code", ALTERED, set("code = 'target.rejected'")),
                entry("its detail", ALTERED, set("detail = 'another'")),
                entry("its detail, by a blank at the end", ALTERED, set("detail = detail || ' '")),
                entry("its actor", ALTERED, set("actor = 'key/nobody'")),
                entry("two columns, their texts exchanged", ALTERED, set("detail = actor, actor = detail")),
                entry(
                        "two columns, the border between them shifted",
                        ALTERED,
                        set("detail = detail || left(actor, 1), actor = substring(actor from 2)")),
                entry(
                        "its transaction, to an earlier one",
                        ADDED,
                        set("xid = (select from_xid - 1 from sealing where round = 3)")),
                entry("its transaction, to a later one", ALTERED, set("xid = xid + 1")),
                // Its first and its last one.
                sql(
                        "the first entry altered",
                        ALTERED,
                        PIRNA,
                        "{head}",
                        "update entry set detail = 'x' where no = {head}"),
                sql(
                        "the last sealed entry altered",
                        ALTERED,
                        PIRNA,
                        "{tail}",
                        "update entry set detail = 'x' where no = {tail}"),
                // Deleted.
                sql("the first entry deleted", MISSING, PIRNA, "{head}", "delete from entry where no = {head}"),
                sql(
                        "an entry in the middle deleted",
                        MISSING,
                        PIRNA,
                        "{middle}",
                        "delete from entry where no = {middle}"),
                sql("the last sealed entry deleted", MISSING, PIRNA, "{tail}", "delete from entry where no = {tail}"),
                sql(
                        "all entries of a municipality deleted",
                        MISSING,
                        LEIPZIG,
                        "{leipzig1}",
                        "delete from entry where municipality = '14713000'"),
                sql("all entries deleted", MISSING, PIRNA, "{head}", "delete from entry"),
                // Inserted.
                inserted("an entry back-dated into an old transaction", ADDED, "xid"),
                inserted("an entry with the transaction of none", ADDED, "0"),
                inserted("an entry before all others", ADDED, "-5"),
                inserted("an entry ahead of all transactions", AHEAD, "xid + 100000000"),
                sql(
                        "an entry told twice",
                        ADDED,
                        PIRNA,
                        "900000",
                        "insert into entry (no, at, municipality, case_id, message_id, delivery_id, what, code, detail, actor, xid)"
                                + " overriding system value select 900000, at, municipality, case_id, message_id, delivery_id, what,"
                                + " code, detail, actor, xid from entry where no = {middle}"),
                // Exchanged.
                sql(
                        "two entries that exchanged their numbers",
                        ALTERED,
                        PIRNA,
                        "{middle}",
                        "update entry set no = case no when {middle} then -{other} else -{middle} end where no in ({middle}, {other})",
                        "update entry set no = -no where no < 0"),
                sql(
                        "two entries that exchanged their details",
                        ALTERED,
                        PIRNA,
                        "{middle}",
                        "update entry e set detail = o.detail from entry o where e.no in ({middle}, {other})"
                                + " and o.no in ({middle}, {other}) and e.no <> o.no"),
                sql(
                        "two entries of two municipalities that exchanged those",
                        MOVED,
                        PIRNA,
                        "{middle}",
                        "update entry set municipality = case municipality when '14628270' then '14713000' else '14628270' end"
                                + " where no in ({middle}, (select min(no) from entry where no > {middle} and municipality = '14713000'))"),
                // Seals.
                seals("its hash", SEAL_ALTERED, "set hash = sha256('x')"),
                seals("a leaf", SEAL_ALTERED, "set leaves = set_byte(leaves, 20, (get_byte(leaves, 20) + 1) % 256)"),
                seals(
                        "its last leaf, cut off",
                        SEAL_ALTERED,
                        "set leaves = substring(leaves from 1 for length(leaves) - 40)"),
                seals(
                        "its leaves, one byte too few",
                        SEAL_ALTERED,
                        "set leaves = substring(leaves from 1 for length(leaves) - 1)"),
                seals("what comes before it", SEAL_ALTERED, "set previous = sha256('x')"),
                seals("its total", SEAL_ALTERED, "set total = total + 1"),
                seals("its count", SEAL_ALTERED, "set entries = entries - 1"),
                sql(
                        "a seal's number changed",
                        SEAL_MISSING,
                        PIRNA,
                        "0",
                        "update seal set seq = 70 where municipality = '14628270' and seq = 4"),
                sql(
                        "a seal moved to another municipality",
                        SEAL_MISSING,
                        PIRNA,
                        "{pirna4}",
                        "update seal set municipality = '01001000' where municipality = '14628270' and seq = 4"),
                sql(
                        "a seal moved to another round",
                        SEAL_MISSING,
                        PIRNA,
                        "{pirna4}",
                        "update seal set round = 7 where municipality = '14628270' and seq = 4"),
                sql(
                        "the first seal deleted",
                        SEAL_MISSING,
                        PIRNA,
                        "{head}",
                        "delete from seal where municipality = '14628270' and seq = 1"),
                sql(
                        "a seal deleted",
                        SEAL_MISSING,
                        PIRNA,
                        "{pirna4}",
                        "delete from seal where municipality = '14628270' and seq = 4"),
                sql(
                        "the last seal deleted",
                        SEAL_MISSING,
                        PIRNA,
                        "{pirna6}",
                        "delete from seal where municipality = '14628270' and seq = 6"),
                sql(
                        "all seals of a municipality deleted",
                        SEAL_MISSING,
                        LEIPZIG,
                        "{leipzig1}",
                        "delete from seal where municipality = '14713000'"),
                sql(
                        "a seal deleted with its entries",
                        SEAL_MISSING,
                        PIRNA,
                        "0",
                        "delete from entry where municipality = '14628270' and no >= {round6} and xid <="
                                + " (select to_xid from sealing where round = 6)",
                        "delete from seal where municipality = '14628270' and seq = 6"),
                sql(
                        "an entry altered with its leaf and its seal",
                        ROUND_ALTERED,
                        PIRNA,
                        "{round6}",
                        LedgerMutationTest::alterTheTailWithItsSeal),
                // Rounds.
                rounds("its hash", "set hash = sha256('x')"),
                rounds("what comes before it", "set previous = sha256('x')"),
                rounds("its shift", "set shift = 1"),
                rounds("its time", "set sealed_at = sealed_at + interval '1 second'"),
                rounds("its municipalities", "set municipalities = municipalities[:1]"),
                sql("the first round deleted", ROUND_MISSING, PIRNA, "{head}", "delete from sealing where round = 1"),
                sql("a round deleted", ROUND_MISSING, PIRNA, "{round4}", "delete from sealing where round = 4"),
                sql("the last round deleted", ROUND_MISSING, PIRNA, "{round6}", "delete from sealing where round = 6"),
                sql(
                        "a round deleted with its seals",
                        ROUND_MISSING,
                        PIRNA,
                        "{round4}",
                        "delete from sealing where round = 4",
                        "delete from seal where round = 4"),
                sql("all rounds and seals deleted", TRUNCATED, PIRNA, "0", "truncate sealing", "truncate seal"),
                // The end of it all, and all of it written anew: only what is outside the database tells.
                sql(
                        "the tail deleted, with its seals and rounds",
                        TRUNCATED,
                        PIRNA,
                        "0",
                        "delete from attempt where delivery_id like 'd-6-%'",
                        "delete from delivery where id like 'd-6-%'",
                        "delete from entry where xid > (select to_xid from sealing where round = 5)",
                        "delete from seal where round = 6",
                        "delete from sealing where round = 6"),
                sql(
                        "the whole history written anew without one entry",
                        REWRITTEN,
                        PIRNA,
                        "{pirna4}",
                        (connection, folder) -> rewriteWithout(connection, "{middle}")),
                sql(
                        "the whole history written anew with another sender",
                        REWRITTEN,
                        PIRNA,
                        "{pirna2}",
                        (connection, folder) -> {
                            run(connection, "update entry set actor = 'key/nobody' where no = {head}");
                            rewriteWithout(connection, "0");
                        }),
                // Checkpoints.
                file("a checkpoint altered", CHECKPOINT_ALTERED, lines -> {
                    var line = lines.get(1);
                    int payload = line.indexOf('.') + 30;
                    lines.set(
                            1,
                            line.substring(0, payload)
                                    + (line.charAt(payload) == 'A' ? 'B' : 'A')
                                    + line.substring(payload + 1));
                }),
                file(
                        "a checkpoint signed with another key",
                        CHECKPOINT_ALTERED,
                        lines -> lines.set(
                                2,
                                new Seal(home.resolve("forged"), CLOCK)
                                        .seal(Checkpoint.unchecked(lines.get(2)).json()))),
                file(
                        "something else the hub has signed put among the checkpoints",
                        CHECKPOINT_ALTERED,
                        lines -> lines.set(
                                2, seal.seal("{\"received\":true}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))),
                file("the first checkpoint removed", CHECKPOINT_MISSING, lines -> lines.remove(0)),
                file("a checkpoint removed", CHECKPOINT_MISSING, lines -> lines.remove(1)),
                file("the last checkpoint removed", CHECKPOINT_MISSING, lines -> lines.remove(2)),
                file("two checkpoints exchanged", CHECKPOINT_MISSING, lines -> Collections.swap(lines, 0, 1)),
                file("all checkpoints removed", CHECKPOINT_MISSING, List::clear),
                sql("the last checkpoint cut in the middle", CHECKPOINT_MISSING, "", "0", (connection, folder) -> {
                    var text = Files.readString(theFile(folder));
                    Files.writeString(theFile(folder), text.substring(0, text.length() - 50));
                }),
                sql(
                        "all checkpoints removed, and the database's memory of them",
                        CHECKPOINT_MISSING,
                        "",
                        "0",
                        (connection, folder) -> {
                            Files.delete(theFile(folder));
                            run(connection, "truncate seal_checkpoint");
                        }),
                // States, changed behind the ledger's back.
                sql(
                        "a message set to be routed again",
                        MESSAGE_STATE,
                        PIRNA,
                        "{routed}",
                        "update message set state = 'RECEIVED' where id = '{message}'"),
                sql(
                        "a message cancelled by nobody",
                        MESSAGE_STATE,
                        PIRNA,
                        "{routed}",
                        "update message set state = 'CANCELLED' where id = '{message}'"),
                sql(
                        "a message given to another municipality",
                        MESSAGE_ADDED,
                        LEIPZIG,
                        "0",
                        "update message set municipality = '14713000' where id = '{message}'"),
                sql(
                        "a message with another digest",
                        MESSAGE_ADDED,
                        PIRNA,
                        "0",
                        "update message set digest = sha256('x') where id = '{message}'"),
                sql(
                        "a message of another kind",
                        MESSAGE_ADDED,
                        PIRNA,
                        "0",
                        "update message set kind = 'payment' where id = '{message}'"),
                envelope("a message with another header", "headers = headers || '{\"tone\": \"high\"}'"),
                envelope("a message with one header less", "headers = headers - 'x'"),
                envelope("a message with one header more", "headers = headers || '{\"y\": \"\"}'"),
                envelope("a message of another sender", "source = 'key/nobody'"),
                envelope("a message under another id", "business_id = 'another'"),
                envelope("a message that answers something", "answers = 'ref-1'"),
                sql(
                        "a message deleted",
                        MESSAGE_MISSING,
                        PIRNA,
                        "{taken}",
                        "delete from attempt where delivery_id = '{delivery}'",
                        "delete from delivery where id = '{delivery}'",
                        "delete from part where message_id = '{message}'",
                        "delete from message where id = '{message}'"),
                sql(
                        "a message's content altered",
                        CONTENT_ALTERED,
                        PIRNA,
                        "0",
                        "update part set content = 'x' where message_id = '{message}' and no = 0"),
                sql(
                        "a message's content altered with its hash",
                        CONTENT_ALTERED,
                        PIRNA,
                        "0",
                        "update part set content = 'x', sha512 = sha512('x') where message_id = '{message}' and no = 0"),
                sql(
                        "a message's content deleted",
                        CONTENT_ALTERED,
                        PIRNA,
                        "0",
                        "delete from part where message_id = '{message}'"),
                sql(
                        "an attachment added to a message",
                        CONTENT_ALTERED,
                        PIRNA,
                        "0",
                        "insert into part select message_id, 1, 'attachment', name, media_type, size, sha512, content, stored"
                                + " from part where message_id = '{message}' and no = 0"),
                sql(
                        "an attempt opened for a delivery that has ended",
                        DELIVERY_STATE,
                        PIRNA,
                        "0",
                        "insert into sending (delivery_id, epoch, attempt, started_at) values ('{delivery}', 1, 3, now())"),
                sql(
                        "a delivery set to be sent again",
                        DELIVERY_STATE,
                        PIRNA,
                        "{middle}",
                        "update delivery set state = 'WAITING' where id = '{delivery}'"),
                sql(
                        "a delivery rejected by nobody",
                        DELIVERY_STATE,
                        PIRNA,
                        "{middle}",
                        "update delivery set state = 'REJECTED' where id = '{delivery}'"),
                sql(
                        "a delivery sent elsewhere",
                        DELIVERY_ADDED,
                        PIRNA,
                        "0",
                        "update delivery set connection = 'elsewhere' where id = '{delivery}'"),
                sql(
                        "a delivery deleted",
                        DELIVERY_MISSING,
                        PIRNA,
                        "{planned}",
                        "delete from attempt where delivery_id = '{delivery}'",
                        "delete from delivery where id = '{delivery}'"),
                sql(
                        "a delivery that nobody planned",
                        DELIVERY_ADDED,
                        PIRNA,
                        "0",
                        "insert into delivery (id, message_id, municipality, connection, channel, kind, case_id, headers, body,"
                                + " attachments, state, due, published_until, created_at) select 'forged', message_id, municipality,"
                                + " connection, channel, kind, case_id, headers, body, attachments, 'WAITING', due, published_until,"
                                + " created_at from delivery where id = '{delivery}'"));
    }

    @Test
    void anUnchangedCopyIsInOrder() throws Exception {
        var report = verify((database, folder) -> {});

        assertThat(report.first()).isEmpty();
        assertThat(report.inOrder()).isTrue();
        assertThat(report.municipalities()).isEqualTo(2);
        assertThat(report.seals()).isEqualTo(12);
        assertThat(report.rounds()).isEqualTo(6);
        assertThat(report.checkpoints()).isEqualTo(3);
        assertThat(report.entries()).isEqualTo(6 * 3 * 6 + 1);
        assertThat(report.unsealed()).isEqualTo(1);
    }

    @Test
    void thereAreAtLeastFiftyMutations() {
        assertThat(mutations().map(Mutation::name).distinct().count()).isGreaterThanOrEqualTo(50);
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void isFound(Mutation mutation) throws Exception {
        var report = verify(mutation.deed());

        assertThat(report.inOrder()).isFalse();
        var first = report.first().get(0);
        assertThat(first.wrong()).as("%s", report.first()).isEqualTo(mutation.wrong());
        assertThat(first.municipality()).as("%s", report.first()).isEqualTo(mutation.municipality());
        assertThat(first.entry()).as("%s", report.first()).isEqualTo(Long.parseLong(filled(mutation.entry())));
        assertThat(first.english()).doesNotContain("key/", "ref-", "case-");
        found++;
    }

    private static Verification.Report verify(Deed deed) throws Exception {
        var url = TestPostgres.copyOf(original);
        var folder = Files.createTempDirectory(home, "copy");
        try (HikariDataSource copy = LedgerChainTest.open(url)) {
            Files.copy(theFile(home.resolve("checkpoints")), theFile(folder));
            try (var connection = copy.getConnection()) {
                run(
                        connection,
                        "alter table entry disable trigger user",
                        "alter table seal disable trigger user",
                        "alter table sealing disable trigger user",
                        "alter table seal_checkpoint disable trigger user",
                        "alter table entry alter column no drop identity");
                deed.on(connection, folder);
            }
            return new Verification(copy, List.of(folder), line -> Seal.opened(line, seal.certificatePem())).run();
        } finally {
            TestPostgres.drop(url);
        }
    }

    private static Path theFile(Path folder) {
        return folder.resolve("2026-11-24.jws");
    }

    private static void run(Connection connection, String... deeds) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (var deed : deeds) {
                var changed = statement.executeUpdate(filled(deed));
                assertThat(changed > 0 || deed.matches("(alter|truncate) .*"))
                        .as("changes something: " + deed)
                        .isTrue();
            }
        }
    }

    private static String set(String change) {
        return "update entry set " + change + " where no = {middle}";
    }

    private static Mutation entry(String what, Finding.Wrong wrong, String deed) {
        return sql("an entry: " + what, wrong, PIRNA, "{middle}", deed);
    }

    private static Mutation seals(String what, Finding.Wrong wrong, String change) {
        return sql(
                "a seal: " + what,
                wrong,
                PIRNA,
                "{pirna4}",
                "update seal " + change + " where municipality = '14628270' and seq = 4");
    }

    private static Mutation envelope(String name, String change) {
        return sql(name, MESSAGE_ADDED, PIRNA, "0", "update message set " + change + " where id = '{message}'");
    }

    private static Mutation rounds(String what, String change) {
        return sql(
                "a round: " + what, ROUND_ALTERED, PIRNA, "{round4}", "update sealing " + change + " where round = 4");
    }

    private static Mutation inserted(String name, Finding.Wrong wrong, String xid) {
        return sql(
                name,
                wrong,
                PIRNA,
                "900000",
                "insert into entry (no, at, municipality, case_id, what, actor, xid) select 900000, at, municipality, case_id,"
                        + " 'NOTE', actor, " + xid + " from entry where no = {middle}");
    }

    private static Mutation sql(String name, Finding.Wrong wrong, String municipality, String entry, String... deeds) {
        return sql(name, wrong, municipality, entry, (connection, folder) -> run(connection, deeds));
    }

    private static Mutation sql(String name, Finding.Wrong wrong, String municipality, String entry, Deed deed) {
        return new Mutation(name, wrong, municipality, entry, deed);
    }

    interface LinesDeed {
        void on(List<String> lines) throws IOException;
    }

    private static Mutation file(String name, Finding.Wrong wrong, LinesDeed deed) {
        return new Mutation(name, wrong, "", "0", (connection, folder) -> {
            var lines = new ArrayList<>(Files.readAllLines(theFile(folder)));
            deed.on(lines);
            Files.write(theFile(folder), lines);
        });
    }

    /** As somebody does who knows how seals are made, and not that a round holds their hashes. */
    private static void alterTheTailWithItsSeal(Connection connection, Path folder) throws SQLException {
        run(connection, "update entry set detail = 'x' where no = {tail}");
        try (var statement = connection.createStatement()) {
            SealRow old;
            try (var row = statement.executeQuery(
                    "select " + SealRow.COLUMNS + " from seal where municipality = '14628270' and seq = 6")) {
                row.next();
                old = SealRow.of(row);
            }
            var leaves = old.leaves();
            try (var row = statement.executeQuery(filled("select " + Leaf.COLUMNS + " from entry where no = {tail}"))) {
                row.next();
                System.arraycopy(Leaf.of(row).hash(), 0, leaves, leaves.length - Hash.LENGTH, Hash.LENGTH);
            }
            var tip = new SealRow.Tip(PIRNA, 5, old.total() - old.entries(), old.previous());
            statement.executeUpdate("delete from seal where municipality = '14628270' and seq = 6");
            Sealer.insert(connection, List.of(SealRow.after(tip, old.round(), leaves)));
        }
    }

    /** As somebody does who has this program: every leaf, seal and round anew, in the same places. */
    private static void rewriteWithout(Connection connection, String entry) throws SQLException {
        try (var delete = connection.createStatement()) {
            delete.executeUpdate(filled("delete from entry where no = " + entry));
        }
        var old = new ArrayList<Sealing>();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select " + Sealing.COLUMNS + " from sealing order by round")) {
            while (row.next()) {
                old.add(Sealing.of(row));
            }
        }
        run(connection, "truncate sealing", "truncate seal");
        var tips = new HashMap<String, SealRow.Tip>();
        var last = Sealing.NONE;
        for (var sealing : old) {
            var leaves = new TreeMap<String, ByteArrayOutputStream>();
            try (var select = connection.prepareStatement("select " + Leaf.COLUMNS
                    + " from entry where (xid, no) > (?, ?) and (xid, no) <= (?, ?) order by xid, no")) {
                select.setLong(1, sealing.from().xid());
                select.setLong(2, sealing.from().no());
                select.setLong(3, sealing.to().xid());
                select.setLong(4, sealing.to().no());
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        var leaf = Leaf.of(row);
                        var of = leaves.computeIfAbsent(leaf.municipality(), key -> new ByteArrayOutputStream());
                        of.writeBytes(ByteBuffer.allocate(8)
                                .putLong(leaf.position().no())
                                .array());
                        of.writeBytes(leaf.hash());
                    }
                }
            }
            var seals = new ArrayList<SealRow>();
            for (var each : leaves.entrySet()) {
                var tip = Optional.ofNullable(tips.get(each.getKey())).orElse(SealRow.Tip.none(each.getKey()));
                var made = SealRow.after(tip, sealing.round(), each.getValue().toByteArray());
                tips.put(each.getKey(), made.tip());
                seals.add(made);
            }
            Sealer.insert(connection, seals);
            last = Sealing.after(last, sealing.shift(), sealing.to(), seals, sealing.sealedAt());
            last.insert(connection);
        }
    }
}
