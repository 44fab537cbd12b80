package de.stellwerk.hub.api;

import de.stellwerk.hub.evidence.EvidencePacks;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.security.Caller;
import java.io.IOException;
import java.util.Optional;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A case's evidence in one file. That it was given out, to whom and why, stands in the ledger before the first byte is sent. */
@RestController
final class EvidenceApi {

    private final Search search;
    private final Operator operator;
    private final EvidencePacks packs;

    EvidenceApi(Search search, Operator operator, EvidencePacks packs) {
        this.search = search;
        this.operator = operator;
        this.packs = packs;
    }

    /** @param municipality needed only where several have a case of this id */
    @GetMapping("/api/v1/cases/{id}/evidence")
    ResponseEntity<byte[]> evidence(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam Optional<String> municipality,
            @RequestParam String reason)
            throws IOException {
        if (reason.isBlank() || reason.length() > 200) {
            throw Refusal.badRequest("reason.missing", "Say in the parameter 'reason' why the evidence is needed.");
        }
        var messages = search.messages(
                caller.sight(),
                new Search.Filter(
                        municipality,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(id),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        500));
        var whose = messages.stream()
                .map(Search.MessageRow::municipality)
                .distinct()
                .toList();
        if (whose.isEmpty()) {
            throw Refusal.notFound("case");
        }
        if (whose.size() > 1) {
            throw Refusal.badRequest(
                    "evidence.municipality",
                    "Several municipalities have a case of this id. Name one in the parameter 'municipality'.");
        }
        try {
            var pack = packs.of(whose.get(0), id);
            operator.gaveEvidence(whose.get(0), id, caller.actor(), reason);
            var answer = ResponseEntity.ok();
            if (!pack.stampMissing().isEmpty()) answer.header("Stellwerk-Time-Stamp-Missing", pack.stampMissing());
            return answer.contentType(MediaType.valueOf("application/vnd.etsi.asic-e+zip"))
                    .header(
                            HttpHeaders.CONTENT_DISPOSITION,
                            ContentDisposition.attachment()
                                    .filename("evidence-" + id.replaceAll("[^A-Za-z0-9._-]", "_") + ".asice")
                                    .build()
                                    .toString())
                    .body(pack.bytes());
        } catch (EvidencePacks.NotNow e) {
            throw new Refusal(409, "Conflict", e.code(), e.text());
        }
    }
}
