package de.stellwerk.hub.signature;

/**
 * One signature in a document, as the validation sees it.
 *
 * @param format such as {@code XAdES-BASELINE-B}
 * @param indication {@code TOTAL_PASSED}, {@code TOTAL_FAILED} or {@code INDETERMINATE} (ETSI EN 319 102-1)
 * @param subIndication the reason where it did not pass, else empty
 * @param intact whether the signature value fits what was signed, whoever signed it
 * @param coverage empty when it covers the whole document, else what it leaves out
 */
record Found(String format, String indication, String subIndication, boolean intact, String coverage) {}
