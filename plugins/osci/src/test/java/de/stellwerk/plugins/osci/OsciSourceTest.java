package de.stellwerk.plugins.osci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox;
import de.stellwerk.samples.osci.OsciIntermediary;
import de.stellwerk.samples.osci.OsciIntermediary.Letter;
import de.stellwerk.samples.osci.OsciKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OsciSourceTest implements SourceContract {

    @TempDir
    static Path keys;

    private static OsciIntermediary intermediary;

    private Path rejected = Path.of("unset");

    @BeforeAll
    static void start() throws Exception {
        OsciKeys.make(keys);
        intermediary = new OsciIntermediary(0, keys);
    }

    @BeforeEach
    void clear() {
        intermediary.forget();
    }

    @AfterAll
    static void stop() {
        intermediary.close();
    }

    @Test
    void aDeliveryIsOneMessageWithItsContentsInOrderAndSaysWhoWroteIt(@TempDir Path directory) throws Exception {
        var id = intermediary.arrives(
                Letter.FINE, "Rückmeldung", "<nachricht/>".getBytes(UTF_8), "nicht XML".getBytes(UTF_8));

        assertThat(polled(hub(directory)).messages()).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo(id);
            assertThat(message.kind()).isEqualTo("osci.message");
            assertThat(TestHub.text(message.body())).isEqualTo("<nachricht/>");
            assertThat(message.body().mediaType()).isEqualTo("application/xml");
            assertThat(message.attachments()).singleElement().satisfies(each -> assertThat(TestHub.text(each))
                    .isEqualTo("nicht XML"));
            assertThat(message.headers())
                    .containsEntry("osci-subject", "Rückmeldung")
                    .containsEntry("osci-message-id", id)
                    .containsEntry("osci-author", "CN=GRP: addressee");
        });
        assertThat(intermediary.waiting()).isEmpty();
    }

    @Test
    void itsProcessCardIsAMessageOfTheSameCaseAndSaysWhenItWasReceived(@TempDir Path directory) throws Exception {
        intermediary.arrives(Letter.FINE, "Eins", "<nachricht/>".getBytes(UTF_8));

        var taken = polled(hub(directory).with("process-card-kind", "osci.process-card"))
                .messages();

        assertThat(taken).extracting(Message::kind).containsExactly("osci.message", "osci.process-card");
        assertThat(taken.get(1).caseId()).isEqualTo(taken.get(0).caseId()).isPresent();
        assertThat(TestHub.text(taken.get(1).body())).contains("Reception", "SignatureValue");
    }

    @ParameterizedTest
    @CsvSource({
        "UNSIGNED, osci.unsigned",
        "STRANGER, osci.author",
        "CHANGED, osci.signature",
        "NOT_FOR_US, osci.open",
        "HALF_SIGNED, osci.signature"
    })
    void whatIsNotProvenToBeATrustedAuthorsIsKeptForAPersonAndHoldsUpNothing(
            Letter how, String code, @TempDir Path directory) throws Exception {
        intermediary.arrives(how, "Eins", "<eins/>".getBytes(UTF_8), "<zwei/>".getBytes(UTF_8));
        intermediary.arrives(Letter.FINE, "Zwei", "<gut/>".getBytes(UTF_8));
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            assertThatThrownBy(() -> hub.poll(source))
                    .hasMessageStartingWith(code)
                    .hasMessageContaining("'rejected'");
        }
        assertThat(hub.inbox().messages()).singleElement().satisfies(message -> assertThat(TestHub.text(message.body()))
                .isEqualTo("<gut/>"));
        assertThat(keptRejected()).isEqualTo(1);
        assertThat(intermediary.waiting()).isEmpty();
    }

    @Test
    void whatCannotBeTakenIsKeptWithItsAttachments(@TempDir Path directory) throws Exception {
        intermediary.arrives(Letter.ATTACHED, "Eins", "<anlage/>".getBytes(UTF_8));
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            assertThatThrownBy(() -> hub.poll(source)).hasMessageStartingWith("osci.content");
        }
        assertThat(hub.inbox().offered()).isEmpty();
        assertThat(intermediary.waiting()).as("told as received").isEmpty();
        try (var files = Files.list(rejected)) {
            assertThat(files.toList()).singleElement().satisfies(file -> assertThat(file)
                    .hasExtension("mime")
                    .content(UTF_8)
                    .contains("responseToFetchDelivery", "SignatureValue", "<anlage/>"));
        }
    }

    @Test
    void aDeliveryThatIsHandedOutAgainThoughItWasToldAsReceivedIsToldAndNoSecondMessage(@TempDir Path directory)
            throws Exception {
        intermediary.arrives(Letter.FINE, "Eins", "<eins/>".getBytes(UTF_8));
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            intermediary.misbehave("fetch-again");
            assertThatThrownBy(() -> hub.poll(source)).hasMessageStartingWith("osci.again");
            assertThat(intermediary.waiting()).hasSize(1);
            hub.poll(source);
        }
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(hub.inbox().quarantined()).isEmpty();
        assertThat(intermediary.waiting()).isEmpty();
    }

    @Test
    void whatNobodyHasSignedIsTakenOnlyIfTheConnectionSaysSo(@TempDir Path directory) throws Exception {
        intermediary.arrives(Letter.UNSIGNED, "Eins", "<eins/>".getBytes(UTF_8));

        assertThat(polled(hub(directory).with("unsigned", "take")).messages())
                .singleElement()
                .satisfies(message -> assertThat(message.headers()).doesNotContainKey("osci-author"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"unsigned", "wrong-signature", "wrapped", "replayed", "not-sealed", "fault", "fetch-unanswered"})
    void anAnswerThatIsNotProvenToBeTheIntermediarysLeavesTheDeliveryThere(String how, @TempDir Path directory)
            throws Exception {
        intermediary.arrives(Letter.FINE, "Eins", "<eins/>".getBytes(UTF_8));
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            intermediary.misbehave(how);
            assertThatThrownBy(() -> hub.poll(source)).isInstanceOf(IOException.class);
            assertThat(intermediary.waiting()).hasSize(1);
            hub.poll(source);
        }
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(intermediary.waiting()).isEmpty();
    }

    @Test
    void aCertificateThatIsNotValidTodayIsNotTrusted(@TempDir Path directory) throws Exception {
        intermediary.arrives(Letter.FINE, "Eins", "<eins/>".getBytes(UTF_8));
        var hub = hub(directory);
        hub.clock().pass(Duration.ofDays(4_000));
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            assertThatThrownBy(() -> hub.poll(source)).hasMessageStartingWith("osci.author");
        }
        assertThat(hub.inbox().offered()).isEmpty();
    }

    @Test
    void withoutAKindNothingIsFetchedAndWithOneItHasToBeSaidWhoIsTrustedAndWhereOriginalsStay(@TempDir Path directory)
            throws Exception {
        intermediary.arrives(Letter.FINE, "Eins", "<eins/>".getBytes(UTF_8));
        assertThat(polled(OsciSinkTest.hub(intermediary, keys, directory)).offered())
                .isEmpty();
        assertThat(intermediary.waiting()).hasSize(1);
        try (var factory = factory()) {
            var hub = OsciSinkTest.hub(intermediary, keys, directory).with("kind", "osci.message");
            assertThatThrownBy(() -> hub.open(factory, Source.class)).hasStackTraceContaining("author-trust");
            hub.with("author-trust", keys.resolve("addressee.pem"));
            assertThatThrownBy(() -> hub.open(factory, Source.class)).hasStackTraceContaining("'rejected'");
        }
    }

    private TestInbox polled(TestHub hub) throws Exception {
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            return hub.poll(source);
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new Osci();
    }

    @Override
    public TestHub hub(Path directory) {
        rejected = directory.resolve("rejected");
        return OsciSinkTest.hub(intermediary, keys, directory)
                .with("kind", "osci.message")
                .with("author-trust", keys.resolve("addressee.pem"))
                .with("rejected", rejected);
    }

    @Override
    public void put(String name) throws Exception {
        intermediary.arrives(Letter.FINE, name, ("<form>" + name + "</form>").getBytes(UTF_8));
    }

    @Override
    public int waiting() {
        return intermediary.waiting().size();
    }

    @Override
    public int keptRejected() throws IOException {
        try (var files = Files.list(rejected)) {
            return (int) files.filter(file -> file.toString().endsWith(".xml")).count();
        }
    }

    @Override
    public int mostAtOnce() {
        return Mailbox.MOST_A_POLL;
    }

    @Override
    public void unreachable() {
        intermediary.hangUp();
    }

    @Override
    public void reachable() throws IOException {
        intermediary.pickUp();
    }
}
