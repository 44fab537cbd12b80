package de.stellwerk.hub.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.security.Caller;
import de.stellwerk.hub.security.Right;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Says what became of messages; {@link MessageDoor} takes them in. */
@RestController
final class MessagesApi {

    /** @param headers their values only for those who may read content: they may hold personal data */
    record MessageJson(
            @JsonUnwrapped Search.MessageRow message,
            Map<String, String> headers,
            List<Search.PartRow> parts,
            List<Search.DeliveryRow> deliveries) {}

    private final Receipts receipts;
    private final Search search;
    private final Operator operator;
    private final ContentStore contents;

    MessagesApi(Receipts receipts, Search search, Operator operator, ContentStore contents) {
        this.receipts = receipts;
        this.search = search;
        this.operator = operator;
        this.contents = contents;
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
}
