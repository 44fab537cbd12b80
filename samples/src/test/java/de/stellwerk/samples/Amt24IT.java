package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Amt24 hands over applications of two versions by REST, by mail and by folder, and misbehaves. Hub, Amt24 and the mail server are processes
 * of their own.
 */
class Amt24IT {

    private static final int EACH = 3;
    private static final List<String> WAYS = List.of("rest", "mail", "folder");

    private static Home home;
    private static RunningHub hub;
    private static Program mailbox;
    private static Path mailJournal;

    @BeforeAll
    static void startTheHubAndAMailServer() throws Exception {
        var checkout = BuiltCheckout.require();
        home = Home.bare(Path.of("target/it/amt24"), checkout);
        var ports = Ports.free();
        furnish(checkout, ports);
        mailJournal = home.journals().folder().resolve("postfach.jsonl");
        mailbox = Program.ofTown(
                "Mailbox",
                home,
                "postfach.log",
                mailJournal,
                List.of(
                        "--imap-port",
                        String.valueOf(ports.imap()),
                        "--smtp-port",
                        String.valueOf(ports.smtp()),
                        "--password-file",
                        home.secret("postfach").toString(),
                        "--office-password-file",
                        home.townSecret("kanzlei").toString()));
        hub = RunningHub.start(home, checkout, ports);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(Journal.read(mailJournal, "ready"))
                    .as(mailbox.lastWords())
                    .isNotEmpty();
            assertThat(hub.admin().get("/api/v1/connectors").json().findValuesAsString("name"))
                    .contains("form-mail", "form-folder", "file-drop");
        });
    }

    @AfterAll
    static void stopThem() throws Exception {
        if (hub != null) {
            hub.close();
        }
        if (mailbox != null) {
            mailbox.close();
        }
    }

    @Test
    void versionsGoSideBySideUnknownAndIncompleteOnesAreHeldRepeatsCountOnceAndNothingIsLost() throws Exception {
        var journal = home.journals().folder().resolve("amt24.jsonl");
        try (var amt24 = Program.ofTown(
                "Amt24",
                home,
                "amt24.log",
                journal,
                List.of(
                        "--hub",
                        hub.address().toString(),
                        "--key-file",
                        home.firstKey().toString(),
                        "--smtp-port",
                        Files.readString(home.folder().resolve("smtp-port")),
                        "--mail-to",
                        "gewerbeamt@pirna.example.org",
                        "--folder",
                        home.pirna("formulare").toString(),
                        "--each",
                        String.valueOf(EACH),
                        "--misbehave-timeout",
                        "--misbehave-duplicate",
                        "--misbehave-unknown",
                        "--misbehave-broken",
                        "--misbehave-no-pdf"))) {
            assertThat(amt24.awaitEnd(Duration.ofSeconds(60)))
                    .as(amt24.lastWords())
                    .hasValue(0);
        }
        var sent = Journal.read(journal, "application");
        assertThat(sent).hasSize(WAYS.size() * (2 * EACH + 5) - 1);
        var good = sent.stream()
                .filter(line -> List.of("NONE", "TIMEOUT", "DUPLICATE").contains(line.text("fault")))
                .toList();

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(files("ablage-1")).hasSameSizeAs(hashes(good, "1.0"));
            assertThat(files("ablage-2")).hasSameSizeAs(hashes(good, "2.0"));
            assertThat(held()).hasSize(WAYS.size() + 2 + 2);
            assertThat(hub.balance().at("open")).isZero();
        });
        for (var version : List.of("1.0", "2.0")) {
            assertThat(files(version.equals("1.0") ? "ablage-1" : "ablage-2"))
                    .as("version %s, each file once", version)
                    .containsExactlyInAnyOrderElementsOf(hashes(good, version));
        }
        // Unknown versions by every way; broken XML and a missing PDF by mail and folder. Over REST the sender of
        // broken XML heard no.
        assertThat(held().stream().collect(Collectors.groupingBy(each -> each, Collectors.counting())))
                .isEqualTo(Map.of("version.unknown", 3L, "form.incomplete", 4L));
        var broken = sent.stream()
                .filter(line ->
                        line.text("fault").equals("BROKEN") && line.text("way").equals("rest"))
                .findFirst()
                .orElseThrow();
        assertThat(Journal.read(journal, "answer"))
                .filteredOn(line -> line.text("key").equals(broken.text("key")))
                .singleElement()
                .satisfies(line -> assertThat(line.number("status")).isBetween(400L, 499L));
        assertThat(Journal.read(journal, "answer"))
                .filteredOn(line -> line.text("outcome").equals("DUPLICATE"))
                .as("what came again over REST")
                .hasSize(2);
        var balance = hub.balance();
        assertThat(balance.even()).as(balance.toString()).isTrue();
        assertThat(balance.taken()).isEqualTo(sent.size() - 1L);
    }

    private static List<String> hashes(List<Journal.Line> sent, String version) {
        var hashes = new ArrayList<String>();
        for (var line : sent) {
            if (line.text("version").equals(version)) {
                hashes.add(line.text("xml"));
                hashes.add(line.text("pdf"));
            }
        }
        return hashes;
    }

    /** The codes of what waits for a person. */
    private static List<String> held() throws Exception {
        var codes = new ArrayList<String>();
        for (JsonNode each :
                hub.admin().get("/api/v1/messages?state=QUARANTINED&limit=100").json()) {
            codes.add(each.path("code").asString(""));
        }
        return codes;
    }

    private static List<String> files(String name) throws IOException {
        var hashes = new ArrayList<String>();
        try (var files = Files.newDirectoryStream(home.pirna(name), "*.{xml,pdf}")) {
            for (var file : files) {
                hashes.add(Journal.sha256(Files.readAllBytes(file)));
            }
        }
        return hashes;
    }

    private static void furnish(Checkout checkout, Ports ports) throws IOException {
        var inbox = home.folder().resolve("plugins/inbox");
        try (var jars = Files.newDirectoryStream(inbox)) {
            for (var jar : jars) {
                if (!jar.getFileName().toString().startsWith("file-drop-")) {
                    Files.delete(jar);
                }
            }
        }
        var forms = checkout.plugin("form-mail");
        Files.copy(forms, inbox.resolve(forms.getFileName()));
        for (var folder : List.of("formulare", "ablage-1", "ablage-2")) {
            Files.createDirectories(home.pirna(folder));
        }
        Home.write(home.secret("postfach"), Home.password());
        Home.write(home.townSecret("kanzlei"), Home.password());
        Files.writeString(home.folder().resolve("smtp-port"), String.valueOf(ports.smtp()));
        Files.writeString(home.folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: %d }
                broker: { address: 127.0.0.1, port: %d }
                plugins: { unsigned: allowed }
                """.formatted(ports.hub(), ports.jms()));
        Files.writeString(home.folder().resolve("config/municipalities/14628270.yaml"), """
                municipality: "14628270"
                ars: "146285229270"
                name: Pirna
                connections:
                  forms-by-mail:
                    connector: form-mail
                    poll: 500ms
                    settings:
                      imap-host: 127.0.0.1
                      imap-port: %d
                      imap-tls: off
                      imap-user: gewerbeamt@pirna.example.org
                      imap-password: { secret: postfach }
                      required: xml,pdf
                      service: "99089014012000"
                  forms-by-folder:
                    connector: form-folder
                    poll: 500ms
                    settings:
                      folder: %s
                      required: xml,pdf
                      quiet: 1s
                      patience: 3s
                      service: "99089014012000"
                  records-1:
                    connector: file-drop
                    settings: { folder: %s }
                  records-2:
                    connector: file-drop
                    settings: { folder: %s }
                """.formatted(
                        ports.imap(), home.pirna("formulare"), home.pirna("ablage-1"), home.pirna("ablage-2")));
        for (var version : List.of("1", "2")) {
            Files.writeString(home.folder().resolve("routes/amt24-" + version + ".camel.yaml"), """
                    - route:
                        id: amt24-%s
                        from:
                          uri: hub:form.submission
                          parameters:
                            municipality: "14628270"
                            service: "99089014012000"
                            version: "urn:stellwerk:sample:amt24:akteneinsicht:%s.0"
                          steps:
                            - to: hub:deliver/records-%s
                    """.formatted(
                            version, version, version));
        }
        Files.writeString(home.folder().resolve("routes/incomplete.camel.yaml"), """
                - route:
                    id: incomplete
                    from:
                      uri: hub:form.incomplete
                      parameters: { municipality: "14628270" }
                      steps:
                        - to: { uri: "hub:quarantine", parameters: { code: form.incomplete, reason: "Ein Formular ist unvollständig" } }
                """);
    }
}
