package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A message claimed for its route. The parts are body and attachments.
 *
 * @param seq the order of acceptance
 * @param nextPart the first free number for parts that are added
 * @param attempt counted from 1
 */
public record HeldMessage(
        UUID id,
        long seq,
        String municipality,
        String source,
        String kind,
        String service,
        String caseId,
        Optional<String> answers,
        Map<String, String> headers,
        List<Part> parts,
        int nextPart,
        int attempt) {

    /** When it was taken, by the clock of the node that took it. */
    public Instant takenAt() {
        return Ids.madeAt(id);
    }
}
