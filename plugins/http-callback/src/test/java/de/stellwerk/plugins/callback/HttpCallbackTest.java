package de.stellwerk.plugins.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox.Awaited;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Receiver.Request;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.GoldenFolder;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpCallbackTest implements SinkContract {

    private static final String SECRET = "a secret both sides know";

    private final Office office = new Office();

    HttpCallbackTest() throws IOException {}

    @AfterEach
    void close() {
        office.close();
    }

    @TestFactory
    Stream<DynamicTest> goldenMessages() throws IOException {
        return GoldenFolder.inJar(HttpCallback::new);
    }

    @Test
    void aPushIsTakenOnceAndItsRepeatIsADuplicate(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var push = push(hub, "", "p-1", "", "<form/>");
        assertThat(receive(hub, push).status()).isEqualTo(200);
        assertThat(receive(hub, push).status()).isEqualTo(200);
        assertThat(hub.inbox().messages()).hasSize(1);
    }

    @Test
    void anAnswerJoinsTheCaseOfItsDelivery(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        hub.inbox()
                .awaits(
                        HttpCallback.REQUESTS,
                        new Awaited("R-7", "PIR-1", hub.clock().instant(), Map.of()));
        assertThat(receive(hub, push(hub, "answer", "a-1", "R-7", "<ok/>")).status())
                .isEqualTo(200);
        assertThat(hub.inbox().messages().get(0).answers()).contains("R-7");
        assertThat(hub.inbox().awaited(HttpCallback.REQUESTS, 9)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"body", "id", "reference", "signature", "none"})
    void whatWasChangedOnTheWayOrNotSignedIsNotEvenLookedAt(String changed, @TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var push = push(hub, "answer", "a-1", "R-7", "<ok/>");
        var headers = new HashMap<>(push.headers());
        switch (changed) {
            case "id" -> headers.put(Incoming.ID, "a-2");
            case "reference" -> headers.put(Incoming.REFERENCE, "R-8");
            case "signature" -> headers.put(Incoming.SIGNATURE, "t=1,v1=" + "0".repeat(64));
            case "none" -> headers.remove(Incoming.SIGNATURE);
            default -> {}
        }
        var sent = new Request("POST", "answer", headers, changed.equals("body") ? content("<no/>") : push.body());
        assertThat(receive(hub, sent).status()).isEqualTo(401);
        assertThat(hub.inbox().offered()).isEmpty();
    }

    @Test
    void aSignatureThatWasOverheardIsOfNoUseLater(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var push = push(hub, "", "p-1", "", "<form/>");
        hub.clock().pass(Duration.ofMinutes(6));
        assertThat(receive(hub, push).status()).isEqualTo(401);
    }

    @Test
    void aPushTheHubRejectsIsToldSoAndOneItCannotTakeNowIsNotConfirmed(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        hub.inbox().mode(Mode.REJECT);
        assertThat(receive(hub, push(hub, "", "p-1", "", "x")).status()).isEqualTo(422);
        hub.inbox().mode(Mode.REFUSE);
        assertThatThrownBy(() -> receive(hub, push(hub, "", "p-2", "", "x"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theTargetsAnswerSaysWhatBecameOfADelivery(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            office.status = 422;
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(DeliveryResult.Rejected.class);
            office.status = 401;
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(DeliveryResult.NotSent.class);
            office.status = 503;
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(DeliveryResult.Unknown.class);
            office.status = 302;
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(DeliveryResult.Unknown.class);
        }
    }

    private static Receiver.Answer receive(TestHub hub, Request request) throws Exception {
        try (var receiver = hub.open(new HttpCallback(), Receiver.class)) {
            return receiver.receive(request, hub.inbox());
        }
    }

    private static Request push(TestHub hub, String path, String id, String reference, String body) throws IOException {
        var signature = new Signature(SECRET.getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(5), hub.clock());
        return new Request(
                "POST",
                path,
                Map.of(
                        Incoming.ID, id,
                        Incoming.REFERENCE, reference,
                        Incoming.SIGNATURE, signature.of(id, reference, content(body))),
                content(body));
    }

    private static Content content(String text) {
        return Content.of("body", "application/xml", text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public ConnectorFactory factory() {
        return new HttpCallback();
    }

    @Override
    public TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("url", office.url())
                .with("secret", SECRET)
                .with("kind", "form.submission")
                .with("timeout", "2s");
    }

    @Override
    public Delivery acceptable(String id) {
        return TestHub.delivery(id, "form.submission", "<form>" + id + "</form>");
    }

    @Override
    public int arrived() {
        return (int)
                office.kept.keySet().stream().filter(id -> id.length() == 64).count();
    }

    @Override
    public boolean arrived(byte[] attachment) {
        return office.kept.values().stream().anyMatch(bytes -> Arrays.equals(bytes, attachment));
    }

    @Override
    public void unreachable() {
        office.stop();
    }

    @Override
    public void reachable() throws IOException {
        office.again();
    }
}
