package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A hub with the connectors of eDelivery AS4, and phase4's access point as a process of its own. That one keeps its promise to drop
 * repeats towards the connection {@code as4-once}; nobody has promised it to {@code as4}.
 */
class As4IT {

    private static final String PIRNA = "14628270";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int PUSH_SIZE = 3 << 20;

    private static Home home;
    private static RunningHub hub;
    private static Program partner;
    private static HubClient client;
    private static int control;
    private static int number;

    @BeforeAll
    static void startAHubAndItsPartner() throws Exception {
        var checkout = BuiltCheckout.require();
        home = Home.bare(Path.of("target/it/as4"), checkout);
        try (var jars = Files.newDirectoryStream(home.folder().resolve("plugins/inbox"))) {
            for (var jar : jars) {
                Files.delete(jar);
            }
        }
        var jar = checkout.plugin("as4");
        Files.copy(jar, home.folder().resolve("plugins/inbox").resolve(jar.getFileName()));
        var ports = Ports.free(); // this town has neither mail nor payments: their ports are the partner's
        control = ports.imap();
        var folder = Files.createDirectories(home.town().resolve("as4"));
        partner = Program.start(
                "Zugangspunkt",
                home.folder(),
                home.logs().resolve("as4.log"),
                Map.of(),
                List.of(
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-Dfile.encoding=UTF-8",
                        "-jar",
                        checkout.accessPoint().toString(),
                        "--port",
                        String.valueOf(ports.smtp()),
                        "--control",
                        String.valueOf(control),
                        "--folder",
                        folder.toString(),
                        "--hub",
                        "http://127.0.0.1:" + ports.hub() + "/hooks/" + PIRNA + "/once"));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Files.readString(home.logs().resolve("as4.log")))
                        .as(partner.lastWords())
                        .contains("ready on"));
        furnish(ports.smtp());
        hub = RunningHub.start(home, checkout, ports);
        client = hub.admin();
        soon().untilAsserted(
                        () -> assertThat(list("/api/v1/connections")).hasSize(2).allSatisfy(each -> assertThat(
                                        each.path("state").asString(""))
                                .as("%s", each)
                                .isIn("READY", "OPEN")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (hub != null) {
            hub.close();
        }
        if (partner != null) {
            partner.close();
        }
    }

    private static void furnish(int port) throws Exception {
        Home.write(home.secret("as4"), "test-only");
        Files.writeString(home.folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: "${STELLWERK_PORT}" }
                broker: { address: 127.0.0.1, port: "${STELLWERK_JMS_PORT}" }
                plugins: { unsigned: allowed }
                """);
        var connections = new StringBuilder();
        for (var each : Map.of("once", "as4-once", "plain", "as4").entrySet()) {
            connections.append("""
                      %s:
                        connector: %s
                        push-size: %d
                        retry: { attempts: 40, first: 300ms, longest: 1s }
                        settings:
                          url: http://127.0.0.1:%d/as4
                          certificate: town/as4/hub.p12
                          password: { secret: as4 }
                          partner-certificates: town/as4/partner.pem
                          encrypt-for: town/as4/partner.pem
                          own-party: pirna
                          partner-party: partner
                          service: urn:test:service
                          action: submit
                          agreement: urn:test:agreement
                          kind: as4.message
                          timeout: 10s
                    """.formatted(each.getKey(), each.getValue(), PUSH_SIZE, port));
        }
        Files.writeString(
                home.folder().resolve("config/municipalities/" + PIRNA + ".yaml"), """
                municipality: "14628270"
                ars: "146285229270"
                name: Pirna
                connections:
                %s""".formatted(connections));
        Files.writeString(
                home.folder().resolve("routes/as4.camel.yaml"),
                route("out.once", "to: hub:deliver/once")
                        + route("out.plain", "to: hub:deliver/plain")
                        + route("as4.message", "stop: {}"));
    }

    private static String route(String kind, String step) {
        return """
                - route:
                    id: %s
                    from:
                      uri: hub:%s
                      parameters: { municipality: "14628270" }
                      steps:
                        - %s
                """.formatted(kind.replace('.', '-'), kind, step);
    }

    @Test
    void aFormGoesOutSignedAndEncryptedAndItsSignedReceiptIsKeptWithIt() throws Exception {
        var letter = post("out.once", "<nachricht>Grüße</nachricht>");

        var delivery = awaitState(letter, "DELIVERED");
        assertThat(arrived(reference(delivery)))
                .isEqualTo(reference(delivery) + " 1 signed encrypted " + sha256("<nachricht>Grüße</nachricht>"));
        assertThat(parts(letter)).contains("as4-signal.xml", "receipt");
    }

    @Test
    void aMessageWhoseReceiptGotLostIsRepeatedUnderItsMessageIdAndIsThereOnce() throws Exception {
        behave("NO_RECEIPT");
        var letter = post("out.once", "<nachricht>ohne Quittung</nachricht>");
        var digest = sha256("<nachricht>ohne Quittung</nachricht>");
        soon().until(() -> ask("/arrived").contains(digest));
        behave("FINE");

        var delivery = awaitState(letter, "DELIVERED");
        assertThat(delivery.path("attempt").asInt(0)).isGreaterThan(1);
        assertThat(ask("/arrived").lines().filter(line -> line.contains(reference(delivery))))
                .as("held once, however often it came")
                .hasSize(1);
        assertThat(arrived(reference(delivery))).doesNotContain(" 1 signed");
    }

    @Test
    void aPartnerThatPromisesNothingGetsOneAttemptAndTheMessageIsInDoubt() throws Exception {
        behave("NO_RECEIPT");
        var letter = post("out.plain", "<nachricht>im Zweifel</nachricht>");

        awaitState(letter, "IN_DOUBT");
        behave("FINE");
        var digest = sha256("<nachricht>im Zweifel</nachricht>");
        assertThat(ask("/arrived").lines().filter(line -> line.contains(digest)))
                .singleElement()
                .asString()
                .contains(" 1 signed encrypted");
    }

    @Test
    void aReceiptThatAStrangerSignedOrNobodyIsNotBelieved() throws Exception {
        for (var mood : List.of("STRANGERS_RECEIPT", "UNSIGNED_RECEIPT", "WRONG_DIGEST", "RECEIPT_FOR_ANOTHER")) {
            behave(mood);
            var letter = post("out.plain", "<nachricht>" + mood + "</nachricht>");
            assertThat(awaitState(letter, "IN_DOUBT").toString()).as(mood).contains("as4.receipt");
        }
        behave("FINE");
    }

    @Test
    void whatThePartnerRefusesIsRejectedWithItsCodeAndKept() throws Exception {
        behave("EBMS:0003");
        var letter = post("out.once", "<nachricht>abgelehnt</nachricht>");

        assertThat(awaitState(letter, "REJECTED").toString()).contains("EBMS:0003");
        behave("FINE");
        assertThat(parts(letter)).contains("as4-signal.xml");
        assertThat(ask("/arrived")).doesNotContain(sha256("<nachricht>abgelehnt</nachricht>"));
    }

    @Test
    void aPushIsOneMessageHoweverOftenItComesAndEachTimeGetsTheReceipt() throws Exception {
        assertThat(push("push-1@partner", "twice", "<form>eins</form>", 0)).isEqualTo("receipt\nreceipt");

        assertThat(held("push-1@partner")).hasSize(1);
    }

    @Test
    void aPushLargerThanARequestCommonlyIsIsTakenUpToTheSizeTheConnectionAllows() throws Exception {
        assertThat(push("large@partner", "encrypted", "<form>zwei</form>", PUSH_SIZE - (1 << 20)))
                .isEqualTo("receipt");
        assertThat(held("large@partner")).hasSize(1);

        assertThat(push("too-large@partner", "encrypted", "<form>drei</form>", PUSH_SIZE + 1))
                .isEqualTo("HTTP 413");
        assertThat(held("too-large@partner")).isEmpty();
    }

    @Test
    void anUnsignedAndAChangedPushAreRefusedInTheLanguageOfEbmsAndNothingOfThemIsHeld() throws Exception {
        assertThat(push("unsigned@partner", "unsigned", "<form/>", 0)).startsWith("no-receipt [EBMS:");
        assertThat(push("changed@partner", "changed", "<form/>", 5_000)).startsWith("no-receipt [EBMS:");

        assertThat(held("unsigned@partner")).isEmpty();
        assertThat(held("changed@partner")).isEmpty();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(100));
    }

    private static Letter post(String kind, String xml) throws Exception {
        var letter = new Letter(
                "as4-" + ++number,
                PIRNA,
                kind,
                Letter.TRADE_REGISTRATION,
                "PIR-2026-" + number,
                Map.of(),
                Part.xml("body.xml", xml),
                List.of());
        client.post(letter);
        return letter;
    }

    private static JsonNode awaitState(Letter letter, String state) {
        var found = new ArrayList<JsonNode>();
        soon().untilAsserted(() -> {
            found.clear();
            found.addAll(list("/api/v1/deliveries?case=" + letter.caseId()));
            assertThat(found).singleElement().satisfies(each -> assertThat(
                            each.path("state").asString(""))
                    .as("%s", each)
                    .isEqualTo(state));
        });
        return found.get(0);
    }

    private static String reference(JsonNode delivery) {
        return delivery.path("reference").asString("");
    }

    private static String parts(Letter letter) throws Exception {
        var message = list("/api/v1/messages?case=" + letter.caseId()).get(0);
        return client.get("/api/v1/messages/" + message.path("id").asString(""))
                .json()
                .path("parts")
                .toString();
    }

    private static List<JsonNode> held(String businessId) throws Exception {
        return list("/api/v1/messages?kind=as4.message").stream()
                .filter(message -> message.path("businessId").asString("").equals(businessId))
                .toList();
    }

    private static List<JsonNode> list(String path) throws Exception {
        var answer = client.get(path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        var all = new ArrayList<JsonNode>();
        answer.json().forEach(all::add);
        return all;
    }

    private static String arrived(String id) throws Exception {
        return ask("/arrived")
                .lines()
                .filter(line -> line.startsWith(id))
                .findFirst()
                .orElse("");
    }

    private static void behave(String how) throws Exception {
        ask("/behave?how=" + how);
    }

    private static String push(String id, String how, String text, int bytes) throws Exception {
        return ask("/send?id=" + id + "&as=" + how + "&bytes=" + bytes + "&text="
                + URLEncoder.encode(text, StandardCharsets.UTF_8));
    }

    private static String ask(String path) throws IOException, InterruptedException {
        var answer = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String sha256(String text) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
