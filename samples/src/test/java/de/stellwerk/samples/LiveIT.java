package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.SampleAuthority;
import de.stellwerk.samples.letters.Town;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/** What changes while the hub runs, and what is taken out of it: jars, routes, keys, evidence. The hub is a process of its own. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LiveIT {

    private static final String FILE_DROP = "file-drop-0.1.0.jar";

    private static Home home;
    private static Checkout checkout;
    private static Ports ports;
    private static RunningHub hub;
    private static HubClient admin;
    private static byte[] fileDrop;

    @BeforeAll
    static void startAHubWithoutOneOfItsPlugins() throws Exception {
        var clock = Clock.systemUTC();
        checkout = BuiltCheckout.require();
        home = Home.fresh(
                Path.of("target/it/live"), checkout, new SampleAuthority("Stellwerk Beispiel-CA", clock.instant()));
        fileDrop = Files.readAllBytes(inbox().resolve(FILE_DROP));
        Files.delete(inbox().resolve(FILE_DROP));
        Files.writeString(
                home.folder().resolve("config/municipalities/14628270.yaml"),
                "  push:\n    connector: push-test\n",
                StandardOpenOption.APPEND);
        ports = Ports.free();
        hub = RunningHub.start(home, checkout, ports);
        admin = hub.admin();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> plugin("epaybl").path("state").asString("").equals("ACTIVE"));
    }

    @AfterAll
    static void stopTheHub() throws Exception {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void aDroppedJarOffersItsConnectorWithinFiveSecondsAndABrokenOneIsRefusedWhileTheOthersRun() throws Exception {
        assertThat(connection("records").path("state").asString("")).isEqualTo("WAITING");

        Files.write(inbox().resolve(FILE_DROP), fileDrop);
        await().atMost(Duration.ofSeconds(5))
                .until(() -> !connection("records").path("state").asString("").equals("WAITING"));

        Files.write(inbox().resolve("broken.jar"), Arrays.copyOf(fileDrop, fileDrop.length / 2));
        Files.writeString(inbox().resolve("no-jar.jar"), "this is no jar");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(List.of(file("broken.jar"), file("no-jar.jar")))
                        .allSatisfy(each -> {
                            assertThat(each.path("state").asString("")).isEqualTo("REFUSED");
                            assertThat(each.path("code").asString("")).startsWith("plugin.");
                            assertThat(each.path("text").asString("")).isNotBlank();
                        }));
        assertThat(plugin("epaybl").path("state").asString("")).isEqualTo("ACTIVE");
        assertThat(admin.post(new Registrations(3).of(Town.PIRNA, 980_001)).status())
                .isEqualTo(201);
    }

    @Test
    void aChangedRouteIsActiveWithinThreeSecondsAndABrokenOneLeavesTheOldOneRunning() throws Exception {
        var file = home.folder().resolve("routes/pirna-payment.camel.yaml");
        var good = Files.readString(file);
        var before = route("pirna-payment").path("route").asString("");
        assertThat(before).startsWith("pirna-payment@");

        Files.writeString(file, good + "# a remark makes another version\n");
        await().atMost(Duration.ofSeconds(3))
                .until(() -> !route("pirna-payment").path("route").asString("").equals(before));
        var changed = route("pirna-payment").path("route").asString("");

        Files.writeString(file, good.replace("hub:match/payment", "file:/etc"));
        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> {
            var status = route("pirna-payment");
            assertThat(status.path("route").asString("")).isEqualTo(changed);
            var problem = status.path("problems").path(0);
            assertThat(problem.path("file").asString("")).isEqualTo("pirna-payment.camel.yaml");
            assertThat(problem.path("line").asInt(0)).isPositive();
            assertThat(problem.path("found").asString("")).contains("file:");
            assertThat(problem.path("expected").asString("")).contains("hub:");
        });

        Files.writeString(file, good);
        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> {
            var status = route("pirna-payment");
            assertThat(status.path("route").asString("")).isEqualTo(before);
            assertThat(status.path("problems").size()).isZero();
        });
    }

    @Test
    void nothingIsOpenWithoutAKeyAndAKeyMayOnlyWhatItWasGiven() throws Exception {
        var reader = key("reader", List.of("14713000"), List.of("read"));
        var sender = key("sender", List.of("14713000"), List.of("send"));
        var pirna = admin.post(new Registrations(4).of(Town.PIRNA, 980_101)).text("id");
        var leipzig = admin.post(new Registrations(4).of(Town.LEIPZIG, 980_102)).text("id");

        for (var path : List.of(
                "/",
                "/api/v1/messages",
                "/api/v1/balance",
                "/api/v1/keys",
                "/api/v1/plugins",
                "/api/v1/nothing",
                "/nothing")) {
            assertThat(new HubClient(hub.address(), "").get(path).status())
                    .as(path)
                    .isEqualTo(401);
            assertThat(new HubClient(hub.address(), "hub_x_y").get(path).status())
                    .as(path)
                    .isEqualTo(401);
        }
        assertThat(new HubClient(hub.address(), "").get("/health/ready").status())
                .isEqualTo(200);
        assertThat(reader.get("/api/v1/messages/" + leipzig).status()).isEqualTo(200);
        assertThat(reader.get("/api/v1/messages/" + pirna).status()).isEqualTo(404);
        assertThat(reader.get("/api/v1/messages/" + pirna + "/ledger").status()).isEqualTo(404);
        assertThat(reader.get("/api/v1/messages/" + leipzig + "/parts/0?reason=x")
                        .status())
                .isEqualTo(403);
        assertThat(reader.get("/api/v1/keys").status()).isEqualTo(403);
        assertThat(reader.post(new Registrations(4).of(Town.LEIPZIG, 980_103)).status())
                .isEqualTo(403);
        assertThat(sender.post(new Registrations(4).of(Town.PIRNA, 980_104)).status())
                .isEqualTo(403);
        assertThat(sender.post(new Registrations(4).of(Town.LEIPZIG, 980_105)).status())
                .isEqualTo(201);
        assertThat(sender.get("/api/v1/messages").status()).isEqualTo(403);
        assertThat(Files.getPosixFilePermissions(home.firstKey()))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aRevokedKeyIsRefusedWithinFiveSeconds() throws Exception {
        var answer = admin.postJson(
                "/api/v1/keys", Map.of("name", "leaving", "municipalities", List.of("*"), "may", List.of("read")));
        var text = answer.text("key");
        var leaving = new HubClient(hub.address(), text);
        assertThat(leaving.get("/api/v1/balance").status()).isEqualTo(200);

        var http = HttpClient.newHttpClient();
        var revoke = HttpRequest.newBuilder(hub.address().resolve("/api/v1/keys/" + text.split("_")[1]))
                .header(
                        "Authorization",
                        "Bearer " + Files.readString(home.firstKey()).strip())
                .DELETE()
                .build();
        assertThat(http.send(revoke, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(204);

        await().atMost(Duration.ofSeconds(5))
                .until(() -> leaving.get("/api/v1/balance").status() == 401);
    }

    @Test
    void aPausedConnectionKeepsItsDeliveriesUntilItIsResumed() throws Exception {
        var base = "/api/v1/connections/14628270/trade-register/";
        assertThat(admin.postJson(base + "pause?reason=maintenance", Map.of()).status())
                .isEqualTo(200);
        var id = admin.post(new Registrations(5).of(Town.PIRNA, 980_201)).text("id");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> admin.get("/api/v1/messages/" + id).text("state").equals("ROUTED"));
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(4)).until(() -> delivery(id)
                .equals("WAITING"));

        assertThat(admin.postJson(base + "resume", Map.of()).status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> delivery(id).equals("DELIVERED"));
    }

    @Test
    void theStatusPageSaysHowTheHubStandsAndEscapesWhatItShows() throws Exception {
        var page = page();
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("<html lang=\"de\">", "Bilanz", "Verbindungen", "pirna-payment")
                .doesNotContain("<script");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .get()
                .asString()
                .contains("default-src 'none'");

        var name = "<img src=x onerror=alert(1)>.jar";
        Files.writeString(inbox().resolve(name), "no jar");
        await().atMost(Duration.ofSeconds(10)).until(() -> page().body().contains("onerror"));
        assertThat(page().body()).doesNotContain("<img");
        Files.delete(inbox().resolve(name));
    }

    @Test
    void whatIsPushedToAReceiverIsTakenBeforeItsSenderHearsYes() throws Exception {
        Files.write(inbox().resolve("push-test-1.0.0.jar"), receiver());
        await().atMost(Duration.ofSeconds(5))
                .until(() -> !connection("push").path("state").asString("").equals("WAITING"));

        var http = HttpClient.newHttpClient();
        var answer = http.send(
                HttpRequest.newBuilder(hub.address().resolve("/hooks/14628270/push/notice/7"))
                        .header("Content-Type", "text/plain")
                        .POST(HttpRequest.BodyPublishers.ofString("paid"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        var message = admin.get("/api/v1/messages/" + answer.body());
        assertThat(message.text("kind")).isEqualTo("push.test");
        assertThat(message.text("businessId")).isEqualTo("notice/7");
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(admin.get("/api/v1/messages/" + answer.body()).text("state"))
                    .isEqualTo("PARKED");
            assertThat(admin.get("/api/v1/messages/" + answer.body()).text("code"))
                    .isEqualTo("route.none");
        });
        assertThat(http.send(
                                HttpRequest.newBuilder(hub.address().resolve("/hooks/14628270/payment/x"))
                                        .POST(HttpRequest.BodyPublishers.ofString("x"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .as("a sink is no receiver")
                .isEqualTo(404);
    }

    /** A plugin as its author would build it, with one receiver. */
    private static byte[] receiver() throws Exception {
        var work = Files.createDirectories(Path.of("target/it/push-plugin"));
        var source = work.resolve("PushTest.java");
        Files.writeString(source, """
                import de.stellwerk.hub.spi.*;
                public final class PushTest implements ConnectorFactory {
                    public ConnectorDescriptor descriptor() {
                        return ConnectorDescriptor.of("push-test", "Push").channels(Channel.in("pushes", "push.test"));
                    }
                    public Connector create(Settings settings, HubContext hub) {
                        return (Receiver) (request, inbox) -> {
                            var receipt = inbox.accept("pushes", Message.of(request.path(), "push.test", request.body()));
                            return new Receiver.Answer(202, "text/plain", receipt.messageId());
                        };
                    }
                }
                """);
        var compiled = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-cp",
                        checkout.hubLibraries()
                                .resolve("stellwerk-spi-0.1.0.jar")
                                .toString(),
                        "-proc:none",
                        "--release",
                        "17",
                        "-d",
                        work.toString(),
                        source.toString());
        assertThat(compiled).isZero();
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Plugin-Id", "push-test");
        manifest.getMainAttributes().putValue("Plugin-Version", "1.0.0");
        manifest.getMainAttributes().putValue("Plugin-Requires", "0.1.0");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes, manifest)) {
            jar.putNextEntry(new JarEntry("PushTest.class"));
            jar.write(Files.readAllBytes(work.resolve("PushTest.class")));
            jar.putNextEntry(new JarEntry("META-INF/services/de.stellwerk.hub.spi.ConnectorFactory"));
            jar.write("PushTest\n".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void theApiDescribesItself() throws Exception {
        var description = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(hub.address().resolve("/api/v1/openapi.yaml"))
                                .header(
                                        "Authorization",
                                        "Bearer "
                                                + Files.readString(home.firstKey())
                                                        .strip())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(description.statusCode()).isEqualTo(200);
        assertThat(description.body()).startsWith("openapi: 3").contains("/api/v1/messages");
    }

    @Test
    void anExportOfTheServicePortalIsTakenByTheRunningHubOrNotAtAll() throws Exception {
        var export = Files.writeString(Files.createDirectories(home.folder()).resolve("export.xml"), """
                <?xml version="1.0" encoding="UTF-8"?>
                <xzufi:transfer xmlns:xzufi="http://xoev.de/schemata/xzufi/2_2_0" xzufiVersion="2.2.0"><nachrichtenkopf/><schreibe>
                <organisationseinheit><id schemeAgencyID="L1">A1</id><name><name>Ordnungsamt</name></name><zustaendigkeit>
                <leistungID schemeAgencyID="L1" schemeDataURI="urn:x">100</leistungID>
                <gebietID schemeDataURI="urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:rs">146285229270</gebietID>
                </zustaendigkeit></organisationseinheit>
                <leistung><id schemeAgencyID="L1" schemeDataURI="urn:x">100</id>
                <referenzLeiKa><code>99050012104000</code></referenzLeiKa></leistung>
                </schreibe></xzufi:transfer>""".strip());
        var here = "--home=" + home.folder();
        assertThat(Shell.run(stellwerk(), "directory", "import", export.toString(), here))
                .contains("Verzeichnis Version 1 (amt24, XZuFi 2.2.0): 1 Einträge", "Directory version 1");

        var entries = admin.get("/api/v1/directory?service=99050012104000&municipality=14628270");
        assertThat(entries.json().path(0).path("name").asString("")).isEqualTo("Ordnungsamt");
        assertThat(Shell.run(stellwerk(), "directory", "show", "99050012104000", "14628270", here))
                .contains("Ordnungsamt");
        assertThatThrownBy(() -> Shell.run(stellwerk(), "directory", "show", "99050012104000", "14713000", here))
                .hasMessageContaining("ends with 1")
                .hasMessageContaining("No entry is valid there");

        Files.writeString(export, Files.readString(export).replace("99050012104000", "9905001210400"));
        assertThatThrownBy(() -> Shell.run(stellwerk(), "directory", "import", export.toString(), here))
                .hasMessageContaining("ends with 1")
                .hasMessageContaining("directory.leika");
        assertThat(admin.get("/api/v1/directory/imports").json().size()).isEqualTo(1);
    }

    /** Last, for it starts the hub anew: at its end it writes the checkpoint that a pack leads to, which otherwise takes up to a minute. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aCasesEvidenceIsGivenToItsClerkAloneStampedAndCheckedWithoutTheHub() throws Exception {
        var letter = new Registrations(6).of(Town.PIRNA, 980_301);
        var message = admin.post(letter).text("id");
        var path = "/api/v1/cases/" + letter.caseId() + "/evidence?reason=audit";
        var clerk = keyText("clerk", List.of("14628270"), List.of("read", "content"));
        var neighbour = keyText("neighbour", List.of("14713000"), List.of("read", "content"));
        var reader = keyText("pirna-reader", List.of("14628270"), List.of("read"));
        hub.close();

        var authority = home.folder().resolve("tsa.pem");
        var journal = home.journals().portal().resolveSibling("tsa.jsonl");
        try (var stamper = Program.ofTown(
                "TimeStamper", home, "tsa.log", journal, List.of("--certificate", authority.toString()))) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !Journal.read(journal, "ready").isEmpty());
            Files.writeString(
                    home.folder().resolve("config/hub.yaml"),
                    "seal:\n  time-stamps: { url: \"http://127.0.0.1:%d/tsa\", trust: tsa.pem }\n"
                            .formatted(Journal.read(journal, "ready").get(0).number("port")),
                    StandardOpenOption.APPEND);
            hub = RunningHub.start(home, checkout, ports);

            assertThat(get(path, "").statusCode()).isEqualTo(401);
            assertThat(get(path, reader).statusCode()).isEqualTo(403);
            assertThat(get(path, neighbour).statusCode()).isEqualTo(404);
            var answer = get(path, clerk);
            assertThat(answer.statusCode())
                    .as(new String(answer.body(), StandardCharsets.UTF_8))
                    .isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.etsi.asic-e+zip");
            assertThat(answer.headers().firstValue("Stellwerk-Time-Stamp-Missing"))
                    .isEmpty();
            var pack = Files.write(home.folder().resolve("case.asice"), answer.body());

            var own = home.folder().resolve("own.asice");
            Shell.run(
                    stellwerk(),
                    "evidence",
                    letter.caseId(),
                    "--municipality=14628270",
                    "--reason=audit",
                    "--out=" + own,
                    "--home=" + home.folder());
            var certificate = "--seal=" + own + ".seal.pem";
            for (var each : List.of(pack, own)) {
                assertThat(Shell.run(
                                stellwerk(), "verify-evidence", each.toString(), certificate, "--tsa=" + authority))
                        .contains("Time stamp: ", "in order: case " + letter.caseId() + ", 1 messages");
            }
            assertThat(admin.get("/api/v1/cases/" + letter.caseId()).json().toString())
                    .contains("EVIDENCE_READ");

            var broken = answer.body().clone();
            broken[broken.length / 2] ^= 1;
            var changed = Files.write(home.folder().resolve("changed.asice"), broken);
            assertThatThrownBy(() -> Shell.run(stellwerk(), "verify-evidence", changed.toString(), certificate))
                    .hasMessageContaining("ends with 1");

            assertThat(admin.get("/api/v1/messages/" + message + "/receipt").text("timeStamp"))
                    .isNotEmpty();
        }
        var receipt = admin.get("/api/v1/messages/" + message + "/receipt");
        assertThat(receipt.status()).as("nobody stamps any more").isEqualTo(200);
        assertThat(receipt.text("seal")).isNotEmpty();
        assertThat(receipt.text("timeStamp")).isEmpty();
        assertThat(receipt.text("timeStampMissing")).isEqualTo("tsa.unreachable");
    }

    private static String stellwerk() {
        return checkout.folder().resolve("bin/stellwerk").toString();
    }

    private static HttpResponse<byte[]> get(String path, String key) throws Exception {
        var request = HttpRequest.newBuilder(hub.address().resolve(path));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static HttpResponse<String> page() throws Exception {
        var basic = Base64.getEncoder()
                .encodeToString(
                        ("admin:" + Files.readString(home.firstKey()).strip()).getBytes(StandardCharsets.UTF_8));
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(hub.address() + "/"))
                                .header("Authorization", "Basic " + basic)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static HubClient key(String name, List<String> municipalities, List<String> may) throws Exception {
        return new HubClient(hub.address(), keyText(name, municipalities, may));
    }

    private static String keyText(String name, List<String> municipalities, List<String> may) throws Exception {
        var answer = admin.postJson("/api/v1/keys", Map.of("name", name, "municipalities", municipalities, "may", may));
        assertThat(answer.status()).isEqualTo(201);
        return answer.text("key");
    }

    private static String delivery(String message) throws Exception {
        return admin.get("/api/v1/messages/" + message)
                .json()
                .path("deliveries")
                .path(0)
                .path("state")
                .asString("");
    }

    private static Path inbox() {
        return home.folder().resolve("plugins/inbox");
    }

    private static JsonNode plugin(String id) throws Exception {
        return in("/api/v1/plugins", "id", id);
    }

    private static JsonNode file(String name) throws Exception {
        return in("/api/v1/plugins", "file", name);
    }

    private static JsonNode connection(String name) throws Exception {
        return in("/api/v1/connections", "name", name);
    }

    private static JsonNode route(String name) throws Exception {
        return in("/api/v1/routes", "file", name + ".camel.yaml");
    }

    private static JsonNode in(String path, String field, String value) throws Exception {
        var all = admin.get(path).json();
        for (var each : all) {
            if (each.path(field).asString("").equals(value)) {
                return each;
            }
        }
        return all.path("none");
    }
}
