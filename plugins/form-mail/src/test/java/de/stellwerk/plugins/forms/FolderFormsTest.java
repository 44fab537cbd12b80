package de.stellwerk.plugins.forms;

import static de.stellwerk.hub.testkit.TestHub.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.testkit.GoldenFolder;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FolderFormsTest implements SourceContract {

    private Path in = Path.of("not-opened");

    @Test
    void aSetIsTakenWhenItIsCompleteAndHasBeenQuiet(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("quiet", "10s");
        try (var source = hub.open(factory(), Source.class)) {
            write("010040-k.xml", "<form/>");
            write("010040-k_anlagen.zip", FormOffice.zip("plan.png", "plan"));
            write("010040-k.pdf.part", "half");
            assertThat(hub.poll(source).offered()).isEmpty();
            hub.clock().pass(Duration.ofMinutes(1));
            assertThat(hub.poll(source).offered()).as("its PDF has not come").isEmpty();

            Files.move(in.resolve("010040-k.pdf.part"), in.resolve("010040-k.pdf"));
            assertThat(hub.poll(source).offered()).as("it came just now").isEmpty();
            hub.clock().pass(Duration.ofSeconds(10));
            hub.poll(source);
        }
        assertThat(hub.inbox().messages()).singleElement().satisfies(message -> {
            assertThat(message.kind()).isEqualTo("form.submission");
            assertThat(message.id()).matches("sha256:[0-9a-f]{64}#010040-k");
            assertThat(message.headers()).containsEntry("form", "010040").containsEntry("transaction", "k");
            assertThat(text(message.body())).isEqualTo("<form/>");
            assertThat(message.attachments()).extracting(Content::name).containsExactly("010040-k.pdf", "plan.png");
        });
        assertThat(names(in)).containsExactly("erledigt");
        assertThat(files("erledigt")).containsExactly("010040-k.pdf", "010040-k.xml", "010040-k_anlagen.zip");
    }

    @Test
    void aSetThatNeverBecomesCompleteIsHandedOverAsSuchAfterATime(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("patience", "1h");
        try (var source = hub.open(factory(), Source.class)) {
            write("010040-k.xml", "<form/>");
            write("leer.pdf", "");
            hub.poll(source);
            hub.clock().pass(Duration.ofMinutes(59));
            assertThat(hub.poll(source).offered()).isEmpty();
            hub.clock().pass(Duration.ofMinutes(1));
            hub.poll(source);
        }
        assertThat(hub.inbox().messages()).hasSize(2).allSatisfy(message -> {
            assertThat(message.kind()).isEqualTo("form.incomplete");
            assertThat(message.headers()).containsEntry("problem", "form.incomplete");
        });
        var lacking = hub.inbox().messages().get(0);
        assertThat(lacking.headers()).containsEntry("detail", "010040-k: no .pdf");
        assertThat(text(lacking.body())).contains("010040-k.xml", "no .pdf");
        assertThat(text(lacking.attachments().get(0))).isEqualTo("<form/>");
        assertThat(lacking.attachments().get(0).mediaType()).isEqualTo("application/octet-stream");
        assertThat(text(hub.inbox().messages().get(1).body())).contains("leer.pdf (leer / empty)");
        assertThat(names(in)).containsExactly("erledigt");
    }

    @Test
    void brokenXmlAndABrokenArchiveGoToAPerson(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("patience", "1s");
        try (var source = hub.open(factory(), Source.class)) {
            write("a-1.xml", "<form>");
            write("a-1.pdf", "%PDF");
            write("b-1.xml", "<form/>");
            write("b-1.pdf", "%PDF");
            write("b-1.zip", FormOffice.zip("/etc/passwd", "x"));
            hub.poll(source);
            hub.clock().pass(Duration.ofSeconds(1));
            hub.poll(source);
        }
        assertThat(hub.inbox().messages())
                .extracting(message -> message.headers().get("problem"))
                .containsExactlyInAnyOrder("form.incomplete", "archive.path");
        assertThat(hub.inbox().messages()).extracting(Message::kind).containsOnly("form.incomplete");
    }

    @Test
    void whatTheHubRejectsLiesInTheErrorFolderWithANote(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var source = hub.open(factory(), Source.class)) {
            put("one");
            hub.inbox().mode(Mode.REJECT);
            hub.poll(source);
        }
        assertThat(names(in)).containsExactlyInAnyOrder("erledigt", "fehler");
        assertThat(files("fehler")).containsExactly("010040-one.pdf", "010040-one.xml", "fehler.txt");
        assertThat(Files.readString(one("fehler").resolve("fehler.txt")))
                .startsWith("test.rejected")
                .contains("Was zu tun ist");
    }

    /** The hub died when it had moved the first of two files: the other one is no new form. */
    @Test
    void aMoveThatWasCutShortIsGoneOnWith(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("patience", "1s");
        put("one");
        try (var source = hub.open(factory(), Source.class)) {
            var pdf = in.resolve("010040-one.pdf");
            var xml = in.resolve("010040-one.xml");
            Files.createDirectories(in.resolve("erledigt/one"));
            Files.writeString(
                    in.resolve("erledigt/umzug.txt"), "erledigt/one\n" + line(pdf) + line(xml), StandardCharsets.UTF_8);
            Files.move(pdf, in.resolve("erledigt/one/010040-one.pdf"));
            hub.poll(source);
            hub.clock().pass(Duration.ofHours(1));
            hub.poll(source);
        }
        assertThat(hub.inbox().offered()).isEmpty();
        assertThat(files("erledigt")).containsExactly("010040-one.pdf", "010040-one.xml");
    }

    private static String line(Path file) throws IOException {
        return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis() + " "
                + HexFormat.of().formatHex(file.getFileName().toString().getBytes(StandardCharsets.UTF_8)) + "\n";
    }

    @Test
    void aLinkIsNotFollowed(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("patience", "1s");
        try (var source = hub.open(factory(), Source.class)) {
            Files.createSymbolicLink(
                    in.resolve("a-1.xml"), Files.writeString(directory.resolve("secret.xml"), "<secret/>"));
            hub.poll(source);
            hub.clock().pass(Duration.ofHours(1));
            hub.poll(source);
        }
        assertThat(hub.inbox().offered()).isEmpty();
    }

    @Test
    void theConnectionTestLooksAtTheFolderAndMakesNothing(@TempDir Path directory) throws Exception {
        try (var tested = hub(directory).open(factory(), Tested.class)) {
            assertThat(tested.test()).allMatch(check -> check.outcome() == Tested.Outcome.PASSED);
            assertThat(names(in)).isEmpty();
            Files.delete(in);
            assertThat(tested.test())
                    .extracting(Tested.Check::outcome)
                    .containsExactly(Tested.Outcome.FAILED, Tested.Outcome.SKIPPED);
        }
    }

    @Test
    void whatIsWrongInTheSettingsIsToldAtOnce(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("error", "erledigt").with("quiet", "1m").with("patience", "1s");
        assertThatThrownBy(() -> hub.open(factory()))
                .hasMessageContaining("'archive' and 'error'")
                .hasMessageContaining("'patience' is shorter");
    }

    @TestFactory
    Stream<DynamicTest> goldenMessages() throws Exception {
        return GoldenFolder.inJar(FormMail::new, FormFolder::new);
    }

    // --- the contract

    @Override
    public ConnectorFactory factory() {
        return new FormFolder();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        in = Files.createDirectories(directory.resolve("in"));
        return new TestHub(directory)
                .with("folder", in)
                .with("required", "xml,pdf")
                .with("quiet", "0s");
    }

    @Override
    public void put(String name) throws IOException {
        var stem = "010040-" + name.replace(' ', '-');
        write(stem + ".xml", "<form>" + name + "</form>");
        write(stem + ".pdf", "%PDF " + name);
    }

    private void write(String name, String content) throws IOException {
        write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, byte[] content) throws IOException {
        Files.write(in.resolve(name), content);
    }

    @Override
    public int waiting() throws IOException {
        try (var files = Files.list(in)) {
            return (int) files.filter(file -> file.toString().endsWith(".xml")).count();
        }
    }

    @Override
    public int keptRejected() throws IOException {
        return names(in.resolve("fehler")).size();
    }

    @Override
    public int mostAtOnce() {
        return FolderForms.SETS_A_POLL;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(in, in.resolveSibling("away"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(in.resolveSibling("away"), in);
    }

    /** What lies in the only folder below this one. */
    private List<String> files(String folder) throws IOException {
        return names(one(folder));
    }

    private Path one(String folder) throws IOException {
        assertThat(names(in.resolve(folder))).hasSize(1);
        return in.resolve(folder).resolve(names(in.resolve(folder)).get(0));
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
