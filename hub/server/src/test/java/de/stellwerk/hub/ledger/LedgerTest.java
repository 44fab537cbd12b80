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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    private Nodes nodes;
    private SqlLedger ledger;
    private Search search;
    private Operator operator;
    private SetClock clock;
    private final List<SqlLedger> killedLedgers = new ArrayList<>();

    @BeforeEach
    void openALedgerOnAnEmptyDatabase() {
        database = new HikariDataSource();
        database.setJdbcUrl(TestPostgres.freshDatabase());
        database.setUsername(TestPostgres.user());
        database.setPassword(TestPostgres.password());
        database.setMaximumPoolSize(8);
        Flyway.configure().dataSource(database).load().migrate();
        clock = new SetClock(NOON);
        nodes = new Nodes(database, clock, "a");
        ledger = new SqlLedger(database, clock, new Ids(clock), nodes);
        search = new Search(database);
        operator = new Operator(database, clock);
    }

    @AfterEach
    void close() {
        ledger.close();
        killedLedgers.forEach(SqlLedger::close);
        nodes.close();
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
    void aSetWhosePartsAreTooMuchForOneStatementIsTakenWholeAndARepeatInItIsADuplicate() {
        var large = "x".repeat(3 << 20);
        var tooLarge = "x".repeat(9 << 20);
        ledger.take(message("0", "<form/>"));

        var taken = new Takes(new Database(database), clock, new Ids(clock), nodes)
                .all(List.of(
                        message("1", large),
                        message("0", "<form/>"),
                        message("2", large),
                        message("3", tooLarge),
                        message("4", large),
                        message("5", "<form/>")));

        assertThat(taken)
                .extracting(Taken::result)
                .containsExactly(
                        Taken.Result.NEW,
                        Taken.Result.DUPLICATE,
                        Taken.Result.NEW,
                        Taken.Result.NEW,
                        Taken.Result.NEW,
                        Taken.Result.NEW);
        var ids = Stream.of(0, 2, 3, 4, 5).map(i -> taken.get(i).id()).toList();
        assertThat(ledger.claimMessages(ids).messages())
                .extracting(held -> held.parts().get(0).size())
                .containsExactlyInAnyOrder(3L << 20, 3L << 20, 9L << 20, 3L << 20, 7L);
    }

    @Test
    void aMessageIsClaimedWithAllThatItsRouteNeedsUntilItIsRouted() {
        var id = ledger.take(message("a", "<form/>")).id();

        var set = ledger.claimMessages(List.of(id, UUID.randomUUID()));

        assertThat(set.messages()).singleElement().satisfies(held -> {
            assertThat(held.parts()).hasSize(1);
            assertThat(held.attempt()).isEqualTo(1);
            assertThat(held.headers()).containsEntry("portal-ticket", "7");
        });
        routed(set.messages().get(0), "r@1", List.of());
        assertThat(ledger.claimMessages(List.of(id)).messages()).isEmpty();
    }

    /** The hub is killed and started again. */
    private void killTheHub() {
        var killed = nodes;
        nodes = new Nodes(database, clock, "a");
        // Only its renewals end: its epoch was declared dead already.
        killed.close();
        killedLedgers.add(ledger);
        ledger = new SqlLedger(database, clock, new Ids(clock), nodes);
    }

    private void runAlone(UUID suspect) {
        clock.forward(Duration.ofMinutes(2));
        assertThat(ledger.claimMessages(List.of(suspect)).suspects()).containsExactly(suspect);
        assertThat(ledger.claimSuspect(suspect, true).messages()).hasSize(1);
    }

    @Test
    void aMessageOfWhichTheHubDiesIsRunAloneAndParkedAtTheThirdDeath() {
        var id = ledger.take(message("a", "<form/>")).id();
        var other = ledger.take(message("b", "<form/>")).id();
        ledger.claimMessages(List.of(id, other));
        killTheHub();
        assertThat(ledger.suspectDeadRoutes()).isEmpty();
        assertThat(ledger.claimMessages(List.of(id, other)).suspects()).containsExactlyInAnyOrder(id, other);
        routed(ledger.claimSuspect(other, true).messages().get(0), "r@1", List.of());
        for (int death = 1; death <= 3; death++) {
            runAlone(id);
            killTheHub();
            assertThat(ledger.suspectDeadRoutes()).hasSize(death < 3 ? 0 : 1);
            assertThat(ledger.claimSuspect(id, true).messages())
                    .as("it waits, so that it shows whether the hub dies without it")
                    .isEmpty();
        }
        assertThat(search.message(ALL, id)).get().satisfies(row -> {
            assertThat(row.state()).isEqualTo("PARKED");
            assertThat(row.code()).isEqualTo("route.crashed");
        });
        assertThat(search.message(ALL, other).orElseThrow().state()).isEqualTo("ROUTED");
        assertThat(search.balance(ALL).even()).isTrue();
    }

    @Test
    void aMessageIsNotBlamedForDeathsBesideOthersOrForOneAmongDeathsWithoutIt() {
        var id = ledger.take(message("a", "<form/>")).id();
        for (int death = 1; death <= 25; death++) {
            if (death == 1) {
                ledger.claimMessages(List.of(id));
            } else {
                runAlone(id);
            }
            killTheHub();
            assertThat(ledger.suspectDeadRoutes()).isEmpty();
            if (death % 2 == 0) {
                killTheHub();
                assertThat(ledger.suspectDeadRoutes()).isEmpty();
            }
        }
        assertThat(search.message(ALL, id).orElseThrow().state()).isEqualTo("RECEIVED");
    }

    @Test
    void whatAnOrderlyEndInterruptsIsBlamedForNothing() {
        var id = ledger.take(message("a", "<form/>")).id();
        ledger.claimMessages(List.of(id));
        ledger.close();
        nodes.close();
        nodes = new Nodes(database, clock, "a");
        ledger = new SqlLedger(database, clock, new Ids(clock), nodes);

        assertThat(ledger.suspectDeadRoutes()).isEmpty();
        assertThat(ledger.claimMessages(List.of(id)).messages()).hasSize(1);
    }

    @Test
    void aRouteThatEndedTwiceMakesItsDeliveriesOnce() {
        var held = claimed("a");

        assertThat(ledger.routed(
                        alone(held),
                        List.of(Ledger.Routed.well(
                                held,
                                "r@1",
                                List.of(delivery("d1", held)),
                                List.of("2 characters replaced"),
                                List.of(),
                                NOON))))
                .hasSize(1);
        assertThat(routed(held, "r@1", List.of(delivery("d2", held)))).isEmpty();

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

        var due = claim("d1");

        assertThat(search.delivery(ALL, "d1").orElseThrow().state()).isEqualTo("SENDING");
        assertThat(search.attempts("d1")).singleElement().satisfies(attempt -> assertThat(attempt.endedAt())
                .isNull());
        assertThat(ledger.claimDeliveries(List.of("d1"))).isEmpty();
        assertThat(counts(Ledger.Outcome.delivered(due, "ref-1", true, NOON))).isTrue();
        assertThat(counts(Ledger.Outcome.not(due, DeliveryState.REJECTED, "target.rejected", "too late", NOON)))
                .isFalse();
        assertThat(search.attempts("d1")).singleElement().satisfies(attempt -> assertThat(attempt.outcome())
                .isEqualTo("DELIVERED"));
        assertThat(search.delivery(ALL, "d1")).get().satisfies(row -> {
            assertThat(row.state()).isEqualTo("DELIVERED");
            assertThat(row.reference()).isEqualTo("ref-1");
        });
        assertThat(search.balance(ALL).delivered()).isEqualTo(1);
        assertThat(search.balance(ALL).even()).isTrue();
    }

    @Test
    void receiptsOfATargetAreKeptUnchangedWithTheMessageAndStandInTheLedger() {
        planned("a", "d1");
        var card = part("process-card", "<ProcessCard/>");
        var report = part("report", "<TransportReport/>");

        assertThat(counts(Ledger.Outcome.delivered(claim("d1"), "ref-1", false, NOON)
                        .proved(List.of(card, report))))
                .isTrue();

        var message = UUID.fromString(search.delivery(ALL, "d1").orElseThrow().messageId());
        var kept = search.parts(message).stream()
                .filter(each -> each.role().equals("receipt"))
                .toList();
        assertThat(kept).extracting(Search.PartRow::name).containsExactly("process-card", "report");
        assertThat(search.part(message, kept.get(0).no()).orElseThrow().inline())
                .hasValueSatisfying(bytes -> assertThat(bytes).asString().isEqualTo("<ProcessCard/>"));
        assertThat(search.entriesOfMessage(ALL, message).stream()
                        .filter(each -> each.what().equals("RECEIPT")))
                .hasSize(2)
                .allSatisfy(each -> {
                    assertThat(each.deliveryId()).isEqualTo("d1");
                    assertThat(each.detail()).startsWith("part ").contains(" salted-sha256=");
                });
    }

    @Test
    void whatIsPutOffIsDueLaterAndWhatIsGivenBackWasNoAttempt() {
        planned("a", "d1");
        var soon = clock.instant().plusSeconds(60);
        ledger.putOff(List.of("d1"), soon);
        assertThat(ledger.claimDeliveries(List.of("d1"))).as("not due").isEmpty();
        ledger.putOff(List.of("d1"), clock.instant());
        assertThat(ledger.claimDeliveries(List.of("d1"))).as("never sooner").isEmpty();

        planned("b", "d2");
        var claimed = claim("d2");
        ledger.putOff(List.of("d2"), soon);
        ledger.giveBack(List.of(claimed), clock.instant());
        assertThat(search.attempts("d2")).isEmpty();

        var again = claim("d2");
        assertThat(again.attempt()).isEqualTo(1);
        assertThat(counts(Ledger.Outcome.delivered(again, "ref", false, NOON))).isTrue();
        ledger.giveBack(List.of(again), soon);
        assertThat(search.delivery(ALL, "d2").orElseThrow().state()).isEqualTo("DELIVERED");
        assertThat(search.balance(ALL).even()).isTrue();
    }

    @Test
    void anAnswerJoinsTheCaseOfWhatItAnswersAndEndsTheWaiting() {
        planned("a", "d1");
        counts(Ledger.Outcome.delivered(claim("d1"), "ref-1", true, NOON));
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
    void aRestartedNodeTakesOverWhatItsFormerSelfLeftOpenAndThatOneIsFencedOff() {
        var routing = claimed("a");
        planned("b", "d1");
        var sending = claim("d1");
        assertThat(ledger.connectionsWithOpenAttempts())
                .as("one's own are not open")
                .isEmpty();

        try (var again = new Nodes(database, clock, "a");
                var next = new SqlLedger(database, clock, new Ids(clock), again)) {
            assertThat(ledger.claimDeliveries(List.of("d1"))).isEmpty();
            assertThat(next.connectionsWithOpenAttempts()).containsExactly(new Address("", PIRNA, "trade-register"));
            var taken = next.takeOverOpenAttempts(PIRNA, "trade-register", 10);
            assertThat(taken).singleElement().satisfies(each -> assertThat(each.attempt())
                    .isEqualTo(sending.attempt()));
            assertThat(counts(Ledger.Outcome.delivered(sending, "ref", false, NOON)))
                    .as("the old one is fenced off")
                    .isFalse();
            assertThat(next.concluded(List.of(Ledger.Outcome.not(
                                    taken.get(0), DeliveryState.IN_DOUBT, "outcome.unknown", "the hub stopped", NOON)))
                            .written())
                    .containsExactly("d1");
            assertThat(routed(routing, "r@1", List.of())).isEmpty();
            assertThat(search.message(ALL, routing.id()).orElseThrow().state())
                    .as("a route has no effect outside, so the first outcome counts, whosever it is")
                    .isEqualTo("ROUTED");
        }
        assertThat(search.balance(ALL).inDoubt()).isEqualTo(1);
    }

    @Test
    void aLivingNodesAttemptsAreItsOwnAndADeadNodesClaimNothing() {
        planned("b", "d1");
        planned("c", "d2");
        claim("d1");
        try (var other = new Nodes(database, clock, "b");
                var next = new SqlLedger(database, clock, new Ids(clock), other)) {
            assertThat(next.connectionsWithOpenAttempts()).isEmpty();
            assertThat(next.claimDeliveries(List.of("d1"))).isEmpty();

            nodes.close();

            assertThat(ledger.claimDeliveries(List.of("d2"))).isEmpty();
            assertThat(next.takeOverOpenAttempts(PIRNA, "trade-register", 10)).hasSize(1);
            assertThat(next.claimDeliveries(List.of("d2"))).hasSize(1);
        }
    }

    @Test
    void eachSourceIsAskedByOneNodeAndWhatAnotherHandsOverIsNotTaken() {
        var sources = IntStream.range(0, 40)
                .mapToObj(i -> new Nodes.Source(PIRNA, "s" + i))
                .toList();
        nodes.share(sources, source -> false);
        assertThat(sources).allMatch(nodes::holds);
        try (var other = new Nodes(database, clock, "b");
                var next = new SqlLedger(database, clock, new Ids(clock), other)) {
            nodes.renew();
            nodes.share(sources, source -> source.equals(sources.get(0)));
            other.share(sources, source -> false);

            assertThat(sources).noneMatch(source -> nodes.holds(source) && other.holds(source));
            assertThat(sources.stream().filter(other::holds).count()).isBetween(5L, 35L);
            var his = sources.stream().filter(other::holds).findFirst().orElseThrow();
            assertThat(next.take(polled("p1", his.connection())).result()).isEqualTo(Taken.Result.NEW);
            assertThatThrownBy(() -> ledger.take(polled("p2", his.connection())))
                    .isInstanceOf(LedgerFailure.class);

            nodes.close();
            other.renew();
            other.share(sources, source -> false);
            assertThat(sources).allMatch(other::holds);
        }
    }

    @Test
    void aWalkFindsWhatIsDueAndNotInFlightOldestFirstAndInSharesOfEachMunicipality() {
        for (int i = 0; i < 5; i++) {
            ledger.take(message("m" + i, "<form/>"));
        }
        assertThat(ledger.dueMessages(new Walk(false, group -> true), 10, 10))
                .as("on the lane just now, so in flight")
                .isEmpty();
        assertThat(ledger.dueMessages(new Walk(true, group -> true), 10, 10))
                .as("nothing is in flight at a first start")
                .hasSize(5);

        for (int i = 0; i < 5; i++) {
            ledger.take(unpublished("u" + i, PIRNA));
        }
        ledger.take(unpublished("l", "14713000"));
        var walk = new Walk(false, group -> true);
        assertThat(ledger.dueMessages(walk, 10, 4))
                .extracting(Ledger.ToRoute::municipality)
                .containsExactlyInAnyOrder(PIRNA, PIRNA, "14713000");
        assertThat(ledger.dueMessages(walk, 10, 4)).hasSize(3);
        assertThat(ledger.dueMessages(walk, 10, 4))
                .as("from the beginning again")
                .hasSize(3);
    }

    @Test
    void aWalkThatABacklogKeepsFromItsEndTakesInWhatTheOthersGetMeanwhile() {
        for (int i = 0; i < 20; i++) {
            ledger.take(unpublished("u" + i, PIRNA));
        }
        var full = new HashSet<String>();
        var walk = new Walk(false, group -> !full.contains(group));
        assertThat(ledger.dueMessages(walk, 10, 2)).hasSize(2);

        ledger.take(unpublished("l", "14713000"));
        clock.forward(Duration.ofSeconds(3));
        assertThat(ledger.dueMessages(walk, 10, 2))
                .extracting(Ledger.ToRoute::municipality)
                .containsExactlyInAnyOrder(PIRNA, "14713000");

        full.add(PIRNA + "/");
        assertThat(ledger.dueMessages(walk, 10, 10))
                .as("of one that has enough nothing is found, nor is one found twice")
                .isEmpty();
        full.clear();
        clock.forward(Duration.ofSeconds(3));
        assertThat(ledger.dueMessages(walk, 100, 100))
                .as("the rest, without those that were found")
                .hasSize(17);
    }

    @Test
    void deliveriesOfOneKeyGoOutOneAfterTheOtherInTheOrderOfAcceptanceAndOtherKeysAreNotHeldUp() {
        var first = claimed("a");
        var second = claimed("b");
        var other = claimed("c");
        routed(second, "r@1", List.of(ordered("d2", second, "case PIR-1")));
        assertThat(ledger.claimDeliveries(List.of("d2")))
                .as("the first is not even routed")
                .isEmpty();
        routed(first, "r@1", List.of(ordered("d1", first, "case PIR-1")));
        routed(other, "r@1", List.of(ordered("d3", other, "kassenzeichen 7")));

        assertThat(ledger.claimDeliveries(List.of("d2"))).isEmpty();
        assertThat(ledger.dueDeliveries(new Walk(true, group -> true), 10, 10))
                .extracting(Address::delivery)
                .containsExactlyInAnyOrder("d1", "d3");
        assertThat(claim("d3")).isNotNull();
        var one = claim("d1");
        assertThat(ledger.claimDeliveries(List.of("d2")))
                .as("the first is being sent")
                .isEmpty();
        assertThat(ledger.concluded(
                                List.of(Ledger.Outcome.not(one, DeliveryState.PARKED, "target.unreachable", "x", NOON)))
                        .next())
                .isEmpty();
        assertThat(ledger.claimDeliveries(List.of("d2")))
                .as("the first is stuck")
                .isEmpty();
        operator.decide(Operator.Decision.REPEAT, "d1", "key/admin", "works again");
        assertThat(ledger.concluded(List.of(Ledger.Outcome.delivered(claim("d1"), "r", false, NOON)))
                        .next())
                .extracting(Address::delivery)
                .containsExactly("d2");
        assertThat(claim("d2")).isNotNull();
    }

    @Test
    void whatAClockThatStoodAheadHasWrittenIsPulledForward() {
        planned("a", "d1");
        var due = claim("d1");
        clock.forward(Duration.ofDays(2));
        counts(Ledger.Outcome.not(
                due,
                DeliveryState.WAITING,
                "target.unreachable",
                "x",
                clock.instant().plusSeconds(5)));
        clock.forward(Duration.ofDays(-2));

        assertThat(ledger.pullForward(NOON.plus(Duration.ofHours(6)))).isEqualTo(1);
        assertThat(ledger.dueDeliveries(new Walk(false, group -> true), 10, 10)).hasSize(1);
    }

    @Test
    void aLongWaitThatATargetAskedForIsNotPulledForward() {
        planned("a", "d1");
        counts(Ledger.Outcome.not(
                claim("d1"), DeliveryState.WAITING, "target.unreachable", "x", NOON.plus(Duration.ofDays(2))));
        clock.forward(Duration.ofMinutes(1));

        assertThat(ledger.pullForward(clock.instant().plus(Duration.ofHours(6))))
                .isZero();
        assertThat(ledger.dueDeliveries(new Walk(false, group -> true), 10, 10)).isEmpty();
    }

    @Test
    void aPausedConnectionIsLeftAloneAndWokenWhenItGoesOn() {
        planned("a", "d1");
        operator.pause(PIRNA, "trade-register", "key/admin", "maintenance");

        assertThat(ledger.claimDeliveries(List.of("d1"))).isEmpty();
        assertThat(ledger.dueDeliveries(new Walk(true, group -> true), 10, 10)).isEmpty();

        operator.resume(PIRNA, "trade-register", "key/admin");
        assertThat(ledger.dueDeliveries(new Walk(false, group -> true), 10, 10))
                .extracting(Address::delivery)
                .containsExactly("d1");
        assertThat(claim("d1")).isNotNull();
    }

    @Test
    void aRetryIsALaterDueTime() {
        planned("a", "d1");
        counts(Ledger.Outcome.not(
                claim("d1"), DeliveryState.WAITING, "target.unreachable", "refused", NOON.plus(Duration.ofSeconds(5))));

        assertThat(ledger.claimDeliveries(List.of("d1"))).isEmpty();
        assertThat(ledger.dueDeliveries(new Walk(true, group -> true), 10, 10)).isEmpty();
        assertThat(search.balance(ALL).open()).isEqualTo(1);
    }

    @Test
    void anOperatorDecidesOnlyWhatIsToBeDecided() {
        planned("a", "d1");
        assertThat(operator.decide(Operator.Decision.ARRIVED, "d1", "key/admin", "x"))
                .isFalse();
        var open = claim("d1");
        assertThat(operator.decide(Operator.Decision.CANCEL, "d1", "key/admin", "x"))
                .as("an attempt is under way")
                .isFalse();
        counts(Ledger.Outcome.not(open, DeliveryState.IN_DOUBT, "outcome.unknown", "no answer", NOON));

        assertThat(operator.decide(Operator.Decision.REPEAT, "d1", "key/admin", "it is not there"))
                .isTrue();
        var again = claim("d1");
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.tries()).as("a fresh budget").isEqualTo(1);
        counts(Ledger.Outcome.not(again, DeliveryState.PARKED, "target.unreachable", "refused", NOON));
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
        ledger.routed(
                alone(held),
                List.of(Ledger.Routed.not(held, MessageState.QUARANTINED, "r@1", "sig.untrusted", "no anchor", NOON)
                        .reporting(List.of(part("report", "<report/>")))));

        assertThat(operator.decideMessage(true, held.id(), "key/admin", "anchor added"))
                .isTrue();
        var again = ledger.claimMessages(List.of(held.id())).messages().get(0);
        assertThat(again.parts()).as("the report is no attachment").hasSize(1);
        assertThat(ledger.routed(
                        alone(again),
                        List.of(Ledger.Routed.well(
                                again,
                                "r@2",
                                List.of(delivery("d1", again)),
                                List.of(),
                                List.of(part("report", "<better/>")),
                                NOON))))
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
    void oneBadItemOfASetFailsAloneAndComesAgain() {
        planned("a", "d1");
        var bad = claimed("b");
        var good = claimed("c");

        var addresses = ledger.routed(
                alone(bad),
                List.of(
                        Ledger.Routed.well(bad, "r@1", List.of(delivery("d1", bad)), List.of(), List.of(), NOON),
                        Ledger.Routed.well(good, "r@1", List.of(delivery("d3", good)), List.of(), List.of(), NOON)));

        assertThat(addresses).extracting(Address::delivery).containsExactly("d3");
        assertThat(search.message(ALL, bad.id()).orElseThrow().state()).isEqualTo("RECEIVED");
        assertThat(search.balance(ALL).even()).isTrue();
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
    void afterARestoreOnlyThoseConnectionsArePausedToWhichSomethingIsOrMayBeOpen() {
        planned("a", "d-1");
        ledger.take(unpublished("b", "14713000"));

        var paused = operator.pauseOpen(
                List.of(
                        new Nodes.Source(PIRNA, "trade-register"),
                        new Nodes.Source(PIRNA, "idle"),
                        new Nodes.Source("14713000", "anything")),
                "restore",
                "as of noon");

        assertThat(paused)
                .as("one waits, and what is not routed yet may go anywhere in its municipality")
                .containsExactly(new Nodes.Source(PIRNA, "trade-register"), new Nodes.Source("14713000", "anything"));
        assertThat(operator.pausedWhy(PIRNA, "trade-register")).contains("as of noon");
        assertThat(operator.pausedWhy(PIRNA, "idle")).isEmpty();
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
        return ledger.claimMessages(List.of(ledger.take(message(id, "<form/>")).id()))
                .messages()
                .get(0);
    }

    private DueDelivery claim(String id) {
        return ledger.claimDeliveries(List.of(id)).get(0);
    }

    private boolean counts(Ledger.Outcome outcome) {
        return ledger.concluded(List.of(outcome)).written().size() == 1;
    }

    private static Ledger.RouteSet alone(HeldMessage message) {
        return new Ledger.RouteSet(0, List.of(message), List.of());
    }

    private List<Address> routed(HeldMessage message, String route, List<NewDelivery> deliveries) {
        return ledger.routed(
                alone(message), List.of(Ledger.Routed.well(message, route, deliveries, List.of(), List.of(), NOON)));
    }

    private void planned(String id, String delivery) {
        var held = claimed(id);
        routed(held, "r@1", List.of(delivery(delivery, held)));
    }

    private static NewDelivery delivery(String id, HeldMessage message) {
        return ordered(id, message, "");
    }

    private static NewDelivery ordered(String id, HeldMessage message, String key) {
        return new NewDelivery(
                id,
                "trade-register",
                "out",
                "form.submission",
                Map.of(),
                part("body", "<register/>"),
                message.parts(),
                key,
                true);
    }

    private NewMessage message(String id, String content) {
        return message(id, PIRNA, "key/portal", content, Optional.empty(), true);
    }

    private NewMessage unpublished(String id, String municipality) {
        return message(id, municipality, "key/portal", "<form/>", Optional.empty(), false);
    }

    private NewMessage polled(String id, String connection) {
        return message(id, PIRNA, "connection/" + connection, "<form/>", Optional.of(connection), true);
    }

    private static NewMessage message(
            String id,
            String municipality,
            String source,
            String content,
            Optional<String> polledFrom,
            boolean onLane) {
        return new NewMessage(
                new Ids(Clock.systemUTC()).next(),
                municipality,
                source,
                id,
                "form.submission",
                "99050012104000",
                Optional.of("PIR-1"),
                Optional.empty(),
                Map.of("portal-ticket", "7"),
                Optional.empty(),
                List.of(part("form.xml", content)),
                polledFrom,
                onLane,
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
                Optional.empty(),
                true,
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
