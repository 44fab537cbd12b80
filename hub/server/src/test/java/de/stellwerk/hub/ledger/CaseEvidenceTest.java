package de.stellwerk.hub.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.evidence.EvidenceCheck;
import de.stellwerk.hub.evidence.EvidencePacks;
import de.stellwerk.hub.postgres.TestPostgres;
import de.stellwerk.hub.signature.Seal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is given out of a case proves itself without the hub, and whatever is changed in it is found. */
class CaseEvidenceTest {

    private static final String PIRNA = "14628270";

    @TempDir
    static Path home;

    private static final LedgerChainTest.SetClock CLOCK = new LedgerChainTest.SetClock();
    private static HikariDataSource database = new HikariDataSource();
    private static Seal seal = new Seal(Path.of(""), CLOCK);
    private static EvidencePacks packs = packs();
    private static byte[] pack = {};

    @BeforeAll
    static void playACase() throws Exception {
        database = LedgerChainTest.open(TestPostgres.freshDatabase());
        Flyway.configure().dataSource(database).load().migrate();
        seal = new Seal(home.resolve("keys"), CLOCK);
        packs = packs();
        var sealer = new Sealer(database, home.resolve("checkpoints"), seal::seal, CLOCK, () -> true);
        try (var nodes = new Nodes(database, CLOCK, "a");
                var ledger = new SqlLedger(database, CLOCK, new Ids(CLOCK), nodes)) {
            take(ledger, "before");
            seal(sealer);
            take(ledger, "ours");
            seal(sealer);
            sealer.checkpoint();
            deliver(ledger);
            take(ledger, "beside");
            seal(sealer);
            take(ledger, "behind");
            seal(sealer);
            CLOCK.forward(Duration.ofMinutes(2));
            sealer.checkpoint();
            take(ledger, "too-late");
            seal(sealer);
        }
        pack = packs.of(PIRNA, "case-ours").bytes();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void thePackHoldsEveryPartUnchangedAndProvesItself() throws IOException {
        var result = EvidenceCheck.check(pack, seal.certificatePem(), CLOCK);

        assertThat(result.problems()).isEmpty();
        assertThat(result.caseId()).isEqualTo("case-ours");
        assertThat(result.entries())
                .as("taken, planned, routed, delivered, receipt")
                .isEqualTo(5);
        assertThat(result.later()).isZero();
        assertThat(files(pack).entrySet().stream()
                        .filter(file -> file.getKey().startsWith("messages/"))
                        .map(file -> new String(file.getValue(), UTF_8)))
                .containsExactlyInAnyOrder("<form>ours</form>", "<ProcessCard/>");
    }

    @Test
    void everyFileThatIsChangedRemovedRenamedOrAddedIsFound() throws IOException {
        var names = List.copyOf(files(pack).keySet());
        assertThat(names).hasSizeGreaterThanOrEqualTo(6);
        for (var name : names) {
            if (!name.equals("mimetype")) {
                assertWrong(
                        name + " changed at its begin",
                        files -> files.computeIfPresent(name, (key, bytes) -> flipped(bytes, 0)));
                assertWrong(
                        name + " changed in the middle",
                        files -> files.computeIfPresent(name, (key, bytes) -> flipped(bytes, bytes.length / 2)));
                assertWrong(
                        name + " changed at its end",
                        files -> files.computeIfPresent(name, (key, bytes) -> flipped(bytes, bytes.length - 1)));
            }
            assertWrong(name + " removed", files -> files.remove(name));
            assertWrong(name + " renamed", files -> files.put(name + "x", files.remove(name)));
        }
        assertWrong("a file added", files -> files.put("messages/more", new byte[] {1}));
        assertWrong("a file added beside the signature", files -> files.put("META-INF/more.xml", new byte[] {1}));
        var parts = names.stream().filter(name -> name.startsWith("messages/")).toList();
        assertWrong("two files changed over", files -> {
            var first = files.get(parts.get(0));
            files.put(parts.get(0), files.get(parts.get(1)));
            files.put(parts.get(1), first);
        });
    }

    @Test
    void aPackThatAnotherHubHasSealedIsRefused() {
        var other = new Seal(home.resolve("other"), CLOCK);
        assertThat(EvidenceCheck.check(pack, other.certificatePem(), CLOCK).problems())
                .isNotEmpty();
        assertThat(EvidenceCheck.check(new byte[] {1, 2, 3}, seal.certificatePem(), CLOCK)
                        .problems())
                .isNotEmpty();
    }

    @Test
    void anEntryASealOrACheckpointThatWasChangedBeforeThePackWasSealedIsFound() {
        var extract = new CaseExtracts(database, home.resolve("checkpoints")).of(PIRNA, "case-ours");
        assertThat(problems(extract)).isEmpty();

        var first = extract.entries().get(0);
        var altered = new CaseExtract.Entry(
                first.xid(),
                first.no(),
                first.at(),
                first.caseId(),
                first.messageId(),
                first.deliveryId(),
                first.what(),
                first.code(),
                first.detail(),
                "somebody else");
        assertThat(problems(with(extract, replaced(extract.entries(), altered), extract.links())))
                .containsExactly("entry " + first.no() + " is in no seal under a signed checkpoint");

        var link = extract.links().get(0);
        var unsigned = new CaseExtract.Link(link.checkpoint().replace('A', 'B'), link.seals());
        assertThat(problems(with(extract, extract.entries(), replaced(extract.links(), unsigned))))
                .contains("a checkpoint was not signed by this hub");
        var shorter = new CaseExtract.Link(
                extract.links().get(1).checkpoint(),
                extract.links().get(1).seals().subList(0, 1));
        assertThat(problems(with(extract, extract.entries(), List.of(link, shorter))))
                .contains("the checkpoint does not name the end of the seals before it");
    }

    @Test
    void whatIsNotUnderACheckpointYetIsNotGivenOut() {
        assertThatThrownBy(() -> packs.of(PIRNA, "case-too-late"))
                .isInstanceOfSatisfying(
                        EvidencePacks.NotNow.class, e -> assertThat(e.code()).isEqualTo("evidence.not-yet"));
        assertThatThrownBy(() -> packs.of(PIRNA, "case-nobody"))
                .isInstanceOfSatisfying(
                        EvidencePacks.NotNow.class, e -> assertThat(e.code()).isEqualTo("evidence.none"));
        assertThatThrownBy(() -> packs.of("14713000", "case-ours"))
                .as("another municipality's case")
                .isInstanceOf(EvidencePacks.NotNow.class);
    }

    private static EvidencePacks packs() {
        try {
            return new EvidencePacks(
                    new Search(database),
                    new ContentStore(home == null ? Path.of("target/none") : home.resolve("content"), 65_536, CLOCK),
                    new CaseExtracts(database, (home == null ? Path.of("") : home).resolve("checkpoints")),
                    seal,
                    CLOCK);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void take(Ledger ledger, String id) {
        ledger.take(LedgerChainTest.message(PIRNA, id));
    }

    private static void seal(Sealer sealer) {
        org.awaitility.Awaitility.await().until(() -> sealer.seal() > 0);
    }

    private static void deliver(Ledger ledger) {
        var id = new Search(database)
                .messages(
                        new Search.Sight(true, List.of()),
                        new Search.Filter(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("case-ours"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                1))
                .get(0)
                .id();
        var set = ledger.claimMessages(List.of(java.util.UUID.fromString(id)));
        var held = set.messages().get(0);
        var delivery = new NewDelivery(
                "d",
                "register",
                "out",
                "form.submission",
                Map.of(),
                held.parts().get(0),
                List.of(),
                "",
                false);
        ledger.routed(
                set,
                List.of(Ledger.Routed.well(held, "r@1", List.of(delivery), List.of(), List.of(), CLOCK.instant())));
        var due = ledger.claimDeliveries(List.of("d")).get(0);
        ledger.concluded(List.of(Ledger.Outcome.delivered(due, "ref", false, CLOCK.instant())
                .proved(List.of(
                        ContentStore.inline("Laufzettel.xml", "application/xml", "<ProcessCard/>".getBytes(UTF_8))))));
    }

    private static List<String> problems(CaseExtract extract) {
        return extract.problems(line -> Seal.opened(line, seal.certificatePem()));
    }

    private static CaseExtract with(CaseExtract from, List<CaseExtract.Entry> entries, List<CaseExtract.Link> links) {
        return new CaseExtract(from.municipality(), from.caseId(), entries, links, from.later(), from.messages());
    }

    private static <T> List<T> replaced(List<T> all, T first) {
        var other = new ArrayList<>(all);
        other.set(0, first);
        return other;
    }

    private static void assertWrong(String what, Consumer<Map<String, byte[]>> deed) throws IOException {
        var files = files(pack);
        deed.accept(files);
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        assertThat(EvidenceCheck.check(out.toByteArray(), seal.certificatePem(), CLOCK)
                        .problems())
                .as(what)
                .isNotEmpty();
    }

    private static Map<String, byte[]> files(byte[] container) throws IOException {
        var files = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(container))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        var other = bytes.clone();
        other[at] ^= 1;
        return other;
    }
}
