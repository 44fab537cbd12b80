package de.stellwerk.plugins.folder;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttempt;
import static de.stellwerk.plugins.folder.PickupTest.names;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same on a real SFTP server. */
@Timeout(60)
class SftpHandOverTest implements SinkContract {

    private Path out = Path.of("not-opened");
    private Optional<TestServer> server = Optional.empty();

    @AfterEach
    void stop() throws IOException {
        if (server.isPresent()) {
            server.get().close();
        }
    }

    @Test
    void aLineThatBreaksWhileTheFileIsWrittenIsNotSentAndTheNextAttemptIsWhole(@TempDir Path directory)
            throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            var large = delivery("one", "any", Content.of("a", "application/xml", new byte[3 << 20]));
            server().breakAfter(1 << 20);
            assertThat(sink.deliver(large)).isInstanceOf(NotSent.class);
            assertThat(arrived()).isZero();
            server().heal();
            assertThat(sink.deliver(withAttempt(large, 2))).isInstanceOf(Delivered.class);
            assertThat(out.resolve(large.id() + ".xml")).hasSize(3 << 20);
            assertThat(names(out)).containsExactlyInAnyOrder(large.id() + ".xml", large.id() + ".xml.ok");
        }
    }

    @Test
    void otherBytesUnderTheDeliverysNameAreNotOverwritten(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            var form = acceptable("one");
            var there = Files.writeString(out.resolve(form.id() + ".xml"), "something else");
            assertThat(sink.deliver(form)).isInstanceOf(Rejected.class);
            assertThat(there).hasContent("something else");
        }
    }

    private TestServer server() {
        return server.orElseThrow();
    }

    @Override
    public ConnectorFactory factory() {
        return new FolderExchange();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        out = Files.createDirectories(directory.resolve("server/austausch/out"));
        server = Optional.of(new TestServer(directory.resolve("server")));
        return server().hub(directory, "/austausch").with("out", "out");
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
        return HandOverTest.holds(out, attachment);
    }

    @Override
    public void unreachable() throws IOException {
        server().stop();
    }

    @Override
    public void reachable() throws IOException {
        server().startAgain();
    }
}
