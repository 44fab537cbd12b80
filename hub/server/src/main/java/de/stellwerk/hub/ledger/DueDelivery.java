package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A delivery claimed for an attempt; the attempt's row has been committed.
 *
 * @param attempt counted from 1 over all time
 * @param tries how many of them count for giving up
 * @param lastCode how the attempt before ended; empty if it was the first
 * @param epoch under which it was claimed: an outcome counts only as long as nobody has taken the attempt over
 * @param takenOver whether a node that has died claimed it, and may have begun it
 */
public record DueDelivery(
        String id,
        long number,
        UUID messageId,
        String municipality,
        String connection,
        String channel,
        String kind,
        String caseId,
        Map<String, String> headers,
        Part body,
        List<Part> attachments,
        int attempt,
        int tries,
        String lastCode,
        long epoch,
        boolean takenOver) {

    DueDelivery with(Part newBody, List<Part> newAttachments) {
        return new DueDelivery(
                id,
                number,
                messageId,
                municipality,
                connection,
                channel,
                kind,
                caseId,
                headers,
                newBody,
                newAttachments,
                attempt,
                tries,
                lastCode,
                epoch,
                takenOver);
    }
}
