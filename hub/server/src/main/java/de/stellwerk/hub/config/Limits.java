package de.stellwerk.hub.config;

/**
 * The bounds of one message, in bytes unless said otherwise.
 *
 * @param part the largest single part, by default 1 GiB
 * @param xml the largest XML document that is parsed, by default 16 MiB
 * @param inline parts up to this size lie in the database, larger ones in the content folder; by default 64 KiB
 * @param attachments how many attachments a message may have, by default 100
 */
public record Limits(long part, long xml, int inline, int attachments) {

    public static Limits defaults() {
        return new Limits(1L << 30, 16L << 20, 64 << 10, 100);
    }
}
