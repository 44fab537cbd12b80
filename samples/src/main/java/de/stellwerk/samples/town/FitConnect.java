package de.stellwerk.samples.town;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * FIT-Connect: token endpoint, submission and destination API of version 1 and 2, event log and callbacks, and {@link FitConnectRouting}
 * beside them. It has two kinds of destination: the municipality's own, to which a portal submits ({@code /do/submit}), and other
 * authorities', to which the municipality sends. What arrives there is decrypted, and its hash stands in the journal.
 *
 * <p>It misbehaves: {@code unavailable} (503) and {@code too-many} (429), both with a Retry-After of one second, to what is not a GET, {@code submit-unanswered} (taken, and no
 * answer), {@code event-unanswered} (the same for a signed event), {@code undecryptable}, {@code wrong-hash} and {@code
 * wrong-event-signature} (of the next submission of the portal), {@code wrong-hmac} and {@code duplicate-callback} (of the next callback).
 */
final class FitConnect implements AutoCloseable {

    private static final Set<String> FAULTS = Set.of(
            "unavailable",
            "too-many",
            "submit-unanswered",
            "event-unanswered",
            "undecryptable",
            "wrong-hash",
            "wrong-event-signature",
            "wrong-hmac",
            "duplicate-callback");
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SCHEMAS = "https://schema.fitko.de/fit-connect/";
    private static final String EVENTS = SCHEMAS + "events/";
    private static final String LEIKA = "urn:de:fim:leika:leistung:99050012104000";

    private static final class Submission {
        final String id = UUID.randomUUID().toString();
        final String caseId = UUID.randomUUID().toString();
        final String destination;
        final String service;
        final List<String> announced;
        final Map<String, String> attachments = new HashMap<>();
        final List<String> log = new ArrayList<>();
        String metadata = "";
        String data = "";
        boolean submitted;
        boolean closed;

        Submission(String destination, String service, List<String> announced) {
            this.destination = destination;
            this.service = service;
            this.announced = announced;
        }
    }

    /**
     * The keys of both destinations, of the service itself, and of the portal that signs routes.
     *
     * @param decryption of both destinations; the municipality's hub has a copy
     * @param signing by which the municipality's hub signs its events
     */
    record Keys(RSAKey decryption, RSAKey signing, RSAKey service, RSAKey portal, RSAKey stranger) {

        /** New ones; the hub finds its own as {@code decryption.json} and {@code signing.json} in this folder. */
        static Keys in(Path folder) throws IOException {
            var keys = new Keys(
                    generated("encryption", 4_096, Set.of(KeyOperation.WRAP_KEY, KeyOperation.UNWRAP_KEY)),
                    generated("events", 2_048, Set.of(KeyOperation.SIGN)),
                    generated("service", 2_048, Set.of(KeyOperation.SIGN)),
                    generated("portal", 2_048, Set.of(KeyOperation.SIGN)),
                    generated("service", 2_048, Set.of(KeyOperation.SIGN)));
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("decryption.json"), keys.decryption.toJSONString());
            Files.writeString(folder.resolve("signing.json"), keys.signing.toJSONString());
            return keys;
        }

