package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A hub with the connector of OSCI-Transport, and an intermediary as a process of its own that does not answer when it is told so. */
class OsciIT {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Home home;
    private static int port;
    private static Program intermediary;
    private static RunningHub hub;
    private static HubClient client;

    @BeforeAll
    static void startAHubAndAnIntermediary() throws Exception {
        var checkout = BuiltCheckout.require();
        home = Home.bare(Path.of("target/it/osci"), checkout);
        try (var jars = Files.newDirectoryStream(home.folder().resolve("plugins/inbox"))) {
            for (var jar : jars) {
                Files.delete(jar);
            }
        }
        var jar = checkout.plugin("osci");
        Files.copy(jar, home.folder().resolve("plugins/inbox").resolve(jar.getFileName()));
        var ports = Ports.free(); // this town has no mail: its port is the intermediary's
        port = ports.smtp();
        var keys = Files.createDirectories(home.town().resolve("osci"));
        furnish(home, port);
        intermediary = Program.start(
                "Intermediär",
                home.folder(),
                home.logs().resolve("osci.log"),
                Map.of(),
                List.of(
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-Dfile.encoding=UTF-8",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "de.stellwerk.samples.osci.OsciIntermediary",
                        "--port",
                        String.valueOf(port),
                        "--folder",
                        keys.toString()));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Files.readString(home.logs().resolve("osci.log")))
                        .as(intermediary.lastWords())
                        .contains("ready on"));
        hub = RunningHub.start(home, checkout, ports);
        client = hub.admin();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(all("/api/v1/connections"))
                .singleElement()
                .satisfies(each -> assertThat(each.path("state").asString(""))
                        .as("%s", each)
                        .isIn("READY", "OPEN")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (hub != null) {
            hub.close();
        }
        if (intermediary != null) {
            intermediary.close();
        }
    }

    @Test
    void aMessageWhoseAnswerGotLostIsAtTheIntermediaryOnceAndItsProcessCardIsKept() throws Exception {
        ask("/misbehave?store-unanswered");
        var letter = new Letter(
                "osci-1",
                "14628270",
                "out.osci",
                Letter.TRADE_REGISTRATION,
                "PIR-2026-1",
                Map.of(),
                Part.xml("body.xml", "<nachricht>Eins</nachricht>"),
                List.of());
        client.post(letter);

        var delivery = delivered(letter.caseId());
        var id = delivery.path("reference").asString("");
        assertThat(ask("/stored")).isEqualTo(id);
        assertThat(delivery.path("attempt").asInt(0)).isGreaterThan(1);
        var message = all("/api/v1/messages?case=" + letter.caseId()).get(0);
        var parts = client.get("/api/v1/messages/" + message.path("id").asString(""))
                .json()
                .path("parts");
        assertThat(parts.toString()).contains("osci-process-card.xml", "receipt");
    }

    @Test
    void aDeliveryIsFetchedOnceThoughTheAnswerGotLostAndItsProcessCardJoinsTheCase() throws Exception {
        ask("/misbehave?fetch-unanswered");
        var id = ask("/arrives?FINE=%3Cnachricht%3EZwei%3C/nachricht%3E");

        await().atMost(Duration.ofSeconds(40))
                .untilAsserted(() -> assertThat(fetched("osci.process-card")).hasSize(1));
        var message = fetched("osci.message");
        assertThat(message).singleElement().satisfies(each -> {
            assertThat(each.path("businessId").asString("")).isEqualTo(id);
            assertThat(each.path("caseId"))
                    .isEqualTo(fetched("osci.process-card").get(0).path("caseId"));
        });
        assertThat(ask("/waiting")).isEmpty();
    }

    @Test
    void whatWasChangedAfterItWasSignedIsNotTakenAndLiesInTheFolderForAPerson() throws Exception {
        ask("/arrives?CHANGED=%3Cnachricht%3EDrei%3C/nachricht%3E");

        await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
            assertThat(ask("/waiting")).isEmpty();
            assertThat(home.town().resolve("osci/rejected")).isDirectoryContaining("glob:**.osci.signature.xml");
        });
        assertThat(fetched("osci.message"))
                .as("what was fetched, by its subject")
                .noneMatch(each -> each.toString().contains("Drei"));
    }

    private static List<JsonNode> fetched(String kind) throws Exception {
        return all("/api/v1/messages?kind=" + kind);
    }

    private static void furnish(Home home, int port) throws Exception {
        Home.write(home.secret("osci"), "changeit");
        Files.writeString(home.folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: "${STELLWERK_PORT}" }
                broker: { address: 127.0.0.1, port: "${STELLWERK_JMS_PORT}" }
                plugins: { unsigned: allowed }
                """);
        Files.writeString(home.folder().resolve("config/municipalities/14628270.yaml"), """
                municipality: "14628270"
                ars: "146285229270"
                name: Pirna
                connections:
                  osci:
                    connector: osci
                    poll: 300ms
                    retry: { attempts: 40, first: 300ms, longest: 1s }
                    settings:
                      url: http://127.0.0.1:%d/osci
                      certificate: town/osci/account.p12
                      certificate-password: { secret: osci }
                      intermediary-certificate: town/osci/intermediary.pem
                      addressee-certificate: town/osci/addressee.pem
                      read-timeout: 5s
                      kind: osci.message
                      process-card-kind: osci.process-card
                      author-trust: town/osci/addressee.pem
                      rejected: town/osci/rejected
                """.formatted(port));
        Files.writeString(home.folder().resolve("routes/osci.camel.yaml"), """
                - route:
                    id: osci
                    from:
                      uri: hub:out.osci
                      parameters: { municipality: "14628270" }
                      steps:
                        - to: hub:deliver/osci
                - route:
                    id: osci-in
                    from:
                      uri: hub:osci.message
                      parameters: { municipality: "14628270" }
                      steps:
                        - stop: {}
                - route:
                    id: osci-cards
                    from:
                      uri: hub:osci.process-card
                      parameters: { municipality: "14628270" }
                      steps:
                        - stop: {}
                """);
    }

    private static JsonNode delivered(String caseId) {
        var found = new ArrayList<JsonNode>();
        await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
            found.clear();
            found.addAll(all("/api/v1/deliveries?case=" + caseId));
            assertThat(found).singleElement().satisfies(each -> assertThat(
                            each.path("state").asString(""))
                    .as("%s", each)
                    .isEqualTo("DELIVERED"));
        });
        return found.get(0);
    }

    private static List<JsonNode> all(String path) throws Exception {
        var answer = client.get(path);
        assertThat(answer.status()).isEqualTo(200);
        var all = new ArrayList<JsonNode>();
        answer.json().forEach(all::add);
        return all;
    }

    private static String ask(String path) throws Exception {
        var answer = HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }
}
