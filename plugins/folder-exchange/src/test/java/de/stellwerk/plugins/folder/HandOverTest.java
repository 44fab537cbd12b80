package de.stellwerk.plugins.folder;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.plugins.folder.PickupTest.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder of this machine. */
class HandOverTest implements SinkContract {

    private Path out = Path.of("not-opened");

    @Test
    void attachmentsLieBesideTheBodyAndTheMarkerComesLast(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            var form = acceptable("one");
            var result = sink.deliver(withAttachment(
                    withAttachment(form, Content.of("a", "application/pdf", new byte[] {1})),
                    Content.of("b", "image/jpeg", new byte[] {2})));
            assertThat(result).isEqualTo(new Delivered(form.id() + ".xml"));
            assertThat(names(out))
                    .containsExactlyInAnyOrder(
                            form.id() + ".xml", form.id() + "-1.pdf", form.id() + "-2.jpg", form.id() + ".xml.ok");
        }
    }

    @Test
    void otherBytesUnderTheDeliverysNameAreNotOverwritten(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            var form = acceptable("one");
            var there = Files.writeString(out.resolve(form.id() + ".xml"), "something else");
            assertThat(sink.deliver(form)).isInstanceOf(Rejected.class);
            assertThat(there).hasContent("something else");
        }
    }

    @Test
    void whatAnAttemptThatDiedHasLeftIsTidiedUpByTheNext(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            var form = acceptable("one");
            Files.writeString(out.resolve(form.id() + ".xml.1.tmp"), "ha");
            assertThat(sink.deliver(withAttempt(form, 2))).isInstanceOf(Delivered.class);
            assertThat(names(out)).containsExactlyInAnyOrder(form.id() + ".xml", form.id() + ".xml.ok");
        }
    }

    @Test
    void aMarkerThatIsMissingAfterADeathIsAdded(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            var form = acceptable("one");
            sink.deliver(form);
            Files.delete(out.resolve(form.id() + ".xml.ok"));
            assertThat(sink.deliver(withAttempt(form, 2))).isInstanceOf(Delivered.class);
            assertThat(out.resolve(form.id() + ".xml.ok")).exists();
        }
    }

    @Test
    void aFolderThatIsAwayIsNotSent(@TempDir Path directory) throws Exception {
        try (var sink = hub(directory).open(factory(), Sink.class)) {
            unreachable();
            assertThat(sink.deliver(acceptable("one"))).isInstanceOf(NotSent.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "in=out",
                "ready=soon",
                "url=sftp://127.0.0.1/a",
                "folder=",
                "out=",
            })
    void settingsThatCannotWorkAreNamed(String wrong) throws Exception {
        var setting = (wrong + " ").split("=");
        try (var factory = factory()) {
            var hub = new TestHub(Path.of("unused")).with("folder", "a").with("out", "out");
            assertThatThrownBy(() -> hub.with(setting[0], setting[1].strip()).open(factory))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + setting[0] + "'");
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new FolderExchange();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        out = Files.createDirectories(directory.resolve("out"));
        return new TestHub(directory).with("folder", directory).with("out", "out");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id, "form.submission", "<form>" + id + "</form>");
    }

    @Override
    public int arrived() throws IOException {
        return (int) names(out).stream().filter(name -> name.endsWith(".xml")).count();
    }

    @Override
    public boolean arrived(byte[] attachment) throws IOException {
        return holds(out, attachment);
    }

    static boolean holds(Path folder, byte[] bytes) throws IOException {
        try (var all = Files.list(folder)) {
            for (var file : all.toList()) {
                if (!file.toString().endsWith(".tmp") && Arrays.equals(Files.readAllBytes(file), bytes)) {
                    return true;
                }
            }
            return false;
        }
    }

    @Override
    public void unreachable() throws IOException {
        Files.move(out, out.resolveSibling("away"));
    }

    @Override
    public void reachable() throws IOException {
        Files.move(out.resolveSibling("away"), out);
    }
}
