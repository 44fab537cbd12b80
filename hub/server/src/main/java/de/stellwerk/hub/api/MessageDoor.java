package de.stellwerk.hub.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.intake.Accepted;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.intake.Submission;
import de.stellwerk.hub.security.Caller;
import de.stellwerk.hub.security.Entrance;
import de.stellwerk.hub.spi.Content;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tomcat.util.http.fileupload.FileItem;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /api/v1/messages}, the busiest door. It stands before the framework's filters and dispatching, which would take longer than
 * all that is done with a form, and asks for the same things at its {@link Entrance}. Other methods of this address go on to them.
 */
final class MessageDoor extends HttpFilter {

    static final String PATH = "/api/v1/messages";

    private static final long serialVersionUID = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ObjectReader META = JSON.readerFor(Meta.class);
    private static final ObjectWriter WRITER = JSON.writer();
    private static final int LONGEST_META = 64 << 10;

    /** Parts beside the attachments. */
    private static final int OTHER_PARTS = 10;

    /** What a sender says about a message. */
    record Meta(
            @Nullable String municipality,
            @Nullable String kind,
            @Nullable String service,
            @JsonProperty("case") @Nullable String caseId,
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
            String seal,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String timeStamp,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String timeStampMissing) {}

    private final transient Entrance entrance;
    private final transient Intake intake;
    private final transient Receipts receipts;
    private final transient Failures failures;
    private final transient Limits limits;
    private final transient Path uploads;

    /** @param uploads where large parts lie while a request is read */
    MessageDoor(Entrance entrance, Intake intake, Receipts receipts, Failures failures, Limits limits, Path uploads) {
        this.entrance = entrance;
        this.intake = intake;
        this.receipts = receipts;
        this.failures = failures;
        this.limits = limits;
        this.uploads = uploads;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getMethod().equals("POST")) {
            entrance.letIn(request, response, caller -> send(response, answer(caller, request)));
        } else {
            chain.doFilter(request, response);
        }
    }

    private ResponseEntity<?> answer(Caller caller, HttpServletRequest request) {
        // The limit of a part is checked by the intake, which writes a refusal down; here it only bounds the disk.
        try (var parts = Parts.read(request, uploads, limits.attachments() + OTHER_PARTS, 2 * limits.part())) {
            return handIn(caller, request, parts);
        } catch (Exception e) {
            return failures.of(e, request);
        }
    }

    private ResponseEntity<?> handIn(Caller caller, HttpServletRequest request, Parts parts) throws IOException {
        var key = request.getHeader("Idempotency-Key");
        if (key == null) {
            throw Refusal.badRequest(
                    "message.id",
                    "The header Idempotency-Key is missing. Nothing was taken. Send a unique id with it.");
        }
        var said = meta(part(parts, "meta"));
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
                content(part(parts, "body")),
                parts.all("attachment").stream().map(MessageDoor::content).toList(),
                Optional.empty()));
        return switch (accepted.outcome()) {
            case TAKEN -> ResponseEntity.status(201).body(receipt(accepted, request));
            case DUPLICATE -> ResponseEntity.status(200).body(receipt(accepted, request));
            case QUARANTINED -> ResponseEntity.status(202).body(receipt(accepted, request));
            case CONFLICT -> Failures.answer(problem(409, "Conflict", accepted));
            case REJECTED ->
                Failures.answer(problem(accepted.code().startsWith("size.") ? 413 : 422, "Rejected", accepted));
        };
    }

    private static FileItem part(Parts parts, String name) {
        return parts.find(name)
                .orElseThrow(() -> Refusal.badRequest(
                        "request.part",
                        "The part '" + name + "' is missing. Nothing was taken. Send it again with it."));
    }

    private static Meta meta(FileItem part) throws IOException {
        if (part.getSize() > LONGEST_META) {
            throw Refusal.badRequest("request.meta", "The part 'meta' is longer than 64 KiB. Nothing was taken.");
        }
        try (var json = part.getInputStream()) {
            Meta said = META.readValue(json);
            if (said != null) {
                return said;
            }
        } catch (JacksonException e) {
            // said below
        }
        throw Refusal.badRequest(
                "request.meta",
                "The part 'meta' is not the JSON that is expected: municipality, kind, and if need be service, case,"
                        + " headers. Nothing was taken.");
    }

    private static Content content(FileItem part) {
        var name = part.getName();
        var type = part.getContentType();
        return new Uploaded(
                name == null || name.isBlank() ? part.getFieldName() : name,
                type == null ? "application/octet-stream" : type,
                part);
    }

    /** A part of the request. */
    private record Uploaded(String name, String mediaType, FileItem part) implements Content {

        @Override
        public InputStream open() throws IOException {
            return part.getInputStream();
        }

        @Override
        public String toString() {
            return "Uploaded[" + mediaType + "]";
        }
    }

    /** A seal costs as much as all the rest of a yes, so it is made for those who ask for it, now or later. */
    private ReceiptJson receipt(Accepted accepted, HttpServletRequest request) {
        var id = accepted.id().orElseThrow();
        // The body has been read as a stream, so this looks at the address only.
        var sealed = "true".equals(request.getParameter("seal")) ? receipts.of(id) : Optional.<Receipts.Sealed>empty();
        return new ReceiptJson(
                id.toString(),
                accepted.at(),
                accepted.caseId(),
                accepted.outcome().name(),
                accepted.code(),
                accepted.text(),
                Receipts.parts(accepted.parts()),
                sealed.map(Receipts.Sealed::seal).orElse(null),
                sealed.map(Receipts.Sealed::timeStamp).orElse(null),
                sealed.map(Receipts.Sealed::timeStampMissing).orElse(null));
    }

    private static ApiProblem problem(int status, String title, Accepted accepted) {
        var problem = ApiProblem.of(status, title, accepted.code(), accepted.text());
        return accepted.id().map(id -> problem.concerning(id.toString())).orElse(problem);
    }

    private static void send(HttpServletResponse response, ResponseEntity<?> answer) throws IOException {
        response.setStatus(answer.getStatusCode().value());
        var later = answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER);
        if (later != null) {
            response.setHeader(HttpHeaders.RETRY_AFTER, later);
        }
        var body = WRITER.writeValueAsBytes(answer.getBody());
        response.setContentType(
                answer.getBody() instanceof ApiProblem
                        ? MediaType.APPLICATION_PROBLEM_JSON_VALUE
                        : MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
