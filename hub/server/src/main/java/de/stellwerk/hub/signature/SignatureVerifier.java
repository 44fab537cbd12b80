package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.config.SignaturePolicy;
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
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.client.http.MemoryDataLoader;
import eu.europa.esig.dss.spi.policy.SignaturePolicyProvider;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.executor.signature.ETSIValidationReportBuilder;
import eu.europa.esig.dss.validation.reports.Reports;
import eu.europa.esig.dss.xades.validation.XMLDocumentValidator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xml.sax.SAXException;

/**
 * Verifies signed documents: XAdES in XML, PAdES in PDF, CAdES, JAdES, their containers (ASiC) and S/MIME mails. It answers from the document, the trust folder and
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

    /** A mail begins with a line of its header (RFC 5322), in an mbox after a line of its own. */
    private static final Pattern HEADER = Pattern.compile("^(?:From [^\n]*\n)?[!-9;-~]{1,76}:[ \t\r\n]");

    private final TrustFolder trust;
    private final SignaturePolicy policy;
    private final Rules.Both rules;
    private final Clock clock;
    private volatile @Nullable Listed listed;

    private enum Kind {
        XML,
        PDF,
        /** ASiC (ETSI EN 319 162-1) is a ZIP archive. */
        CONTAINER,
        MAIL,
        OTHER
    }

    /** One signature with all that a decision needs. */
    private record Looked(
            SignatureWrapper signature,
            Indication indication,
            Optional<SubIndication> why,
            Optional<Problem> gap,
            Optional<Problem> word) {

        /** What the validator passes on somebody's word that does not count is as if he had said nothing. */
        static Looked at(
                SignatureWrapper signature, SimpleReport report, Optional<Problem> gap, Optional<Problem> word) {
            var indication = report.getIndication(signature.getId());
            return indication == Indication.TOTAL_PASSED && word.isPresent()
                    ? new Looked(
                            signature,
                            Indication.INDETERMINATE,
                            Optional.of(
                                    word.get().code().equals("sig.untrusted")
                                            ? SubIndication.NO_CERTIFICATE_CHAIN_FOUND
                                            : SubIndication.TRY_LATER),
                            gap,
                            word)
                    : new Looked(
                            signature,
                            indication,
                            Optional.ofNullable(report.getSubIndication(signature.getId())),
                            gap,
                            Optional.empty());
        }

        Looked without(Problem more) {
            return new Looked(signature, indication, why, gap.or(() -> Optional.of(more)), word);
        }

        Found found() {
            return new Found(
                    String.valueOf(signature.getSignatureFormat()),
                    indication.name().replace('_', '-'),
                    why.map(SubIndication::name).orElse(""),
                    signature.isSignatureIntact(),
                    covers());
        }

        private Found.Covers covers() {
            if (gap.isEmpty()
                    && why.filter(SubIndication.SIGNED_DATA_NOT_FOUND::equals).isEmpty()) return Found.Covers.WHOLE;
            return signature.getSignatureScopes().isEmpty() ? Found.Covers.NONE : Found.Covers.PART;
        }
    }

    /**
     * All signatures of a document.
     *
     * @param reports of the validator; empty where it could not take the document apart
     * @param refused trusted lists that were not used
     */
    private record Examined(
            List<Looked> signatures, Optional<Problem> gap, Optional<Reports> reports, List<String> refused) {

        Examined without(Problem more) {
            return new Examined(
                    signatures.stream().map(one -> one.without(more)).toList(), Optional.of(more), reports, refused);
        }
    }

    /** A document that is refused before or by the validator. */
    static final class Unfit extends Exception {

        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        Unfit(Problem problem) {
            super(problem.code());
            this.problem = problem;
        }
    }

    /**
     * @param trustFolder trust anchors, trusted lists and revocation lists; it may be empty or missing, then nobody is trusted
     */
    public SignatureVerifier(Path trustFolder, Clock clock) {
        this(SignaturePolicy.usual(trustFolder), clock);
    }

    public SignatureVerifier(SignaturePolicy policy, Clock clock) {
        this(new TrustFolder(policy.trust(), clock), policy, clock);
    }

    /** Trusts this certificate alone. */
    static SignatureVerifier trusting(X509Certificate only, Clock clock) {
        return new SignatureVerifier(new TrustFolder(only, clock), SignaturePolicy.usual(Path.of("")), clock);
    }

    private SignatureVerifier(TrustFolder trust, SignaturePolicy policy, Clock clock) {
        this.trust = trust;
        this.policy = policy;
        this.rules = Rules.of(policy);
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
            return problem.map(p -> refused(p, examined, document)).orElseGet(() -> accepted(examined, document));
        } catch (Unfit e) {
            return refused(e.problem, new Examined(List.of(), Optional.empty(), Optional.empty(), List.of()), document);
        }
    }

    private Examined examine(Content document, List<Content> attachments) throws Unfit {
        var bytes = bytes(document);
        var kind = kind(bytes);
        return kind == Kind.MAIL ? mail(bytes, attachments) : examine(bytes, kind, attachments);
    }

    private Examined mail(byte[] bytes, List<Content> attachments) throws Unfit {
        try {
            var mail = SignedMail.of(bytes);
            var signed = mail.signed().map(part -> Content.of("signed-part", "application/octet-stream", part));
            var examined = examine(mail.cms(), Kind.OTHER, signed.stream().toList());
            return mail.whole() && attachments.isEmpty()
                    ? examined
                    : examined.without(Problem.coverage("the mail has parts that nobody signed"));
        } catch (SignedMail.Unsigned e) {
            throw new Unfit(e.problem());
        }
    }

    private Examined examine(byte[] bytes, Kind kind, List<Content> attachments) throws Unfit {
        Optional<XmlCoverage> xml = kind == Kind.XML ? Optional.of(xml(bytes)) : Optional.empty();
        var danger = xml.flatMap(coverage -> coverage.danger(bytes.length));
        if (danger.isPresent()) throw new Unfit(danger.get());
        if (kind == Kind.CONTAINER) ContainerCoverage.check(bytes);
        if (kind == Kind.PDF) PdfCoverage.check(bytes);

        var known = trust.read();
        var now = clock.instant();
        var listed = listed(known, now);
        var detached = attachments.stream().map(ContentDocument::new).toList();
        try {
            var reports = validated(bytes, kind, detached, verifier(known, listed), rules.get(false));
            var exempt = signatures(reports).stream().anyMatch(signature -> isExempt(signature, known));
            var lenient = exempt ? validated(bytes, kind, detached, verifier(known, listed), rules.get(true)) : reports;
            var gap = xml.flatMap(coverage -> coverage.gap(attachments));
            if (xml.isPresent()
                    && gap.isEmpty()
                    && xml.get().signatures() != signatures(reports).size())
                gap = Optional.of(Problem.coverage("the document holds a signature that cannot be looked at"));
            var looked = new ArrayList<Looked>();
            for (var signature : signatures(reports)) {
                var deciding = isExempt(signature, known) ? lenient : reports;
                var report = deciding.getSimpleReport();
                looked.add(Looked.at(
                        signature,
                        report,
                        gap(kind, signature, reports, gap, bytes, attachments),
                        listed.gap(
                                        signature,
                                        Optional.ofNullable(report.getBestSignatureTime(signature.getId()))
                                                .map(Date::toInstant),
                                        now)
                                .or(() -> Responders.gap(signature))));
            }
            return new Examined(looked, gap, Optional.of(lenient), listed.refused());
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

    /** A list of some hundred authorities takes longer to put up than a signature to verify, so it stands until something changes. */
    private Listed listed(TrustFolder.Trust known, Instant now) {
        var last = listed;
        if (last == null || !last.stillHolds(known, now)) {
            last = Listed.at(now, known);
            listed = last;
        }
        return last;
    }

    private Reports validated(
            byte[] bytes,
            Kind kind,
            List<ContentDocument> detached,
            CertificateVerifier verifier,
            ValidationPolicy policy)
            throws Unfit {
        var document = new InMemoryDocument(bytes);
        var validator =
                switch (kind) {
                    case XML -> new XMLDocumentValidator(document);
                    case PDF -> new PDFDocumentValidator(document);
                    case CONTAINER -> ContainerCoverage.validator(document);
                    case MAIL, OTHER -> SignedDocumentValidator.fromDocument(document);
                };
        validator.setCertificateVerifier(verifier);
        validator.setDetachedContents(List.<DSSDocument>copyOf(detached));
        validator.setValidationTime(Date.from(clock.instant()));
        validator.setSignaturePolicyProvider(nothingFetched());
        // It is built from the others when somebody reads it.
        validator.setEnableEtsiValidationReport(false);
        return validator.validateDocument(policy);
    }

    /** Knows the trust folder and nothing else: no AIA, no OCSP, no distribution point. */
    private static CertificateVerifier verifier(TrustFolder.Trust known, Listed listed) {
        var verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(listed.anchors());
        var lists = new FolderLists(known.lists());
        var responses = new FolderResponses(known.responses());
        verifier.setCrlSource(new NewestWord.OfLists(lists, responses));
        verifier.setOcspSource(new NewestWord.OfResponses(lists, responses));
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

    private static Optional<Problem> gap(
            Kind kind,
            SignatureWrapper signature,
            Reports reports,
            Optional<Problem> xml,
            byte[] bytes,
            List<Content> attachments) {
        var gap =
                switch (kind) {
                    case XML -> xml;
                    case PDF -> pdfGap(signature, signatures(reports), bytes.length, attachments);
                    case CONTAINER -> ContainerCoverage.gap(signature, bytes, attachments);
                    case MAIL, OTHER -> otherGap(signature, attachments);
                };
        return gap.or(() -> swapped(signature));
    }

    /**
     * The validator looks for what was signed among all files there are, whatever their names: two files that were changed over
     * would both pass. A file counts only under the name by which it was signed.
     */
    private static Optional<Problem> swapped(SignatureWrapper signature) {
        for (var reference : signature.getDigestMatchers()) {
            var signed = Optional.ofNullable(reference.getUri()).map(XmlCoverage::decoded);
            var found = Optional.ofNullable(reference.getDocumentName());
            if (signed.filter(name -> !name.isEmpty() && !name.startsWith("#")).isPresent()
                    && found.isPresent()
                    && !signed.get().replaceFirst("^\\./", "").equals(found.get()))
                return Optional.of(Problem.coverage("a file bears another name than it was signed under"));
        }
        return Optional.empty();
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

    private Optional<Problem> decide(Examined examined, Date now) {
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
        return problems.stream().findFirst().or(() -> signatures.stream()
                .map(this::tooLittle)
                .flatMap(Optional::stream)
                .findFirst());
    }

    /** What the policy asks for beyond a good signature. A counter signature only adds to another one. */
    private Optional<Problem> tooLittle(Looked looked) {
        if (looked.signature().isCounterSignature()) return Optional.empty();
        var format = String.valueOf(looked.signature().getSignatureFormat());
        if (!Levels.takes(policy, format))
            return Optional.of(new Problem("sig.level", "the policy does not take signatures of its format"));
        return Levels.reaches(policy, format)
                ? Optional.empty()
                : Optional.of(new Problem("sig.level", "it does not reach the level the policy asks for"));
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
                        looked.word()
                                .orElse(new Problem(
                                        "sig.untrusted", "its certificate does not come from a trusted authority"));
                    case REVOKED, REVOKED_NO_POE, REVOKED_CA_NO_POE ->
                        new Problem("sig.revoked", "its certificate was revoked");
                    case EXPIRED, NOT_YET_VALID, OUT_OF_BOUNDS_NO_POE, OUT_OF_BOUNDS_NOT_REVOKED ->
                        new Problem("sig.expired", "its certificate is not valid at this time");
                    case TRY_LATER, CERTIFICATE_CHAIN_GENERAL_FAILURE, REVOCATION_OUT_OF_BOUNDS_NO_POE ->
                        looked.word()
                                .orElse(new Problem(
                                        "sig.revocation-unknown",
                                        "nobody can say whether its certificate was revoked"));
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
        if (text.startsWith("<")) return Kind.XML;
        if (start.startsWith("PK\003\004")) return Kind.CONTAINER;
        return HEADER.matcher(start).find() ? Kind.MAIL : Kind.OTHER;
    }

    static XmlCoverage xml(byte[] bytes) throws Unfit {
        try {
            SafeXml.check(new ByteArrayInputStream(bytes), Limits.defaults());
            return new XmlCoverage(SafeXml.documentBuilder().parse(new ByteArrayInputStream(bytes)));
        } catch (BadInput e) {
            throw new Unfit(new Problem("sig.format", "it is XML that is not taken (" + e.code() + ")"));
        } catch (IOException | SAXException e) {
            throw new Unfit(new Problem("sig.format", "it is XML that cannot be read"));
        }
    }

    private Verdict accepted(Examined examined, Content document) {
        return new Verdict(
                true,
                "",
                "Every signature is good and covers the whole document. Nothing needs to be done.",
                found(examined),
                report(examined, ""),
                etsi(examined),
                readable("", examined, document));
    }

    private Content readable(String code, Examined examined, Content document) {
        return new Lazy(
                "verification-report.pdf",
                "application/pdf",
                () -> ReadableReport.pdf(
                        document,
                        clock.instant(),
                        policy,
                        code,
                        found(examined),
                        examined.signatures().stream()
                                .map(one -> Optional.ofNullable(one.signature().getSigningCertificate())
                                        .map(ReadableReport::signer)
                                        .orElse("-"))
                                .toList()));
    }

    private static List<Found> found(Examined examined) {
        return examined.signatures().stream().map(Looked::found).toList();
    }

    private Verdict refused(Problem problem, Examined examined, Content document) {
        return new Verdict(
                false,
                problem.code(),
                "The signature of the document is not accepted: " + problem.found()
                        + ". The document is kept as it came and goes no further. " + next(problem.code())
                        + unused(problem, examined),
                found(examined),
                report(examined, ownReport(problem)),
                etsi(examined),
                readable(problem.code(), examined, document));
    }

    /** The authority may stand in a list that is not used; then that is what has to be mended. */
    private static String unused(Problem problem, Examined examined) {
        return problem.code().equals("sig.untrusted") && !examined.refused().isEmpty()
                ? " Trusted lists that are not used: " + String.join(", ", examined.refused()) + "."
                : "";
    }

    private static String next(String code) {
        return switch (code) {
            case "sig.missing" -> "Ask the sender to sign it.";
            case "sig.level" -> "Ask the sender to sign in a format and at a level that the policy takes.";
            case "sig.encrypted" -> "Decrypt it first, then verify what comes out.";
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

    private static Content report(Examined examined, String otherwise) {
        return new Lazy("verification-report.xml", "application/xml", () -> examined.reports()
                .map(Reports::getXmlDetailedReport)
                .orElse(otherwise)
                .getBytes(UTF_8));
    }

    private Optional<Content> etsi(Examined examined) {
        var at = Date.from(clock.instant());
        return examined.reports()
                .map(reports -> new Lazy("verification-report-etsi.xml", "application/xml", () -> {
                    var report = new ETSIValidationReportBuilder(
                                    at, reports.getDiagnosticData(), reports.getDetailedReport())
                            .build();
                    return new Reports(
                                    reports.getDiagnosticDataJaxb(),
                                    reports.getDetailedReportJaxb(),
                                    reports.getSimpleReportJaxb(),
                                    report)
                            .getXmlValidationReport()
                            .getBytes(UTF_8);
                }));
    }

    /** Written when it is read: that takes as long as a verification. */
    private record Lazy(String name, String mediaType, Supplier<byte[]> bytes) implements Content {

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes.get());
        }
    }

    /** Where the validator never came to a report of its own. Codes and texts are ours, so nothing in them needs escaping. */
    private static String ownReport(Problem problem) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<verification-report xmlns=\"urn:stellwerk:verification:1\"><code>"
                + problem.code() + "</code><text>" + problem.found() + "</text></verification-report>\n";
    }
}
