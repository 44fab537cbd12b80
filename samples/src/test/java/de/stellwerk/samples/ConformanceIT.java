package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.SampleAuthority;
import de.stellwerk.samples.letters.Town;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Input that nobody here wrote, sent to the real hub through its real door. */
class ConformanceIT {

    private static final Set<String> UNDER_WAY = Set.of("RECEIVED", "ROUTING");
    private static final int FIRST_CASE = 970_001;

    private static Home home;
    private static RunningHub hub;
    private static HubClient client;
    private static Registrations registrations;
    private static int cases;

    @BeforeAll
    static void startTheHub() throws Exception {
        Published.folder(".");
        var clock = Clock.systemUTC();
        var checkout = BuiltCheckout.require();
        home = Home.fresh(
                Path.of("target/it/conformance"),
                checkout,
                new SampleAuthority("Stellwerk Beispiel-CA", clock.instant()));
        hub = RunningHub.start(home, checkout, Ports.free());
        client = hub.admin();
        registrations = new Registrations(1);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> client.get("/api/v1/plugins").json().findValuesAsString("state").stream()
                                .filter("ACTIVE"::equals)
                                .count()
                        == 6);
    }

    @AfterAll
    static void stopTheHub() throws Exception {
        if (hub != null) {
            hub.close();
        }
    }

    @AfterEach
    void theNextGoodFormPassesAndTheBooksAreEven() throws Exception {
        assertThat(client.post(good()).status()).isEqualTo(201);
        assertThat(hub.balance().even()).isTrue();
    }

    @Test
    void noPublishedSignedDocumentIsAcceptedWithoutItsTrustAnchor() throws Exception {
        var folder = Published.folder("signatures");
        var expected = expectations(folder);
        var outcomes = new TreeMap<String, Integer>();
        for (var file : Published.files(folder)) {
            var name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            if (!name.endsWith(".xml") && !name.endsWith(".pdf")) {
                continue;
            }
            var type = name.endsWith(".pdf") ? "application/pdf" : "application/xml";
            var code = stopped(new Letter(
                    "published-" + folder.relativize(file),
                    "14628270",
                    "notice.signed",
                    "",
                    nextCase(),
                    Map.of(),
                    new Part(file.getFileName().toString(), type, Files.readAllBytes(file)),
                    List.of()));
            var wanted = expected.getOrDefault(folder.relativize(file).toString(), "");
            if (wanted.contains("signatures: 0")) {
                assertThat(code).as(file.toString()).isIn("sig.missing");
            } else if (wanted.contains("HASH_FAILURE")
                    && !wanted.contains("counter")
                    && !wanted.contains("signatures: 2")) {
                assertThat(code).as(file.toString()).isIn("sig.altered", "sig.coverage", "sig.algorithm");
            } else {
                assertThat(code).as(file.toString()).matches("(sig|xml|type)\\.[a-z-]+");
            }
            outcomes.merge(code, 1, Integer::sum);
        }
        report("signatures", outcomes);
        assertThat(outcomes.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(30);
    }

    @Test
    void everyBadDocumentIsRefusedAtTheDoorWithItsCode() throws Exception {
        var folder = Published.folder("bad-xml");
        var outcomes = new TreeMap<String, Integer>();
        for (var file : Published.files(folder)) {
            if (Files.size(file) == 0) {
                continue;
            }
            var letter = good();
            var start = System.nanoTime();
            var code = stopped(letter.withKey("bad-" + folder.relativize(file))
                    .withBody(new Part("form.xml", "application/xml", Files.readAllBytes(file))));
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as(file.toString())
                    .isLessThan(Duration.ofSeconds(5));
            assertThat(code).as(file.toString()).matches("(xml|type|version)\\.[a-z-]+");
            outcomes.merge(code, 1, Integer::sum);
        }
        report("bad-xml", outcomes);
        assertThat(outcomes.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(60);
    }

    @Test
    void statementsInvoicesAndLegacyFilesArriveWithTheSameBytes() throws Exception {
        var taken = new TreeMap<String, Integer>();
        var hashes = new HashSet<String>();
        for (var group : List.of("payments", "invoices", "legacy")) {
            var folder = Published.folder(group);
            for (var file : Published.files(folder)) {
                var type = mediaType(file);
                if (type.isEmpty() || Files.size(file) == 0) {
                    continue;
                }
                var bytes = Files.readAllBytes(file);
                var answer = client.post(good().withAttachments(
                                List.of(new Part(file.getFileName().toString(), type, bytes))));
                assertThat(answer.status()).as(file + " " + answer.json()).isIn(201, 202, 422);
                if (answer.status() == 201) {
                    hashes.add(Journal.sha256(bytes));
                } else {
                    // Held or refused with a reason of content, never for a fault of ours.
                    assertThat(answer.text("code")).as(file.toString()).matches("(xml|type|archive|name)\\.[a-z-]+");
                }
                taken.merge(group + " " + answer.status() + " " + answer.text("code"), 1, Integer::sum);
            }
        }
        report("attachments", taken);
        assertThat(hashes).hasSizeGreaterThan(80);
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThat(arrived()).containsAll(hashes));
    }

    /** The code with which the hub stopped a letter, at the door or on its route; empty if it went on. */
    private static String stopped(Letter letter) throws Exception {
        var answer = client.post(letter);
        assertThat(answer.status()).as(letter.key()).isLessThan(500);
        if (!answer.yes() || answer.status() == 202) {
            return answer.text("code");
        }
        var id = answer.text("id");
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        !UNDER_WAY.contains(client.get("/api/v1/messages/" + id).text("state")));
        var message = client.get("/api/v1/messages/" + id);
        return message.text("state").equals("QUARANTINED") ? message.text("code") : "";
    }

    private static Letter good() {
        return registrations.of(Town.PIRNA, FIRST_CASE + cases++);
    }

    private static String nextCase() {
        return "PIR-2026-" + (FIRST_CASE + cases++);
    }

    private static Set<String> arrived() throws IOException {
        var found = new HashSet<String>();
        var register = home.pirna("register").resolve("eingang");
        try (var files = Files.list(register)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                found.add(Journal.sha256(Files.readAllBytes(file)));
            }
        }
        return found;
    }

    private static String mediaType(Path file) {
        var name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".xml") || name.endsWith(".xsd")) {
            return "application/xml";
        }
        if (name.endsWith(".pdf")) {
            return "application/pdf";
        }
        if (name.endsWith(".csv")) {
            return "text/csv";
        }
        return name.endsWith(".ezh") ? "text/plain; charset=ISO-8859-1" : "";
    }

    private static Map<String, String> expectations(Path folder) throws IOException {
        var found = new TreeMap<String, String>();
        for (var line : new ArrayList<>(Files.readAllLines(folder.resolve("EXPECTED.csv")))) {
            var cells = line.split(",", 2);
            found.put(cells[0], cells[cells.length - 1]);
        }
        return found;
    }

    private static void report(String group, Map<String, Integer> outcomes) {
        System.out.println("Published " + group + ": " + outcomes);
    }
}
