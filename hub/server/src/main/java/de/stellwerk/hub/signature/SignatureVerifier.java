package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.diagnostic.CertificateWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.enumerations.SignatureScopeType;
import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.policy.ValidationPolicy;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.spi.client.http.MemoryDataLoader;
import eu.europa.esig.dss.spi.policy.SignaturePolicyProvider;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import eu.europa.esig.dss.xades.validation.XMLDocumentValidator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xml.sax.SAXException;

/**
 * Verifies signed documents: XAdES in XML and PAdES in PDF, also CAdES. It answers from the document, the trust folder and
 * the clock alone; it never opens a connection, so neither a revocation list nor a missing certificate is fetched.
 *
 * <p>A document is accepted when there is a signature, when every signature passes (ETSI EN 319 102-1) up to a certificate
 * of the trust folder, and when the signatures cover the whole document and each attachment. Revocation needs a list in the
 * folder, or data in the signature, that is not out of date; where there is neither, the document is refused unless the
 * operator has put {@code <anchor file>.no-revocation} beside the anchor.
 *
 * <p>Thread-safe. What is slow to make is made at the first use.
 */
public final class SignatureVerifier {

    private static final Logger log = LoggerFactory.getLogger(SignatureVerifier.class);

    /** The validator holds a document in memory several times over. */
    private static final int LARGEST = 64 << 20;

    private final TrustFolder trust;
    private final Clock clock;

    /** The policies, read when this class is first touched: that takes most of a second. */
    private static final class Policies {
        static final ValidationPolicy STRICT = Rules.load(false);
        static final ValidationPolicy LENIENT = Rules.load(true);
    }

    private enum Kind {
        XML,
        PDF,
        OTHER
    }

    /** One signature with all that a decision needs. */
    private record Looked(
            SignatureWrapper signature, Indication indication, Optional<SubIndication> why, Optional<Problem> gap) {}

    /** All signatures of a document. */
    private record Examined(List<Looked> signatures, Optional<Problem> gap, String report) {}

    /** A document that is refused before or by the validator. */
    private static final class Unfit extends Exception {

        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        Unfit(Problem problem) {
            super(problem.code());
            this.problem = problem;
        }
    }

    /**
     * @param trustFolder trust anchors and revocation lists; it may be empty or missing, then nobody is trusted
     */
    public SignatureVerifier(Path trustFolder, Clock clock) {
        this.trust = new TrustFolder(trustFolder);
        this.clock = clock;
    }

    /**
     * @param attachments what a detached signature in {@code document} signs; any other attachment must not be there
     * @throws UncheckedIOException when the content or the trust folder cannot be read, which says nothing about the document
     */
    public Verdict verify(Content document, List<Content> attachments) {
        try {
            // The mail that a document came in is its envelope, kept as evidence; nobody can sign his own envelope.
            var inside = attachments.stream()
                    .filter(each -> !each.mediaType().startsWith("message/rfc822"))
                    .toList();
            var examined = examine(document, inside);
            var problem = decide(examined, Date.from(clock.instant()));
            return problem.map(p -> refused(p, examined.report())).orElseGet(() -> accepted(examined.report()));
        } catch (Unfit e) {
            return refused(e.problem, ownReport(e.problem));
        }
    }

    /** The signatures one by one; empty where there are none or the document cannot be taken apart. */
    List<Found> signatures(Content document, List<Content> attachments) {
        try {
            return examine(document, attachments).signatures().stream()
                    .map(looked -> new Found(
                            String.valueOf(looked.signature().getSignatureFormat()),
                            looked.indication().name(),
                            looked.why().map(SubIndication::name).orElse(""),
                            looked.signature().isSignatureIntact(),
                            looked.gap().map(Problem::found).orElse("")))
                    .toList();
        } catch (Unfit e) {
            return List.of();
        }
    }

    private Examined examine(Content document, List<Content> attachments) throws Unfit {
        var bytes = bytes(document);
        var kind = kind(bytes);
        Optional<XmlCoverage> xml = kind == Kind.XML ? Optional.of(xml(bytes)) : Optional.empty();
        var danger = xml.flatMap(XmlCoverage::danger);
        if (danger.isPresent()) throw new Unfit(danger.get());

        var known = trust.read();
        var detached = attachments.stream().map(ContentDocument::new).toList();
        try {
            var reports = validated(bytes, kind, detached, known, Policies.STRICT);
            var exempt = signatures(reports).stream().anyMatch(signature -> isExempt(signature, known));
            var lenient = exempt ? validated(bytes, kind, detached, known, Policies.LENIENT) : reports;
            var gap = xml.flatMap(coverage -> coverage.gap(attachments));
            if (xml.isPresent()
                    && gap.isEmpty()
                    && xml.get().signatures() != signatures(reports).size())
                gap = Optional.of(Problem.coverage("the document holds a signature that cannot be looked at"));
            var looked = new ArrayList<Looked>();
            for (var signature : signatures(reports)) {
                var deciding = isExempt(signature, known) ? lenient : reports;
                looked.add(new Looked(
                        signature,
                        deciding.getSimpleReport().getIndication(signature.getId()),
                        Optional.ofNullable(deciding.getSimpleReport().getSubIndication(signature.getId())),
                        switch (kind) {
                            case XML -> gap;
                            case PDF -> pdfGap(signature, signatures(reports), bytes.length, attachments);
                            case OTHER -> otherGap(signature, attachments);
                        }));
            }
            return new Examined(looked, gap, lenient.getXmlDetailedReport());
        } catch (RuntimeException | StackOverflowError e) {
            for (var one : detached) {
                var broken = one.broken();
                if (broken.isPresent()) throw new UncheckedIOException(broken.get());
            }
            // The validator has no type of its own for input it cannot take apart, and hostile input finds many ways.
            log.info(
                    "A signed document cannot be taken apart ({})", e.getClass().getSimpleName());
            throw new Unfit(xml.flatMap(coverage -> coverage.gap(attachments))
                    .orElse(new Problem("sig.format", "it is not a signed document of a known format, or damaged")));
        }
    }

