package de.stellwerk.plugins.fitconnect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.util.JSONObjectUtils;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Receiver.Request;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubscriberTest implements SourceContract {

    private static final String SECRET = "a secret of the callback";

    private final Service service = new Service();

    @AfterEach
    void close() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void aSubmissionIsHandedOverWithItsPartsAndAcceptedOnce(String version, @TempDir Path directory) throws Exception {
        service.version = version;
        var hub = hub(directory).with("api", version);
        var put = service.put("one");
        poll(hub);
        poll(hub);
        var message = hub.inbox().messages().get(0);
        assertThat(message.id()).isEqualTo(put.id);
        assertThat(message.caseId()).contains(put.caseId);
        assertThat(TestHub.text(message.body())).isEqualTo("{\"name\":\"one\"}");
        assertThat(message.headers()).containsEntry("service", Service.LEIKA);
        assertThat(message.attachments()).extracting(Content::name).containsExactly("Nachweis.pdf", "metadata.json");
        assertThat(events()).containsExactly(EventLog.ACCEPT);
        var claims = service.events.get(0);
        assertThat(claims.text("iss")).isEqualTo(Service.DESTINATION);
        assertThat(claims.text("sub")).isEqualTo("submission:" + put.id);
        assertThat(claims.text("txn")).isEqualTo("case:" + put.caseId);
    }

    @Test
    void nothingIsAcceptedBeforeTheHubHoldsIt(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        service.put("one");
        hub.inbox().mode(Mode.REFUSE);
        assertThatThrownBy(() -> poll(hub)).isInstanceOf(IllegalStateException.class);
        assertThat(service.events).isEmpty();
    }

    @Test
    void anAcceptWhoseAnswerWasLostIsNotAnErrorNextTime(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var put = service.put("one");
        service.eventStatus = 500;
        service.eventTakenBeforeItFails = true;
        assertThatThrownBy(() -> poll(hub)).isInstanceOf(IOException.class);
        service.eventStatus = 0;
        // A callback that is late names it once more, though it is accepted already.
        assertThat(callback(hub, put.id, SECRET, 0)).isEqualTo(200);
        assertThat(events()).containsExactly(EventLog.ACCEPT);
        assertThat(hub.inbox().messages()).hasSize(1);
    }

    @Test
    void anAcceptThatDidNotArriveIsRepeatedWithTheSameJti(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        service.put("one");
        service.eventStatus = 503;
        assertThatThrownBy(() -> poll(hub)).isInstanceOf(IOException.class);
        assertThat(service.waiting()).isEqualTo(1);
        service.eventStatus = 0;
        poll(hub);
        poll(hub);
        assertThat(events()).containsExactly(EventLog.ACCEPT);
        assertThat(hub.inbox().messages()).hasSize(1);
    }

    @Test
    void forwardIsToldWhereTheHubOnlyPassesOn(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("acknowledge", "forward");
        service.put("one");
        poll(hub);
        assertThat(events()).containsExactly(EventLog.FORWARD);
    }

    @ParameterizedTest
    @CsvSource({
        "data, hash-mismatch, data",
        "attachment, hash-mismatch, attachment:",
        "tag, incorrect-authentication-tag, data",
        "no-log, invalid-event-log, submission",
        "foreign-log, invalid-event-log, submission",
        "foreign-issuer, invalid-event-log, submission",
        "two-events, invalid-event-log, submission",
        "broken-metadata, syntax-violation, metadata",
        "metadata-without-hash, schema-violation, metadata",
        "not-decryptable, encryption-issue, data",
        "more-announced, attachments-mismatch, submission",
        "attachment-gone, missing-attachment, attachment:",
        "not-json, syntax-violation, data",
        "service, service-mismatch, submission",
        "schema, unsupported-schema, data"
    })
    void whatDoesNotStandVerificationIsRejectedWithItsProblem(
            String fault, String slug, String instance, @TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var put = service.put("one");
        damage(put, fault);
        if (fault.equals("schema")) {
            hub.with("schemas", "https://example.org/another");
        }
        poll(hub);
        assertThat(hub.inbox().offered()).isEmpty();
        assertThat(events()).containsExactly(EventLog.REJECT);
        var problem = service.events
                .get(0)
                .object("events")
                .object(EventLog.REJECT)
                .objects("problems")
                .get(0);
        assertThat(problem.text("type")).isEqualTo("https://schema.fitko.de/fit-connect/events/problems/" + slug);
        assertThat(problem.text("instance")).startsWith(instance);
        assertThat(problem.text("title")).isNotBlank();
    }

    private void damage(Service.Case put, String fault) throws Exception {
        var attachment = put.announced.get(0);
        switch (fault) {
            case "data", "not-json" -> {
                var plain = fault.equals("data") ? "{\"name\":\"two\"}" : "<xml/>";
                put.content.put("encryptedData", encrypted(plain));
                if (fault.equals("not-json")) {
                    metadata(
                            put,
                            text -> text.replace(
                                    Metadata.sha512("{\"name\":\"one\"}".getBytes(UTF_8)),
                                    Metadata.sha512(plain.getBytes(UTF_8))));
                }
            }
            case "attachment" -> put.attachments.put(attachment, encrypted("another"));
            case "broken-metadata" -> metadata(put, text -> "{");
            case "metadata-without-hash" -> metadata(put, text -> text.replace("\"hash\"", "\"hasch\""));
            case "not-decryptable" -> {
                var jwe = String.valueOf(put.content.get("encryptedData")).split("\\.");
                jwe[3] = jwe[3].substring(2) + "AA";
                put.content.put("encryptedData", String.join(".", jwe));
            }
            case "more-announced" -> {
                var more = UUID.randomUUID().toString();
                put.announced.add(more);
                put.attachments.put(more, encrypted("more"));
            }
            case "service" -> put.service = Metadata.LEIKA + "99999999999999";
            default -> {}
        }
        service.submit(put);
        switch (fault) {
            case "tag" -> put.content.put("encryptedData", encrypted("{\"name\":\"one\"}"));
            case "no-log" -> put.log.clear();
            case "foreign-log" -> {
                var foreign = Service.generated("own", 2048, Set.of(KeyOperation.SIGN));
                put.log.set(
                        0,
                        EventLog.token(
                                EventLog.SUBMIT, Map.of(), put.id, put.caseId, service.url(), Instant.now(), foreign));
            }
            case "foreign-issuer" ->
                put.log.set(
                        0,
                        EventLog.token(
                                EventLog.SUBMIT,
                                Map.of(),
                                put.id,
                                put.caseId,
                                "http://127.0.0.1:1",
                                Instant.now(),
                                Service.OWN));
            case "two-events" -> {
                var claims = new HashMap<>(
                        JWSObject.parse(put.log.get(0)).getPayload().toJSONObject());
                var two = new HashMap<>(Json.of(claims.get("events")).map());
                two.put(EventLog.ACCEPT, Map.of());
                claims.put("events", two);
                put.log.set(0, Jose.sign(JSONObjectUtils.toJSONString(claims), Service.OWN));
            }
            case "attachment-gone" -> put.attachments.clear();
            default -> {}
        }
    }

    private static void metadata(Service.Case put, java.util.function.UnaryOperator<String> change) throws Exception {
        var plain = new String(
                Jose.decrypt(
                        Jose.encrypted(String.valueOf(put.content.get("encryptedMetadata"))),
                        Service.DECRYPTION,
                        false,
                        1 << 20),
                UTF_8);
        put.content.put("encryptedMetadata", encrypted(change.apply(plain)));
    }

    private static String encrypted(String plain) throws IOException {
        return Jose.encrypt(plain.getBytes(UTF_8), "application/json", Service.DECRYPTION);
    }

    @Test
    void aSubmissionForAKeyThatIsNotHereStaysAndHoldsUpNobody(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var put = service.put("one");
        put.content.put(
                "encryptedData",
                Jose.encrypt(
                        new byte[] {1},
                        "application/json",
                        Service.generated("old", 2048, Set.of(KeyOperation.WRAP_KEY))));
        service.submit(put);
        service.put("two");
        assertThatThrownBy(() -> poll(hub)).hasMessageContaining("decryption-keys");
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(service.waiting()).isEqualTo(1);
        assertThat(events()).containsExactly(EventLog.ACCEPT);
    }

    @Test
    void aCallbackLeadsToAFetchAndAForgedOneToNothing(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        var put = service.put("one");
        assertThat(callback(hub, put.id, "another secret", 0)).isEqualTo(401);
        assertThat(callback(hub, put.id, SECRET, 301)).isEqualTo(401);
        assertThat(service.calls).isEmpty();
        assertThat(callback(hub, put.id, SECRET, 299)).isEqualTo(200);
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(events()).containsExactly(EventLog.ACCEPT);
    }

    @Test
    void oneTokenServesUntilShortlyBeforeItsEnd(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var source = hub.open(factory(), Source.class)) {
            hub.poll(source);
            hub.poll(source);
            assertThat(service.tokens).isEqualTo(1);
            hub.clock().pass(Duration.ofSeconds(271));
            hub.poll(source);
            assertThat(service.tokens).isEqualTo(2);
        }
    }

    private int callback(TestHub hub, String id, String secret, int ageInSeconds) throws Exception {
        var body = JSONObjectUtils.toJSONString(Map.of(
                        "type",
                        "https://schema.fitko.de/fit-connect/submission-api/callbacks/new-submissions",
                        "submissions",
                        List.of(Map.of("destinationId", Service.DESTINATION, "submissionId", id))))
                .getBytes(UTF_8);
        var time = String.valueOf(hub.clock().instant().getEpochSecond() - ageInSeconds);
        var mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA512"));
        mac.update((time + ".").getBytes(UTF_8));
        var headers = Map.of(
                "callback-timestamp",
                time,
                "callback-authentication",
                HexFormat.of().formatHex(mac.doFinal(body)));
        try (var receiver = hub.open(factory(), Receiver.class)) {
            return receiver.receive(
                            new Request("POST", "", headers, Content.of("b", "application/json", body)), hub.inbox())
                    .status();
        }
    }

    private void poll(TestHub hub) throws Exception {
        try (var source = hub.open(factory(), Source.class)) {
            hub.poll(source);
        }
    }

    private List<String> events() {
        return service.events.stream()
                .flatMap(each -> each.object("events").map().keySet().stream())
                .toList();
    }

    @Override
    public ConnectorFactory factory() {
        return new FitConnectSubscriber();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        Files.writeString(directory.resolve("decryption.json"), Service.DECRYPTION.toJSONString());
        Files.writeString(directory.resolve("signing.json"), Service.SIGNING.toJSONString());
        return new TestHub(directory)
                .with("url", service.url())
                .with("token-url", service.url() + "/token")
                .with("client-id", "hub")
                .with("client-secret", "s&cret")
                .with("destination", Service.DESTINATION)
                .with("decryption-keys", "decryption.json")
                .with("signing-key", "signing.json")
                .with("callback-secret", SECRET)
                .with("timeout", "2s");
    }

    @Override
    public void put(String name) throws IOException {
        service.put(name);
    }

    @Override
    public int waiting() {
        return (int) service.waiting();
    }

    @Override
    public int keptRejected() {
        return (int) events().stream().filter(EventLog.REJECT::equals).count();
    }

    @Override
    public int mostAtOnce() {
        return Subscriber.MOST_AT_ONCE;
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
