package de.stellwerk.hub.signature;

import de.stellwerk.hub.spi.Content;
import java.util.List;
import java.util.Optional;

/**
 * What came out of a verification.
 *
 * @param accepted whether every signature is good and they cover the whole document
 * @param code empty when accepted, else one of {@code sig.missing}, {@code sig.altered}, {@code sig.untrusted},
 *     {@code sig.expired}, {@code sig.revoked}, {@code sig.revocation-unknown}, {@code sig.algorithm}, {@code sig.coverage},
 *     {@code sig.level}, {@code sig.encrypted}, {@code sig.format}
 * @param text what happened, what is safe, what to do next; quotes nothing of the document
 * @param signatures one by one; empty where there are none or the document cannot be taken apart
 * @param report the detailed validation report as XML, to be kept with the document
 * @param etsi the same in the form that others' programs read (ETSI TS 119 102-2), as XML; empty where the document cannot be taken apart
 * @param readable the same for people, as PDF, German and English
 */
public record Verdict(
        boolean accepted,
        String code,
        String text,
        List<Found> signatures,
        Content report,
        Optional<Content> etsi,
        Content readable) {}
