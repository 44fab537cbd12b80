package de.stellwerk.plugins.fitconnect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;

/** FIT-Connect on the loopback: token, submission, destination and routing API, event log; both versions. */
final class Service implements AutoCloseable {

    static final String DESTINATION = "d12caea8-f372-4eb1-b102-b0a228253a11";
    static final String LEIKA = "99050012104000";
    static final String ARS = "146285229270";
    static final RSAKey DECRYPTION = generated("enc", 4096, Set.of(KeyOperation.WRAP_KEY, KeyOperation.UNWRAP_KEY));
    static final RSAKey SIGNING = generated("sub", 2048, Set.of(KeyOperation.SIGN));
    static final RSAKey OWN = generated("own", 2048, Set.of(KeyOperation.SIGN));

    private static final String SCHEMA = "https://schema.fitko.de/fim/s17000717_1.0.schema.json";

    /** A submission at the service. */
    static final class Case {
        String id = UUID.randomUUID().toString();
        final String caseId = UUID.randomUUID().toString();
        List<String> announced = new ArrayList<>();
        final Map<String, String> attachments = new HashMap<>();
        final Map<String, Object> content = new HashMap<>();
        final List<String> log = new ArrayList<>();
        String service = Metadata.LEIKA + LEIKA;
        boolean submitted;
        boolean closed;
    }

    final Map<String, Case> cases = new LinkedHashMap<>();
    final List<Json> events = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    String version = "v1";
    String destinationStatus = "active";
    RSAKey offered = DECRYPTION.toPublicJWK();
    RSAKey routeSigner = OWN;
    String routeArea = ARS;
    String routeDestination = DESTINATION;
    int submitStatus;
    int eventStatus;
    boolean eventTakenBeforeItFails;
    int routeStatus;
    int routesRemaining = 10;
    boolean routesSayRetryAfter = true;
    int tokens;
    private HttpServer server = start(0);

