package de.stellwerk.plugins.xta;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Inbox.Awaited;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XtaSinkTest implements SinkContract {

    @TempDir
    static Path keys;

    private static FakeGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(keys);
    }

    @BeforeEach
    void clear() {
        gateway.sent.clear();
        gateway.box.clear();
        gateway.given.clear();
        gateway.actions.clear();
        gateway.faults.clear();
        gateway.losesAnswers = false;
        gateway.status = 1;
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void aSendWhoseAnswerWasLostIsNotSentTwice(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            gateway.losesAnswers = true;
            assertThat(attempt(sink, acceptable("one"))).isInstanceOf(Unknown.class);
            gateway.losesAnswers = false;
            assertThat(sink.deliver(withAttempt(acceptable("one"), 2))).isEqualTo(new Delivered(gateway.given.get(0)));
            assertThat(gateway.given).hasSize(1);
            assertThat(gateway.sent).hasSize(1);
        }
    }

    @Test
    void anIdOlderThanAYearIsForgottenAndItsDeliveryNeverSentUnderAnother(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            gateway.losesAnswers = true;
            assertThat(attempt(sink, acceptable("old"))).isInstanceOf(Unknown.class);
            gateway.losesAnswers = false;
            age(hub.directory().resolve("message-ids").resolve(acceptable("old").id()), 399);
            hub.clock().pass(Duration.ofDays(1));
            assertThat(sink.deliver(acceptable("young"))).isInstanceOf(Delivered.class);
            assertThat(sink.deliver(withAttempt(acceptable("old"), 2))).isInstanceOf(Delivered.class);
            age(hub.directory().resolve("message-ids").resolve(acceptable("old").id()), 2);
            hub.clock().pass(Duration.ofDays(1));
            assertThat(sink.deliver(acceptable("younger"))).isInstanceOf(Delivered.class);
            assertThat(hub.directory()
                            .resolve("message-ids")
                            .resolve(acceptable("old").id()))
                    .doesNotExist();
            assertThat(sink.deliver(withAttempt(acceptable("old"), 3)))
                    .isInstanceOfSatisfying(
                            Unknown.class, unknown -> assertThat(unknown.why()).startsWith("xta.forgotten"));
            assertThat(gateway.sent).hasSize(3);
        }
    }

    private static void age(Path note, int days) throws IOException {
        Files.setLastModifiedTime(
                note, FileTime.from(Files.getLastModifiedTime(note).toInstant().minus(Duration.ofDays(days))));
    }

    @Test
    void faultsOfTheGatewayOrOfAccessAreRetriedAndOthersAreFinal(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var sink = hub.open(factory, Sink.class)) {
            gateway.faults.put(Names.CREATE_ID, 9030);
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(NotSent.class);
            gateway.faults.clear();
            gateway.faults.put(Names.SEND, 9032);
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(Unknown.class);
            gateway.faults.put(Names.SEND, 9010);
            assertThat(sink.deliver(acceptable("one")))
                    .as("an expired certificate of ours is no fault of the message")
                    .isInstanceOf(NotSent.class);
            gateway.faults.put(Names.SEND, 9023);
            assertThat(sink.deliver(acceptable("one")))
                    .isInstanceOfSatisfying(
                            Rejected.class, no -> assertThat(no.reason()).contains("xta.9023", "zu groß", "too large"));
        }
    }

    @Test
    void aClosedReportJoinsTheCaseAndAnOpenOneIsAskedForAgain(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var connection = hub.open(factory)) {
            var sent = (Delivered) ((Sink) connection).deliver(acceptable("one"));
            hub.inbox()
                    .awaits(
                            Xta.OUT,
                            new Awaited(sent.reference(), "PIR-1", hub.clock().instant(), Map.of()));
            gateway.status = 0;
            hub.poll((Source) connection);
            assertThat(hub.inbox().offered()).isEmpty();
            gateway.status = 3;
            hub.poll((Source) connection);
            var report = hub.inbox().messages().get(0);
            assertThat(report.answers()).contains(sent.reference());
            assertThat(report.headers()).containsEntry("xta-status", "red");
            assertThat(report.body().mediaType()).isEqualTo("application/xml"); // what the hub takes
            assertThat(TestHub.text(report.body())).contains("<xta:Status>3</xta:Status>");
        }
    }

    @Test
    void aMessageComesInAndIsClosedOnlyThen(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        gateway.box.put("urn:m:1", "<a/>\r\n--".getBytes(StandardCharsets.UTF_8));
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            hub.poll(source);
            var message = hub.inbox().messages().get(0);
            assertThat(TestHub.text(message.body())).isEqualTo("<a/>\r\n--");
            assertThat(TestHub.text(message.attachments().get(0))).isEqualTo("inline");
            assertThat(message.headers()).containsEntry("xta-author", "court");
            assertThat(gateway.box).isEmpty();
        }
    }

    private static Object attempt(Sink sink, Delivery delivery) {
        try {
            return sink.deliver(delivery);
        } catch (Exception e) {
            return new Unknown(e.toString());
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new Xta();
    }

    @Override
    public TestHub hub(Path directory) {
        return hub(gateway, keys, directory);
    }

    static TestHub hub(FakeGateway gateway, Path keys, Path directory) {
        return new TestHub(directory)
                .with("send-url", gateway.url())
                .with("management-url", gateway.url())
                .with("box-url", gateway.url())
                .with("tls-client-certificate", keys.resolve("client.p12"))
                .with("tls-password", "changeit")
                .with("tls-trust", keys.resolve("server.pem"))
                .with("author", "pirna")
                .with("reader", "court")
                .with("service", "urn:service")
                .with("message-type", "XTA")
                .with("message-type-list", "urn:list")
                .with("payload-schema", "urn:schema")
                .with("rejected", directory.resolve("rejected"));
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id, "form.submission", "<form/>");
    }

    @Override
    public int arrived() {
        return gateway.sent.size();
    }

    @Override
    public boolean arrived(byte[] attachment) {
        return gateway.sent.values().stream()
                .flatMap(java.util.List::stream)
                .anyMatch(each -> Arrays.equals(each, attachment));
    }

    @Override
    public void unreachable() {
        gateway.stop();
    }

    @Override
    public void reachable() throws Exception {
        gateway.start();
    }
}
