package de.stellwerk.samples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * A hub with the connectors of AS4, and phase4's access point as a process of its own that goes wrong when it is told to. What counts is
 * what the access point holds, and what it thinks of the hub's receipts. The same hub has a connection of {@code http-callback}: both take
 * what is pushed to the web door.
 */
class As4IT {

    private static final String SECRET = "agreed between both sides";
    private static final int MOST_OF_CALLBACK = 16 << 10;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Home home;
    private static Ports ports;
    private static Program partner;
    private static RunningHub hub;
    private static HubClient client;

    @BeforeAll
    static void startAHubAndItsPartner() throws Exception {
        var checkout = BuiltCheckout.require();
        home = Home.bare(Path.of("target/it/as4"), checkout);
        var inbox = home.folder().resolve("plugins/inbox");
        try (var jars = Files.newDirectoryStream(inbox)) {
            for (var jar : jars) {
                Files.delete(jar);
            }
        }
        for (var name : List.of("as4", "http-callback", "file-drop")) {
            var jar = checkout.plugin(name);
            Files.copy(jar, inbox.resolve(jar.getFileName()));
        }
        var jar = checkout.accessPoint();
        assertThat(jar).as("run 'mvn -DskipTests package' first").exists();
        ports = Ports.free(); // this town has no mail: its ports are the access point's
        Files.createDirectories(files());
        partner = Program.start(
                "Zugangspunkt",
                home.folder(),
                home.logs().resolve("as4.log"),
                Map.of(),
                List.of(
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-Dfile.encoding=UTF-8",
                        "-jar",
                        jar.toString(),
                        "--port",
                        String.valueOf(ports.smtp()),
                        "--control",
                        String.valueOf(ports.imap()),
                        "--folder",
                        home.town().resolve("as4").toString(),
                        "--hub",
                        "http://127.0.0.1:" + ports.hub() + "/hooks/14628270/once"));
        soon().untilAsserted(() -> {
            assertThat(partner.runs()).as(partner.lastWords()).isTrue();
            assertThat(Files.readString(home.logs().resolve("as4.log"))).contains("ready on");
        });
        furnish();
        hub = RunningHub.start(home, checkout, ports);
        client = hub.admin();
        soon().untilAsserted(
                        () -> assertThat(list("/api/v1/connections")).hasSize(4).allSatisfy(each -> assertThat(
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

    @AfterEach
    void behaveAgain() throws Exception {
        behave("FINE");
    }

    private static Path files() {
        return home.town().resolve("files");
    }

    private static void furnish() throws IOException {
        Home.write(home.secret("as4"), "test-only");
        Home.write(home.secret("callback"), SECRET);
        Files.writeString(home.folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: "${STELLWERK_PORT}" }
                broker: { address: 127.0.0.1, port: "${STELLWERK_JMS_PORT}" }
                plugins: { unsigned: allowed }
                """);
        var retry = "retry: { attempts: 100, first: 300ms, longest: 1s }";
        var as4 = """
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
                      kind: in.form
                      timeout: 5s
                """.formatted(ports.smtp()).stripTrailing();
        Files.writeString(home.folder().resolve("config/municipalities/14628270.yaml"), """
                municipality: "14628270"
                ars: "146285229270"
                name: Pirna
                connections:
                  once:
                    connector: as4-once
                    push-size: 1536KiB
                    %1$s
                %2$s
                  plain:
                    connector: as4
                    %1$s
                %2$s
                  callback:
                    connector: http-callback
                    push-size: %3$dB
                    settings: { url: "http://127.0.0.1:%4$d/none", secret: { secret: callback }, kind: in.note }
                  files:
                    connector: file-drop
                    settings: { folder: town/files }
                """.formatted(
                        retry, as4, MOST_OF_CALLBACK, ports.payment()));
        Files.writeString(
                home.folder().resolve("routes/as4.camel.yaml"),
                route("form.submission", "once")
                        + route("out.plain", "plain")
                        + route("in.form", "files")
                        + route("in.note", "files"));
    }

    private static String route(String kind, String connection) {
        return """
                - route:
                    id: %s
                    from:
                      uri: hub:%s
                      parameters: { municipality: "14628270" }
                      steps:
                        - to: hub:deliver/%s
                """.formatted(kind.replace('.', '-'), kind, connection);
    }

    @Test
    void aFormGoesSignedAndEncryptedToThePartnerAndItsSignedReceiptIsKeptWithTheMessage() throws Exception {
        var letter = letter("form.submission", "eins");
        var message = client.post(letter).text("id");
        var delivery = delivery(letter, "DELIVERED");

        var id = delivery.path("id").asString("") + "@stellwerk";
        assertThat(delivery.path("reference").asString("")).isEqualTo(id);
        assertThat(arrived(id))
                .isEqualTo(id + " 1 signed encrypted "
                        + HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256")
                                        .digest(letter.body().bytes())));
        assertThat(receipts(message))
                .singleElement()
                .asString()
                .contains("NonRepudiationInformation", "SignatureValue", "RefToMessageId>" + id + "<");
    }

    @Test
    void aMessageWhoseAnswerGotLostIsRepeatedUnderItsMessageIdAndThePartnerHoldsItOnce() throws Exception {
        behave("NO_RECEIPT");
        var letter = letter("form.submission", "verloren");
        client.post(letter);
        soon().untilAsserted(
                        () -> assertThat(only(letter).path("attempt").asInt(0)).isGreaterThan(1));
        assertThat(only(letter).path("state").asString("")).isNotEqualTo("DELIVERED");
        behave("FINE");

        var delivery = delivery(letter, "DELIVERED");
        var line = arrived(delivery.path("id").asString("") + "@stellwerk").split(" ");
        assertThat(Integer.parseInt(line[1])).isGreaterThan(1);
        var sha256 = line[4];
        assertThat(ask("/arrived").lines().filter(each -> each.contains(sha256)))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "EBMS:0003, REJECTED", // a no to this message
        "EBMS:0101, WAITING", // somebody has to put a certificate in order
        "EBMS:0004, IN_DOUBT" // says nothing about whether the message is there
    })
    void anErrorOfThePartnerDecidesWhatBecomesOfTheDeliveryAndIsNamed(String code, String state) throws Exception {
        behave(code);
        var letter = letter("out.plain", code.substring(5));
        var message = client.post(letter).text("id");
        soon().untilAsserted(() -> assertThat(only(letter).path("reason").asString(""))
                .as("%s", only(letter))
                .startsWith("as4." + code));

        assertThat(only(letter).path("state").asString("")).isEqualTo(state);
        assertThat(receipts(message)).singleElement().asString().contains(code);
        assertThat(ask("/arrived")).doesNotContain(only(letter).path("id").asString("none"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNSIGNED_RECEIPT", "STRANGERS_RECEIPT", "WRONG_DIGEST", "RECEIPT_FOR_ANOTHER"})
    void aReceiptThatProvesNothingLeavesTheDeliveryInDoubt(String receipt) throws Exception {
        behave(receipt);
        var letter = letter("out.plain", receipt);
        var message = client.post(letter).text("id");

        var delivery = delivery(letter, "IN_DOUBT");
        assertThat(delivery.path("reason").asString("")).contains("as4.receipt");
        assertThat(receipts(message)).hasSize(1);
    }

    @Test
    void afterAReceiptThatProvesNothingAPartnerThatDropsRepeatsIsAskedAgainUntilItsReceiptIsRight() throws Exception {
        behave("UNSIGNED_RECEIPT");
        var letter = letter("form.submission", "unsigniert");
        client.post(letter);
        soon().untilAsserted(() -> {
            assertThat(only(letter).path("reason").asString("")).contains("as4.receipt");
            assertThat(only(letter).path("attempt").asInt(0)).isGreaterThan(1);
        });
        assertThat(only(letter).path("state").asString("")).isNotEqualTo("DELIVERED");
        behave("FINE");

        var id = delivery(letter, "DELIVERED").path("id").asString("") + "@stellwerk";
        assertThat(ask("/arrived").lines().filter(each -> each.startsWith(id))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"encrypted", "signed"})
    void aSignedMessageIsTakenBeforeItsReceiptAndBecomesOneFile(String as) throws Exception {
        var text = "<form>" + as + "</form>";
        assertThat(send(as + "@partner", as, text, 1_200_000)).isEqualTo("receipt");

        // At once: the receipt says that the hub holds it.
        assertThat(taken(as + "@partner")).singleElement().satisfies(message -> {
            assertThat(message.path("kind").asString("")).isEqualTo("in.form");
            assertThat(client.get("/api/v1/messages/" + message.path("id").asString(""))
                            .json()
                            .path("parts")
                            .path(1)
                            .path("size")
                            .asInt(0))
                    .isEqualTo(1_200_000);
        });
        soon().untilAsserted(() -> assertThat(written(text)).isEqualTo(1));
    }

    @Test
    void noReceiptIsGivenWhileTheLedgerCannotWriteTheMessage() throws Exception {
        CompletableFuture<String> answer;
        try (var session = Stage.sql(home, "stellwerk");
                var sql = session.createStatement()) {
            session.setAutoCommit(false);
            sql.execute("lock table message in exclusive mode");
            answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return send("held@partner", "signed", "<form>held</form>", 0);
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                try (var waiting = sql.executeQuery("select count(*) from pg_locks where not granted")) {
                    return waiting.next() && waiting.getInt(1) > 0;
                }
            });
            assertThat(answer).isNotDone();
            assertThat(taken("held@partner")).isEmpty();
            session.rollback();
        }
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("receipt");
        assertThat(taken("held@partner")).hasSize(1);
    }

    @Test
    void theSameMessageTwiceIsOneMessageAndOneFileAndBothGetAReceipt() throws Exception {
        var text = "<form>zweimal</form>";
        assertThat(send("twice@partner", "twice", text, 0)).isEqualTo("receipt\nreceipt");

        assertThat(taken("twice@partner")).hasSize(1);
        soon().untilAsserted(() -> assertThat(written(text)).isEqualTo(1));
        assertThat(send("twice@partner", "signed", text, 0)).as("later").isEqualTo("receipt");
        assertThat(taken("twice@partner")).hasSize(1);
        assertThat(written(text)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"unsigned, EBMS:0103", "stranger, EBMS:0101", "changed, EBMS:0101"})
    void whatThePartnerHasNotSignedIsRefusedAndNothingIsStored(String as, String code) throws Exception {
        assertThat(send(as + "@partner", as, "<form/>", 500)).isEqualTo("no-receipt [" + code + "]");
        assertThat(taken(as + "@partner")).isEmpty();
    }

    @Test
    void aMessageAboveTheConnectionsLimitIsRefusedAndNothingIsStored() throws Exception {
        assertThat(send("large@partner", "signed", "<form/>", 1_800_000)).isEqualTo("HTTP 413");
        assertThat(taken("large@partner")).isEmpty();
    }

    @Test
    void aPushWithTheSharedSecretIsOneMessageHoweverOftenItComes() throws Exception {
        var text = "<note>geschoben</note>";
        var first = push("note-1", SECRET, BodyPublishers.ofString(text), text.getBytes(UTF_8));
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        var again = push("note-1", SECRET, BodyPublishers.ofString(text), text.getBytes(UTF_8));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());

        assertThat(taken("note-1")).singleElement().satisfies(message -> assertThat(
                        message.path("id").asString(""))
                .isEqualTo(first.body()));
        soon().untilAsserted(() -> assertThat(written(text)).isEqualTo(1));
    }

    @Test
    void aPushWithAWrongSecretOrAnotherBodyIsRefusedAndNothingIsStored() throws Exception {
        var text = "<note>fremd</note>";
        var wrong = push("note-2", "somebody else's guess", BodyPublishers.ofString(text), text.getBytes(UTF_8));
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.body()).startsWith("callback.signature");
        assertThat(push("note-2", SECRET, BodyPublishers.ofString("<note>other</note>"), text.getBytes(UTF_8))
                        .statusCode())
                .isEqualTo(401);
        assertThat(taken("note-2")).isEmpty();
    }

    @Test
    void aPushAboveTheConnectionsLimitIsRefusedInWordsWhetherItSaysItsLengthOrNot() throws Exception {
        var most = padded(MOST_OF_CALLBACK);
        var more = padded(MOST_OF_CALLBACK + 1);
        for (var body : List.of(
                BodyPublishers.ofByteArray(more), BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(more)))) {
            var answer = push("note-3", SECRET, body, more);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
            assertThat(answer.body())
                    .contains("size.request", MOST_OF_CALLBACK + " bytes", "Nothing was taken", "push-size");
        }
        assertThat(taken("note-3")).isEmpty();

        assertThat(push("note-3", SECRET, BodyPublishers.ofByteArray(most), most)
                        .statusCode())
                .isEqualTo(200);
        assertThat(taken("note-3")).hasSize(1);
    }

    private static byte[] padded(int length) {
        return ("<note>" + "x".repeat(length - "<note></note>".length()) + "</note>").getBytes(UTF_8);
    }

    /** @param signed what the signature is made over */
    private static HttpResponse<String> push(String id, String secret, BodyPublisher body, byte[] signed)
            throws Exception {
        long now = Instant.now().getEpochSecond();
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        mac.update((now + "\n" + id + "\n\n").getBytes(UTF_8));
        return HTTP.send(
                HttpRequest.newBuilder(hub.address().resolve("/hooks/14628270/callback"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .header("Content-Type", "application/xml")
                        .header("stellwerk-id", id)
                        .header(
                                "stellwerk-signature",
                                "t=" + now + ",v1=" + HexFormat.of().formatHex(mac.doFinal(signed)))
                        .POST(body)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Letter letter(String kind, String name) {
        return new Letter(
                "as4-" + name,
                "14628270",
                kind,
                Letter.TRADE_REGISTRATION,
                "PIR-AS4-" + name,
                Map.of(),
                Part.xml("body.xml", "<form>" + name + "</form>"),
                List.of());
    }

    private static JsonNode delivery(Letter letter, String state) throws Exception {
        soon().untilAsserted(() -> assertThat(only(letter).path("state").asString(""))
                .as("%s", only(letter))
                .isEqualTo(state));
        return only(letter);
    }

    /** The one delivery of a letter. */
    private static JsonNode only(Letter letter) throws Exception {
        var all = list("/api/v1/deliveries?case=" + letter.caseId());
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    /** What the hub keeps with a message of the partner's own words. */
    private static List<String> receipts(String message) throws Exception {
        var all = new ArrayList<String>();
        for (var part : client.get("/api/v1/messages/" + message).json().path("parts")) {
            if (part.path("name").asString("").equals("as4-signal.xml")) {
                var answer = HTTP.send(
                        HttpRequest.newBuilder(hub.address()
                                        .resolve("/api/v1/messages/" + message + "/parts/"
                                                + part.path("no").asInt(0) + "?reason=test"))
                                .header(
                                        "Authorization",
                                        "Bearer "
                                                + Files.readString(home.firstKey())
                                                        .strip())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
                all.add(answer.body());
            }
        }
        return all;
    }

    /** The messages that the hub holds under an id of their sender. */
    private static List<JsonNode> taken(String id) throws Exception {
        return list("/api/v1/messages?limit=500").stream()
                .filter(each -> each.path("businessId").asString("").equals(id))
                .toList();
    }

    /** How many files there are with this text. */
    private static int written(String text) throws IOException {
        int count = 0;
        try (var all = Files.newDirectoryStream(files(), "*.xml")) {
            for (var file : all) {
                count += Files.readString(file).equals(text) ? 1 : 0;
            }
        }
        return count;
    }

    private static List<JsonNode> list(String path) throws Exception {
        var answer = client.get(path);
        assertThat(answer.status()).isEqualTo(200);
        var all = new ArrayList<JsonNode>();
        answer.json().forEach(all::add);
        return all;
    }

    private static void behave(String how) throws Exception {
        ask("/behave?how=" + how);
    }

    private static String send(String id, String as, String text, int bytes) throws Exception {
        return ask("/send?id=" + id + "&as=" + as + "&text=" + URLEncoder.encode(text, UTF_8) + "&bytes=" + bytes);
    }

    /** The access point's line about a message. */
    private static String arrived(String id) throws Exception {
        var lines = ask("/arrived")
                .lines()
                .filter(each -> each.startsWith(id + " "))
                .toList();
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    private static String ask(String path) throws Exception {
        var answer = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.imap() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50));
    }
}
