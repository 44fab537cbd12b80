package de.stellwerk.hub.plugin;

import static de.stellwerk.hub.plugin.House.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.config.Bounds;
import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.plugin.Connection.State;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Receiver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins that go wrong in every way there is, all in one hub; each is named, and a healthy neighbour's deliveries go on. */
class ContainmentIT {

    @TempDir
    private static Path home;

    private static Neighbours neighbours;

    @BeforeAll
    static void start() throws Exception {
        neighbours = new Neighbours(
                home,
                new Isolation(Set.of(), 64L << 20, 50),
                new Bounds(2, Duration.ofMillis(300), 1 << 20),
                List.of(
                        "loops",
                        "deadlocks",
                        "holds-a-lock",
                        "leaks-threads",
                        "gives-null",
                        "overflows",
                        "lacks-a-class",
                        "throws-in-start",
                        "blocks-in-close",
                        "floods",
                        "floods-on",
                        "pushes",
                        "polls"));
    }

    @AfterAll
    static void end() {
        neighbours.close();
    }

    @AfterEach
    void theNeighbourGoesOn() {
        neighbours.goOn();
    }

    @ParameterizedTest
    @CsvSource({
        "loops, wayward.Wayward$Way.forEver(Wayward.java:",
        "holds-a-lock, wayward.Wayward$Way.forEver(Wayward.java:",
        "deadlocks, that thread deadlocked holds"
    })
    void oneThatDoesNotComeBackIsGivenUpAndThenIsolatedWithItsThreadAndItsPlace(String way, String where) {
        var connection = neighbours.connection(way);
        for (int i = 0; i < 2; i++) {
            assertThat(connection.deliver(delivery("any")))
                    .isInstanceOfSatisfying(Unknown.class, unknown -> assertThat(unknown.why())
                            .startsWith("plugin.hangs: no answer within 300 ms (thread plugin-" + way + "-1.0.0-")
                            .contains("wayward.Wayward$Way"));
        }
        assertThat(connection.state()).isEqualTo(State.ISOLATED);
        assertThat(connection.stateText())
                .startsWith("Plugin " + way + " 1.0.0 does not let go of 2 calls, the longest: 14628270/" + way
                        + " deliver")
                .contains("(thread plugin-" + way + "-1.0.0-", where);
        assertThat(connection.stateText(Locale.GERMAN))
                .startsWith("Plugin " + way + " 1.0.0 gibt 2 Aufrufe nicht frei");
        assertThat(connection.places()).isZero();
        assertThat(connection.closed().orElseThrow().code()).isEqualTo("plugin.isolated");
        assertThat(connection.load().stuck()).hasSize(2);
        assertThat(connection.deliver(delivery("any")))
                .isInstanceOfSatisfying(
                        NotSent.class, notSent -> assertThat(notSent.why()).startsWith("plugin.isolated"));
    }

    @Test
    void oneThatLeaksThreadsIsIsolatedByTheirNumberAndNamed() {
        var connection = neighbours.connection("leaks-threads");
        assertThat(connection.deliver(delivery("any"))).isInstanceOf(Delivered.class);
        assertThat(connection.deliver(delivery("any"))).isInstanceOf(Delivered.class);
        await().atMost(Duration.ofSeconds(20)).until(() -> connection.state() == State.ISOLATED);
        assertThat(connection.stateText())
                .startsWith("Plugin leaks-threads 1.0.0 has 60 threads of its own; 50 are allowed.");
        assertThat(neighbours.plugin("leaks-threads").text()).isEqualTo("60 threads of its own in the hub.");
        assertThat(connection.deliver(delivery("any"))).isInstanceOf(NotSent.class);
        assertThat(neighbours.plugin("demo").text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "gives-null, plugin.no-result: the connector gave no result",
        "overflows, plugin.threw: java.lang.StackOverflowError",
        "lacks-a-class, plugin.threw: java.lang.NoClassDefFoundError"
    })
    void whatShouldNotComeOutOfACallIsAnUnknownOutcomeWithItsName(String way, String why) {
        assertThat(neighbours.connection(way).deliver(delivery("any"))).isEqualTo(new Unknown(why));
    }

    @Test
    void oneThatThrowsInStartHasSentNothingAndIsTriedAgain() {
        var connection = neighbours.connection("throws-in-start");
        assertThat(connection.deliver(delivery("any")))
                .isInstanceOfSatisfying(NotSent.class, notSent -> assertThat(notSent.why())
                        .startsWith("plugin.open: ")
                        .contains("java.lang.ExceptionInInitializerError"));
        assertThat(connection.state()).isEqualTo(State.FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"floods", "floods-on"})
    void oneThatDoesNotStopToHandOverIsStopped(String way) {
        var inbox = new Counting();
        assertThatThrownBy(() -> neighbours.connection(way).poll(inbox))
                .isInstanceOfSatisfying(
                        ConnectorFailed.class, e -> assertThat(e.code()).isIn("plugin.hangs", "plugin.threw"));
        int taken = inbox.taken.get();
        assertThat(taken).isBetween(1, 10_000);
        neighbours.goOn();
        assertThat(inbox.taken).as("nothing is taken after the call is over").hasValueBetween(taken, taken + 1);
    }

    @Test
    void aPollThatWasGivenUpIsNotBegunASecondTime() {
        var connection = neighbours.connection("polls");
        assertThatThrownBy(() -> connection.poll(new Counting())).hasMessageContaining("plugin.hangs");
        assertThatThrownBy(() -> connection.poll(new Counting())).hasMessageContaining("plugin.still-polling");
    }

    @Test
    void pushesThatHangTakeNoMorePlacesThanTheConnectionHas() {
        var connection = neighbours.connection("pushes");
        var request = new Receiver.Request("POST", "", Map.of(), Content.of("a", "text/plain", new byte[0]));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> connection.receive(request, new Counting()))
                    .hasMessageContaining("plugin.hangs");
        }
        assertThatThrownBy(() -> connection.receive(request, new Counting())).hasMessageContaining("plugin.busy");
        assertThat(connection.state()).isEqualTo(State.ISOLATED);
    }

    @Test
    void oneThatBlocksInCloseIsLeftBehindWhenItsJarGoes() throws Exception {
        assertThat(neighbours.connection("blocks-in-close").deliver(delivery("any")))
                .isInstanceOf(Delivered.class);
        Files.delete(home.resolve("plugins/inbox/blocks-in-close.jar"));
        await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> assertThat(neighbours.connections.plugins())
                .noneMatch(status -> status.id().equals("blocks-in-close")));
    }

    private static final class Counting implements Inbox {

        private final AtomicInteger taken = new AtomicInteger();

        @Override
        public Receipt accept(String channel, Message message) {
            taken.incrementAndGet();
            return new Receipt("m", Instant.EPOCH, Receipt.Outcome.TAKEN, "", "");
        }

        @Override
        public List<Awaited> awaited(String channel, int limit) {
            return List.of();
        }
    }
}
