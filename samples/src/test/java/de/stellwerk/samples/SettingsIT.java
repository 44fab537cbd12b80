package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.SampleAuthority;
import de.stellwerk.samples.letters.Town;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a person who configures, and one who writes tests, asks a running hub. */
class SettingsIT {

    private static final JsonMapper JSON = new JsonMapper();

    private static Home home;
    private static RunningHub hub;
    private static String key;

    @BeforeAll
    static void startAHub() throws Exception {
        var checkout = BuiltCheckout.require();
        home = Home.fresh(
                Path.of("target/it/settings"),
                checkout,
                new SampleAuthority("Stellwerk Beispiel-CA", Clock.systemUTC().instant()));
        hub = RunningHub.start(home, checkout, Ports.free());
        key = Files.readString(home.firstKey()).strip();
        await().atMost(Duration.ofSeconds(30)).until(() -> json(get("/api/v1/connectors"))
                .findValuesAsString("name")
                .contains("file-drop"));
    }

    @AfterAll
    static void stopTheHub() throws Exception {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void aConnectorsSettingsAreASchemaAPageAndAForm() throws Exception {
        var schema = json(get("/api/v1/connectors/file-drop/schema"));
        assertThat(schema.path("required").path(0).asString("")).isEqualTo("folder");
        assertThat(schema.path("properties").path("folder").path("anyOf").findValuesAsString("type"))
                .contains("string");
        assertThat(text(get("/api/v1/connectors/file-drop/doc?lang=en"))).contains("`folder`");
        assertThat(text(get("/connectors/file-drop"))).contains("<form", "name=\"folder\"");
        assertThat(text(get("/api/v1/config/schema"))).contains("\"file-drop\"", "\"epaybl\"");
    }

    @Test
    void aDraftIsToldAllItsProblemsWithTheirPlaces() throws Exception {
        var problems = json(post("/api/v1/connections/validate", """
                                connector: epaybl
                                settings:
                                  url: nowhere
                                  mandat: "14628270"
                                """)).path("problems");
        assertThat(problems.findValuesAsString("code"))
                .contains("config.value", "config.unknown-key", "config.missing-key");
        assertThat(problems.path(0).path("line").asInt(0)).isPositive();
        assertThat(json(post("/api/v1/connections/validate", "{ connector: file-drop, settings: { folder: in } }"))
                        .path("valid")
                        .asBoolean(false))
                .isTrue();
    }

    @Test
    void thePaymentPlatformMayBeGivenAClientCertificate() throws Exception {
        var answer = json(post("/api/v1/connections/validate", """
                                connector: epaybl
                                settings:
                                  url: https://127.0.0.1:1/
                                  mandant: "14628270"
                                  bewirtschafter: PIR00001
                                  haushaltsstelle: "1220.4311"
                                  tls-client-certificate: config/pirna.p12
                                  tls-password: { secret: pirna-mailbox }
                                """));
        assertThat(answer.path("valid").asBoolean(false)).as("%s", answer).isTrue();
    }

    @Test
    void aTestSaysWhichStepFailsAndWhatToDo() throws Exception {
        var good = json(post("/api/v1/connections/14628270/records/test", ""));
        assertThat(good.path("passed").asBoolean(false)).as("%s", good).isTrue();

        var bad = json(post("/api/v1/connections/14628270/mail/test", """
                                connector: epaybl
                                settings: { url: "http://127.0.0.1:1/", mandant: "1", bewirtschafter: B, haushaltsstelle: "1", objektnummer: O }
                                """));
        assertThat(bad.path("passed").asBoolean(true)).as("%s", bad).isFalse();
        assertThat(bad.path("checks"))
                .filteredOn(check -> check.path("outcome").asString("").equals("FAILED"))
                .isNotEmpty()
                .allSatisfy(check ->
                        assertThat(check.path("remedyEnglish").asString("")).isNotBlank());
    }

    @Test
    void theCommandTellsOfAFileWhatTheHubWouldAndTestsWhatRuns() throws Exception {
        var draft = Files.writeString(home.folder().resolve("draft.yaml"), """
                connector: epaybl
                settings:
                  url: nowhere
                  mandat: "14628270"
                """);
        var asked = command("validate", draft.toString());
        assertThat(asked.status()).isEqualTo(1);
        assertThat(asked.text()).contains("draft.yaml:3:", "config.unknown-key", "checked by the running hub");

        var tested = command("test", "14628270", "records");
        assertThat(tested.status()).as(tested.text()).isZero();
        assertThat(tested.text()).contains("passed", "nothing was sent").doesNotContain(key);
    }

    @Test
    void theCommandChecksAFileAgainstTheJarsOfTheInboxWhereNoHubRuns() throws Exception {
        var elsewhere = Home.fresh(
                Path.of("target/it/settings-alone"),
                BuiltCheckout.require(),
                new SampleAuthority("Stellwerk Beispiel-CA", Clock.systemUTC().instant()));
        var draft = Files.writeString(
                elsewhere.folder().resolve("draft.yaml"), "{ connector: file-drop, settings: { ordner: in } }");

        var said = command(elsewhere, "validate", draft.toString());
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text()).contains("config.unknown-key", "config.missing-key", "checked without a hub");

        Files.writeString(draft, "{ connector: file-drop, settings: { folder: in } }");
        assertThat(command(elsewhere, "validate", draft.toString()).status()).isZero();
    }

    private record Said(int status, String text) {}

    private static Said command(String... words) throws Exception {
        return command(home, words);
    }

    private static Said command(Home of, String... words) throws Exception {
        var line = new ArrayList<>(List.of(
                BuiltCheckout.require().folder().resolve("bin/stellwerk").toString(), "connection"));
        line.addAll(List.of(words));
        line.addAll(List.of("--home", of.folder().toString()));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }

    @Test
    void aDeliveredMessageBecomesAGoldenMessageWithoutPersonalData() throws Exception {
        var letter = new Registrations(5).of(Town.PIRNA, 970_001);
        var id = hub.admin().post(letter).text("id");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> text(get("/api/v1/messages/" + id)).contains("\"DELIVERED\""));

        assertThat(get("/api/v1/messages/" + id + "/test-case?reason=%20").statusCode())
                .isEqualTo(400);
        var answer = get("/api/v1/messages/" + id + "/test-case?reason=a+failing+case");

        assertThat(answer.statusCode()).isEqualTo(200);
        var files = new TreeMap<String, String>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        assertThat(files.keySet()).anyMatch(name -> name.endsWith("/case.properties"));
        var sent = new String(letter.body().bytes(), StandardCharsets.UTF_8);
        for (var element : List.of("familienname", "geburtsdatum", "strasse")) {
            var personal = sent.replaceAll("(?s).*<" + element + ">(.*?)</" + element + ">.*", "$1");
            assertThat(personal).as(element).hasSizeBetween(1, 40);
            assertThat(files.values()).as(element).noneMatch(text -> text.contains(personal));
        }
        assertThat(text(get("/api/v1/cases/" + letter.caseId()))).contains("a failing case");
    }

    private static HttpResponse<byte[]> get(String path) throws Exception {
        return send(request(path).GET());
    }

    private static HttpResponse<byte[]> post(String path, String body) throws Exception {
        return send(request(path)
                .header("Content-Type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(hub.address() + path)).header("Authorization", "Bearer " + key);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> answer) {
        var text = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(text).isEqualTo(200);
        return text;
    }

    private static JsonNode json(HttpResponse<byte[]> answer) {
        return JSON.readTree(text(answer));
    }
}
