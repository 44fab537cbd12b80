package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.ledger.Address;
import de.stellwerk.hub.ledger.DeliveryState;
import de.stellwerk.hub.ledger.DueDelivery;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.MemoryLedger;
import de.stellwerk.hub.ledger.MemoryStore;
import de.stellwerk.hub.ledger.NewDelivery;
import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.ledger.SetClock;
import de.stellwerk.hub.plugin.Connection.Closed;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the core simulation has found, each as a plain story: a mailbox that does not recognise a repeat, and a dispatcher driven by hand. */
class DispatcherTest {

    private static final String PIRNA = "14628270";
    private static final String MAILBOX = "mailbox";
    private static final int MOST_TRIES = 5;

    @TempDir
    private Path folder;

    private final SetClock clock = new SetClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final MemoryStore store = new MemoryStore(clock);
    private final long epoch = store.begin("a");
    private final TroubledLedger ledger = new TroubledLedger();
    private final Queue<Runnable> calls = new ArrayDeque<>();
    private final List<String> called = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final Set<String> answers = new HashSet<>();
    private Runnable whileAsked = () -> {};
    private final List<Integer> attempts = new ArrayList<>();
    private final List<Boolean> answered = new ArrayList<>();
    private boolean takesBatches;
    private final List<List<String>> batches = new ArrayList<>();
    private final Set<String> lost = new HashSet<>();
    private Optional<Closed> closed = Optional.empty();
    private boolean mayBegin = true;
    private int term;
    private Dispatcher dispatcher;

    /** Does what it is told to, and does not always say so. */
    private final class TroubledLedger extends MemoryLedger {
        private boolean claimsUnanswered;
        private boolean givesNothingBack;
        private Runnable afterAClaim = () -> {};
        private final Set<String> refused = new HashSet<>();

        TroubledLedger() {
            super(store, clock, () -> epoch);
        }

        @Override
        public List<DueDelivery> claimDeliveries(List<String> ids) {
            var claimed = super.claimDeliveries(ids);
            afterAClaim.run();
            if (claimsUnanswered) {
                throw failure("08007");
            }
            return claimed;
        }

        @Override
        public void giveBack(List<DueDelivery> claimed, Instant due) {
            if (givesNothingBack) {
                throw failure("08006");
            }
            super.giveBack(claimed, due);
        }

        @Override
        public Concluded concluded(List<Outcome> outcomes) {
            if (outcomes.stream()
                    .anyMatch(each -> refused.contains(each.delivery().id()))) {
                throw failure("22021");
            }
            return super.concluded(outcomes);
        }
    }

