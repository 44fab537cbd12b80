package de.stellwerk.plugins.osci;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.hub.testkit.TestHub.withHeader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.DeliveryResult.WithReceipts;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.samples.osci.OsciIntermediary;
import de.stellwerk.samples.osci.OsciKeys;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OsciSinkTest implements SinkContract {

    @TempDir
    static Path keys;

    private static OsciIntermediary intermediary;

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
    void whatArrivesIsSealedForTheReaderAndTheSignedAnswerWithTheProcessCardIsKept(@TempDir Path directory)
            throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            var result = sink.deliver(withHeader(acceptable("one"), "osci-subject", "Anhörung <1> & 2"));
            assertThat(result).isInstanceOfSatisfying(WithReceipts.class, with -> {
                var id = ((Delivered) with.result()).reference();
                assertThat(TestHub.text(with.receipts().get(0)))
                        .contains("ProcessCardBundle", id, "ds:SignatureValue", "responseToStoreDelivery");
                assertThat(intermediary.stored().get(id).subject()).isEqualTo("Anhörung <1> & 2");
                assertThat(intermediary.stored().get(id).contents().get(0))
                        .asString()
                        .isEqualTo("<form/>");
            });
            assertThat(intermediary.wire().stream().filter(OsciIntermediary.Wire::order))
                    .as("nothing of the content is readable on the line, not even for the intermediary")
                    .noneMatch(each -> each.xml().contains("<form/>")
                            || each.xml().contains(Base64.getEncoder().encodeToString("<form/>".getBytes())));
        }
    }

    @Test
    void afterAnUnknownOutcomeTheProcessCardIsAskedForBeforeAnythingIsStoredAgain(@TempDir Path directory)
            throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Probe.class)) {
            intermediary.misbehave("store-unanswered");
            assertThat(attempt(() -> sink.deliver(acceptable("one")))).isInstanceOf(Unknown.class);
            assertThat(bare(sink.probe(acceptable("one")))).isInstanceOf(Delivered.class);
            var again = sink.deliver(withAttempt(acceptable("one"), 2));
            assertThat(bare(again)).isInstanceOf(Delivered.class);
            assertThat(TestHub.text(((WithReceipts) again).receipts().get(0))).contains("responseToFetchProcessCard");
            assertThat(intermediary.stored()).hasSize(1);
            assertThat(orders("StoreDelivery")).isEqualTo(1);
            assertThat(intermediary.given()).hasSize(1);
        }
    }

    @Test
    void anOrderThatGotLostIsStoredAgainUnderTheSameMessageId(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Probe.class)) {
            intermediary.misbehave("store-lost");
            assertThat(attempt(() -> sink.deliver(acceptable("one")))).isInstanceOf(Unknown.class);
            assertThat(sink.probe(acceptable("one"))).isInstanceOf(NotSent.class);
            assertThat(bare(sink.deliver(withAttempt(acceptable("one"), 2)))).isInstanceOf(Delivered.class);
            assertThat(intermediary.given()).hasSize(1);
            assertThat(intermediary.stored()).hasSize(1);
        }
    }

    @Test
    void aRepeatWhoseMemoryIsGoneIsNotSent(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Probe.class)) {
            assertThat(sink.deliver(withAttempt(acceptable("one"), 2)))
                    .isInstanceOfSatisfying(
                            Unknown.class, it -> assertThat(it.why()).startsWith("osci.forgotten"));
            assertThat(intermediary.wire()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unsigned", "wrong-signature", "wrapped", "replayed", "not-sealed", "fault"})
    void anAnswerThatIsNotProvenToBeTheIntermediarysProvesNothing(String how, @TempDir Path directory)
            throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Probe.class)) {
            intermediary.misbehave("store-unanswered");
            assertThat(attempt(() -> sink.deliver(acceptable("one")))).isInstanceOf(Unknown.class);
            intermediary.misbehave(how);
            assertThat(attempt(() -> sink.probe(acceptable("one"))))
                    .isInstanceOfSatisfying(
                            Unknown.class, it -> assertThat(it.why()).startsWith("osci."));
            intermediary.misbehave(how);
            assertThat(attempt(() -> sink.deliver(withAttempt(acceptable("one"), 2))))
                    .isInstanceOf(Unknown.class);
            assertThat(orders("StoreDelivery")).isEqualTo(1);
            intermediary.misbehave(how);
            assertThat(((Tested) sink).test().get(1).outcome()).isEqualTo(Tested.Outcome.FAILED);
        }
    }

    @Test
    void aDialogThatFailsBeforeTheMessageIdIsNotSent(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            intermediary.misbehave("fault");
            assertThat(sink.deliver(acceptable("one"))).isInstanceOfSatisfying(NotSent.class, it -> assertThat(it.why())
                    .contains("osci.fault", "osci.9100", "structure of the message"));
        }
    }

    @Test
    void feedbackCodesBecomeOutcomesInWords(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            assertThat(after("9904", sink)).isInstanceOfSatisfying(Rejected.class, it -> assertThat(it.reason())
                    .contains("osci.9904", "zu groß", "too large"));
            assertThat(after("9707", sink)).as("the setting has to be renewed").isInstanceOf(NotSent.class);
            assertThat(after("9601", sink)).isInstanceOf(NotSent.class);
            assertThat(after("9811", sink)).as("it may have broken half way").isInstanceOf(Unknown.class);
            assertThat(after("9801", sink)).as("it may be there already").isInstanceOf(Unknown.class);
            assertThat(after("9876", sink)).as("not on the list").isInstanceOf(Unknown.class);
            assertThat(after("3707", sink)).as("a warning alone says nothing").isInstanceOf(Unknown.class);
            assertThat(intermediary.stored()).isEmpty();
        }
    }

    @Test
    void aMessageThatIsTooLargeIsRejectedBeforeAnythingIsSent(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("max-size", "1");
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            var large = TestHub.withBody(
                    acceptable("one"), Content.of("body.bin", "application/octet-stream", new byte[(1 << 20) + 1]));
            assertThat(sink.deliver(large)).isInstanceOf(Rejected.class);
            assertThat(intermediary.wire()).isEmpty();
        }
    }

    @Test
    void theConnectionTestOpensADialogAndStoresNothing(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var connection = hub.open(factory, Tested.class)) {
            assertThat(connection.test())
                    .extracting(Tested.Check::name, Tested.Check::outcome)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("certificates", Tested.Outcome.PASSED),
                            org.assertj.core.groups.Tuple.tuple("dialog", Tested.Outcome.PASSED));
            assertThat(intermediary.given()).isEmpty();
        }
    }

    @Test
    void anotherImplementationIsTakenByItsName(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("implementation", "other");
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            assertThat(sink.deliver(acceptable("one"))).isInstanceOfSatisfying(WithReceipts.class, with -> {
                assertThat(with.result()).isEqualTo(new Delivered("b3RoZXI="));
                assertThat(TestHub.text(with.receipts().get(0)))
                        .isEqualTo(intermediary.url() + " b3RoZXI= form.submission 1");
            });
            assertThat(intermediary.wire()).isEmpty();
        }
    }

    @Test
    void anImplementationThatIsNotInTheJarOpensNothing(@TempDir Path directory) throws Exception {
        try (var factory = factory()) {
            var hub = hub(directory).with("implementation", "official");
            assertThatThrownBy(() -> hub.open(factory, Sink.class)).hasStackTraceContaining("osci.implementation");
        }
    }

    private DeliveryResult after(String code, Sink sink) throws Exception {
        intermediary.misbehave("feedback-" + code);
        return sink.deliver(acceptable(code));
    }

    private static long orders(String type) {
        return intermediary.wire().stream()
                .filter(each -> each.order() && each.type().equals(type))
                .count();
    }

    private static DeliveryResult attempt(Callable<DeliveryResult> call) {
        try {
            return call.call();
        } catch (Exception e) {
            return new Unknown(e.toString());
        }
    }

    private static DeliveryResult bare(DeliveryResult result) {
        return result instanceof WithReceipts with ? with.result() : result;
    }

    @Override
    public ConnectorFactory factory() {
        return new Osci();
    }

    @Override
    public TestHub hub(Path directory) {
        return hub(intermediary, keys, directory);
    }

    static TestHub hub(OsciIntermediary intermediary, Path keys, Path directory) {
        return new TestHub(directory)
                .with("url", intermediary.url().toString())
                .with("certificate", keys.resolve("account.p12"))
                .with("certificate-password", OsciKeys.PASSWORD)
                .with("intermediary-certificate", keys.resolve("intermediary.pem"))
                .with("addressee-certificate", keys.resolve("addressee.pem"));
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id, "form.submission", "<form/>");
    }

    @Override
    public int arrived() {
        return intermediary.stored().size();
    }

    @Override
    public boolean arrived(byte[] attachment) {
        return intermediary.stored().values().stream()
                .flatMap(each -> each.contents().stream())
                .anyMatch(each -> Arrays.equals(each, attachment));
    }

    @Override
    public void unreachable() {
        intermediary.hangUp();
    }

    @Override
    public void reachable() throws Exception {
        intermediary.pickUp();
    }
}
