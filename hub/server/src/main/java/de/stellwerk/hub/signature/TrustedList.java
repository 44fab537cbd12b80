package de.stellwerk.hub.signature;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import eu.europa.esig.dss.model.x509.CertificateToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * What a trusted list (ETSI TS 119 612, its versions 5 and 6) says of those who issue qualified certificates and qualified time stamps; all
 * other services are left out.
 *
 * @param file by which an operator knows it
 * @param issued from when it is in force
 * @param nextUpdate from when it is no longer; a closed list names none and is never in force
 */
record TrustedList(String file, Instant issued, Optional<Instant> nextUpdate, List<Service> services) {

    private static final String TSL = "http://uri.etsi.org/02231/v2#";
    private static final String ETSI = "http://uri.etsi.org/TrstSvc/";
    private static final Set<String> VERSIONS = Set.of("5", "6");

    /** Since 2016 there is one word for it (Regulation (EU) 910/2014); the others stand in histories. */
    private static final Set<String> GRANTED =
            Set.of("granted", "undersupervision", "supervisionincessation", "accredited");

    /** What a service may vouch for. */
    enum Use {
        SIGNERS,
        TIME_STAMPS
    }

    /** @param until of the status, exclusive; empty for the present one */
    record Period(Use use, Instant from, Optional<Instant> until) {

        boolean holds(Instant at) {
            return !at.isBefore(from) && until.filter(end -> !at.isBefore(end)).isEmpty();
        }
    }

    /** @param granted the times at which the state's supervisor vouched for it */
    record Service(List<CertificateToken> certificates, List<Period> granted) {}

    /** The signatures taken on a list; as with documents, what is weaker proves nothing. */
    private static final Set<String> SIGNED_WITH = Set.of(
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
            "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512");

    private static final Set<String> HASHED_WITH = Set.of(
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2001/04/xmldsig-more#sha384",
            "http://www.w3.org/2001/04/xmlenc#sha512");

    /** A list that is not used; all its services are unknown then. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1;

        private final String code;

        /**
         * @param code one of {@code trust.list-format}, {@code trust.list-version}, {@code trust.list-signature},
         *     {@code trust.list-early}, {@code trust.list-expired}
         */
        Refused(String code, String found) {
            super(found);
            this.code = code;
        }

