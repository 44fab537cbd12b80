package de.stellwerk.hub.intake;

import de.stellwerk.hub.content.Part;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The answer to a submission, durable when it is given.
 *
 * @param id the message that is held; empty if nothing is held
 * @param code why, unless it was simply taken
 * @param parts what was handed in, the body first, with the hashes a sender may compare
 */
public record Accepted(
        Outcome outcome, Optional<UUID> id, String caseId, Instant at, String code, String text, List<Part> parts) {

    public enum Outcome {
        TAKEN,
        DUPLICATE,
        /** The same id with other content; held in quarantine. */
        CONFLICT,
        QUARANTINED,
        /** Nothing is held. */
        REJECTED
    }
}
