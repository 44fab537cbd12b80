package de.stellwerk.plugins.fitconnect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.KeyOperation;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SenderTest implements SinkContract {

    private final Service service = new Service();

    @AfterEach
    void close() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void aFormIsAnnouncedUploadedAndSubmittedSoThatASubscriberCanOpenIt(String version, @TempDir Path directory)
            throws Exception {
        service.version = version;
        try (var sink = hub(directory).with("api", version).open(factory(), Probe.class)) {
            var file = Content.of("Nachweis.pdf", "application/pdf", "file".getBytes(UTF_8));
            var result = sink.deliver(TestHub.withAttachment(delivery("one"), file));
            var sent = service.cases.values().iterator().next();
            assertThat(result).isEqualTo(new Delivered(sent.id));
            var metadata = Metadata.parse(plain(String.valueOf(sent.content.get("encryptedMetadata"))));
            metadata.check();
            assertThat(Metadata.fits(metadata.data(), plain(String.valueOf(sent.content.get("encryptedData")))))
                    .isTrue();
            assertThat(metadata.attachments().get(0).text("attachmentId")).isEqualTo(sent.announced.get(0));
            assertThat(metadata.service()).isEqualTo(Metadata.LEIKA + Service.LEIKA);
        }
    }

    @Test
    void afterALostAnswerTheEventLogIsAskedAndNothingIsSentTwice(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var sink = hub.open(factory(), Probe.class)) {
            service.submitStatus = 502;
            assertThat(sink.deliver(delivery("one"))).isInstanceOf(Unknown.class);
            service.submitStatus = 0;
            assertThat(sink.probe(delivery("one"))).isInstanceOf(Delivered.class);
        }
        try (var again = hub.open(factory(), Probe.class)) {
            var calls = service.calls.size();
            assertThat(again.deliver(TestHub.withAttempt(delivery("one"), 2))).isInstanceOf(Delivered.class);
            assertThat(service.calls.subList(calls, service.calls.size())).noneMatch(call -> call.startsWith("PUT"));
            assertThat(service.cases).hasSize(1);
        }
    }

    @Test
    void aNoteOlderThanAYearIsTakenAwayAndItsSubmissionLeftToAPerson(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var sink = hub.open(factory(), Probe.class)) {
            sink.deliver(delivery("old"));
            age(hub.directory().resolve("announced").resolve(delivery("old").id()), 399);
            hub.clock().pass(Duration.ofDays(1));
            sink.deliver(delivery("young"));
            assertThat(sink.probe(delivery("old"))).isInstanceOf(Delivered.class);
            age(hub.directory().resolve("announced").resolve(delivery("old").id()), 2);
            hub.clock().pass(Duration.ofDays(1));
            sink.deliver(delivery("younger"));
            assertThat(sink.probe(delivery("old")))
                    .isInstanceOfSatisfying(
                            Unknown.class, unknown -> assertThat(unknown.why()).startsWith("fit.lost"));
            assertThat(sink.probe(delivery("younger"))).isInstanceOf(Delivered.class);
        }
    }

    private static void age(Path note, int days) throws IOException {
        Files.setLastModifiedTime(
                note, FileTime.from(Files.getLastModifiedTime(note).toInstant().minus(Duration.ofDays(days))));
    }

    @Test
    void oneThatWasOnlyAnnouncedIsGoneOnWith(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Probe.class)) {
            service.submitStatus = 409;
            assertThat(sink.deliver(delivery("one"))).isInstanceOf(NotSent.class);
            assertThat(sink.probe(delivery("one"))).isInstanceOf(NotSent.class);
            service.submitStatus = 0;
            assertThat(sink.deliver(delivery("one"))).isInstanceOf(Delivered.class);
            assertThat(service.cases).hasSize(1);
        }
    }

    @Test
    void aSubmissionNobodyHasANoteOfIsLeftToAPerson(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Probe.class)) {
            assertThat(sink.probe(delivery("one"))).isInstanceOf(Unknown.class);
        }
    }

    @Test
    void whatTheServiceRefusesIsRejected(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Probe.class)) {
            service.submitStatus = 422;
            assertThat(sink.deliver(delivery("one")))
                    .isInstanceOfSatisfying(Rejected.class, rejected -> assertThat(rejected.reason())
                            .contains("422", "refused"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"inactive", "no-wrap-key", "too-short"})
    void nothingIsSentToADestinationThatIsNotReady(String fault, @TempDir Path directory) throws Exception {
        switch (fault) {
            case "inactive" -> service.destinationStatus = "inactive";
            case "no-wrap-key" ->
                service.offered = Service.generated("enc", 4096, Set.of(KeyOperation.ENCRYPT))
                        .toPublicJWK();
            default ->
                service.offered = Service.generated("enc", 2048, Set.of(KeyOperation.WRAP_KEY))
                        .toPublicJWK();
        }
        try (var sink = hub(directory).open(factory(), Probe.class)) {
            assertThat(sink.deliver(delivery("one"))).isInstanceOf(NotSent.class);
            assertThat(service.cases).isEmpty();
        }
    }

    @Test
    void theRoutingApiNamesTheDestinationOnceAnHour(@TempDir Path directory) throws Exception {
        var hub = routed(directory);
        try (var sink = hub.open(factory(), Probe.class)) {
            assertThat(sink.deliver(delivery("one"))).isInstanceOf(Delivered.class);
            assertThat(sink.deliver(delivery("two"))).isInstanceOf(Delivered.class);
            assertThat(routes()).isEqualTo(1);
            hub.clock().pass(Duration.ofMinutes(61));
            assertThat(sink.deliver(delivery("three"))).isInstanceOf(Delivered.class);
            assertThat(routes()).isEqualTo(2);
        }
    }

    @Test
    void aRoutingApiThatIsBusySaysWhenToComeAgain(@TempDir Path directory) throws Exception {
        service.routeStatus = 429;
        try (var sink = routed(directory).open(factory(), Probe.class)) {
            assertThat(sink.deliver(delivery("one")))
                    .isInstanceOfSatisfying(
                            NotSent.class, not -> assertThat(not.retryAfter()).isEqualTo(Duration.ofSeconds(77)));
        }
    }

    @Test
    void aRoutingApiThatIsBusyIsNotAskedForAnotherSubmissionEither(@TempDir Path directory) throws Exception {
        service.routeStatus = 429;
        service.routesSayRetryAfter = false;
        var hub = routed(directory);
        try (var sink = hub.open(factory(), Probe.class)) {
            for (var each : List.of("one", "two")) {
                assertThat(sink.deliver(delivery(each)))
                        .isInstanceOfSatisfying(NotSent.class, not -> assertThat(not.retryAfter())
                                .isEqualTo(Duration.ofSeconds(50)));
            }
            assertThat(routes()).isEqualTo(1);
            service.routeStatus = 0;
            hub.clock().pass(Duration.ofSeconds(50));
            assertThat(sink.deliver(delivery("two"))).isInstanceOf(Delivered.class);
        }
    }

    @Test
    void aRoutingApiThatHasNothingLeftIsNotAskedUntilItsReset(@TempDir Path directory) throws Exception {
        service.routesRemaining = 0;
        var hub = routed(directory);
        try (var sink = hub.open(factory(), Probe.class)) {
            assertThat(sink.deliver(delivery("one"))).isInstanceOf(Delivered.class);
            var other = TestHub.withHeader(delivery("two"), "service", "99999999999999");
            assertThat(sink.deliver(other)).isInstanceOfSatisfying(NotSent.class, not -> assertThat(not.retryAfter())
                    .isEqualTo(Duration.ofSeconds(50)));
            assertThat(routes()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"signer", "area", "destination"})
    void aRouteThatIsNotSignedForServiceAreaAndDestinationIsNotFollowed(String fault, @TempDir Path directory)
            throws Exception {
        switch (fault) {
            case "signer" -> service.routeSigner = Service.SIGNING;
            case "area" -> service.routeArea = "145210000000";
            default -> service.routeDestination = "00000000-0000-4000-8000-000000000000";
        }
        try (var sink = routed(directory).open(factory(), Probe.class)) {
            assertThat(sink.deliver(delivery("one"))).isInstanceOfSatisfying(NotSent.class, not -> assertThat(not.why())
                    .contains("fit.route"));
            assertThat(service.cases).isEmpty();
        }
    }

    private TestHub routed(Path directory) {
        return hub(directory)
                .with("destination", "")
                .with("area", Service.ARS)
                .with("routing-url", service.url() + "/routing")
                .with("routing-issuer", service.url());
    }

    private long routes() {
        return service.calls.stream().filter("GET /routing/routes"::equals).count();
    }

    private static Delivery delivery(String id) {
        return TestHub.onChannel(TestHub.delivery(id, "form.submission", "<form>" + id + "</form>"), "submissions");
    }

    private static byte[] plain(String jwe) throws JOSEException {
        return Jose.decrypt(Jose.encrypted(jwe), Service.DECRYPTION, false, 1 << 20);
    }

    @Override
    public ConnectorFactory factory() {
        return new FitConnectSender();
    }

    @Override
    public TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("url", service.url())
                .with("token-url", service.url() + "/token")
                .with("client-id", "hub")
                .with("client-secret", "s&cret")
                .with("destination", Service.DESTINATION)
                .with("service", Service.LEIKA)
                .with("schema", "https://example.org/trade-registration")
                .with("timeout", "2s");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id);
    }

    @Override
    public int arrived() {
        return (int) service.waiting();
    }

    @Override
    public boolean arrived(byte[] attachment) throws JOSEException {
        for (var each : service.cases.values()) {
            for (var jwe : each.attachments.values()) {
                if (each.submitted && Arrays.equals(plain(jwe), attachment)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void unreachable() {
        service.stop();
    }

    @Override
    public void reachable() {
        service.again();
    }
}
