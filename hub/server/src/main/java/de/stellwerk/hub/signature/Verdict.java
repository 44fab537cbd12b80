package de.stellwerk.hub.signature;

import de.stellwerk.hub.spi.Content;

/**
 * <<<<<<< HEAD
 * What came out of a verification.
 *
 * @param accepted whether every signature is good and they cover the whole document
 * @param code empty when accepted, else one of {@code sig.missing}, {@code sig.altered}, {@code sig.untrusted},
 *     {@code sig.expired}, {@code sig.revoked}, {@code sig.revocation-unknown}, {@code sig.algorithm}, {@code sig.coverage},
 *     {@code sig.format}
 * @param text what happened, what is safe, what to do next; quotes nothing of the document
 * @param report the detailed validation report as XML, to be kept with the document
 * =======
 * What a signature check found.
 *
 * @param code empty if accepted, otherwise such as {@code sig.missing} or {@code sig.altered}
 * @param report the full report for people and auditors
 * >>>>>>> route
 */
public record Verdict(boolean accepted, String code, String text, Content report) {}
