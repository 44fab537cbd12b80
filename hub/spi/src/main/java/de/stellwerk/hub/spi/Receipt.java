package de.stellwerk.hub.spi;

import java.time.Instant;

/**
 * The hub's answer to a message.
 *
 * @param messageId the hub's own id; the same one again for a duplicate
 * @param code why, for {@code QUARANTINED} and {@code REJECTED}, such as {@code xml.doctype}; otherwise empty
 * @param text the same for people
 */
public record Receipt(String messageId, Instant acceptedAt, Outcome outcome, String code, String text) {

    public enum Outcome {
        /** The hub holds it. */
        TAKEN,
        /** The hub has held it already; nothing happened. */
        DUPLICATE,
        /** The hub holds it, but will not forward it before a person has looked. */
        QUARANTINED,
        /** The hub does not hold it and never will: tell the sender, and keep the original. */
        REJECTED
    }
}
