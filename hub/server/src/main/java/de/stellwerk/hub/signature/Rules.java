package de.stellwerk.hub.signature;

import eu.europa.esig.dss.enumerations.Level;
import eu.europa.esig.dss.model.policy.ValidationPolicy;
import eu.europa.esig.dss.policy.EtsiValidationPolicy;
import eu.europa.esig.dss.policy.ValidationPolicyFacade;
import eu.europa.esig.dss.policy.jaxb.BasicSignatureConstraints;
import eu.europa.esig.dss.policy.jaxb.CertificateConstraints;
import eu.europa.esig.dss.policy.jaxb.LevelConstraint;
import jakarta.xml.bind.JAXBException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import org.xml.sax.SAXException;

/**
 * The validation policy: the validator's default (ETSI EN 319 102-1), made stricter in two places.
 *
 * <ul>
 *   <li>Algorithms. The default only warns where an algorithm has run out. Here MD5, SHA-1, RIPEMD-160, WHIRLPOOL, DSA, RSA
 *       under 2,048 bits and elliptic curves under 256 bits fail.
 *   <li>Revocation data. The default takes it however old it is, so that a list from before the revocation, packed into the
 *       signature, would save a revoked certificate. Here it fails once its next update is due.
 * </ul>
 */
final class Rules {

    private static final Set<String> DIGESTS = Set.of("SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512");
    private static final Map<String, Integer> KEYS =
            Map.of("RSA", 2048, "RSASSA-PSS", 2048, "ECDSA", 256, "PLAIN-ECDSA", 256);

    private Rules() {}

    /**
     * @param lenient whether missing revocation data is accepted, as an operator may say of a CA that publishes none
     */
    static ValidationPolicy load(boolean lenient) {
        try (var in = EtsiValidationPolicy.class.getResourceAsStream("/policy/constraint.xml")) {
            if (in == null) throw new IllegalStateException("the validator's default policy is not on the class path");
            var policy = ValidationPolicyFacade.newFacade().unmarshall(in);
            var algorithms = policy.getCryptographic();
            algorithms
                    .getAcceptableDigestAlgo()
                    .getAlgos()
                    .removeIf(algorithm -> !DIGESTS.contains(algorithm.getValue()));
            algorithms
                    .getAcceptableEncryptionAlgo()
                    .getAlgos()
                    .removeIf(algorithm -> !KEYS.containsKey(algorithm.getValue()));
            for (var size : algorithms.getMiniPublicKeySize().getAlgos())
                size.setSize(KEYS.getOrDefault(size.getValue(), 4096));
            var signatures = policy.getSignatureConstraints().getBasicSignatureConstraints();
            var counter = policy.getCounterSignatureConstraints().getBasicSignatureConstraints();
            var stamps = policy.getTimestamp().getBasicSignatureConstraints();
            for (var certificate : certificates(signatures, counter, stamps)) fresh(certificate);
            if (lenient) for (var certificate : certificates(signatures, counter)) lenient(certificate);
            return new EtsiValidationPolicy(policy);
        } catch (IOException | JAXBException | XMLStreamException | SAXException e) {
            throw new IllegalStateException("the validator's default policy cannot be read", e);
        }
    }

    private static List<CertificateConstraints> certificates(BasicSignatureConstraints... all) {
        return Arrays.stream(all)
                .flatMap(some -> Stream.of(some.getSigningCertificate(), some.getCACertificate()))
                .toList();
    }

    @SuppressWarnings("NullAway") // no freshness in days: the list itself says when the next one is due
    private static void fresh(CertificateConstraints certificate) {
        certificate.setRevocationFreshness(null);
        certificate.setRevocationFreshnessNextUpdate(level(Level.FAIL));
    }

    private static void lenient(CertificateConstraints certificate) {
        certificate.setRevocationDataAvailable(level(Level.INFORM));
        certificate.setAcceptableRevocationDataFound(level(Level.INFORM));
    }

    private static LevelConstraint level(Level level) {
        var constraint = new LevelConstraint();
        constraint.setLevel(level);
        return constraint;
    }
}
