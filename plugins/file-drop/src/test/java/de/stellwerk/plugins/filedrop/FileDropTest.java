package de.stellwerk.plugins.filedrop;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.GoldenFolder;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class FileDropTest implements SinkContract {

    private Path folder = Path.of("not-opened");

    @TestFactory
    Stream<DynamicTest> goldenMessages() throws IOException {
        return GoldenFolder.inJar(FileDrop::new);
    }

    @Test
    void attachmentsLieBesideTheBodyUnderItsNameAndANumber(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            var form = acceptable("one");
            var result = sink.deliver(withAttachment(
                    withAttachment(form, Content.of("a", "application/pdf", new byte[] {1})),
                    Content.of("b", "image/png", new byte[] {2})));
            var name = form.id();
            assertThat(result).isEqualTo(new Delivered(name + ".xml"));
            assertThat(files())
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder(name + ".xml", name + "-1.pdf", name + "-2.bin");
            assertThat(folder.resolve(name + ".xml")).hasContent("<form>one</form>");
        }
    }

    @Test
    void theEndingFollowsFromTheMediaType(@TempDir Path directory) throws Exception {
        assertThat(endingOf("application/xml; charset=ISO-8859-1", directory.resolve("1")))
                .isEqualTo("xml");
        assertThat(endingOf("application/vnd.example+json", directory.resolve("2")))
                .isEqualTo("json");
        assertThat(endingOf(
                        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                        directory.resolve("3")))
                .isEqualTo("bin");
        assertThat(endingOf("../../xml", directory.resolve("4"))).isEqualTo("xml");
    }

    private String endingOf(String mediaType, Path directory) throws Exception {
        try (var sink = hub(Files.createDirectory(directory)).open(factory(), Sink.class)) {
            sink.deliver(delivery("one", "any", Content.of("body", mediaType, new byte[] {1})));
            return files().get(0).getFileName().toString().replaceFirst(".*\\.", "");
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new FileDrop();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        folder = Files.createDirectory(directory.resolve("in"));
        return new TestHub(directory).with("folder", "in");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id, "form.submission", "<form>" + id + "</form>");
    }

    @Override
    public int arrived() throws IOException {
        return (int) files().stream()
                .filter(file -> file.getFileName().toString().endsWith(".xml"))
                .count();
    }

    @Override
    public boolean arrived(byte[] attachment) throws IOException {
        for (var file : files()) {
            if (Arrays.equals(Files.readAllBytes(file), attachment)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(folder, folder.resolveSibling("away"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(folder.resolveSibling("away"), folder);
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.filter(file -> !file.toString().endsWith(".tmp")).toList();
        }
    }
}
