package de.stellwerk.plugins.fitconnect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The submission and destination API in both versions, with its token. What differs: the paths begin with the version, the service is
 * called {@code serviceType} or {@code publicService}, and events hang on the case or on the submission.
 */
final class Api {

    private static final int EVENTS = 500;
    private static final long SHORTEST_TOKEN = 30;

    private final Http http;
    private final Line line;
    private final Clock clock;
    private String token = "";
    private Instant tokenEnds = Instant.EPOCH;

    /** @param destinations where destinations and their keys are; in version 1 the same as {@code submissions} */
    record Line(String version, URI submissions, URI destinations, URI tokens, String clientId, String clientSecret) {

        @Override
        public String toString() {
            return "Line[" + version + ", " + submissions + "]";
        }
    }

    Api(Http http, Line line, Clock clock) {
        this.http = http;
        this.line = line;
        this.clock = clock;
    }

    String serviceField() {
        return line.version().equals("v1") ? "serviceType" : "publicService";
    }

    /** Short-lived, so a new one is fetched half a minute before its end. */
    synchronized String token() throws IOException {
        if (!clock.instant().isBefore(tokenEnds)) {
            var form = "grant_type=client_credentials&client_id=" + URLEncoder.encode(line.clientId(), UTF_8)
                    + "&client_secret=" + URLEncoder.encode(line.clientSecret(), UTF_8);
            var answer = http.call(
                            "POST",
                            line.tokens(),
                            Map.of("Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json"),
                            form.getBytes(UTF_8))
                    .json();
            token = answer.text("access_token");
            if (token.isEmpty()) {
                throw new IOException("fit.token: the token endpoint gives no access_token");
            }
            tokenEnds = clock.instant().plusSeconds(Math.max(0, answer.number("expires_in") - SHORTEST_TOKEN));
        }
        return token;
    }

    private synchronized void forgetToken() {
        tokenEnds = Instant.EPOCH;
    }

    List<Json> waiting(String destination, int offset, int limit) throws IOException {
        return get(submission("/submissions?destinationId=" + destination + "&offset=" + offset + "&limit=" + limit))
                .json()
                .objects("submissions");
    }

    Json submissionOf(String id) throws IOException {
        return get(submission("/submissions/" + id)).json();
    }

    String attachment(String submission, String attachment) throws IOException {
        return get(submission("/submissions/" + submission + "/attachments/" + attachment))
                .text()
                .strip();
    }

    /** All of them, page by page; a case with more than ten pages is nobody's. */
    List<String> events(String caseId, String submission) throws IOException {
        var all = new ArrayList<String>();
        for (var page = 0; page < 10; page++) {
            var found = get(submission(log(caseId, submission) + "?offset=" + page * EVENTS + "&limit=" + EVENTS))
                    .json()
                    .texts("eventLog");
            all.addAll(found);
            if (found.size() < EVENTS) {
                break;
            }
        }
        return all;
    }

    void post(String caseId, String submission, String token) throws IOException {
        send("POST", log(caseId, submission), "application/jose", token);
    }

    private String log(String caseId, String submission) {
        return line.version().equals("v1") ? "/cases/" + caseId + "/events" : "/submissions/" + submission + "/events";
    }

    Json destination(String id) throws IOException {
        return get(owned("/destinations/" + id)).json();
    }

    String key(String destination, String kid) throws IOException {
        return get(owned("/destinations/" + destination + "/keys/" + URLEncoder.encode(kid, UTF_8)))
                .text();
    }

    Json announce(Map<String, Object> submission) throws IOException {
        return send("POST", "/submissions", "application/json", JSONObjectUtils.toJSONString(submission))
                .json();
    }

    void upload(String submission, String attachment, String jwe) throws IOException {
        send("PUT", "/submissions/" + submission + "/attachments/" + attachment, "application/jose", jwe);
    }

    void submit(String submission, Map<String, Object> content) throws IOException {
        send("PUT", "/submissions/" + submission, "application/json", JSONObjectUtils.toJSONString(content));
    }

    /** The keys by which the service itself signs. */
    List<Json> serviceKeys(String issuer) throws IOException {
        return http.call("GET", URI.create(issuer.replaceAll("/+$", "") + "/.well-known/jwks.json"), Map.of(), null)
                .json()
                .objects("keys");
    }

    private URI submission(String path) {
        return under(line.submissions(), path);
    }

    private URI owned(String path) {
        return under(line.destinations(), path);
    }

    private URI under(URI base, String path) {
        return URI.create(base.toString().replaceAll("/+$", "") + "/" + line.version() + path);
    }

    private Http.Answer get(URI uri) throws IOException {
        return authorised("GET", uri, "", null);
    }

    private Http.Answer send(String method, String path, String type, String body) throws IOException {
        return authorised(method, submission(path), type, body.getBytes(UTF_8));
    }

    private Http.Answer authorised(String method, URI uri, String type, byte @Nullable [] body) throws IOException {
        var bearer = "Bearer " + token();
        try {
            return http.call(
                    method,
                    uri,
                    body == null
                            ? Map.of("Authorization", bearer)
                            : Map.of("Authorization", bearer, "Content-Type", type),
                    body);
        } catch (ApiTrouble e) {
            if (e.status == 401) {
                forgetToken(); // revoked before its end; the next call asks for another one
            }
            throw e;
        }
    }
}