    private Reports validated(
            byte[] bytes, Kind kind, List<ContentDocument> detached, TrustFolder.Trust known, ValidationPolicy policy) {
        var document = new InMemoryDocument(bytes);
        var validator =
                switch (kind) {
                    case XML -> new XMLDocumentValidator(document);
                    case PDF -> new PDFDocumentValidator(document);
                    case OTHER -> SignedDocumentValidator.fromDocument(document);
                };
        validator.setCertificateVerifier(verifier(known));
        validator.setDetachedContents(List.<DSSDocument>copyOf(detached));
        validator.setValidationTime(Date.from(clock.instant()));
        validator.setSignaturePolicyProvider(nothingFetched());
        return validator.validateDocument(policy);
    }

    /** Knows the trust folder and nothing else: no AIA, no OCSP, no distribution point. */
    private static CommonCertificateVerifier verifier(TrustFolder.Trust known) {
        var anchors = new CommonTrustedCertificateSource();
        known.anchors().forEach(anchors::addCertificate);
        var verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(anchors);
        verifier.setCrlSource(new FolderLists(known.lists()));
        return verifier;
    }

    /** Unless told so, the provider of signature policies would load them by HTTP. */
    private static SignaturePolicyProvider nothingFetched() {
        var provider = new SignaturePolicyProvider();
        provider.setDataLoader(new MemoryDataLoader(Map.of()));
        return provider;
    }

    private static List<SignatureWrapper> signatures(Reports reports) {
        return reports.getDiagnosticData().getSignatures();
    }

    private static boolean isExempt(SignatureWrapper signature, TrustFolder.Trust known) {
        return signature.getCertificateChain().stream()
                .filter(CertificateWrapper::isTrusted)
                .anyMatch(anchor -> known.exempt().contains(anchor.getId()));
    }

    private static Optional<Problem> pdfGap(
            SignatureWrapper signature, List<SignatureWrapper> all, long length, List<Content> attachments) {
        if (!attachments.isEmpty()) return Optional.of(Problem.coverage("there are attachments that nobody signed"));
        return PdfCoverage.gap(signature, all, length);
    }

    private static Optional<Problem> otherGap(SignatureWrapper signature, List<Content> attachments) {
        var scopes = signature.getSignatureScopes();
        var whole = scopes.size() == Math.max(1, attachments.size())
                && scopes.stream().allMatch(scope -> scope.getScope() == SignatureScopeType.FULL);
        return signature.isCounterSignature() || whole
                ? Optional.empty()
                : Optional.of(Problem.coverage("it does not sign exactly what is there"));
    }

    private static Optional<Problem> decide(Examined examined, Date now) {
        var signatures = examined.signatures();
        if (signatures.isEmpty())
            return Optional.of(new Problem("sig.missing", "there is no signature in the document"));
        var problems = signatures.stream()
                .map(one -> problem(one, now))
                .flatMap(Optional::stream)
                .toList();
        var altered =
                problems.stream().filter(p -> p.code().equals("sig.altered")).findFirst();
        if (altered.isPresent()) return altered;
        var gap = signatures.stream().map(Looked::gap).flatMap(Optional::stream).findFirst();
        if (gap.isPresent()) return gap;
        if (examined.gap().isPresent()) return examined.gap();
        return problems.stream().findFirst();
    }