        private static RSAKey generated(String kid, int bits, Set<KeyOperation> operations) throws IOException {
            try {
                return new RSAKeyGenerator(bits)
                        .keyID(kid)
                        .keyOperations(operations)
                        .generate();
            } catch (JOSEException e) {
                throw new IOException(e);
            }
        }
    }

    /**
     * @param own id of the municipality's destination; every other one is another authority's
     * @param routed id of the destination that routes lead to; may be empty
     */
    record Party(String own, String routed, String client, String secret, String callbackSecret) {}

    private final HttpServer server;
    private final Control control;
    private final Journal journal;
    private final Clock clock;
    private final Keys keys;
    private final Party party;
    private final Tokens tokens;
    private final FitConnectRouting routing;
    private final Map<String, Submission> submissions = new LinkedHashMap<>();

    FitConnect(int port, int holdMillis, Journal journal, Clock clock, Keys keys, Party party) throws IOException {
        this.journal = journal;
        this.clock = clock;
        this.keys = keys;
        this.party = party;
        this.tokens = new Tokens(party.client(), party.secret(), clock);
        var faults = new HashSet<>(FAULTS);
        faults.addAll(FitConnectRouting.FAULTS);
        this.control =
                new Control(0, holdMillis, faults, Map.of("submit", this::portalSubmits, "callback", this::callBack));
        this.routing = new FitConnectRouting(control, journal, clock, keys.portal(), keys.stranger(), party.routed());
        this.server = Control.server(port);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    int controlPort() {
        return control.port();
    }

    private String url() {
        return "http://127.0.0.1:" + port();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            Reply reply;
            try {
                reply = answer(exchange, body);
            } catch (JacksonException | ParseException | JOSEException e) {
                journal.note("unreadable", "why", String.valueOf(e.getMessage()));
                reply = problem(400, "invalid-request");
            }
            if (reply.status() == 0) {
                control.hold();
            }
            reply.send(exchange);
        }
    }

    private static Reply problem(int status, String slug) {
        return Reply.problem(status, SCHEMAS + "submission-api/problems/" + slug, Map.of());
    }

    private Reply answer(HttpExchange exchange, String body) throws JOSEException, ParseException {
        var method = exchange.getRequestMethod();
        var path = exchange.getRequestURI().getPath();
        if (path.equals("/token")) {
            return tokens.give(body).map(token -> Reply.json(200, token)).orElseGet(() -> Reply.json(401, Map.of()));
        }
        if (path.equals("/.well-known/jwks.json")) {
            return Reply.json(
                    200, Map.of("keys", List.of(keys.service().toPublicJWK().toJSONObject())));
        }
        if (path.equals(FitConnectRouting.PORTAL + "/.well-known/jwks.json")) {
            return routing.portalKeys();
        }
        if (path.startsWith(FitConnectRouting.PATH + "/")) {
            var agent = exchange.getRequestHeaders().getFirst("User-Agent");
            return routing.answer(exchange.getRequestURI(), agent == null ? "" : agent);
        }
        if (!tokens.good(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return problem(401, "unauthorized");
        }
        if (!path.matches("/v[12]/.+")) {
            return problem(404, "not-found");
        }
        if (!method.equals("GET") && control.due("unavailable")) {
            journal.note("unavailable", "call", method);
            return problem(503, "unavailable").later(1);
        }
        if (!method.equals("GET") && control.due("too-many")) {
            journal.note("too-many", "call", method);
            return problem(429, "too-many-requests").later(1);
        }
        var version = path.substring(1, 3);
        var words = path.substring(4).split("/");
        return switch (words[0]) {
            case "destinations" -> destination(words);
            case "cases" -> {
                var known = inCase(words.length == 3 ? words[1] : "");
                yield known == null ? problem(404, "case-not-found") : events(method, known, body);
            }
            case "submissions" -> submissions(method, version, words, exchange, body);
            default -> problem(404, "not-found");
        };
    }

    private Reply destination(String[] words) {
        if (words.length == 2) {
            return Reply.json(
                    200,
                    Map.of(
                            "destinationId",
                            words[1],
                            "status",
                            "active",
                            "encryptionKid",
                            keys.decryption().getKeyID()));
        }
        for (var key : List.of(keys.decryption(), keys.signing())) {
            if (words.length == 4 && key.getKeyID().equals(words[3])) {
                return Reply.json(200, key.toPublicJWK().toJSONObject());
            }
        }
        return problem(404, "key-not-found");
    }

    private synchronized @org.jspecify.annotations.Nullable Submission inCase(String caseId) {
        return submissions.values().stream()
                .filter(each -> each.caseId.equals(caseId))
                .findFirst()
                .orElse(null);
    }

    private synchronized Reply submissions(
            String method, String version, String[] words, HttpExchange exchange, String body)
            throws JOSEException, ParseException {
        if (words.length == 1) {
            return method.equals("POST") ? announce(version, body) : waiting(exchange.getRequestURI());
        }
        var known = submissions.get(words[1]);
        if (known == null) {
            return problem(404, "submission-not-found");
        }
        if (words.length == 4 && method.equals("PUT")) {
            known.attachments.put(words[3], body);
            return Reply.empty(204);
        }
        if (words.length == 4) {
            var jwe = known.attachments.get(words[3]);
            return jwe == null ? problem(404, "attachment-not-found") : Reply.text(200, "application/jose", jwe);
        }
        if (words.length == 3) {
            return events(method, known, body);
        }
        return method.equals("PUT") ? submit(known, JSON.readTree(body)) : fetch(version, known);
    }

    private Reply announce(String version, String body) {
        var asked = JSON.readTree(body);
        var announced = new ArrayList<String>();
        asked.path("announcedAttachments").forEach(each -> announced.add(each.asString("")));
        var made = new Submission(
                asked.path("destinationId").asString(""),
                asked.path(service(version)).path("identifier").asString(""),
                announced);
        submissions.put(made.id, made);
        journal.note(
                "announced",
                "key",
                made.id,
                "destination",
                made.destination,
                "service",
                made.service,
                "attachments",
                announced.size());
        return Reply.json(201, Map.of("submissionId", made.id, "caseId", made.caseId));
    }

    private static String service(String version) {
        return version.equals("v1") ? "serviceType" : "publicService";
    }

    private Reply waiting(URI asked) {
        var query = "&" + asked.getQuery() + "&";
        return Reply.json(
                200,
                Map.of(
                        "submissions",
                        submissions.values().stream()
                                .filter(each -> each.submitted
                                        && !each.closed
                                        && query.contains("&destinationId=" + each.destination + "&"))
                                .skip(number(query, "offset", 0))
                                .limit(number(query, "limit", 500))
                                .map(each -> Map.of(
                                        "submissionId",
                                        each.id,
                                        "caseId",
                                        each.caseId,
                                        "destinationId",
                                        each.destination))
                                .toList()));
    }

    private static long number(String query, String name, long fallback) {
        var text = query.replaceAll(".*&" + name + "=([0-9]{1,6})&.*", "$1");
        return text.equals(query) ? fallback : Long.parseLong(text);
    }

    private Reply fetch(String version, Submission known) {
        journal.note("fetched", "key", known.id);
        return Reply.json(
                200,
                Map.of(
                        "submissionId",
                        known.id,
                        "caseId",
                        known.caseId,
                        "destinationId",
                        known.destination,
                        "attachments",
                        known.announced,
                        service(version),
                        Map.of("identifier", known.service),
                        "encryptedMetadata",
                        known.metadata,
                        "encryptedData",
                        known.data));
    }

    private Reply submit(Submission known, JsonNode content) throws JOSEException, ParseException {
        if (known.submitted) {
            journal.note("repeated", "key", known.id);
            return problem(409, "submission-state-invalid");
        }
        known.metadata = content.path("encryptedMetadata").asString("");
        known.data = content.path("encryptedData").asString("");
        if (!known.attachments.keySet().containsAll(known.announced)) {
            return problem(400, "attachment-not-uploaded");
        }
        var metadata = JSON.readTree(opened(known.metadata));
        var data = opened(known.data);
        var told = metadata.path("contentStructure")
                .path("data")
                .path("hash")
                .path("content")
                .asString("");
        journal.note(
                "submission",
                "key",
                known.id,
                "destination",
                known.destination,
                "reference",
                metadata.path("additionalReferenceInfo").path("senderReference").asString(""),
                "sha512",
                Journal.sha512(data),
                "intact",
                told.equals(Journal.sha512(data)),
                "attachments",
                known.announced.size());
        close(known, keys.service());
        return control.due("submit-unanswered") ? Reply.none() : Reply.json(200, Map.of());
    }

    private byte[] opened(String compact) throws JOSEException, ParseException {
        var jwe = JWEObject.parse(compact);
        jwe.decrypt(new RSADecrypter(keys.decryption()));
        return jwe.getPayload().toBytes();
    }

    /** The service's own event: what is submitted, by its authentication tags, cannot be exchanged any more. */
    private void close(Submission made, RSAKey signer) throws JOSEException {
        var attachments = new HashMap<String, String>();
        made.attachments.forEach((id, jwe) -> attachments.put(id, tag(jwe)));
        var tags = Map.of("metadata", tag(made.metadata), "data", tag(made.data), "attachments", attachments);
        var claims = new LinkedHashMap<String, Object>();
        claims.put("$schema", SCHEMAS + "set-payload/1.0.0/set-payload.schema.json");
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("iss", url());
        claims.put("iat", clock.instant().getEpochSecond());
        claims.put("sub", "submission:" + made.id);
        claims.put("txn", "case:" + made.caseId);
        claims.put("events", Map.of(EVENTS + "submit-submission", Map.of("authenticationTags", tags)));
        var jws = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.PS512)
                        .type(new JOSEObjectType("secevent+jwt"))
                        .keyID(signer.getKeyID())
                        .build(),
                new Payload(JSON.writeValueAsString(claims)));
        jws.sign(new RSASSASigner(signer));
        made.log.add(jws.serialize());
        made.submitted = true;
    }

    private static String tag(String jwe) {
        return jwe.substring(jwe.lastIndexOf('.') + 1);
    }

    private synchronized Reply events(String method, Submission known, String body)
            throws JOSEException, ParseException {
        if (method.equals("GET")) {
            journal.note("asked", "key", known.id);
            return Reply.json(200, Map.of("eventLog", known.log));
        }
        var jws = JWSObject.parse(body);
        var claims = JSON.readTree(jws.getPayload().toString());
        var event = claims.path("events").propertyNames().stream()
                .findFirst()
                .orElse("")
                .replace(EVENTS, "");
        if (!JWSAlgorithm.PS512.equals(jws.getHeader().getAlgorithm())
                || !jws.verify(new RSASSAVerifier(keys.signing().toRSAPublicKey()))) {
            journal.note("event-forged", "key", known.id);
            return problem(400, "invalid-event");
        }
        if (known.closed) {
            journal.note("event-refused", "key", known.id, "what", event);
            return problem(409, "submission-state-invalid");
        }
        journal.note(
                "event",
                "key",
                known.id,
                "what",
                event,
                "problem",
                claims.path("events")
                        .path(EVENTS + event)
                        .path("problems")
                        .path(0)
                        .path("type")
                        .asString("")
                        .replaceAll(".*/", ""));
        known.log.add(body);
        known.closed = !event.equals("forward-submission");
        return control.due("event-unanswered") ? Reply.none() : Reply.empty(204);
    }

    /** A portal submits something to the municipality's destination; the answer is the submission's id. */
    private synchronized String portalSubmits(Map<String, String> words) throws JOSEException {
        var data = ("{\"name\":\"" + words.getOrDefault("name", "Muster") + "\"}").getBytes(UTF_8);
        var file = "Nachweis".getBytes(UTF_8);
        var attachment = UUID.randomUUID().toString();
        var made = new Submission(party.own(), LEIKA, List.of(attachment));
        var hashed = control.due("wrong-hash") ? "something else".getBytes(UTF_8) : data;
        var metadata = Map.of(
                "$schema",
                SCHEMAS + "metadata/1.0.0/metadata.schema.json",
                "contentStructure",
                Map.of(
                        "data",
                        Map.of(
                                "hash",
                                Map.of("type", "sha512", "content", Journal.sha512(hashed)),
                                "submissionSchema",
                                Map.of("schemaUri", "https://example.org/form/1", "mimeType", "application/json")),
                        "attachments",
                        List.of(Map.of(
                                "attachmentId",
                                attachment,
                                "hash",
                                Map.of("type", "sha512", "content", Journal.sha512(file)),
                                "purpose",
                                "attachment",
                                "filename",
                                "Nachweis.txt",
                                "mimeType",
                                "text/plain"))),
                "publicServiceType",
                Map.of("identifier", LEIKA));
        made.metadata = encrypted(JSON.writeValueAsBytes(metadata), "application/json");
        made.data = encrypted(data, "application/json");
        made.attachments.put(attachment, encrypted(file, "text/plain"));
        if (control.due("undecryptable")) {
            var parts = made.data.split("\\.");
            parts[3] = (parts[3].startsWith("A") ? "B" : "A") + parts[3].substring(1);
            made.data = String.join(".", parts);
        }
        close(made, control.due("wrong-event-signature") ? keys.stranger() : keys.service());
        journal.note("portal", "key", made.id, "case", made.caseId, "sha512", Journal.sha512(data));
        submissions.put(made.id, made);
        return made.id;
    }

    private String encrypted(byte[] plain, String type) throws JOSEException {
        var jwe = new JWEObject(
                new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A256GCM)
                        .keyID(keys.decryption().getKeyID())
                        .contentType(type)
                        .build(),
                new Payload(plain));
        jwe.encrypt(new RSAEncrypter(keys.decryption().toRSAPublicKey()));
        return jwe.serialize();
    }

    /** Calls {@code to} about the submission {@code id}; the answer is the status it got, one a line. */
    private String callBack(Map<String, String> words) throws Exception {
        var id = words.getOrDefault("id", "");
        var body = JSON.writeValueAsBytes(Map.of(
                "type",
                SCHEMAS + "submission-api/callbacks/new-submissions",
                "submissions",
                List.of(Map.of("destinationId", party.own(), "submissionId", id))));
        var secret = control.due("wrong-hmac") ? "another secret than the agreed one" : party.callbackSecret();
        var answers = new StringBuilder();
        var client = HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(5))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        for (var left = control.due("duplicate-callback") ? 2 : 1; left > 0; left--) {
            var time = String.valueOf(clock.instant().getEpochSecond());
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(words.getOrDefault("to", "")))
                            .timeout(Duration.ofSeconds(30))
                            .header("Content-Type", "application/json")
                            .header("callback-timestamp", time)
                            .header("callback-authentication", hmac(secret, time, body))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            journal.note("callback", "key", id, "status", answer.statusCode());
            answers.append(answer.statusCode()).append('\n');
        }
        return answers.toString();
    }

    private static String hmac(String secret, String time, byte[] body) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA512");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA512"));
        mac.update((time + ".").getBytes(UTF_8));
        return HexFormat.of().formatHex(mac.doFinal(body));
    }

    @Override
    public void close() {
        control.close();
        server.stop(0);
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(
                List.of(words),
                Set.of(
                        "port",
                        "journal",
                        "hold",
                        "keys",
                        "destination",
                        "routed",
                        "client",
                        "secret",
                        "callback-secret"),
                Set.of());
        try (var journal = new Journal(options.path("journal"), Clock.systemUTC());
                var service = new FitConnect(
                        options.number("port", 0),
                        options.number("hold", 5_000),
                        journal,
                        Clock.systemUTC(),
                        Keys.in(options.path("keys")),
                        new Party(
                                options.text("destination"),
                                options.text("routed", ""),
                                options.text("client"),
                                options.text("secret"),
                                options.text("callback-secret")))) {
            journal.note("ready", "port", service.port(), "control", service.controlPort());
            new CountDownLatch(1).await();
        }
    }
}
