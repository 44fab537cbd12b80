package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.MemoryLedger;
import de.stellwerk.hub.ledger.MemoryStore;
import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.ledger.SetClock;
import de.stellwerk.hub.route.RouteInput;
import de.stellwerk.hub.route.RouteOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which routes run beside each other; what another thread would do meanwhile is done in the middle of a route. */
class RoutingTest {

    private static final String PIRNA = "14628270";
    private static final String LEIPZIG = "14713000";

    @TempDir
    private Path folder;

    private final SetClock clock = new SetClock(Instant.parse("2026-11-24T12:00:00Z"));
    private final MemoryStore store = new MemoryStore(clock);
    private final long epoch = store.begin("a");
    private final Ledger ledger = new MemoryLedger(store, clock, () -> epoch);
    private final List<UUID> routed = new ArrayList<>();
    private final AtomicInteger looks = new AtomicInteger();
    private final Map<UUID, Runnable> inTheMiddleOf = new HashMap<>();
    private final Lanes lanes = new Lanes(new NoBroker(), work -> {});
    private Routing routing;

    @BeforeEach
    void build() throws IOException {
        routing = new Routing(
                ledger,
                new ContentStore(folder, 64 << 10, clock),
                this::route,
                (municipality, connection) -> Optional.empty(),
                lanes,
                new Backoff(new Random(1)),
                Limits.defaults(),
                clock,
                new GiveWay(() -> looks.incrementAndGet() < 0));
    }

    private RouteOutcome route(RouteInput input) {
        var id = UUID.fromString(input.messageId());
        inTheMiddleOf.getOrDefault(id, () -> {}).run();
        routed.add(id);
        return new RouteOutcome.Routed("r@1", List.of(), List.of(), List.of());
    }

    @Test
    void nothingIsBegunBesideASuspectForHalfAMinute() throws Exception {
        var suspect = suspect("1");
        var other = take("2");
        inTheMiddleOf.put(suspect, () -> {
            bring(other);
            assertThat(step()).isFalse();
            clock.forward(Duration.ofSeconds(31));
            assertThat(step()).isTrue();
            assertThat(routed).containsExactly(other);
        });
        bring(suspect);
        step();
        step();

        assertThat(routed).containsExactly(other, suspect);
    }

    @Test
    void aSuspectWaitsForWhatIsUnderWayButNotForEver() throws Exception {
        var suspect = suspect("1");
        var other = take("2");
        inTheMiddleOf.put(other, () -> {
            bring(suspect);
            step();
            assertThat(step()).isFalse();
            clock.forward(Duration.ofSeconds(31));
            assertThat(step()).isTrue();
            assertThat(routed).containsExactly(suspect);
        });
        bring(other);
        step();

        assertThat(routed).containsExactly(suspect, other);
    }

    @Test
    void whatWasTakenAMinuteAgoGivesWayToNothingNew() throws Exception {
        bring(take("1"));
        step();
        assertThat(looks).as("looks for somebody who waits").hasValue(1);

        var late = take("2");
        clock.forward(Routing.LONGEST_RUSH.plusSeconds(1));
        bring(late);
        step();
        assertThat(looks).hasValue(1);

        bring(take("3"));
        step();
        assertThat(looks).hasValue(2);
    }

    @Test
    void theFloodOfOneMunicipalityIsLeftToTheSweepsAndTheMessagesOfTheOthersAreNot() {
        bring(PIRNA, 1_999);
        assertThat(lanes.hasRoom(PIRNA)).isTrue();
        bring(PIRNA, 3_001);

        assertThat(lanes.hasRoom(PIRNA)).isFalse();
        assertThat(lanes.hasRoom(LEIPZIG)).isTrue();
        bring(LEIPZIG, 50);
        assertThat(lanes.hasRoom(LEIPZIG)).as("no longer a few").isFalse();

        while (step()) {
            assertThat(routing.waiting()).isLessThan(5_050);
        }
        assertThat(lanes.hasRoom(PIRNA)).isTrue();
    }

    @Test
    void manyMunicipalitiesWithFewMessagesAreBoundedAsWell() {
        for (int i = 0; i < 400; i++) {
            bring("%08d".formatted(i), 40);
        }
        assertThat(lanes.hasRoom(PIRNA)).isFalse();
    }

    private void bring(String municipality, int messages) {
        routing.add(Stream.generate(() -> new Ledger.ToRoute(UUID.randomUUID(), municipality).text())
                .limit(messages)
                .toList());
    }

    private boolean step() {
        try {
            return routing.step(Duration.ZERO, 1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void bring(UUID message) {
        routing.add(List.of(new Ledger.ToRoute(message, PIRNA).text()));
    }

    /** A message in whose route a node died. */
    private UUID suspect(String id) {
        var message = take(id);
        long dead = store.begin("b");
        new MemoryLedger(store, clock, () -> dead).claimMessages(List.of(message));
        store.begin("b");
        assertThat(ledger.suspectDeadRoutes()).isEmpty();
        return message;
    }

    private UUID take(String id) {
        var bytes = "letter".getBytes(StandardCharsets.UTF_8);
        var part = new Part("letter.txt", "text/plain", bytes.length, bytes, Optional.of(bytes), Optional.empty());
        return ledger.take(new NewMessage(
                        new Ids(clock).next(),
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
                        clock.instant()))
                .id();
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
