package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import de.stellwerk.hub.signature.SignatureVerifier.Unfit;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Whether a PDF signature covers what a reader of the file sees (ISO 32000-2, 12.8).
 *
 * <p>A PDF grows by appending, so that a signature covers the file as it was then. After the last one only validation data
 * and time stamps may follow; between two signatures only the fields of the signatures themselves may change.
 */
final class PdfCoverage {

    /** The keyword, the offset and {@code %%EOF} are the last lines of a file (7.5.5); readers allow some bytes behind them. */
    private static final int TRAILER = 2 << 10;

    private PdfCoverage() {}

    /**
     * The validator goes through a file byte by byte before it finds that it has no end, which takes seconds where it is large. This spares
     * that for what is broken off; whoever means ill can add the word, and is left to the time limit.
     */
    static void check(byte[] bytes) throws Unfit {
        var from = Math.max(0, bytes.length - TRAILER);
        if (!new String(bytes, from, bytes.length - from, ISO_8859_1).contains("startxref"))
            throw new Unfit(new Problem("sig.format", "it is a PDF without an end, so damaged or not one at all"));
    }

    static Optional<Problem> gap(SignatureWrapper signature, List<SignatureWrapper> all, long length) {
        var range = signature.getSignatureByteRange();
        if (!signature.isSignatureByteRangeValid()
                || range.size() != 4
                || range.get(0).signum() != 0
                || end(signature) > length) return problem("it does not cover the file from its beginning");
        if (!signature.isPdfSignatureDictionaryConsistent()) return problem("its dictionary was changed afterwards");
        if (!signature.getPdfPageDifferenceConcernedPages().isEmpty()
                || !signature.getPdfVisualDifferenceConcernedPages().isEmpty()
                || !signature.getPdfAnnotationsOverlapConcernedPages().isEmpty()
                || !signature.getPdfAnnotationChanges().isEmpty()
                || !signature.getPdfUndefinedChanges().isEmpty())
            return problem("the document was changed after it was signed");
        var signatureFields = new HashSet<String>();
        all.forEach(one -> signatureFields.addAll(one.getSignatureFieldNames()));
        if (!signatureFields.containsAll(signature.getModifiedFieldNames()))
            return problem("fields were filled in after it was signed");
        var last = all.stream().mapToLong(PdfCoverage::end).max().orElse(0);
        if (end(signature) == last && last < length) {
            if (!signature.getPdfSignatureOrFormFillChanges().isEmpty())
                return problem("fields were filled in after the last signature");
            if (signature.getPdfExtensionChanges().isEmpty())
                return problem("bytes were appended after the last signature");
        }
        return Optional.empty();
    }

    private static Optional<Problem> problem(String found) {
        return Optional.of(Problem.coverage(found));
    }

    private static long end(SignatureWrapper signature) {
        var range = signature.getSignatureByteRange();
        return range.size() == 4
                ? range.get(2)
                        .add(range.get(3))
                        .min(BigInteger.valueOf(Long.MAX_VALUE))
                        .longValue()
                : 0;
    }
}
