package de.stellwerk.plugins.as4;

import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.helger.phase4.model.error.EEbmsError;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.DeliveryResult.WithReceipts;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.samples.as4.AccessPoint;
import de.stellwerk.samples.as4.AccessPoint.Mood;
import de.stellwerk.samples.as4.Agreement;
import de.stellwerk.samples.as4.Identity;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Security;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class As4SinkTest implements SinkContract {

    static final Identity HUB = Identity.selfSigned("pirna");

    private final AccessPoint partner = partner();

    As4SinkTest() throws IOException {}

    static AccessPoint partner() throws IOException {
        return new AccessPoint(0, Identity.selfSigned(Agreement.PARTNER), HUB.certificate());
    }

    @AfterEach
    void close() {
        partner.close();
    }

    @Test
    void aDeliveryIsSignedAndItsReceiptIsKept(@TempDir Path directory) throws Exception {
        var result = deliver(hub(directory), acceptable("one"));
        assertThat(result.result()).isEqualTo(new Delivered(acceptable("one").id() + "@stellwerk"));
        assertThat(TestHub.text(result.receipts().get(0)))
                .contains("NonRepudiationInformation")
                .contains("SignatureValue")
                .contains(acceptable("one").id());
        var arrived = partner.arrived().get(0);
        assertThat(arrived.signed()).isTrue();
        assertThat(arrived.decrypted()).isFalse();
        assertThat(arrived.payloads().get(0)).asString().isEqualTo("<form>one</form>");
    }

    @Test
    void aDeliveryIsEncryptedForTheCertificateThatIsNamed(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("encrypt-for", partner.own().pem(directory.resolve("reader.pem")));
        assertThat(deliver(hub, acceptable("one")).result()).isInstanceOf(Delivered.class);
        var arrived = partner.arrived().get(0);
        assertThat(arrived.decrypted()).isTrue();
        assertThat(arrived.signed()).isTrue();
        assertThat(arrived.payloads().get(0)).asString().isEqualTo("<form>one</form>");
    }

    @Test
    void afterATimeoutTheSameMessageIdIsUsedAgain(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).with("timeout", "500ms").open(factory(), Sink.class)) {
            partner.behave(Mood.SILENT);
            assertThatThrownBy(() -> sink.deliver(acceptable("one"))).isInstanceOf(IOException.class);
            partner.behave(Mood.FINE);
            var second = (WithReceipts) sink.deliver(withAttempt(acceptable("one"), 2));
            assertThat(second.result()).isInstanceOf(Delivered.class);
        }
        assertThat(partner.ids()).hasSize(2).containsOnly(acceptable("one").id() + "@stellwerk");
        assertThat(partner.arrived()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNSIGNED_RECEIPT", "STRANGERS_RECEIPT", "WRONG_DIGEST", "RECEIPT_FOR_ANOTHER"})
    void aReceiptThatProvesNothingLeavesTheDeliveryOpenAndIsKept(Mood mood, @TempDir Path directory) throws Exception {
        partner.behave(mood);
        var result = deliver(hub(directory), acceptable("one"));
        assertThat(result.result()).isInstanceOf(Unknown.class);
        assertThat(result.receipts()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "EBMS_VALUE_INCONSISTENT, Rejected",
        "EBMS_DECOMPRESSION_FAILURE, Rejected",
        "EBMS_PROCESSING_MODE_MISMATCH, NotSent",
        "EBMS_FAILED_AUTHENTICATION, NotSent",
        "EBMS_POLICY_NONCOMPLIANCE, NotSent",
        "EBMS_CONNECTION_FAILURE, NotSent",
        "EBMS_OTHER, Unknown",
        "EBMS_DELIVERY_FAILURE, Unknown"
    })
    void anErrorOfThePartnerSaysWhatBecomesOfTheDelivery(EEbmsError error, String outcome, @TempDir Path directory)
            throws Exception {
        partner.answerWith(error);
        var result = deliver(hub(directory), acceptable("one")).result();
        assertThat(result.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(result.toString()).contains(error.getErrorCode());
    }

    @Test
    void aWebServerThatTurnsAwayHasNotTakenIt(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            partner.answerWith(403);
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(NotSent.class);
            partner.answerWith(503);
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(Unknown.class);
        }
    }

    @Test
    void whatIsTooLargeIsRejectedBeforeItIsSent(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).with("max-size", "1").open(factory(), Sink.class)) {
            var large = TestHub.delivery("one", "form.submission", "x".repeat(1 << 20) + "x");
            assertThat(sink.deliver(large)).isInstanceOf(Rejected.class);
        }
        assertThat(partner.ids()).isEmpty();
    }

    @Test
    void aTestMessageIsAnsweredWithAReceiptAndChangesNothing(@TempDir Path directory) throws Exception {
        try (var tested = hub(directory).open(factory(), Tested.class)) {
            assertThat(tested.test()).extracting(Tested.Check::outcome).containsExactly(Tested.Outcome.PASSED);
        }
    }

    @Test
    void onlyTheOnePromisesThatRepeatsAreRecognised() {
        assertThat(new As4().descriptor().recognisesRepeats()).isFalse();
        assertThat(new As4Once().descriptor().recognisesRepeats()).isTrue();
    }

    @Test
    void theLineIsHttpsUnlessItStaysOnThisComputer(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("url", "http://partner.example/as4");
        assertThatThrownBy(() -> hub.open(factory())).hasMessageContaining("url");
    }

    /** In a class loader of its own, where nothing of WSS4J has been used before, and with phase4's providers registered beside it. */
    @Test
    void nothingIsRegisteredForTheWholeProcess(@TempDir Path directory) throws Exception {
        var before = Security.getProviders();
        var classes = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(each -> Path.of(each).toUri())
                .toList();
        var urls = new URL[classes.size()];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = classes.get(i).toURL();
        }
        var context = Thread.currentThread().getContextClassLoader();
        try (var alone = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(alone);
            var taken = alone.loadClass(Alone.class.getName())
                    .getDeclaredMethod("take", Path.class)
                    .invoke(null, directory);
            assertThat(taken).isEqualTo("m-1@partner");
        } finally {
            Thread.currentThread().setContextClassLoader(context);
        }
        var after = Security.getProviders();
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < after.length; i++) {
            assertThat(after[i]).isSameAs(before[i]);
        }
    }

    private static WithReceipts deliver(TestHub hub, Delivery delivery) throws Exception {
        try (var sink = hub.open(new As4Once(), Sink.class)) {
            DeliveryResult result = sink.deliver(delivery);
            assertThat(result).isInstanceOf(WithReceipts.class);
            return (WithReceipts) result;
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new As4Once();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        return settings(directory, partner);
    }

    static TestHub settings(Path directory, AccessPoint partner) throws IOException {
        return new TestHub(directory)
                .with("url", partner.url())
                .with("certificate", HUB.pkcs12(directory.resolve("hub.p12")))
                .with("password", Identity.PASSWORD)
                .with("partner-certificates", partner.own().pem(directory.resolve("partner.pem")))
                .with("own-party", "pirna")
                .with("partner-party", "partner")
                .with("service", Agreement.SERVICE)
                .with("action", Agreement.ACTION)
                .with("agreement", Agreement.AGREEMENT)
                .with("kind", "form.submission")
                .with("timeout", "5s");
    }

    @Override
    public Delivery acceptable(String id) {
        return TestHub.delivery(id, "form.submission", "<form>" + id + "</form>");
    }

    @Override
    public int arrived() {
        return partner.arrived().size();
    }

    @Override
    public boolean arrived(byte[] attachment) {
        return partner.arrived().stream()
                .flatMap(each -> each.payloads().stream())
                .anyMatch(each -> Arrays.equals(each, attachment));
    }

    @Override
    public void unreachable() {
        partner.stop();
    }

    @Override
    public void reachable() throws IOException {
        partner.again();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
