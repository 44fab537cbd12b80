package de.stellwerk.samples.letters;

/**
 * A signed notice to a town hall.
 *
 * @param messageId the mail's Message-ID, with its angle brackets
 * @param code why the hub must not forward it; empty if it must
 */
public record Notice(String messageId, String subject, Part document, String code) {

    public boolean good() {
        return code.isEmpty();
    }
}
