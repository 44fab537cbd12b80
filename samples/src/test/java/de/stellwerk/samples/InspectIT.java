package de.stellwerk.samples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.samples.letters.SampleList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that need no hub, in the process that a person starts. */
class InspectIT {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final long MEMORY = 256L << 10;
    private static final JsonMapper JSON = new JsonMapper();

    private static Path command;

    @TempDir
    Path folder;

    /**
     * @param took what the whole call took
     * @param kilobytes the most memory that its Java process had
     */
    private record Call(int status, List<JsonNode> lines, Duration took, long kilobytes) {}

    @BeforeAll
    static void find() throws IOException {
        command = BuiltCheckout.require().folder().resolve("bin/stellwerk");
    }

    @Test
    void hostileDocumentsAreAnsweredWithinTimeAndMemory() throws Exception {
        var bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"" + "&a;".repeat(1_000) + "\">]><a>"
                + "&b;".repeat(1_000) + "</a>";
        expect("xml.doctype", "xml", write("laughs.xml", bomb));
        expect("xml.depth", "xml", write("deep.xml", "<a>".repeat(200_000)));
        expect("xml.size", "xml", write("large.xml", "<a>" + "<b/>".repeat(8 << 20) + "</a>"));
        expect("json.depth", "fit-connect-metadata", write("deep.json", "[".repeat(1_000_000)));
        expect("archive.ratio", "mail", write("bomb.eml", mailed(zeros())));
        expect("record.length", "fixed:erzwingungshaft", write("endless.dat", "x".repeat(50 << 20)));
    }

    @Test
    void aSlowPatternIsStoppedAndTheFileBehindItIsStillAnswered() throws Exception {
        var profile = write(
                "slow.yaml", "length: 60\nfields:\n  - { name: f, at: 1, length: 60, pattern: \"(.*a){25}b\" }\n");
        var slow = write("slow.dat", "a".repeat(60) + "\n");
        var good = write("good.dat", "a".repeat(59) + "b\n");
        var call = run("validate-message", "fixed:" + profile, slow.toString(), good.toString());
        assertThat(call.status()).isZero();
        assertThat(call.lines().stream().map(line -> line.path("code").asString("")))
                .containsExactly("limit.time", "");
        assertThat(call.lines().get(1).path("outcome").asString()).isEqualTo("OK");
    }

    @Test
    void aDeepOrHugeSignedFileIsAnswered() throws Exception {
        for (var file : List.of(
                write("deep.xml", "<a>".repeat(200_000)),
                write("large.pdf", "%PDF-1.7\n" + "0".repeat(40 << 20)),
                Files.write(folder.resolve("bomb.asice"), zeros()))) {
            var call = inTime("verify", file.toString());
            assertThat(call.lines()).hasSize(1);
            assertThat(call.lines().get(0).path("accepted").asBoolean()).isFalse();
            within(call, file);
        }
    }

    /** As large as that of a large member state; it is read and its signature verified anew in each call. */
    @Test
    void aNoticeIsVerifiedByATrustedListWithinTimeAndMemory() throws Exception {
        var trust = Files.createDirectories(folder.resolve("trust"));
        var list = new SampleList(trust, 1_800);
        System.out.println("Trusted list: " + Files.size(trust.resolve("lists/DE.xml")) + " bytes");
        var notice = Files.write(folder.resolve("notice.xml"), list.notice());
        var call = inTime("verify", "--policy", trust.toString(), notice.toString());
        assertThat(call.lines()).hasSize(1);
        assertThat(call.lines().get(0).path("accepted").asBoolean())
                .as(call.lines().toString())
                .isTrue();
        within(call, notice);
        System.out.println("Verified by it in " + call.took().toMillis() + " ms, " + call.kilobytes() + " kB");
    }

    @Test
    void everyPublishedSignedFileIsAnsweredInOneCall() throws Exception {
        var files = new ArrayList<>(List.of("verify"));
        for (var file : Published.files(Published.folder("signatures"))) files.add(file.toString());
        var call = run(files.toArray(String[]::new));
        assertThat(call.status()).isZero();
        assertThat(call.lines()).hasSize(files.size() - 1).noneMatch(line -> line.path("accepted")
                .asBoolean());
        assertThat(call.kilobytes()).isLessThan(MEMORY);
        System.out.println("Published signatures: " + call.lines().size() + " in "
                + call.took().toMillis() + " ms, " + call.kilobytes() + " kB");
    }

    @Test
    void wrongWordsEndWith2() throws Exception {
        assertThat(run("verify").status()).isEqualTo(2);
        assertThat(run("validate-message", "none", "x").status()).isEqualTo(2);
    }

    private void expect(String code, String kind, Path file) throws Exception {
        var call = inTime("validate-message", kind, file.toString());
        assertThat(call.status()).as(file.toString()).isZero();
        assertThat(call.lines()).hasSize(1);
        assertThat(call.lines().get(0).path("outcome").asString()).isEqualTo("REJECTED");
        assertThat(call.lines().get(0).path("code").asString())
                .as(file.toString())
                .isEqualTo(code);
        within(call, file);
    }

    private static void within(Call call, Path file) {
        assertThat(call.took()).as(file.toString()).isLessThan(LIMIT);
        assertThat(call.kilobytes()).as(file.toString()).isLessThan(MEMORY);
    }

    /** None takes more than three seconds; where everything else runs beside it, one may be given up for its time, or be late, now and then. */
    private Call inTime(String... words) throws Exception {
        var call = run(words);
        for (var more = 3; more > 0 && isLate(call); more--) {
            call = run(words);
        }
        return call;
    }

    private static boolean isLate(Call call) {
        return call.took().compareTo(LIMIT) >= 0 || call.lines().toString().contains("limit.time");
    }

    private Call run(String... words) throws Exception {
        var all = new ArrayList<String>();
        all.add(command.toString());
        all.addAll(List.of(words));
        var out = folder.resolve("out.txt");
        var start = System.nanoTime();
        var process = new ProcessBuilder(all)
                .redirectOutput(out.toFile())
                .redirectErrorStream(true)
                .start();
        var most = 0L;
        while (process.isAlive()) {
            most = Math.max(
                    most,
                    process.descendants().mapToLong(InspectIT::kilobytes).max().orElse(0));
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        var took = Duration.ofNanos(System.nanoTime() - start);
        var lines = Files.readAllLines(out).stream()
                .filter(line -> line.startsWith("{"))
                .map(JSON::readTree)
                .toList();
        return new Call(process.exitValue(), lines, took, most);
    }

    /** The peak that the system keeps for a process; 0 once it is gone. */
    private static long kilobytes(ProcessHandle process) {
        try (var status = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return status.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private static byte[] zeros() throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("zeros"));
            var chunk = new byte[1 << 20];
            for (var i = 0; i < 200; i++) zip.write(chunk);
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    private static String mailed(byte[] attachment) {
        return "Subject: bomb\r\nMIME-Version: 1.0\r\nContent-Type: application/zip; name=a.zip\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(attachment) + "\r\n";
    }

    private Path write(String name, String text) throws IOException {
        return Files.write(folder.resolve(name), text.getBytes(UTF_8));
    }
}