    @BeforeEach
    void build() throws IOException {
        var target = new Target() {
            @Override
            public ConnectionConfig config() {
                return new ConnectionConfig(
                        MAILBOX,
                        MAILBOX,
                        Duration.ofSeconds(1),
                        Optional.empty(),
                        new Retry(MOST_TRIES, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                        Map.of(),
                        Set.of());
            }

            @Override
            public Optional<ConnectorDescriptor> descriptor() {
                var card = ConnectorDescriptor.of(MAILBOX, MAILBOX).channels(Channel.out("out"));
                return Optional.of(takesBatches ? card.recognisingRepeats() : card);
            }

            @Override
            public boolean takesBatches() {
                return takesBatches;
            }

            @Override
            public List<DeliveryResult> deliver(List<Delivery> batch) {
                var ids = batch.stream().map(Delivery::id).toList();
                batches.add(ids);
                return ids.stream()
                        .<DeliveryResult>map(id -> lost.contains(id)
                                ? new DeliveryResult.Unknown("no answer")
                                : new DeliveryResult.Delivered("ref " + id))
                        .toList();
            }

            @Override
            public Optional<Closed> closed() {
                return closed;
            }

            @Override
            public boolean begin() {
                return mayBegin;
            }

            @Override
            public void ended(boolean wasAnswered, Duration took) {
                answered.add(wasAnswered);
            }

            @Override
            public DeliveryResult deliver(Delivery delivery) {
                called.add(delivery.id());
                attempts.add(delivery.attempt());
                return new DeliveryResult.Delivered("ref " + delivery.id());
            }

            @Override
            public Optional<DeliveryResult> probe(Delivery delivery) {
                asked.add(delivery.id());
                whileAsked.run();
                return answers.contains(delivery.id())
                        ? Optional.of(new DeliveryResult.Delivered("found"))
                        : Optional.empty();
            }
        };
        dispatcher = new Dispatcher(
                ledger,
                new ContentStore(folder, 64 << 10, clock),
                (municipality, connection) -> Optional.of(target),
                new Lanes(new NoBroker(), work -> {}),
                new Backoff(new Random(1)),
                clock,
                new Dispatcher.Tenure() {
                    @Override
                    public int term() {
                        return term;
                    }

                    @Override
                    public boolean valid(int claimedIn) {
                        return claimedIn == term;
                    }
                },
                calls::add);
    }

    @Test
    void anAttemptWhoseClaimTheDatabaseDidNotAnswerIsDueAgainAndWasNeverSent() {
        plan("d1");
        ledger.claimsUnanswered = true;
        bring("d1");
        assertThat(store.openAttempts()).as("noted, and nobody knows").isEqualTo(1);

        ledger.claimsUnanswered = false;
        dispatcher.concludeAbandoned();
        run();
        assertThat(state("d1")).isEqualTo(DeliveryState.WAITING);
        clock.forward(Duration.ofSeconds(2));
        bring("d1");

        assertThat(called).containsExactly("d1");
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
    }

    @Test
    void anAttemptThatIsUnderWayIsNotAbandoned() {
        plan("d1");
        ledger.afterAClaim = dispatcher::concludeAbandoned;
        bring("d1");

        assertThat(called).containsExactly("d1");
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
    }

    @Test
    void anOutcomeThatTheDatabaseDoesNotTakeHoldsUpNeitherTheOthersNorTheSweep() {
        plan("d1");
        plan("d2");
        ledger.refused.addAll(List.of("d1", "d2"));
        bring("d1");
        bring("d2");
        ledger.refused.remove("d2");

        dispatcher.writeUnwritten();
        dispatcher.writeUnwritten();
        assertThat(state("d2")).isEqualTo(DeliveryState.DELIVERED);
        dispatcher.concludeAbandoned();
        run();
        assertThat(state("d1")).as("its outcome is still to be written").isEqualTo(DeliveryState.WAITING);

        ledger.refused.clear();
        dispatcher.writeUnwritten();
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
        assertThat(called).containsExactly("d1", "d2");
    }

    @Test
    void aNodeThatStoodStillBeyondItsLeaseDoesNotBeginWhatItHadClaimed() {
        plan("d1");
        ledger.afterAClaim = () -> term++;
        bring("d1");

        assertThat(called).isEmpty();
        assertThat(state("d1")).isEqualTo(DeliveryState.WAITING);
        assertThat(store.openAttempts()).isZero();
    }

    @Test
    void firstAttemptsGoOutTogetherAndEachRetryAlone() {
        takesBatches = true;
        lost.add("d2");
        List.of("d1", "d2", "d3").forEach(this::plan);
        bring("d1", "d2", "d3");

        assertThat(batches).containsExactly(List.of("d1", "d2", "d3"));
        assertThat(answered).as("one call, and it was answered").containsExactly(true);
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
        assertThat(state("d2")).isEqualTo(DeliveryState.WAITING);
        assertThat(state("d3")).isEqualTo(DeliveryState.DELIVERED);

        List.of("d4", "d5").forEach(this::plan);
        clock.forward(Duration.ofSeconds(2));
        bring("d4", "d2", "d5");
        assertThat(batches).hasSize(2).endsWith(List.of("d4", "d5"));
        assertThat(called).containsExactly("d2");
        assertThat(state("d2")).isEqualTo(DeliveryState.DELIVERED);
    }

    @Test
    void whatComesWhileABatchIsUnderWayIsTheNextOneAndNoSecondCallBeginsForAFew() {
        takesBatches = true;
        List.of("d1", "d2", "d3", "d4").forEach(this::plan);
        dispatcher.add(List.of(text("d1"), text("d2")));
        assertThat(calls).hasSize(1);
        ledger.afterAClaim = () -> {
            ledger.afterAClaim = () -> {};
            dispatcher.add(List.of(text("d3"), text("d4")));
            assertThat(calls).as("begun beside the one under way").isEmpty();
        };
        run();

        assertThat(batches).containsExactly(List.of("d1", "d2"), List.of("d3", "d4"));
    }

    @Test
    void aSecondCallBeginsWhereABatchIsFullOrTheOneUnderWayTakesLong() {
        takesBatches = true;
        var full = IntStream.range(0, 16).mapToObj(i -> "f" + i).toList();
        List.of("d1", "d2").forEach(this::plan);
        full.forEach(this::plan);
        dispatcher.add(List.of(text("d1")));
        ledger.afterAClaim = () -> {
            ledger.afterAClaim = () -> {};
            dispatcher.add(full.stream().map(DispatcherTest::text).toList());
            assertThat(calls).hasSize(1);
            run();
            clock.forward(Duration.ofSeconds(2));
            dispatcher.add(List.of(text("d2")));
            assertThat(calls).hasSize(1);
            run();
        };
        run();

        assertThat(batches).containsExactly(full);
        assertThat(called).containsExactly("d2", "d1");
    }

    @Test
    void whereATargetTakesNoMoreBatchesWhatWaitsIsSpreadOverItsPlaces() {
        takesBatches = true;
        List.of("d1", "d2", "d3", "d4").forEach(this::plan);
        dispatcher.add(List.of(text("d1")));
        ledger.afterAClaim = () -> {
            ledger.afterAClaim = () -> {};
            dispatcher.add(List.of(text("d2"), text("d3"), text("d4")));
            takesBatches = false;
            dispatcher.add(List.of(text("d2")));
            calls.remove().run();
            assertThat(calls.size()).as("what goes on, and another").isGreaterThan(1);
        };
        run();

        assertThat(batches).isEmpty();
        assertThat(called).containsExactlyInAnyOrder("d1", "d2", "d3", "d4");
    }

    @Test
    void aBatchThatMayNotBeginIsGivenBack() {
        takesBatches = true;
        mayBegin = false;
        List.of("d1", "d2").forEach(this::plan);
        bring("d1", "d2");

        assertThat(batches).isEmpty();
        assertThat(answered).isEmpty();
        assertThat(state("d1")).isEqualTo(DeliveryState.WAITING);
        assertThat(store.openAttempts()).isZero();
    }

    @Test
    void aBatchIsNotBegunByANodeThatStoodStillBeyondItsLease() {
        takesBatches = true;
        List.of("d1", "d2").forEach(this::plan);
        ledger.afterAClaim = () -> term++;
        bring("d1", "d2");

        assertThat(batches).isEmpty();
        assertThat(called).isEmpty();
        assertThat(state("d1")).isEqualTo(DeliveryState.WAITING);
        assertThat(store.openAttempts()).isZero();
    }

    @Test
    void whatWasNotBegunCostsNoTry() {
        plan("d1");
        for (int i = 0; i < 2 * MOST_TRIES; i++) {
            store.renew(epoch);
            ledger.afterAClaim = () -> term++;
            bring("d1");
            clock.forward(Duration.ofSeconds(2));
            ledger.afterAClaim = () -> {};
            ledger.claimsUnanswered = true;
            bring("d1");
            ledger.claimsUnanswered = false;
            dispatcher.concludeAbandoned();
            run();
            clock.forward(Duration.ofSeconds(2));
        }
        assertThat(called).isEmpty();
        assertThat(state("d1")).isEqualTo(DeliveryState.WAITING);

        bring("d1");
        assertThat(called).containsExactly("d1");
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
    }

    @Test
    void aTargetThatHangsWhenItIsAskedHoldsUpNeitherTheSweepNorWhatDeadNodesLeftOpenElsewhere() {
        plan("d1");
        plan("d2", "archive");
        long dead = store.begin("b");
        assertThat(new MemoryLedger(store, clock, () -> dead).claimDeliveries(List.of("d1", "d2")))
                .hasSize(2);
        store.end(dead);
        answers.add("d1");

        dispatcher.takeOverOpenAttempts();
        assertThat(asked).as("not by the thread that sweeps").isEmpty();
        whileAsked = () -> {
            // The answer for d1 takes its time.
            whileAsked = () -> {};
            dispatcher.takeOverOpenAttempts();
            dispatcher.concludeAbandoned();
            run();
            assertThat(state("d2")).isEqualTo(DeliveryState.IN_DOUBT);
        };
        run();

        assertThat(asked).as("each once").containsExactly("d1", "d2");
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
        assertThat(called).isEmpty();
    }

    @Test
    void aClaimThatFailedSaysNothingOfAnAttemptThatADeadNodeHadBegun() {
        plan("d1");
        long dead = store.begin("b");
        assertThat(new MemoryLedger(store, clock, () -> dead).claimDeliveries(List.of("d1")))
                .hasSize(1);
        store.end(dead);
        ledger.claimsUnanswered = true;
        bring("d1");
        // The take-over is done, and not answered.
        ledger.connectionsWithOpenAttempts()
                .forEach(each -> ledger.takeOverOpenAttempts(each.municipality(), each.connection(), 1));

        dispatcher.concludeAbandoned();
        run();

        assertThat(asked).containsExactly("d1");
        assertThat(state("d1")).isEqualTo(DeliveryState.IN_DOUBT);
    }

    @Test
    void whatIsDueForAConnectionThatTakesNoCallsIsPutOffWithoutAnAttempt() {
        plan("d1");
        closed = Optional.of(new Closed("connection.breaker", "no answer", Duration.ofSeconds(2)));
        bring("d1");
        assertThat(called).isEmpty();
        assertThat(dispatcher.waiting()).as("it holds no place in memory").isZero();
        closed = Optional.empty();
        bring("d1");
        assertThat(called).as("it is not due before the pause is over").isEmpty();

        clock.forward(Duration.ofSeconds(2));
        bring("d1");

        assertThat(called).containsExactly("d1");
        assertThat(answered).containsExactly(true);
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
    }

    @Test
    void whatWasClaimedAndMayNotBeBegunIsGivenBackAndTheAttemptIsNotCounted() {
        plan("d1");
        mayBegin = false;
        for (int i = 0; i < 20; i++) {
            bring("d1");
            assertThat(store.openAttempts()).isZero();
            clock.forward(Duration.ofSeconds(1));
            store.renew(epoch);
        }
        assertThat(state("d1")).isEqualTo(DeliveryState.WAITING);
        mayBegin = true;
        bring("d1");

        assertThat(called).containsExactly("d1");
        assertThat(attempts).as("none of the others counted").containsExactly(1);
    }

    @Test
    void whatCouldNotBeGivenBackIsDueAgainAndNotInDoubt() {
        plan("d1");
        mayBegin = false;
        ledger.givesNothingBack = true;
        bring("d1");
        assertThat(store.openAttempts()).isEqualTo(1);

        dispatcher.concludeAbandoned();
        run();
        assertThat(state("d1")).isEqualTo(DeliveryState.WAITING);
        mayBegin = true;
        clock.forward(Duration.ofSeconds(2));
        bring("d1");

        assertThat(called).containsExactly("d1");
        assertThat(attempts).containsExactly(2);
        assertThat(state("d1")).isEqualTo(DeliveryState.DELIVERED);
    }

    private DeliveryState state(String id) {
        return store.deliveries().stream()
                .filter(row -> row.id().equals(id))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private void bring(String... ids) {
        dispatcher.add(Stream.of(ids).map(DispatcherTest::text).toList());
        run();
    }

    private static String text(String id) {
        return new Address(id, PIRNA, MAILBOX).text();
    }

    private void run() {
        while (!calls.isEmpty()) {
            calls.remove().run();
        }
    }

    private void plan(String id) {
        plan(id, MAILBOX);
    }

    private void plan(String id, String connection) {
        var bytes = "letter".getBytes(StandardCharsets.UTF_8);
        var part = new Part("letter.txt", "text/plain", bytes.length, bytes, Optional.of(bytes), Optional.empty());
        var taken = ledger.take(new NewMessage(
                UUID.randomUUID(),
                PIRNA,
                "key/portal",
                id,
                "form.submission",
                "",
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                List.of(part),
                Optional.empty(),
                true,
                clock.instant()));
        var set = ledger.claimMessages(List.of(taken.id()));
        var message = set.messages().get(0);
        ledger.routed(
                set,
                List.of(Ledger.Routed.well(
                        message,
                        "r@1",
                        List.of(new NewDelivery(
                                id, connection, "out", "form.submission", Map.of(), part, List.of(), "", true)),
                        List.of(),
                        List.of(),
                        clock.instant())));
    }

    /** Nothing lies on a lane: the test brings what is to be done. */
    private static final class NoBroker implements Transport {
        @Override
        public void publish(Lane lane, List<String> ids) {}

        @Override
        public void consume(Lane lane, Consumer<List<String>> handler) {}

        @Override
        public long depth(Lane lane) {
            return 0;
        }

        @Override
        public void close() {}
    }
}