    private static Optional<Problem> problem(Looked looked, Date now) {
        if (looked.indication() == Indication.TOTAL_PASSED) return Optional.empty();
        var why = looked.why();
        if (unknownRevocation(why) && outOfTime(looked.signature(), now)) why = Optional.of(SubIndication.EXPIRED);
        if (why.isEmpty()) return Optional.of(new Problem("sig.format", "the validation came to no result"));
        return Optional.of(
                switch (why.get()) {
                    case HASH_FAILURE, SIG_CRYPTO_FAILURE ->
                        new Problem("sig.altered", "the document was changed after it was signed");
                    case SIGNED_DATA_NOT_FOUND ->
                        looked.gap().orElse(Problem.coverage("what it signs is not in the message"));
                    case NO_CERTIFICATE_CHAIN_FOUND,
                            NO_CERTIFICATE_CHAIN_FOUND_NO_POE,
                            NO_SIGNING_CERTIFICATE_FOUND,
                            CHAIN_CONSTRAINTS_FAILURE ->
                        new Problem("sig.untrusted", "its certificate does not come from a trusted authority");
                    case REVOKED, REVOKED_NO_POE, REVOKED_CA_NO_POE ->
                        new Problem("sig.revoked", "its certificate was revoked");
                    case EXPIRED, NOT_YET_VALID, OUT_OF_BOUNDS_NO_POE, OUT_OF_BOUNDS_NOT_REVOKED ->
                        new Problem("sig.expired", "its certificate is not valid at this time");
                    case TRY_LATER, CERTIFICATE_CHAIN_GENERAL_FAILURE, REVOCATION_OUT_OF_BOUNDS_NO_POE ->
                        new Problem("sig.revocation-unknown", "nobody can say whether its certificate was revoked");
                    case CRYPTO_CONSTRAINTS_FAILURE, CRYPTO_CONSTRAINTS_FAILURE_NO_POE ->
                        new Problem("sig.algorithm", "it uses an algorithm or a key that is too weak");
                    case FORMAT_FAILURE ->
                        looked.signature().isSignatureIntact()
                                ? looked.gap().orElse(new Problem("sig.format", "its structure is damaged"))
                                : new Problem("sig.altered", "the document was changed after it was signed");
                    default -> new Problem("sig.format", "it breaks a rule of its format");
                });
    }

    private static boolean unknownRevocation(Optional<SubIndication> why) {
        return why.isPresent()
                && switch (why.get()) {
                    case TRY_LATER, CERTIFICATE_CHAIN_GENERAL_FAILURE, REVOCATION_OUT_OF_BOUNDS_NO_POE -> true;
                    default -> false;
                };
    }

    /** Lists no longer speak of expired certificates; then the expiry is what the sender must be told. */
    private static boolean outOfTime(SignatureWrapper signature, Date now) {
        return Optional.ofNullable(signature.getSigningCertificate())
                .filter(certificate -> certificate.getNotAfter().before(now)
                        || certificate.getNotBefore().after(now))
                .isPresent();
    }

    private static byte[] bytes(Content document) throws Unfit {
        try (var in = document.open()) {
            var bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST)
                throw new Unfit(
                        new Problem("sig.format", "it is larger than the " + LARGEST + " bytes that are verified"));
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Kind kind(byte[] bytes) {
        var start = new String(bytes, 0, Math.min(bytes.length, 1_024), ISO_8859_1);
        if (start.startsWith("%PDF-")) return Kind.PDF;
        var text = start.replaceFirst("^(?:\u00ef\u00bb\u00bf|\u00fe\u00ff|\u00ff\u00fe)", "")
                .replace("\0", "")
                .stripLeading();
        return text.startsWith("<") ? Kind.XML : Kind.OTHER;
    }

    private static XmlCoverage xml(byte[] bytes) throws Unfit {
        try {
            SafeXml.check(new ByteArrayInputStream(bytes), Limits.defaults());
            return new XmlCoverage(SafeXml.documentBuilder().parse(new ByteArrayInputStream(bytes)));
        } catch (BadInput e) {
            throw new Unfit(new Problem("sig.format", "it is XML that is not taken (" + e.code() + ")"));
        } catch (IOException | SAXException e) {
            throw new Unfit(new Problem("sig.format", "it is XML that cannot be read"));
        }
    }

    private static Verdict accepted(String report) {
        return new Verdict(
                true,
                "",
                "Every signature is good and covers the whole document. Nothing needs to be done.",
                report(report));
    }

    private static Verdict refused(Problem problem, String report) {
        return new Verdict(
                false,
                problem.code(),
                "The signature of the document is not accepted: " + problem.found()
                        + ". The document is kept as it came and goes no further. " + next(problem.code()),
                report(report));
    }

    private static String next(String code) {
        return switch (code) {
            case "sig.missing" -> "Ask the sender to sign it.";
            case "sig.untrusted" ->
                "Ask the sender which authority issued the certificate; if it is to be trusted, put its certificate into"
                        + " the trust folder.";
            case "sig.expired", "sig.revoked" -> "Ask the sender to sign again with a valid certificate.";
            case "sig.revocation-unknown" -> "Put a current revocation list of the authority into the trust folder.";
            case "sig.algorithm" ->
                "Ask the sender to sign with SHA-256 or better and an RSA key of 2048 or an EC key of 256 bits or more.";
            default -> "Ask the sender to sign and send it again.";
        };
    }

    private static Content report(String xml) {
        return Content.of("verification-report.xml", "application/xml", xml.getBytes(UTF_8));
    }

    /** Where the validator never came to a report of its own. Codes and texts are ours, so nothing in them needs escaping. */
    private static String ownReport(Problem problem) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<verification-report xmlns=\"urn:stellwerk:verification:1\"><code>"
                + problem.code() + "</code><text>" + problem.found() + "</text></verification-report>\n";
    }
}
