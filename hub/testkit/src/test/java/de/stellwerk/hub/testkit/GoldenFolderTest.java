package de.stellwerk.hub.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.golden.GoldenCase;
import de.stellwerk.hub.testkit.golden.GoldenRun;
import de.stellwerk.hub.testkit.golden.GoldenRun.Difference;
import de.stellwerk.hub.testkit.golden.NotACase;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A case passes with a connector that does what it says, and names what is different with one that does not. */
class GoldenFolderTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    @Test
    void aDeliveryIsComparedByResultReferenceAndFiles() throws Exception {
        put("one/case.properties", "folders = in\nsetting.target = ${directory}/in\nexpect.reference = one.xml");
        put("one/delivery/body.xml", "<form/>");
        put("one/delivery/attachments/1-plan.txt", "plan");
        put("one/expected/files/in/one.xml", "<form/>");
        put("one/expected/files/in/one.xml-1", "plan");
        assertThat(run(new Post())).isEmpty();
        put("one/expected/files/in/one.xml", "<other/>");
        Files.delete(directory.resolve("cases/one/expected/files/in/one.xml-1"));
        assertThat(run(new Post()))
                .containsExactly(
                        new Difference("file in/one.xml", "<other/>", "<form/>"),
                        new Difference("file in/one.xml-1", "nothing", "plan"));
    }

    @Test
    void aResultThatIsNotTheExpectedOneIsNamedWithItsWords() throws Exception {
        put("one/case.properties", "setting.target = ${directory}/gone\nexpect = delivered");
        put("one/delivery/body.xml", "<form/>");
        assertThat(run(new Post())).singleElement().satisfies(difference -> {
            assertThat(difference.what()).isEqualTo("result");
            assertThat(difference.found()).contains("NoSuchFileException");
        });
        put("one/case.properties", "setting.target = ${directory}/gone\nexpect = unknown");
        assertThat(run(new Post())).isEmpty();
    }

    @Test
    void theLoopbackAnswersAndWhatItWasAskedIsCompared() throws Exception {
        put("one/case.properties", "setting.target = ${http}/form\nexpect.reference = R-1");
        put("one/delivery/body.xml", "<form/>");
        put("one/delivery/message.properties", "kind = form.submission\nheader.file-name = a.xml");
        put("one/http/1-answer.txt", "200 OK\ncontent-type: text/plain\n\nR-1\n");
        put("one/http/1-request.txt", "POST /form\nfile-name: a.xml\n\n<form/>\n");
        assertThat(run(new Post())).isEmpty();
        put("one/http/1-request.txt", "POST /forms\nfile-name: b.xml\n\n<f/>\n");
        assertThat(run(new Post()))
                .extracting(Difference::what)
                .containsExactly("HTTP request 1", "HTTP request 1 header file-name", "HTTP request 1 body");
        put("one/http/2-answer.txt", "200\n");
        assertThat(run(new Post())).extracting(Difference::what).contains("HTTP requests");
    }

    @Test
    void atNowhereNobodyListens() throws Exception {
        put("one/case.properties", "setting.target = http://${nowhere}/form\nexpect = not-sent");
        put("one/delivery/body.xml", "<form/>");
        assertThat(run(new Post())).isEmpty();
    }

    @Test
    void aPollIsComparedByTheMessagesItHandsOver() throws Exception {
        put("one/case.properties", "setting.target = ${directory}");
        put("one/given/a.xml", "<a/>");
        put("one/expected/files/taken", "a.xml");
        put("one/expected/messages/1/message.properties", "id = a.xml\nkind = form.submission\nheader.size = 4");
        put("one/expected/messages/1/body.xml", "<a/>");
        put("one/expected/messages/1/attachments/1-x.txt", "x");
        assertThat(run(new Post())).isEmpty();
        put("one/expected/messages/1/message.properties", "id = b.xml\nheader.size = 5\nheader.other = x");
        put("one/expected/messages/2/body.xml", "<b/>");
        assertThat(run(new Post()))
                .extracting(Difference::what)
                .containsExactly(
                        "messages handed over", "message 1 id", "message 1 header.other", "message 1 header.size");
    }

    @Test
    void aRequestIsComparedByItsAnswerAndTheMessageItBecame() throws Exception {
        put("one/case.properties", "setting.target = ${directory}\nexpect = 202\nexpect.text = taken hub-7");
        put("one/request/message.properties", "path = forms/7\nheader.x-kind = form.submission");
        put("one/request/body.json", "{}");
        put("one/expected/messages/1/message.properties", "id = 7\nbody.media-type = application/json");
        put("one/expected/messages/1/body.json", "{}");
        assertThat(run(new Post())).isEmpty();
        put("one/case.properties", "setting.target = ${directory}\nexpect = 200");
        assertThat(run(new Post())).containsExactly(new Difference("status", "200", "202 taken hub-7"));
    }

    @Test
    void theSameCasesAreReadFromAZip() throws Exception {
        put("one/case.properties", "folders = in\nsetting.target = ${directory}/in\nexpect.reference = one.xml");
        put("one/delivery/body.xml", "<form/>");
        var zip = directory.resolve("cases.zip");
        try (var system = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            for (var file : List.of("case.properties", "delivery/body.xml")) {
                var inside = system.getPath(GoldenCase.IN_JAR, "one", file);
                Files.createDirectories(inside.getParent());
                Files.copy(directory.resolve("cases/one").resolve(file), inside);
            }
        }
        try (var system = FileSystems.newFileSystem(zip)) {
            var cases = GoldenCase.read(system.getPath(GoldenCase.IN_JAR));
            assertThat(cases).extracting(GoldenCase::name).containsExactly("one");
            assertThat(GoldenRun.of(cases.get(0), new Post(), scratch())).isEmpty();
        }
    }

    @Test
    void aKeyThatIsMistypedIsNotPassedOver() throws IOException {
        put("one/case.properties", "expekt = delivered");
        assertThatThrownBy(() -> GoldenCase.read(directory.resolve("cases")))
                .isInstanceOf(NotACase.class)
                .hasMessageContaining("'expekt'");
        put("one/case.properties", "expect = deliverd");
        assertThatThrownBy(() -> GoldenCase.read(directory.resolve("cases"))).isInstanceOf(NotACase.class);
        put("one/case.properties", "folders = ../out");
        assertThatThrownBy(() -> run(new Post())).isInstanceOf(NotACase.class).hasMessageContaining("../out");
    }

    @Test
    void aFolderWithoutCasesIsNotATestThatPasses() {
        assertThatThrownBy(() -> GoldenFolder.tests(directory.resolve("nothing"), Post::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no golden message");
    }

    private List<Difference> run(ConnectorFactory factory) throws Exception {
        var cases = GoldenCase.read(directory.resolve("cases"));
        assertThat(cases).hasSize(1);
        return GoldenRun.of(cases.get(0), factory, scratch());
    }

    private Path scratch() throws IOException {
        return Files.createTempDirectory(directory, "scratch");
    }

    private void put(String file, String text) throws IOException {
        var path = directory.resolve("cases").resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** Sink, source and receiver for a folder or a web address. */
    static final class Post implements ConnectorFactory {

        @Override
        public ConnectorDescriptor descriptor() {
            return ConnectorDescriptor.of("post", "A folder or a web address")
                    .channels(Channel.out("out"), Channel.in("in"))
                    .settings(Setting.required("target", "Where"));
        }

        @Override
        public Connector create(Settings settings, HubContext hub) {
            return new Opened(settings);
        }
    }

    private record Opened(Settings settings) implements Sink, Source, Receiver {

        @Override
        public DeliveryResult deliver(Delivery delivery) throws Exception {
            return settings.text("target").startsWith("http") ? send(delivery) : write(delivery);
        }

        private DeliveryResult write(Delivery delivery) throws IOException {
            var file = settings.path("target").resolve("one.xml");
            Files.write(file, TestHub.bytes(delivery.body()));
            for (var i = 0; i < delivery.attachments().size(); i++) {
                Files.write(
                        Path.of(file + "-" + (i + 1)),
                        TestHub.bytes(delivery.attachments().get(i)));
            }
            return new Delivered("one.xml");
        }

        private DeliveryResult send(Delivery delivery) throws Exception {
            var request = HttpRequest.newBuilder(URI.create(settings.text("target")))
                    .POST(BodyPublishers.ofByteArray(TestHub.bytes(delivery.body())));
            delivery.headers().forEach(request::header);
            try {
                return new Delivered(HttpClient.newHttpClient()
                        .send(request.build(), BodyHandlers.ofString())
                        .body());
            } catch (ConnectException e) {
                return new NotSent("nobody listens", Duration.ofSeconds(1));
            }
        }

        @Override
        public void poll(Inbox inbox) throws IOException {
            var file = settings.path("target").resolve("a.xml");
            inbox.accept(
                    "in",
                    Message.of("a.xml", "form.submission", Content.of("a.xml", "application/xml", file))
                            .header("size", String.valueOf(Files.size(file)))
                            .attach(Content.of("x.txt", "text/plain", "x".getBytes(StandardCharsets.UTF_8))));
            Files.writeString(file, "a.xml");
            Files.move(file, file.resolveSibling("taken"));
        }

        @Override
        public Answer receive(Request request, Inbox inbox) {
            var id = request.path().replaceFirst(".*/", "");
            var receipt =
                    inbox.accept("in", Message.of(id, request.headers().getOrDefault("x-kind", ""), request.body()));
            return new Answer(202, "text/plain", "taken " + receipt.messageId());
        }
    }
}
