package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A message about to be taken.
 *
 * @param source who brought it: {@code connection/<name>} or {@code key/<name>}
 * @param businessId the sender's own id
 * @param answers the connection and reference of the delivery it answers
 * @param quarantine why it must not be forwarded, if it must not
 * @param parts the body first
 * @param polledFrom the connection whose source handed it over, if one did: it counts only while this node has the source's lease
 * @param onLane whether it is put on the route lane at once, and not by the next sweep
 */
public record NewMessage(
        UUID id,
        String municipality,
        String source,
        String businessId,
        String kind,
        String service,
        Optional<String> caseId,
        Optional<Answer> answers,
        Map<String, String> headers,
        Optional<Reason> quarantine,
        List<Part> parts,
        Optional<String> polledFrom,
        boolean onLane,
        Instant acceptedAt) {

    public record Answer(String connection, String reference) {}

    /** A code such as {@code sig.altered} and a sentence without personal data. */
    public record Reason(String code, String text) {}
}
