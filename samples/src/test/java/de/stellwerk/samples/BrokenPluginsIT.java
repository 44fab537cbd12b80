package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.SampleAuthority;
import de.stellwerk.samples.letters.Town;
import de.stellwerk.samples.plugins.BrokenJars;
import de.stellwerk.samples.town.HubClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A hub that takes signed plugins only, and what it makes of a newer version that is broken: it never takes traffic, the old one goes on. */
class BrokenPluginsIT {

    private static final String FILE_DROP = "file-drop-0.1.0.jar";

    private static Home home;
    private static RunningHub hub;
    private static HubClient admin;
    private static BrokenJars jars;
    private static int plugins;

    @BeforeAll
    static void startAHubThatTakesSignedPluginsOnly() throws Exception {
        var checkout = BuiltCheckout.require();
        home = Home.fresh(
                Path.of("target/it/broken-plugins"),
                checkout,
                new SampleAuthority("Stellwerk Beispiel-CA", Clock.systemUTC().instant()));
        jars = new BrokenJars(inbox().resolve(FILE_DROP));
        var yaml = home.folder().resolve("config/hub.yaml");
        Files.writeString(
                yaml,
                Files.readString(yaml)
                        .replace(
                                "  unsigned: allowed",
                                "  keys: [ { name: acme, key: " + jars.trustedKey() + " } ]\n  directory: offered"));
        // The plugin that is swapped takes part in every case.
        var route = home.folder().resolve("routes/trade-registration.camel.yaml");
        Files.writeString(route, Files.readString(route).stripTrailing() + "\n        - to: hub:deliver/records\n");
        for (var jar : checkout.everyPlugin()) {
            Files.copy(jar, inbox().resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        try (var all = Files.newDirectoryStream(inbox(), "*.jar")) {
            for (var jar : all) {
                Files.writeString(jar.resolveSibling(jar.getFileName() + ".sig"), jars.sign(Files.readAllBytes(jar)));
            }
        }
        plugins = checkout.everyPlugin().size();
        hub = RunningHub.start(home, checkout, Ports.free());
        admin = hub.admin();
    }

    @AfterAll
    static void stopTheHub() throws Exception {
        if (hub != null) {
            hub.close();
        }
    }

    private static Path inbox() {
        return home.folder().resolve("plugins/inbox");
    }

    @Test
    void noBrokenNewerVersionTakesTrafficWhileTheOldOneGoesOnAndAGoodOneTakesOver() throws Exception {
        everyPluginOfOursIsSignedCheckedAndActive();
        var over = new AtomicBoolean();
        var sent = new ArrayList<String>();
        var sender = Executors.newSingleThreadExecutor();
        var sending = sender.submit(() -> {
            for (int number = 970_001; !over.get(); number++) {
                var answer = admin.post(new Registrations(5).of(Town.PIRNA, number));
                assertThat(answer.status()).isEqualTo(201);
                sent.add(answer.text("id"));
            }
            return sent.size();
        });
        try {
            var broken = jars.all();
            assertThat(broken).hasSizeGreaterThanOrEqualTo(10);
            for (var each : broken) {
                drop("broken-" + each.name() + ".jar", each.jar());
            }
            await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
                var found = new TreeMap<String, String>();
                var expected = new TreeMap<String, String>();
                for (var each : broken) {
                    expected.put(each.name(), "REFUSED " + each.code());
                    var status = file("broken-" + each.name() + ".jar");
                    found.put(
                            each.name(),
                            status.path("state").asString("") + " "
                                    + status.path("code").asString(""));
                    assertThat(file(FILE_DROP).path("state").asString("")).isEqualTo("ACTIVE");
                }
                assertThat(found).isEqualTo(expected);
            });
            for (var each : broken) {
                toldInBothLanguages(file("broken-" + each.name() + ".jar"));
            }
            theOldVersionDelivers();

            var newer = jars.good("3.0.0");
            assertThat(admin.bring(newer.jar(), newer.signature()).status()).isEqualTo(202);
            await().atMost(Duration.ofSeconds(20)).until(() -> file("file-drop-3.0.0.jar")
                    .path("state")
                    .asString("")
                    .equals("ACTIVE"));
            theOldVersionDelivers();
        } finally {
            over.set(true);
            sender.shutdown();
        }
        assertThat(sending.get()).isPositive();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> admin.get("/api/v1/balance").json().path("open").asLong(-1) == 0);
        for (var id : sent) {
            var deliveries = admin.get("/api/v1/messages/" + id).json().path("deliveries");
            assertThat(deliveries
                            .valueStream()
                            .filter(each -> each.path("connection").asString("").equals("records")))
                    .singleElement()
                    .satisfies(
                            each -> assertThat(each.path("state").asString("")).isEqualTo("DELIVERED"));
        }
        notTakenAtTheDoor();
        fetchedFromTheDirectory();
    }

    private static void everyPluginOfOursIsSignedCheckedAndActive() throws Exception {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var all = admin.get("/api/v1/plugins").json();
            assertThat(all.size()).isEqualTo(plugins);
            assertThat(all.valueStream()).allSatisfy(plugin -> {
                assertThat(plugin.path("state").asString(""))
                        .as(plugin.toString())
                        .isEqualTo("ACTIVE");
                assertThat(check(plugin, "signature").path("text").asString("")).isEqualTo("Signed by acme.");
                assertThat(plugin.path("checks").valueStream().map(each -> each.path("outcome")
                                .asString("")))
                        .doesNotContain("FAILED");
            });
        });
    }

    private static void theOldVersionDelivers() throws Exception {
        var id = admin.post(new Registrations(6).of(Town.PIRNA, 960_000 + (int) (System.nanoTime() % 10_000)))
                .text("id");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(admin.get("/api/v1/messages/" + id)
                        .json()
                        .path("deliveries")
                        .valueStream()
                        .map(each -> each.path("connection").asString("") + " "
                                + each.path("state").asString("")))
                .contains("records DELIVERED"));
    }

    private static void toldInBothLanguages(JsonNode plugin) {
        assertThat(plugin.path("checks")
                        .valueStream()
                        .filter(each -> each.path("outcome").asString("").equals("FAILED")))
                .as(plugin.toString())
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.path("code").asString(""))
                            .isEqualTo(plugin.path("code").asString(""));
                    assertThat(each.path("text").asString("")).isNotBlank();
                    assertThat(each.path("german").asString(""))
                            .isNotBlank()
                            .isNotEqualTo(each.path("text").asString(""));
                });
    }

    private static void notTakenAtTheDoor() throws Exception {
        var mute = admin.bring("no jar".getBytes(StandardCharsets.UTF_8), Optional.empty());
        assertThat(mute.status()).isEqualTo(422);
        assertThat(mute.text("code")).isEqualTo("plugin.manifest");
        var other = jars.all().stream()
                .filter(each -> each.name().equals("same-version"))
                .findFirst()
                .orElseThrow();
        assertThat(admin.bring(other.jar().jar(), other.jar().signature()).status())
                .isEqualTo(409);
        var operator = new HubClient(
                hub.address(),
                admin.postJson(
                                "/api/v1/keys",
                                Map.of(
                                        "name",
                                        "operator",
                                        "municipalities",
                                        List.of("*"),
                                        "may",
                                        List.of("operate", "read")))
                        .text("key"));
        var newer = jars.good("4.0.0");
        assertThat(operator.bring(newer.jar(), newer.signature()).status()).isEqualTo(403);
        assertThat(operator.postJson("/api/v1/plugins/directory/file-drop/5.0.0", Map.of())
                        .status())
                .isEqualTo(403);
        assertThat(inbox().resolve("file-drop-4.0.0.jar")).doesNotExist();
        try (var left = Files.newDirectoryStream(inbox(), ".*")) {
            assertThat(left).as("what was not kept is gone").isEmpty();
        }
    }

    private static void fetchedFromTheDirectory() throws Exception {
        assertThat(admin.get("/api/v1/plugins/directory").status()).isEqualTo(502);
        var offered = Files.createDirectories(home.folder().resolve("offered"));
        var newer = jars.good("5.0.0");
        Files.write(offered.resolve("file-drop-5.0.0.jar"), newer.jar());
        Files.writeString(
                offered.resolve("file-drop-5.0.0.jar.sig"), newer.signature().orElseThrow());
        var said = Shell.run(
                "sh",
                BuiltCheckout.require().folder().resolve("bin/stellwerk").toString(),
                "plugin",
                "directory",
                offered.toString());
        assertThat(said).contains("plugins.json");

        var first = admin.get("/api/v1/plugins/directory").json().path(0);
        assertThat(first.path("id").asString("")).isEqualTo("file-drop");
        assertThat(first.path("installed").asString("")).isEqualTo("3.0.0");
        assertThat(first.path("newer").asBoolean(false)).isTrue();
        assertThat(admin.postJson("/api/v1/plugins/directory/file-drop/6.0.0", Map.of())
                        .status())
                .isEqualTo(404);
        assertThat(admin.postJson("/api/v1/plugins/directory/file-drop/5.0.0", Map.of())
                        .status())
                .isEqualTo(202);
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        file("file-drop-5.0.0.jar").path("state").asString("").equals("ACTIVE"));

        Files.write(offered.resolve("file-drop-5.0.0.jar"), jars.good("5.0.1").jar());
        var changed = admin.postJson("/api/v1/plugins/directory/file-drop/5.0.0", Map.of());
        assertThat(changed.status()).isEqualTo(422);
        assertThat(changed.text("code")).isEqualTo("plugin.changed");
    }

    private static void drop(String file, BrokenJars.Signed jar) throws Exception {
        if (jar.signature().isPresent()) {
            Files.writeString(inbox().resolve(file + ".sig"), jar.signature().get());
        }
        Files.write(inbox().resolve(file), jar.jar());
    }

    private static JsonNode check(JsonNode plugin, String name) {
        return plugin.path("checks")
                .valueStream()
                .filter(each -> each.path("name").asString("").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode file(String name) throws Exception {
        var all = admin.get("/api/v1/plugins").json();
        for (var each : all) {
            if (each.path("file").asString("").equals(name)) {
                return each;
            }
        }
        return all.path("none");
    }
}
