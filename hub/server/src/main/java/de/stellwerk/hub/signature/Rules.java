package de.stellwerk.hub.signature;

import de.stellwerk.hub.config.SignaturePolicy;
import eu.europa.esig.dss.enumerations.Level;
import eu.europa.esig.dss.model.policy.ValidationPolicy;
import eu.europa.esig.dss.policy.EtsiValidationPolicy;
import eu.europa.esig.dss.policy.ValidationPolicyFacade;
import eu.europa.esig.dss.policy.jaxb.BasicSignatureConstraints;
import eu.europa.esig.dss.policy.jaxb.CertificateConstraints;
import eu.europa.esig.dss.policy.jaxb.LevelConstraint;
import jakarta.xml.bind.JAXBException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.xml.sax.SAXException;

/**
 * The validation policy: the validator's default (ETSI EN 319 102-1), made stricter in two places.
 *
 * <ul>
 *   <li>Algorithms. The default only warns where an algorithm has run out. Here MD5, SHA-1, RIPEMD-160, WHIRLPOOL, DSA, RSA
 *       and elliptic curves shorter than the policy says fail.
 *   <li>Revocation data. The default takes it however old it is, so that a list from before the revocation, packed into the
 *       signature, would save a revoked certificate. Here it fails once its next update is due.
 * </ul>
 */
final class Rules {

    /** Most policies ask for no more than this, and reading it takes most of a second. */
    private static final Both USUAL = new Both(SignaturePolicy.usual(Path.of("")));

    private Rules() {}

    static Both of(SignaturePolicy policy) {
        var usual = USUAL.policy;
        return policy.digests().equals(usual.digests()) && policy.rsa() == usual.rsa() && policy.ec() == usual.ec()
                ? USUAL
                : new Both(policy);
    }

    /** The rules of a policy, read when first asked for: that takes most of a second. */
    static final class Both {

        private final SignaturePolicy policy;
        private @Nullable ValidationPolicy strict;
        private @Nullable ValidationPolicy lenient;

        private Both(SignaturePolicy policy) {
            this.policy = policy;
        }

        /**
         * @param withoutRevocation whether missing revocation data is accepted
         */
        synchronized ValidationPolicy get(boolean withoutRevocation) {
            if (withoutRevocation) {
                if (lenient == null) lenient = load(policy, true);
                return lenient;
            }
            if (strict == null) strict = load(policy, false);
            return strict;
        }
    }

    /**
     * @param lenient whether missing revocation data is accepted, as an operator may say of a CA that publishes none
     */
    private static ValidationPolicy load(SignaturePolicy wanted, boolean lenient) {
        try (var in = EtsiValidationPolicy.class.getResourceAsStream("/policy/constraint.xml")) {
            if (in == null) throw new IllegalStateException("the validator's default policy is not on the class path");
            var policy = ValidationPolicyFacade.newFacade().unmarshall(in, false);
            var algorithms = policy.getCryptographic();
            var keys = Map.of(
                    "RSA", wanted.rsa(), "RSASSA-PSS", wanted.rsa(), "ECDSA", wanted.ec(), "PLAIN-ECDSA", wanted.ec());
            algorithms.getAcceptableDigestAlgo().getAlgos().removeIf(algorithm -> !wanted.digests()
                    .contains(algorithm.getValue()));
            algorithms
                    .getAcceptableEncryptionAlgo()
                    .getAlgos()
                    .removeIf(algorithm -> !keys.containsKey(algorithm.getValue()));
            for (var size : algorithms.getMiniPublicKeySize().getAlgos())
                size.setSize(keys.getOrDefault(size.getValue(), 4096));
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
