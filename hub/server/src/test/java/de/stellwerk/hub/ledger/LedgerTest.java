package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.postgres.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ledger on the real database. */
class LedgerTest {

    private static final String PIRNA = "14628270";
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Search.Sight ALL = new Search.Sight(true, List.of());

    private HikariDataSource database;
    private Ledger ledger;
    private Search search;
    private Operator operator;
    private Clock clock;

    @BeforeEach
    void openALedgerOnAnEmptyDatabase() {
        database = new HikariDataSource();
        database.setJdbcUrl(TestPostgres.freshDatabase());
        database.setUsername(TestPostgres.user());
        database.setPassword(TestPostgres.password());
        database.setMaximumPoolSize(8);
        Flyway.configure().dataSource(database).load().migrate();
        clock = Clock.fixed(NOON, ZoneOffset.UTC);
        ledger = new Ledger(database, clock, new Ids(clock));
        search = new Search(database);
        operator = new Operator(database, clock);
    }

    @AfterEach
    void close() {
        ledger.close();
        database.close();
    }

    @Test
    void theSameMessageAgainIsADuplicateAndChangesNothing() {
        var first = ledger.take(message("a", "<form/>"));
        var again = ledger.take(message("a", "<form/>"));

        assertThat(first.result()).isEqualTo(Taken.Result.NEW);
        assertThat(again.result()).isEqualTo(Taken.Result.DUPLICATE);
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.acceptedAt()).isEqualTo(first.acceptedAt());
        assertThat(search.balance(ALL).taken()).isEqualTo(1);
    }

    @Test
    void theSameIdWithOtherContentIsHeldInQuarantineAndFindsItselfWhenItComesAgain() {
        var first = ledger.take(message("a", "<form/>"));
        var conflict = ledger.take(message("a", "<other/>"));
        var again = ledger.take(message("a", "<other/>"));

        assertThat(conflict.result()).isEqualTo(Taken.Result.CONFLICT);
        assertThat(conflict.id()).isNotEqualTo(first.id());
        assertThat(again.result()).isEqualTo(Taken.Result.CONFLICT);
        assertThat(again.id()).isEqualTo(conflict.id());
        assertThat(search.balance(ALL).quarantined()).isEqualTo(1);
        assertThat(search.balance(ALL).even()).isTrue();
    }

    @Test
    void fiftyAtTheSameMomentAreOneMessage() throws Exception {
        var threads = Executors.newFixedThreadPool(50);
        var calls = IntStream.range(0, 50)
                .mapToObj(i -> (Callable<Taken>) () -> ledger.take(message("same", "<form/>")))
                .toList();
        var results = new ArrayList<Taken>();
        for (var future : threads.invokeAll(calls)) {
            results.add(future.get());
        }
        threads.shutdown();

        assertThat(results)
                .filteredOn(each -> each.result() == Taken.Result.NEW)
                .hasSize(1);
        assertThat(results)
                .filteredOn(each -> each.result() == Taken.Result.DUPLICATE)
                .hasSize(49);
        assertThat(results.stream().map(Taken::id).distinct()).hasSize(1);
    }

    @Test
    void aMessageIsClaimedOnce() {
        var id = ledger.take(message("a", "<form/>")).id();

        var claimed = ledger.claimMessage(id);

        assertThat(claimed).get().satisfies(held -> {
            assertThat(held.parts()).hasSize(1);
            assertThat(held.attempt()).isEqualTo(1);
            assertThat(held.headers()).containsEntry("portal-ticket", "7");
        });
        assertThat(ledger.claimMessage(id)).isEmpty();
    }

    @Test
    void aRouteThatEndedTwiceMakesItsDeliveriesOnce() {
        var held = claimed("a");

        assertThat(ledger.routed(
                        held, "r@1", List.of(delivery("d1", held)), List.of("2 characters replaced"), List.of()))
                .hasSize(1);
        assertThat(ledger.routed(held, "r@1", List.of(delivery("d2", held)), List.of(), List.of()))
                .isEmpty();

        assertThat(search.deliveries(
                        ALL,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        10))
                .hasSize(1);
        assertThat(search.entriesOfMessage(ALL, held.id()))
                .extracting(Search.EntryRow::what)
                .containsExactly("TAKEN", "NOTE", "PLANNED", "ROUTED");
        assertThat(search.balance(ALL).open()).isEqualTo(1);
        assertThat(search.balance(ALL).even()).isTrue();
    }

    @Test
    void anAttemptIsWrittenBeforeItIsMadeAndItsOutcomeOnce() {
        planned("a", "d1");

        var due = ledger.claimDelivery("d1").orElseThrow();

        assertThat(search.attempts("d1")).singleElement().satisfies(attempt -> assertThat(attempt.endedAt())
                .isNull());
        assertThat(ledger.claimDelivery("d1")).isEmpty();
        assertThat(ledger.delivered(due, "ref-1", true)).isTrue();
        assertThat(ledger.rejected(due, "too late")).isFalse();
        assertThat(search.delivery(ALL, "d1")).get().satisfies(row -> {
            assertThat(row.state()).isEqualTo("DELIVERED");
            assertThat(row.reference()).isEqualTo("ref-1");
        });
        assertThat(search.balance(ALL).delivered()).isEqualTo(1);
        assertThat(search.balance(ALL).even()).isTrue();
    }

    @Test
    void anAnswerJoinsTheCaseOfWhatItAnswersAndEndsTheWaiting() {
        planned("a", "d1");
        ledger.delivered(ledger.claimDelivery("d1").orElseThrow(), "ref-1", true);
        assertThat(ledger.awaited(PIRNA, "trade-register", "out", 10))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.reference()).isEqualTo("ref-1");
                    assertThat(each.caseId()).isEqualTo("PIR-1");
                });

        var answer = ledger.take(answering("b", "ref-1"));

        assertThat(answer.caseId()).isEqualTo("PIR-1");
        assertThat(ledger.awaited(PIRNA, "trade-register", "out", 10)).isEmpty();
        assertThat(ledger.byReference(PIRNA, "trade-register", "ref-1")).isPresent();
        assertThat(ledger.byReference("14713000", "trade-register", "ref-1")).isEmpty();
    }

    @Test
    void aNewEpochRoutesAgainAndTakesOverWhatAnOldOneLeftOpen() {
        var routing = claimed("a");
        planned("b", "d1");
        var sending = ledger.claimDelivery("d1").orElseThrow();

        try (var next = new Ledger(database, clock, new Ids(clock))) {
            assertThat(ledger.routed(routing, "r@1", List.of(), List.of(), List.of()))
                    .as("the old one is fenced off")
                    .isEmpty();
            assertThat(next.claimMessage(routing.id())).isPresent();
            assertThat(next.connectionsWithOpenAttempts()).containsExactly(new Address("", PIRNA, "trade-register"));
            var taken = next.takeOverOpenAttempts(PIRNA, "trade-register", 10);
            assertThat(taken).singleElement().satisfies(each -> assertThat(each.attempt())
                    .isEqualTo(sending.attempt()));
            assertThat(ledger.delivered(sending, "ref", false))
                    .as("the old one is fenced off")
                    .isFalse();
            assertThat(next.inDoubt(taken.get(0), "the hub stopped during this attempt"))
                    .isTrue();
        }
        assertThat(search.balance(ALL).inDoubt()).isEqualTo(1);
    }

    @Test
    void theSweeperFindsWhatIsDueAndNotInFlightOldestFirstWithinItsBound() {
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 5; i++) {
            ids.add(ledger.take(message("m" + i, "<form/>")).id());
        }
        assertThat(ledger.sweepMessages(10)).as("taken just now, so in flight").isEmpty();
        ledger.notPublished(ids, List.of());

        assertThat(ledger.sweepMessages(3)).hasSize(3);
        assertThat(ledger.sweepMessages(10)).hasSize(2);
        assertThat(ledger.sweepMessages(10)).isEmpty();
    }

    @Test
    void aPausedConnectionIsLeftAloneAndWokenWhenItGoesOn() {
        planned("a", "d1");
        operator.pause(PIRNA, "trade-register", "key/admin", "maintenance");

        assertThat(ledger.claimDelivery("d1")).isEmpty();
        ledger.notPublished(List.of(), List.of("d1"));
        assertThat(ledger.sweepDeliveries(10)).isEmpty();

        operator.resume(PIRNA, "trade-register", "key/admin");
        assertThat(ledger.sweepDeliveries(10)).extracting(Address::delivery).containsExactly("d1");
        assertThat(ledger.claimDelivery("d1")).isPresent();
    }

    @Test
    void aRetryIsALaterDueTime() {
        planned("a", "d1");
        var due = ledger.claimDelivery("d1").orElseThrow();
        ledger.deliverLater(due, "target.unreachable", "connection refused", NOON.plus(Duration.ofSeconds(5)));

        assertThat(ledger.claimDelivery("d1")).isEmpty();
        assertThat(ledger.sweepDeliveries(10)).isEmpty();
        assertThat(search.balance(ALL).open()).isEqualTo(1);
    }

    @Test
    void anOperatorDecidesOnlyWhatIsToBeDecided() {
        planned("a", "d1");
        assertThat(operator.decide(Operator.Decision.ARRIVED, "d1", "key/admin", "x"))
                .isFalse();
        ledger.inDoubt(ledger.claimDelivery("d1").orElseThrow(), "no answer");

        assertThat(operator.decide(Operator.Decision.REPEAT, "d1", "key/admin", "it is not there"))
                .isTrue();
        var again = ledger.claimDelivery("d1").orElseThrow();
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.tries()).as("a fresh budget").isEqualTo(1);
        ledger.parked(again, "target.unreachable", "refused");
        assertThat(operator.decide(Operator.Decision.CANCEL, "d1", "key/admin", "by phone"))
                .isTrue();
        assertThat(operator.decide(Operator.Decision.REPEAT, "d1", "key/admin", "x"))
                .isFalse();
        assertThat(search.attempts("d1")).hasSize(2);
        assertThat(search.balance(ALL).cancelled()).isEqualTo(1);
        assertThat(search.balance(ALL).even()).isTrue();
    }

    @Test
    void aQuarantinedMessageIsRoutedAgainWhenAPersonSaysSo() {
        var held = claimed("a");
        ledger.quarantined(held, "r@1", "sig.untrusted", "no anchor", List.of(part("report", "<report/>")));

        assertThat(operator.decideMessage(true, held.id(), "key/admin", "anchor added"))
                .isTrue();
        var again = ledger.claimMessage(held.id()).orElseThrow();
        assertThat(again.parts()).as("the report is no attachment").hasSize(1);
        assertThat(ledger.routed(
                        again, "r@2", List.of(delivery("d1", again)), List.of(), List.of(part("report", "<better/>"))))
                .hasSize(1);
        assertThat(search.parts(held.id()))
                .extracting(Search.PartRow::role)
                .containsExactly("body", "report", "report", "derived");
    }

    @Test
    void theBalanceShowsARowThatWasChangedBehindItsBack() throws SQLException {
        planned("a", "d1");
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("delete from delivery");
        }

        assertThat(search.balance(ALL).even()).isFalse();
    }

    @Test
    void entriesAreOnlyAdded() throws SQLException {
        ledger.take(message("a", "<form/>"));
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            for (var deed : List.of("update entry set what = 'X'", "delete from entry", "truncate entry")) {
                assertThatThrownBy(() -> statement.execute(deed))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("only added");
            }
        }
    }

    @Test
    void oneBadItemOfAJoinedTransactionFailsAlone() throws Exception {
        planned("a", "d1");
        var bad = claimed("b");
        var good = claimed("c");
        var threads = Executors.newFixedThreadPool(2);
        var failed =
                threads.submit(() -> ledger.routed(bad, "r@1", List.of(delivery("d1", bad)), List.of(), List.of()));
        var passed =
                threads.submit(() -> ledger.routed(good, "r@1", List.of(delivery("d3", good)), List.of(), List.of()));
        threads.shutdown();

        assertThat(passed.get()).hasSize(1);
        assertThatThrownBy(failed::get).hasCauseInstanceOf(LedgerFailure.class);
    }

    @Test
    void nobodySeesWhatBelongsToAnotherMunicipality() {
        var id = ledger.take(message("a", "<form/>")).id();
        var leipzig = new Search.Sight(false, List.of("14713000"));

        assertThat(search.message(leipzig, id)).isEmpty();
        assertThat(search.entriesOfMessage(leipzig, id)).isEmpty();
        assertThat(search.balance(leipzig).taken()).isZero();
        assertThat(search.message(new Search.Sight(false, List.of(PIRNA)), id)).isPresent();
    }

    @Test
    void pagesOfASearchFollowEachOtherWithoutGapOrRepeat() {
        for (int i = 0; i < 7; i++) {
            ledger.take(message("m" + i, "<form/>"));
        }
        var seen = new ArrayList<String>();
        Optional<UUID> after = Optional.empty();
        while (true) {
            var page = search.messages(
                    ALL,
                    new Search.Filter(
                            Optional.of(PIRNA),
                            Optional.of("form.submission"),
                            Optional.of("RECEIVED"),
                            Optional.of("PIR-1"),
                            Optional.of(NOON),
                            Optional.of(NOON.plusSeconds(1)),
                            after,
                            3));
            if (page.isEmpty()) {
                break;
            }
            page.forEach(row -> seen.add(row.id()));
            after = Optional.of(UUID.fromString(page.get(page.size() - 1).id()));
        }
        assertThat(seen).hasSize(7).doesNotHaveDuplicates();
    }

    @Test
    void ofAKeyOnlyAHashIsKept() throws SQLException {
        var keys = new ApiKeys(database, clock);
        keys.add(new ApiKeys.ApiKey("k1", "portal", Set.of("*"), Set.of("send"), NOON, null), new byte[] {1, 2}, "hub");

        assertThat(keys.find("k1")).isPresent();
        assertThat(keys.revoke("k1", "key/admin")).isTrue();
        assertThat(keys.revoke("k1", "key/admin")).isFalse();
        assertThat(keys.find("k1")).isEmpty();
        assertThat(keys.all()).singleElement().satisfies(key -> assertThat(key.revokedAt())
                .isEqualTo(NOON));
    }

    private HeldMessage claimed(String id) {
        return ledger.claimMessage(ledger.take(message(id, "<form/>")).id()).orElseThrow();
    }

    private void planned(String id, String delivery) {
        var held = claimed(id);
        ledger.routed(held, "r@1", List.of(delivery(delivery, held)), List.of(), List.of());
    }

    private static NewDelivery delivery(String id, HeldMessage message) {
        return new NewDelivery(
                id, "trade-register", "out", "form.submission", Map.of(), part("body", "<register/>"), message.parts());
    }

    private NewMessage message(String id, String content) {
        return new NewMessage(
                new Ids(Clock.systemUTC()).next(),
                PIRNA,
                "key/portal",
                id,
                "form.submission",
                "99050012104000",
                Optional.of("PIR-1"),
                Optional.empty(),
                Map.of("portal-ticket", "7"),
                Optional.empty(),
                List.of(part("form.xml", content)),
                NOON);
    }

    private NewMessage answering(String id, String reference) {
        return new NewMessage(
                new Ids(Clock.systemUTC()).next(),
                PIRNA,
                "connection/trade-register",
                id,
                "register.answer",
                "",
                Optional.empty(),
                Optional.of(new NewMessage.Answer("trade-register", reference)),
                Map.of(),
                Optional.empty(),
                List.of(part("answer.xml", "<antwort/>")),
                NOON);
    }

    private static Part part(String name, String content) {
        try {
            var bytes = content.getBytes(StandardCharsets.UTF_8);
            var hash = MessageDigest.getInstance("SHA-512").digest(bytes);
            return new Part(name, "application/xml", bytes.length, hash, Optional.of(bytes), Optional.empty());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
