package de.stellwerk.hub.plugin;

import static de.stellwerk.hub.plugin.House.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Receiver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionTest {

    private static final Duration LOOK = Duration.ofMillis(20);

    @TempDir
    private Path home;

    @Test
    void aConnectionWithoutAConnectorWaitsAndSaysWhatThereIs() throws Exception {
        try (var house = new House(home).withDemo()) {
            var other = house.other();

            assertThat(other.state()).isEqualTo(Connection.State.WAITING);
            assertThat(other.stateText()).isEqualTo("No connector is named 'other'. The plugins offer: [demo]");
            assertThat(other.stateText(Locale.GERMANY))
                    .isEqualTo("Kein Konnektor heißt „other“. Die Plugins bieten an: [demo]");
            assertThat(other.descriptor()).isEmpty();
            assertThat(other.isSource()).isFalse();
            assertThat(other.deliver(delivery("version")))
                    .isEqualTo(new DeliveryResult.NotSent(
                            "plugin.waiting: No connector is named 'other'. The plugins offer: [demo]",
                            Duration.ofSeconds(5)));
            assertThat(other.probe(delivery("version")).orElseThrow()).isInstanceOf(DeliveryResult.Unknown.class);
            assertThatThrownBy(() -> other.poll(house.new TakingInbox()))
                    .isInstanceOfSatisfying(
                            ConnectorFailed.class, e -> assertThat(e.code()).isEqualTo("plugin.waiting"));
        }
    }

    @Test
    void nothingIsOpenedBeforeItIsNeeded() throws Exception {
        try (var house = new House(home).withDemo()) {
            var demo = house.demo();

            assertThat(demo.state()).isEqualTo(Connection.State.READY);
            assertThat(demo.isSource()).isTrue();
            assertThat(demo.descriptor().orElseThrow().channels()).contains(Channel.in("in"));
            assertThat(home.resolve("data/connections")).doesNotExist();

            assertThat(house.ask("version")).isEqualTo("1.0.0");

            assertThat(demo.state()).isEqualTo(Connection.State.OPEN);
            assertThat(demo.stateText()).isEmpty();
            assertThat(demo.isSource()).isTrue();
            assertThat(demo).hasToString("Connection[14628270, demo, demo]");
        }
    }

    @Test
    void aConnectorGetsItsSettingsItsContextAndTheContent() throws Exception {
        try (var house = new House(home).withDemo()) {
            assertThat(house.ask("settings")).isEqualTo(home.resolve("town") + " PT2S TopSecret");
            assertThat(house.ask("context"))
                    .isEqualTo("14628270 demo " + home.resolve("data/connections/14628270/demo"));
            assertThat(house.ask("body")).isEqualTo("the body");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "throw, 'plugin.threw: java.io.IOException, caused by java.lang.IllegalStateException'",
        "overflow, plugin.threw: java.lang.StackOverflowError",
        "missing, plugin.threw: java.lang.NoClassDefFoundError",
        "memory, plugin.threw: java.lang.OutOfMemoryError",
        "mean, plugin.threw: demo.DemoConnector$Mean",
        "nonsense, plugin.threw: java.lang.IllegalArgumentException",
    })
    void whateverAConnectorThrowsIsAnUnknownOutcomeWithoutContent(String kind, String why) throws Exception {
        try (var house = new House(home).withDemo()) {
            assertThat(house.demo().deliver(delivery(kind))).isEqualTo(new DeliveryResult.Unknown(why));
            assertThat(house.demo().probe(delivery(kind))).contains(new DeliveryResult.Unknown(why));
            assertThat(house.ask("version")).isEqualTo("1.0.0");
        }
    }

    @Test
    void aBatchIsOneCallAndEachOfItIsAnsweredInItsPlace() throws Exception {
        try (var house = new House(home).withDemo()) {
            assertThat(house.demo().takesBatches()).as("asking opens nothing").isFalse();
            assertThat(house.ask("version")).isEqualTo("1.0.0");
            assertThat(house.demo().takesBatches()).isTrue();

            assertThat(house.demo().deliver(List.of(delivery("version"), delivery("body"), delivery("long"))))
                    .containsExactly(
                            new DeliveryResult.Delivered("1.0.0"),
                            house.demo().deliver(delivery("body")),
                            new DeliveryResult.Delivered("x".repeat(200)));
            assertThat(house.demo().takesBatches()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "throw, 'plugin.threw: java.io.IOException, caused by java.lang.IllegalStateException'",
        "few, plugin.no-result: the connector gave another number of results",
    })
    void aBatchThatDoesNotEndWellIsUnknownAsAWholeAndTheNextMinuteEachComesAlone(String kind, String why)
            throws Exception {
        try (var house = new House(home).withDemo()) {
            house.ask("version");
            assertThat(house.demo().deliver(List.of(delivery("version"), delivery(kind))))
                    .containsExactly(new DeliveryResult.Unknown(why), new DeliveryResult.Unknown(why));
            assertThat(house.demo().takesBatches()).isFalse();
            house.clock.pass(Duration.ofMinutes(1));
            assertThat(house.demo().takesBatches()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"unknown, no answer", "null, plugin.no-result: the connector gave no result"})
    void oneOfABatchMayBeUnknownAndTheOthersAreNot(String kind, String why) throws Exception {
        try (var house = new House(home).withDemo()) {
            house.ask("version");
            assertThat(house.demo().deliver(List.of(delivery("version"), delivery(kind))))
                    .containsExactly(new DeliveryResult.Delivered("1.0.0"), new DeliveryResult.Unknown(why));
            assertThat(house.demo().takesBatches()).isFalse();
        }
    }

    @Test
    void aReferenceThatIsTooLongIsCut() throws Exception {
        try (var house = new House(home).withDemo()) {
            assertThat(house.ask("long")).hasSize(200);
        }
    }

    @Test
    void settingsThatDoNotFitAreAllToldAtOnce() throws Exception {
        var settings = Map.of("foldr", "town", "password", "TopSecret");
        try (var house = new House(home, settings, Set.of(), LOOK).withDemo()) {
            var demo = house.demo();

            assertThat(demo.state()).isEqualTo(Connection.State.FAILED);
            assertThat(demo.stateText())
                    .contains("There is no key 'foldr' here. Did you mean 'folder'?")
                    .contains("The key 'folder' is missing here.")
                    .contains("'password' is a secret and must not stand here itself. Expected: { secret: name }")
                    .doesNotContain("TopSecret");
            assertThat(demo.stateText(Locale.GERMAN)).contains("Hier fehlt der Schlüssel „folder“.");
            assertThat(demo.deliver(delivery("version")))
                    .isInstanceOfSatisfying(DeliveryResult.NotSent.class, notSent -> assertThat(notSent.why())
                            .startsWith("plugin.settings: "));
        }
    }

    @Test
    void aConnectionThatCannotBeOpenedIsTriedAgainLaterAndNotAtEveryCall() throws Exception {
        try (var house = new House(home).withDemo()) {
            var refuse = home.resolve("data/connections/14628270/demo/refuse");
            Files.createDirectories(refuse);

            assertThat(house.demo().deliver(delivery("version")))
                    .isInstanceOfSatisfying(DeliveryResult.NotSent.class, notSent -> assertThat(notSent.retryAfter())
                            .isEqualTo(Duration.ofSeconds(5)));
            assertThat(house.demo().state()).isEqualTo(Connection.State.FAILED);
            assertThat(house.demo().stateText())
                    .contains("plugin.threw: java.io.IOException (cannot open with ***)")
                    .doesNotContain("TopSecret");

            Files.delete(refuse);
            house.clock.pass(Duration.ofSeconds(4));
            assertThat(house.demo().deliver(delivery("version"))).isInstanceOf(DeliveryResult.NotSent.class);

            house.clock.pass(Duration.ofSeconds(1));
            assertThat(house.ask("version")).isEqualTo("1.0.0");
            assertThat(house.demo().state()).isEqualTo(Connection.State.OPEN);
        }
    }

    @Test
    void waitsBetweenTriesToOpenGetLongerUpToFiveMinutes() throws Exception {
        try (var house = new House(home).withDemo()) {
            Files.createDirectories(home.resolve("data/connections/14628270/demo/refuse"));
            var last = Duration.ZERO;
            for (int i = 0; i < 8; i++) {
                var result = (DeliveryResult.NotSent) house.demo().deliver(delivery("version"));
                assertThat(result.retryAfter()).isGreaterThanOrEqualTo(last);
                last = result.retryAfter();
                house.clock.pass(last);
            }
            assertThat(last).isEqualTo(Duration.ofMinutes(5));
        }
    }

    @Test
    void aSourceHandsItsMessagesToTheInboxAndNotAfterTheCall() throws Exception {
        try (var house = new House(home).withDemo()) {
            var inbox = house.new TakingInbox();

            house.demo().poll(inbox);

            assertThat(inbox.taken).extracting(message -> message.id()).containsExactly("poll-1");
            assertThatThrownBy(() -> house.demo().poll(inbox))
                    .isInstanceOf(ConnectorFailed.class)
                    .hasMessage("plugin.threw: java.lang.IllegalStateException");
            assertThat(inbox.taken).hasSize(1);
        }
    }

    @Test
    void aReceiverAnswers() throws Exception {
        try (var house = new House(home).withDemo()) {
            var inbox = house.new TakingInbox();
            var body = Content.of("b", "text/plain", "b".getBytes(StandardCharsets.UTF_8));

            var answer = house.demo().receive(new Receiver.Request("POST", "r-1", Map.of(), body), inbox);

            assertThat(answer).isEqualTo(Optional.of(new Receiver.Answer(200, "text/plain", "POST")));
            assertThat(inbox.taken).extracting(message -> message.id()).containsExactly("r-1");
            assertThatThrownBy(() -> house.demo().receive(new Receiver.Request("POST", "throw", Map.of(), body), inbox))
                    .isInstanceOf(ConnectorFailed.class)
                    .hasMessageNotContaining("personal");
        }
    }
}
