package de.stellwerk.hub.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.intake.Accepted;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.intake.Submission;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.security.Caller;
import de.stellwerk.hub.security.Right;
import de.stellwerk.hub.spi.Content;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Hands in messages and says what became of them. */
@RestController
final class MessagesApi {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    private static final int LONGEST_META = 64 << 10;

    /** What a sender says about a message. */
    record Meta(
            @Nullable String municipality,
            @Nullable String kind,
            @Nullable String service,
            @Nullable String caseId,
            @Nullable Map<String, String> headers) {}

    record ReceiptJson(
            String id,
            Instant acceptedAt,
            String caseId,
            String outcome,
            String code,
            String text,
            List<Receipts.ReceiptPart> parts,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String seal) {}

    /** @param headers their values only for those who may read content: they may hold personal data */
    record MessageJson(
            @JsonUnwrapped Search.MessageRow message,
            Map<String, String> headers,
            List<Search.PartRow> parts,
            List<Search.DeliveryRow> deliveries) {}

    private final Intake intake;
    private final Receipts receipts;
    private final Search search;
    private final Operator operator;
    private final ContentStore contents;

    MessagesApi(Intake intake, Receipts receipts, Search search, Operator operator, ContentStore contents) {
        this.intake = intake;
        this.receipts = receipts;
        this.search = search;
        this.operator = operator;
        this.contents = contents;
    }

