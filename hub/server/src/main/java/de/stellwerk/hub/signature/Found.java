package de.stellwerk.hub.signature;

/**
 * One signature in a document, as the validation sees it.
 *
 * @param format such as {@code XAdES-BASELINE-B}
 * @param indication {@code TOTAL-PASSED}, {@code TOTAL-FAILED} or {@code INDETERMINATE} (ETSI EN 319 102-1)
 * @param subIndication the reason where it did not pass, such as {@code HASH_FAILURE}, else empty
 * @param intact whether the signature value fits what was signed, whoever signed it
 */
public record Found(String format, String indication, String subIndication, boolean intact, Covers covers) {

    /** How much of what is there a signature signs. */
    public enum Covers {
        WHOLE,
        PART,
        NONE
    }
}