        String said(String file) {
            return file + " (" + code + ": " + getMessage() + ")";
        }
    }

    private record State(String type, String status, Instant from, List<String> only) {

        private Optional<Use> use() {
            var signatures = only.isEmpty()
                    || only.stream().anyMatch(use -> use.endsWith("/ForeSignatures") || use.endsWith("/ForeSeals"));
            if (!status.startsWith(ETSI) || !GRANTED.contains(status.substring(status.lastIndexOf('/') + 1)))
                return Optional.empty();
            return switch (type) {
                case ETSI + "Svctype/CA/QC" -> signatures ? Optional.of(Use.SIGNERS) : Optional.empty();
                case ETSI + "Svctype/TSA/QTST" -> Optional.of(Use.TIME_STAMPS);
                default -> Optional.empty();
            };
        }
    }

    /**
     * @param signers who may sign lists; one of them must have signed this one as a whole, with a certificate that is valid
     */
    static TrustedList of(String file, byte[] bytes, List<X509Certificate> signers, Instant now) throws Refused {
        try {
            SafeXml.check(new ByteArrayInputStream(bytes), Limits.defaults());
            var document = SafeXml.documentBuilder().parse(new ByteArrayInputStream(bytes));
            var root = document.getDocumentElement();
            verify(document, bytes.length, signers, now);
            if (!TSL.equals(root.getNamespaceURI()) || !"TrustServiceStatusList".equals(root.getLocalName()))
                throw new Refused("trust.list-format", "it is not a trusted list");
            var scheme = child(root, "SchemeInformation");
            var version = text(scheme, "TSLVersionIdentifier");
            if (!VERSIONS.contains(version))
                throw new Refused("trust.list-version", "its version is none of " + String.join(", ", "5", "6"));
            var next = child(scheme, "NextUpdate");
            var services = new ArrayList<Service>();
            for (var provider : in(root, "TrustServiceProviderList", "TrustServiceProvider"))
                for (var service : in(provider, "TSPServices", "TSPService"))
                    service(service).ifPresent(services::add);
            return new TrustedList(
                    file,
                    time(text(scheme, "ListIssueDateTime")),
                    children(next, "dateTime").stream().findFirst().map(at -> time(at.getTextContent())),
                    List.copyOf(services));
        } catch (BadInput
                | IOException
                | SAXException
                | CertificateException
                | DateTimeException
                | IllegalArgumentException e) {
            throw new Refused("trust.list-format", "it cannot be read");
        }
    }

    /**
     * The signature alone and not by the validator of documents, which looks through all of a document for each of its questions: a list of
     * some megabytes would take it seconds.
     */
    private static void verify(Document document, int length, List<X509Certificate> signers, Instant now)
            throws Refused {
        var coverage = new XmlCoverage(document);
        if (coverage.signatures() == 0) throw new Refused("trust.list-signature", "it is not signed");
        var gap = coverage.danger(length).or(() -> coverage.gap(List.of()));
        if (gap.isPresent() || coverage.signatures() != 1)
            throw new Refused("trust.list-signature", "its signature does not cover it as a whole");
        var element = children(document.getDocumentElement(), "Signature").get(0);
        for (var signer : signers) {
            if (!signed(element, signer)) continue;
            if (now.isBefore(signer.getNotBefore().toInstant())
                    || now.isAfter(signer.getNotAfter().toInstant()))
                throw new Refused("trust.list-signature", "the certificate of who signed it is not valid at this time");
            return;
        }
        throw new Refused("trust.list-signature", "nobody whose certificate lies beside it has signed it as it is");
    }

    private static boolean signed(Element element, X509Certificate signer) {
        try {
            var context = new DOMValidateContext(signer.getPublicKey(), element);
            context.setProperty("org.jcp.xml.dsig.secureValidation", true);
            for (var object : children(element, "Object")) known(object, context);
            var signature = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
            var info = signature.getSignedInfo();
            for (var reference : info.getReferences())
                if (!HASHED_WITH.contains(
                        ((Reference) reference).getDigestMethod().getAlgorithm())) return false;
            return SIGNED_WITH.contains(info.getSignatureMethod().getAlgorithm())
                    && isLong(signer.getPublicKey())
                    && signature.validate(context);
        } catch (MarshalException | XMLSignatureException e) {
            return false;
        }
    }

    private static boolean isLong(PublicKey key) {
        return key instanceof RSAPublicKey rsa
                ? rsa.getModulus().bitLength() >= 2_048
                : key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() >= 256;
    }

    /** Without a schema nothing but this says which attributes are ids; the signature refers to its own properties by one. */
    private static void known(Element element, DOMValidateContext context) {
        if (element.hasAttribute("Id")) context.setIdAttributeNS(element, null, "Id");
        for (var node = element.getFirstChild(); node != null; node = node.getNextSibling())
            if (node instanceof Element child) known(child, context);
    }

    /** Why it is not in force. */
    Optional<Refused> outOfForce(Instant now) {
        if (now.isBefore(issued)) return Optional.of(new Refused("trust.list-early", "it is in force from " + issued));
        if (nextUpdate.filter(now::isBefore).isPresent()) return Optional.empty();
        return Optional.of(new Refused(
                "trust.list-expired",
                nextUpdate.map(due -> "its next update was due at " + due).orElse("it is closed")));
    }

    private static Optional<Service> service(Element service) throws Refused, CertificateException {
        var now = child(service, "ServiceInformation");
        var states = new ArrayList<>(List.of(state(now)));
        for (var before : in(service, "ServiceHistory", "ServiceHistoryInstance")) states.add(state(before));
        states.sort((one, other) -> other.from().compareTo(one.from()));
        var granted = new ArrayList<Period>();
        Optional<Instant> until = Optional.empty();
        for (var state : states) {
            var end = until;
            state.use().ifPresent(use -> granted.add(new Period(use, state.from(), end)));
            until = Optional.of(state.from());
        }
        if (granted.isEmpty()) return Optional.empty();
        var certificates = new ArrayList<CertificateToken>();
        for (var id : in(now, "ServiceDigitalIdentity", "DigitalId"))
            for (var certificate : children(id, "X509Certificate")) certificates.add(certificate(certificate));
        return Optional.of(new Service(List.copyOf(certificates), List.copyOf(granted)));
    }

    private static State state(Element information) throws Refused {
        var only = new ArrayList<String>();
        for (var extension : in(information, "ServiceInformationExtensions", "Extension"))
            for (var use : children(extension, "AdditionalServiceInformation")) only.add(text(use, "URI"));
        return new State(
                text(information, "ServiceTypeIdentifier"),
                text(information, "ServiceStatus"),
                time(text(information, "StatusStartingTime")),
                only);
    }

    private static CertificateToken certificate(Element element) throws CertificateException {
        var der = Base64.getMimeDecoder().decode(element.getTextContent());
        return new CertificateToken((X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
    }

    private static Instant time(String text) {
        return OffsetDateTime.parse(text.strip()).toInstant();
    }

    private static String text(Element parent, String name) throws Refused {
        return child(parent, name).getTextContent().strip();
    }

    private static Element child(Element parent, String name) throws Refused {
        return children(parent, name).stream()
                .findFirst()
                .orElseThrow(() -> new Refused("trust.list-format", "its element " + name + " is missing"));
    }

    private static List<Element> in(Element parent, String list, String name) {
        return children(parent, list).stream()
                .flatMap(all -> children(all, name).stream())
                .toList();
    }

    private static List<Element> children(Element parent, String name) {
        var found = new ArrayList<Element>();
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling())
            if (node instanceof Element element && name.equals(element.getLocalName())) found.add(element);
        return found;
    }
}
