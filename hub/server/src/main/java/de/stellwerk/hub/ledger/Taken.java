package de.stellwerk.hub.ledger;

import java.time.Instant;
import java.util.UUID;

/**
 * What became of a new message.
 *
 * @param id of the message that is held: for a duplicate the first one's
 */
public record Taken(Result result, UUID id, String caseId, Instant acceptedAt, String code, String text) {

    public enum Result {
        NEW,
        /** The same id with the same content: nothing changed. */
        DUPLICATE,
        /** The same id with other content: held in quarantine. */
        CONFLICT,
        /** Held in quarantine for another reason. */
        QUARANTINED
    }
}
