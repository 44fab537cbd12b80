package de.stellwerk.samples.town;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to a hub's REST API with one key. */
public final class HubClient {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final URI hub;
    private final String key;
    private final Duration patience;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** @param key an API key, or empty text for what needs none */
    public HubClient(URI hub, String key) {
        this(hub, key, PATIENCE);
    }

    /** @param patience after which it closes the connection and does not want the answer any more */
    public HubClient(URI hub, String key, Duration patience) {
        this.hub = hub;
        this.key = key;
        this.patience = patience;
    }

    /**
     * An answer.
     *
     * @param json an empty object if the body is not JSON
     * @param retryAfter what the hub asked for, if it did
     */
    public record Answer(int status, JsonNode json, Optional<Duration> retryAfter) {

        public String text(String name) {
            return json.path(name).asString("");
        }

        public long number(String name) {
            return json.path(name).asLong(0);
        }

        /** Taken, a duplicate, or taken into quarantine: the hub holds it. */
        public boolean yes() {
            return status == 200 || status == 201 || status == 202;
        }

        /** Not taken, but worth trying again. */
        public boolean later() {
            return status == 429 || status >= 500;
        }
    }

    /** @throws IOException if it is not known whether the letter has arrived */
    public Answer post(Letter letter) throws IOException, InterruptedException {
        var boundary = boundary();
        return send(request("/api/v1/messages?seal=true")
                .header("Idempotency-Key", letter.key())
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofByteArray(multipart(letter, boundary))));
    }

    /** Posts a letter and breaks the line when the answer begins to come: whoever does so knows nothing of what became of it. */
    public void postAndHangUp(Letter letter) throws IOException {
        var boundary = boundary();
        var body = multipart(letter, boundary);
        var head = "POST /api/v1/messages?seal=true HTTP/1.1\r\nHost: " + hub.getAuthority()
                + "\r\nAuthorization: Bearer "
                + key + "\r\nIdempotency-Key: " + letter.key() + "\r\nContent-Type: multipart/form-data; boundary="
                + boundary + "\r\nContent-Length: " + body.length + "\r\n\r\n";
        try (var socket = new Socket(hub.getHost(), hub.getPort())) {
            socket.setSoTimeout((int) patience.toMillis());
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            socket.getOutputStream().flush();
            if (socket.getInputStream().read() < 0) {
                throw new EOFException("the hub closed the connection without an answer");
            }
        }
    }

    private static String boundary() {
        return "stellwerk-" + UUID.randomUUID();
    }

    private static byte[] multipart(Letter letter, String boundary) {
        var body = new ByteArrayOutputStream();
        var meta = new HashMap<String, Object>();
        meta.put("municipality", letter.municipality());
        meta.put("kind", letter.kind());
        meta.put("service", letter.service());
        meta.put("case", letter.caseId());
        meta.put("headers", letter.headers());
        write(body, boundary, "meta", Optional.empty(), "application/json", JSON.writeValueAsBytes(meta));
        write(body, boundary, "body", letter.body());
        for (var attachment : letter.attachments()) {
            write(body, boundary, "attachment", attachment);
        }
        body.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    /**
     * Brings a plugin jar.
     *
     * @param signature what stands in {@code NAME.jar.sig}
     */
    public Answer bring(byte[] jar, Optional<String> signature) throws IOException, InterruptedException {
        var boundary = "stellwerk-" + UUID.randomUUID();
        var body = new ByteArrayOutputStream();
        write(body, boundary, "jar", Optional.of("plugin.jar"), "application/java-archive", jar);
        signature.ifPresent(text -> write(
                body, boundary, "signature", Optional.empty(), "text/plain", text.getBytes(StandardCharsets.UTF_8)));
        body.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return send(request("/api/v1/plugins")
                .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray())));
    }

    public Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    public Answer postJson(String path, Map<String, Object> json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(json))));
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(hub.resolve(path)).timeout(patience);
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        var retryAfter = response.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,5}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)));
        return new Answer(response.statusCode(), json(response.body()), retryAfter);
    }

    private static JsonNode json(byte[] body) {
        try {
            return body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (JacksonException e) {
            // An error page in between, not from the hub: the status says enough.
            return JSON.createObjectNode();
        }
    }

    private static void write(ByteArrayOutputStream to, String boundary, String name, Part part) {
        write(to, boundary, name, Optional.of(part.name()), part.mediaType(), part.bytes());
    }

    private static void write(
            ByteArrayOutputStream to,
            String boundary,
            String name,
            Optional<String> fileName,
            String mediaType,
            byte[] bytes) {
        // Quotes and line ends in a file name are written as HTML forms write them.
        var file = fileName.map(value -> "; filename=\""
                        + value.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A") + "\"")
                .orElse("");
        to.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"" + file
                        + "\r\nContent-Type: " + mediaType + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        to.writeBytes(bytes);
        to.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }
}