    private HttpServer start(int port) {
        try {
            var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            made.setExecutor(Executors.newCachedThreadPool());
            made.createContext("/", this::take);
            made.start();
            return made;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    static RSAKey generated(String kid, int bits, Set<KeyOperation> operations) {
        try {
            return new RSAKeyGenerator(bits)
                    .keyID(kid)
                    .keyOperations(operations)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A whole submission with one attachment, as a sender makes it. */
    synchronized Case put(String data) throws IOException {
        var made = new Case();
        var file = ("attachment of " + data).getBytes(UTF_8);
        var attachment = UUID.randomUUID().toString();
        var part = new Metadata.Part(
                attachment, de.stellwerk.hub.spi.Content.of("Nachweis.pdf", "application/pdf", file), file);
        var plain = ("{\"name\":\"" + data + "\"}").getBytes(UTF_8);
        var metadata = Metadata.of(plain, "application/json", SCHEMA, made.service, "ref", List.of(part));
        made.announced.add(attachment);
        made.attachments.put(attachment, Jose.encrypt(file, "application/pdf", DECRYPTION));
        made.content.put(
                "encryptedMetadata",
                Jose.encrypt(metadata.json().toString().getBytes(UTF_8), "application/json", DECRYPTION));
        made.content.put("encryptedData", Jose.encrypt(plain, "application/json", DECRYPTION));
        submit(made);
        cases.put(made.id, made);
        return made;
    }

    /** The same content again, so that tags fit what was changed. */
    void submit(Case made) throws IOException {
        made.log.clear();
        var tags = new HashMap<String, Object>();
        tags.put("metadata", tag(String.valueOf(made.content.get("encryptedMetadata"))));
        if (made.content.containsKey("encryptedData")) {
            tags.put("data", tag(String.valueOf(made.content.get("encryptedData"))));
        }
        var attachments = new HashMap<String, Object>();
        made.attachments.forEach((id, jwe) -> attachments.put(id, tag(jwe)));
        tags.put("attachments", attachments);
        made.log.add(EventLog.token(
                EventLog.SUBMIT, Map.of("authenticationTags", tags), made.id, made.caseId, url(), Instant.now(), OWN));
        made.submitted = true;
    }

    private static String tag(String jwe) {
        return jwe.substring(jwe.lastIndexOf('.') + 1);
    }

    synchronized long waiting() {
        return cases.values().stream()
                .filter(each -> each.submitted && !each.closed)
                .count();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            Reply reply;
            try {
                reply = answer(exchange, new String(body, UTF_8));
            } catch (ParseException e) {
                reply = new Reply(400, "");
            }
            if (reply.status == 429 && routesSayRetryAfter) {
                exchange.getResponseHeaders().add("Retry-After", "77");
            }
            var bytes = reply.text.getBytes(UTF_8);
            exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private record Reply(int status, String text) {}

    private synchronized Reply answer(HttpExchange exchange, String body) throws IOException, ParseException {
        var method = exchange.getRequestMethod();
        var path = exchange.getRequestURI().getPath();
        calls.add(method + " " + path);
        if (path.equals("/token")) {
            tokens++;
            return body.contains("client_secret=s%26cret")
                    ? ok(Map.of("access_token", "t" + tokens, "expires_in", 300, "token_type", "Bearer"))
                    : new Reply(401, "");
        }
        if (path.equals("/.well-known/jwks.json")) {
            return ok(Map.of("keys", List.of(OWN.toPublicJWK().toJSONObject())));
        }
        if (path.equals("/routing/routes")) {
            return route(exchange);
        }
        if (!("Bearer t" + tokens).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return new Reply(401, "");
        }
        if (!path.startsWith("/" + version + "/")) {
            return new Reply(404, "");
        }
        var words = path.substring(version.length() + 2).split("/");
        return switch (words[0]) {
            case "destinations" ->
                words.length == 2
                        ? ok(Map.of(
                                "destinationId",
                                words[1],
                                "status",
                                destinationStatus,
                                "encryptionKid",
                                offered.getKeyID()))
                        : ok((words[3].equals("sub") ? SIGNING.toPublicJWK() : offered).toJSONObject());
            case "cases" ->
                events(
                        method,
                        cases.values().stream()
                                .filter(each -> each.caseId.equals(words[1]))
                                .findFirst()
                                .orElseThrow(),
                        body);
            default -> submissions(method, words, exchange, body);
        };
    }

    private Reply submissions(String method, String[] words, HttpExchange exchange, String body)
            throws IOException, ParseException {
        if (words.length == 1 && method.equals("GET")) {
            var query = exchange.getRequestURI().getQuery();
            var offset = Integer.parseInt(query.replaceAll(".*offset=(\\d+).*", "$1"));
            var limit = Integer.parseInt(query.replaceAll(".*limit=(\\d+).*", "$1"));
            return ok(Map.of(
                    "submissions",
                    cases.values().stream()
                            .filter(each -> each.submitted && !each.closed)
                            .skip(offset)
                            .limit(limit)
                            .map(each -> Map.of(
                                    "submissionId", each.id, "caseId", each.caseId, "destinationId", DESTINATION))
                            .toList()));
        }
        if (words.length == 1) {
            var made = new Case();
            made.announced = Json.of(JSONObjectUtils.parse(body)).texts("announcedAttachments");
            made.service = Json.of(JSONObjectUtils.parse(body))
                    .object(version.equals("v1") ? "serviceType" : "publicService")
                    .text("identifier");
            cases.put(made.id, made);
            return new Reply(201, json(Map.of("submissionId", made.id, "caseId", made.caseId)));
        }
        var known = cases.get(words[1]);
        if (known == null) {
            return new Reply(404, "");
        }
        if (words.length == 4 && method.equals("PUT")) {
            known.attachments.put(words[3], body);
            return new Reply(204, "");
        }
        if (words.length == 4) {
            var jwe = known.attachments.get(words[3]);
            return jwe == null ? new Reply(404, "") : new Reply(200, jwe);
        }
        if (words.length == 3) {
            return events(method, known, body);
        }
        if (method.equals("PUT")) {
            if (submitStatus >= 400 && submitStatus < 500) {
                return new Reply(
                        submitStatus,
                        "{\"type\":\"https://schema.fitko.de/fit-connect/submission-api/problems/refused\"}");
            }
            if (!known.attachments.keySet().containsAll(known.announced)) {
                return new Reply(400, "");
            }
            known.content.putAll(JSONObjectUtils.parse(body));
            submit(known);
            return submitStatus == 0 ? new Reply(200, "{}") : new Reply(submitStatus, "");
        }
        var all = new HashMap<String, Object>(known.content);
        all.put("submissionId", known.id);
        all.put("caseId", known.caseId);
        all.put("destinationId", DESTINATION);
        all.put("attachments", known.announced);
        all.put(version.equals("v1") ? "serviceType" : "publicService", Map.of("identifier", known.service));
        return ok(all);
    }

    private Reply events(String method, Case known, String body) throws ParseException {
        if (method.equals("GET")) {
            return ok(Map.of("eventLog", known.log));
        }
        var jws = JWSObject.parse(body);
        if (!Jose.signed(jws, SIGNING.toPublicJWK())) {
            return new Reply(400, "");
        }
        if (known.closed) {
            return new Reply(409, "");
        }
        if (eventStatus == 0 || eventTakenBeforeItFails) {
            events.add(Json.parse(jws.getPayload().toBytes()));
            known.log.add(body);
            known.closed = true;
        }
        return new Reply(eventStatus == 0 ? 204 : eventStatus, "");
    }

    private Reply route(HttpExchange exchange) {
        exchange.getResponseHeaders().add("RateLimit-Remaining", String.valueOf(routesRemaining));
        exchange.getResponseHeaders().add("RateLimit-Reset", "50");
        if (exchange.getRequestHeaders().getFirst("User-Agent") == null) {
            return new Reply(403, "");
        }
        if (routeStatus != 0) {
            return new Reply(routeStatus, "");
        }
        var claims = Map.<String, Object>of(
                "services",
                List.of(Map.of(
                        "gebietIDs",
                        List.of("urn:de:bund:destatis:bevoelkerungsstatistik:schluessel:rs:" + routeArea),
                        "leistungIDs",
                        List.of(Metadata.LEIKA + LEIKA))),
                "destinationId",
                routeDestination);
        try {
            var jws = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.PS512).keyID("own").build(), new Payload(claims));
            jws.sign(new RSASSASigner(routeSigner));
            return ok(Map.of(
                    "routes", List.of(Map.of("destinationId", DESTINATION, "destinationSignature", jws.serialize()))));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Reply ok(Map<String, Object> json) {
        return new Reply(200, json(json));
    }

    private static String json(Map<String, ?> json) {
        return JSONObjectUtils.toJSONString(json);
    }

    void stop() {
        server.stop(0);
    }

    void again() {
        server = start(server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
