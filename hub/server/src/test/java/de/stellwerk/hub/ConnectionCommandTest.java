package de.stellwerk.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectionCommandTest {

    @TempDir
    Path home;

    private final List<String> asked = new ArrayList<>();
    private HttpServer hub;
    private int status = 200;
    private String answer = "{}";

    private record Said(int status, String text) {}

    @BeforeEach
    void aHubThatAnswersWhatItIsTold() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", exchange -> {
            try (exchange) {
                asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                        + exchange.getRequestHeaders().getFirst("Authorization") + " "
                        + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                var bytes = answer.getBytes(UTF_8);
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        hub.start();
        Files.createDirectories(home.resolve("data"));
        Files.writeString(home.resolve("data/first-api-key"), "s3cret\n");
    }

    @AfterEach
    void theHubIsGone() {
        hub.stop(0);
    }

    @Test
    void withoutAHubADraftIsToldAllItsProblemsWithTheirPlaces() throws IOException {
        var draft = draft("""
                connector: nowhere
                retry: { attempts: many }
                color: blue
                """);

        var said = run("connection", "validate", draft);

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text())
                .contains(
                        "draft.yaml:2:20 config.number",
                        "draft.yaml:3:1 config.unknown-key",
                        "config.unknown-connector",
                        "None is known.")
                .contains("without a hub", "nothing was changed");
        assertThat(asked).isEmpty();
    }

    @Test
    void aRunningHubIsAskedInItsPlaceAndItsWordsAreShown() throws IOException {
        runs();
        answer = """
                {"problems": [{"code": "config.value", "file": "draft", "line": 4, "column": 7,
                  "german": "Das ist keine Adresse.", "english": "This is no address."}]}""";

        var said = run("connection", "validate", draft("connector: epaybl"));

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text())
                .contains("draft.yaml:4:7 config.value", "Das ist keine Adresse.", "This is no address.")
                .doesNotContain("s3cret");
        assertThat(asked).containsExactly("POST /api/v1/connections/validate Bearer s3cret connector: epaybl");
    }

    @Test
    void aDraftInOrderEndsWithStatusZero() throws IOException {
        runs();
        answer = "{\"problems\": []}";

        var said = run("connection", "validate", draft("connector: epaybl"));

        assertThat(said.status()).isZero();
        assertThat(said.text()).contains("nobody was contacted");
    }

    @Test
    void aTestTellsEachStepAndWhatToDo() throws IOException {
        runs();
        answer = """
                {"passed": false, "checks": [
                  {"name": "dns", "outcome": "PASSED", "german": "Name aufgelöst.", "english": "Name resolved."},
                  {"name": "tcp", "outcome": "FAILED", "german": "Keine Verbindung.", "english": "No connection.",
                   "remedyGerman": "Port prüfen.", "remedyEnglish": "Check the port."}]}""";

        var said = run("connection", "test", "14628270", "mail box");

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text())
                .contains("dns", "passed", "tcp", "failed", "Check the port.", "Port prüfen.", "nothing was sent");
        assertThat(asked).singleElement().asString().startsWith("POST /api/v1/connections/14628270/mail%20box/test ");
    }

    @Test
    void choicesAreALineEach() throws IOException {
        runs();
        answer = "{\"choices\": [\"INBOX\", \"Archiv\"]}";

        assertThat(run("connection", "choices", "14628270", "mail", "folder"))
                .isEqualTo(new Said(0, "INBOX" + System.lineSeparator() + "Archiv" + System.lineSeparator()));

        answer = "{\"choices\": []}";
        assertThat(run("connection", "choices", "14628270", "mail", "folder").text())
                .contains("nothing to choose from");
    }

    @Test
    void aTargetThatDoesNotAnswerIsNotTheHubsFault() throws IOException {
        runs();
        status = 502;
        answer = "{\"code\": \"plugin.threw\", \"detail\": \"SocketTimeoutException\"}";

        var said = run("connection", "choices", "14628270", "mail", "folder");

        assertThat(said.status()).isEqualTo(1);
        assertThat(said.text()).contains("plugin.threw: SocketTimeoutException", "connection test");
    }

    @Test
    void whatTheHubRefusesIsSaidWithWhatToDo() throws IOException {
        runs();
        status = 401;
        assertThat(run("connection", "test", "14628270", "mail"))
                .satisfies(said -> assertThat(said.status()).isEqualTo(2))
                .satisfies(said -> assertThat(said.text()).contains("does not know this key", "--key"));
        status = 403;
        assertThat(run("connection", "test", "14628270", "mail").text()).contains("operate");
        status = 404;
        assertThat(run("connection", "test", "14628270", "nothing").text()).contains("no such thing");
        status = 500;
        answer = "<html>";
        assertThat(run("connection", "test", "14628270", "mail").text()).contains("answers with 500");
    }

    @Test
    void whoAsksAHubThatDoesNotRunIsToldSo() throws IOException {
        assertThat(run("connection", "test", "14628270", "mail").status()).isEqualTo(2);

        hub.stop(0);
        runs();
        assertThat(run("connection", "test", "14628270", "mail").status()).isEqualTo(2);
    }

    @Test
    void aKeyOrADraftThatIsNotThereIsNamedAndNobodyIsAsked() throws IOException {
        runs();
        assertThat(run(
                        "connection",
                        "test",
                        "14628270",
                        "mail",
                        "--draft",
                        home.resolve("gone.yaml").toString()))
                .satisfies(said -> assertThat(said.status()).isEqualTo(2))
                .satisfies(said -> assertThat(said.text()).contains("gone.yaml", "Nobody was asked"));
        Files.delete(home.resolve("data/first-api-key"));
        assertThat(run("connection", "test", "14628270", "mail").text()).contains("no readable key");
        assertThat(asked).isEmpty();
    }

    private void runs() throws IOException {
        Files.writeString(
                home.resolve("data/port"), String.valueOf(hub.getAddress().getPort()));
    }

    private String draft(String yaml) throws IOException {
        return Files.writeString(home.resolve("draft.yaml"), yaml).toString();
    }

    private Said run(String... words) {
        var printed = new ByteArrayOutputStream();
        var all = new ArrayList<>(List.of(words));
        all.addAll(List.of(
                "--home", home.toString(), "--data", home.resolve("data").toString()));
        int status = Command.run(all, new PrintStream(printed, true, UTF_8));
        return new Said(status, printed.toString(UTF_8));
    }
}