    /** The busiest door: it reads the request and writes the answer itself, since the framework's own ways take longer than the rest. */
    @PostMapping(path = "/api/v1/messages", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    void handIn(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        var caller = caller(request);
        var key = request.getHeader("Idempotency-Key");
        if (key == null) {
            throw Refusal.badRequest(
                    "message.id",
                    "The header Idempotency-Key is missing. Nothing was taken. Send a unique id with it.");
        }
        var said = meta(part(request, "meta"));
        var municipality = text(said.municipality());
        if (!caller.serves(municipality)) {
            throw new Refusal(
                    403,
                    "Forbidden",
                    "access.municipality",
                    "This API key may not send for that municipality. Nothing was taken.");
        }
        var accepted = intake.accept(new Submission(
                municipality,
                caller.actor(),
                key,
                text(said.kind()),
                text(said.service()),
                Optional.ofNullable(said.caseId()),
                Optional.empty(),
                said.headers() == null ? Map.of() : said.headers(),
                content(part(request, "body")),
                request.getParts().stream()
                        .filter(part -> part.getName().equals("attachment"))
                        .map(MessagesApi::content)
                        .toList(),
                Optional.empty()));
        switch (accepted.outcome()) {
            case TAKEN -> write(response, 201, receipt(accepted, request));
            case DUPLICATE -> write(response, 200, receipt(accepted, request));
            case QUARANTINED -> write(response, 202, receipt(accepted, request));
            case CONFLICT -> write(response, problem(409, "Conflict", accepted));
            case REJECTED ->
                write(response, problem(accepted.code().startsWith("size.") ? 413 : 422, "Rejected", accepted));
        }
    }

    private static Caller caller(HttpServletRequest request) {
        if (request.getUserPrincipal() instanceof Authentication known
                && known.getPrincipal() instanceof Caller caller) {
            return caller;
        }
        throw new Refusal(401, "Unauthorized", "access.key", "No valid API key was given.");
    }

    private static Part part(HttpServletRequest request, String name) throws IOException, ServletException {
        var part = request.getPart(name);
        if (part == null) {
            throw Refusal.badRequest(
                    "request.part", "The part '" + name + "' is missing. Nothing was taken. Send it again with it.");
        }
        return part;
    }

    private static void write(HttpServletResponse response, int status, ReceiptJson receipt) throws IOException {
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        send(response, JSON.writeValueAsBytes(receipt));
    }

    private static void write(HttpServletResponse response, ApiProblem problem) throws IOException {
        response.setStatus(problem.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        send(response, JSON.writeValueAsBytes(problem));
    }

    private static void send(HttpServletResponse response, byte[] body) throws IOException {
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** A seal costs as much as all the rest of a yes, so it is made for those who ask for it, now or later. */
    private ReceiptJson receipt(Accepted accepted, HttpServletRequest request) {
        var id = accepted.id().orElseThrow();
        return new ReceiptJson(
                id.toString(),
                accepted.at(),
                accepted.caseId(),
                accepted.outcome().name(),
                accepted.code(),
                accepted.text(),
                Receipts.parts(accepted.parts()),
                "true".equals(request.getParameter("seal"))
                        ? receipts.of(id).orElseThrow().seal()
                        : null);
    }

    private static ApiProblem problem(int status, String title, Accepted accepted) {
        var problem = ApiProblem.of(status, title, accepted.code(), accepted.text());
        return accepted.id().map(id -> problem.concerning(id.toString())).orElse(problem);
    }

    @GetMapping("/api/v1/messages")
    List<Search.MessageRow> messages(
            @AuthenticationPrincipal Caller caller,
            @RequestParam Optional<String> municipality,
            @RequestParam Optional<String> kind,
            @RequestParam Optional<String> state,
            @RequestParam("case") Optional<String> caseId,
            @RequestParam Optional<Instant> from,
            @RequestParam Optional<Instant> to,
            @RequestParam Optional<UUID> after,
            @RequestParam(defaultValue = "100") int limit) {
        return search.messages(
                caller.sight(), new Search.Filter(municipality, kind, state, caseId, from, to, after, limit));
    }

    @GetMapping("/api/v1/messages/{id}")
    MessageJson message(@AuthenticationPrincipal Caller caller, @PathVariable UUID id) {
        var message = see(caller, id);
        var headers = new TreeMap<>(search.headers(id));
        if (!caller.rights().contains(Right.CONTENT)) {
            headers.replaceAll((name, value) -> "***");
        }
        return new MessageJson(
                message,
                headers,
                search.parts(id),
                search.deliveries(
                        caller.sight(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(id),
                        Optional.empty(),
                        500));
    }

    @GetMapping("/api/v1/messages/{id}/ledger")
    List<Search.EntryRow> ledger(@AuthenticationPrincipal Caller caller, @PathVariable UUID id) {
        see(caller, id);
        return search.entriesOfMessage(caller.sight(), id);
    }

    @GetMapping("/api/v1/messages/{id}/receipt")
    Receipts.Sealed sealedReceipt(@AuthenticationPrincipal Caller caller, @PathVariable UUID id) {
        see(caller, id);
        return receipts.of(id).orElseThrow(() -> Refusal.notFound("message"));
    }

    /** Content, for those who may read it; that it was read, by whom and why, stands in the ledger before the first byte is sent. */
    @GetMapping("/api/v1/messages/{id}/parts/{no}")
    ResponseEntity<InputStreamResource> part(
            @AuthenticationPrincipal Caller caller,
            @PathVariable UUID id,
            @PathVariable int no,
            @RequestParam String reason)
            throws IOException {
        var message = see(caller, id);
        if (reason.isBlank() || reason.length() > 200) {
            throw Refusal.badRequest("reason.missing", "Say in the parameter 'reason' why the content is read.");
        }
        var part = search.part(id, no).orElseThrow(() -> Refusal.notFound("part"));
        operator.read(message.municipality(), message.caseId(), id, no, caller.actor(), reason);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .contentLength(part.size())
                .header("Stellwerk-Media-Type", part.mediaType())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(part.name(), java.nio.charset.StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .body(new InputStreamResource(contents.open(part).open()));
    }

    @PostMapping("/api/v1/messages/{id}/{decision}")
    Search.MessageRow decide(
            @AuthenticationPrincipal Caller caller,
            @PathVariable UUID id,
            @PathVariable String decision,
            @RequestParam String reason) {
        see(caller, id);
        if (!decision.equals("repeat") && !decision.equals("cancel")) {
            throw Refusal.notFound("decision");
        }
        if (!operator.decideMessage(decision.equals("repeat"), id, caller.actor(), reason)) {
            throw new Refusal(
                    409,
                    "Conflict",
                    "state.other",
                    "Only a parked or quarantined message can be decided. Nothing was changed.");
        }
        return see(caller, id);
    }

    private Search.MessageRow see(Caller caller, UUID id) {
        return search.message(caller.sight(), id).orElseThrow(() -> Refusal.notFound("message"));
    }

    private static Meta meta(Part part) throws IOException {
        if (part.getSize() > LONGEST_META) {
            throw Refusal.badRequest("request.meta", "The part 'meta' is longer than 64 KiB. Nothing was taken.");
        }
        try {
            // "case" is a word of the language, so the record cannot have it as a name.
            var tree = JSON.readTree(part.getInputStream());
            if (tree instanceof tools.jackson.databind.node.ObjectNode object && object.has("case")) {
                object.set("caseId", object.remove("case"));
            }
            return JSON.treeToValue(tree, Meta.class);
        } catch (JacksonException e) {
            throw Refusal.badRequest(
                    "request.meta",
                    "The part 'meta' is not the JSON that is expected: municipality, kind, and if need be service, case,"
                            + " headers. Nothing was taken.");
        }
    }

    private static Content content(Part file) {
        var name = file.getSubmittedFileName();
        var type = file.getContentType();
        return new Uploaded(
                name == null || name.isBlank() ? file.getName() : name,
                type == null ? "application/octet-stream" : type,
                file);
    }

    /** A part of the request; large ones lie in a temporary file that goes with the request. */
    private record Uploaded(String name, String mediaType, Part file) implements Content {

        @Override
        public InputStream open() throws IOException {
            return file.getInputStream();
        }

        @Override
        public String toString() {
            return "Uploaded[" + mediaType + "]";
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
