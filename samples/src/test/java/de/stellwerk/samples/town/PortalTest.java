package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.Town;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortalTest {

    private final Registrations registrations = new Registrations(7);
    private final Letter letter = registrations.of(Town.PIRNA, 1);
    private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
    private final Map<Integer, Script> script = new HashMap<>();
    private final AtomicInteger requests = new AtomicInteger();

    @TempDir
    private Path folder;

    private HttpServer hub;

    /** What the hand-made hub does with a request. */
    private interface Script {
        void answer(HttpExchange exchange, byte[] body) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/api/v1/messages", exchange -> {
            try (exchange) {
                keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
                var body = exchange.getRequestBody().readAllBytes();
                script.getOrDefault(requests.incrementAndGet(), this::yes).answer(exchange, body);
            }
        });
        hub.start();
    }

    @AfterEach
    void stop() {
        hub.stop(0);
    }

    @Test
    void theSameLetterGoesOutUnderTheSameKeyUntilThereIsAYes() throws Exception {
        script.put(1, (exchange, body) -> {}); // closes without an answer
        script.put(2, (exchange, body) -> exchange.sendResponseHeaders(503, -1));
        script.put(3, (exchange, body) -> {
            exchange.getResponseHeaders().set("Retry-After", "0");
            exchange.sendResponseHeaders(429, -1);
        });

        var answer = send(letter);

        assertThat(answer).isEqualTo(201);
        assertThat(keys).hasSize(4).containsOnly(letter.key());
        assertThat(journal("attempt")).hasSize(4);
        assertThat(journal("broken")).hasSize(1);
        assertThat(journal("answer").get(2).flag("intact")).isTrue();
    }

    @Test
    void aNoIsNotRepeated() throws Exception {
        script.put(1, (exchange, body) -> json(exchange, 422, "{\"code\":\"xml.doctype\"}"));

        var answer = send(letter);

        assertThat(answer).isEqualTo(422);
        assertThat(keys).hasSize(1);
        assertThat(journal("answer").get(0).text("code")).isEqualTo("xml.doctype");
    }

    @Test
    void aReceiptThatNamesOtherBytesIsNoticed() throws Exception {
        script.put(
                1,
                (exchange, body) -> json(
                        exchange,
                        201,
                        "{\"id\":\"1\",\"outcome\":\"TAKEN\",\"seal\":\"x\",\"parts\":[{\"role\":\"body\",\"size\":1,\"sha512\":\"00\"}]}"));

        send(letter);

        assertThat(journal("answer").get(0).flag("yes")).isTrue();
        assertThat(journal("answer").get(0).flag("intact")).isFalse();
    }

    @Test
    void allFormsOfBothTownsAreSentOnce() throws Exception {
        try (var journal = new Journal(folder.resolve("portal.jsonl"), Clock.systemUTC())) {
            new Portal(new Portal.Work(10, 2, 4, 0, 0), registrations, sender(journal), Path.of("")).run();
        }

        var forms = journal("form");
        assertThat(forms).hasSize(12);
        assertThat(forms.stream().map(line -> line.text("key"))).doesNotHaveDuplicates();
        assertThat(forms.stream().filter(line -> line.text("municipality").equals("14713000")))
                .hasSize(2);
    }

    private int send(Letter sent) throws IOException, InterruptedException {
        try (var journal = new Journal(folder.resolve("portal.jsonl"), Clock.systemUTC())) {
            return sender(journal).send(sent).orElseThrow().status();
        }
    }

    private Sender sender(Journal journal) {
        var address = URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
        return new Sender(new HubClient(address, "key"), journal, Duration.ofSeconds(20));
    }

    private List<Journal.Line> journal(String event) throws IOException {
        return Journal.read(folder.resolve("portal.jsonl"), event);
    }

    /** Takes the letter as a hub would: it works the receipt out from the bytes that arrived. */
    private void yes(HttpExchange exchange, byte[] body) throws IOException {
        var boundary = exchange.getRequestHeaders().getFirst("Content-Type").replaceFirst(".*boundary=", "");
        var parts = new ArrayList<String>();
        for (var part : new String(body, StandardCharsets.ISO_8859_1).split("--" + boundary)) {
            var start = part.indexOf("\r\n\r\n");
            if (start < 0 || part.contains("name=\"meta\"")) {
                continue;
            }
            var bytes = part.substring(start + 4, part.length() - 2).getBytes(StandardCharsets.ISO_8859_1);
            var role = part.contains("name=\"body\"") ? "body" : "attachment";
            parts.add("{\"role\":\"" + role + "\",\"size\":" + bytes.length + ",\"sha512\":\"" + Journal.sha512(bytes)
                    + "\"}");
        }
        json(
                exchange,
                201,
                "{\"id\":\"1\",\"outcome\":\"TAKEN\",\"seal\":\"x\",\"parts\":[" + String.join(",", parts) + "]}");
    }

    private static void json(HttpExchange exchange, int status, String json) throws IOException {
        var bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
