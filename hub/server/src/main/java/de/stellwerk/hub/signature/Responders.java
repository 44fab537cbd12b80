package de.stellwerk.hub.signature;

import eu.europa.esig.dss.diagnostic.CertificateRevocationWrapper;
import eu.europa.esig.dss.diagnostic.CertificateWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.ExtendedKeyUsage;
import eu.europa.esig.dss.enumerations.RevocationType;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may say by OCSP whether a certificate was revoked: its issuer, or somebody whom the issuer has certified for that (RFC 6960, 4.2.2.2).
 * The validator asks for no such thing: by it, everybody with a certificate of an authority could pack a good answer for his colleague into
 * a signature.
 */
final class Responders {

    private Responders() {}

    static Optional<Problem> gap(SignatureWrapper signature) {
        var chains = Stream.concat(
                signature.getCertificateChain().stream(),
                signature.getTimestampList().stream().flatMap(stamp -> stamp.getCertificateChain().stream()));
        return chains.allMatch(certificate -> certificate.getCertificateRevocationData().stream()
                        .allMatch(answer -> mayAnswer(answer, certificate)))
                ? Optional.empty()
                : Optional.of(new Problem(
                        "sig.revocation-unknown",
                        "somebody who may not says of its certificate whether it was revoked"));
    }

    private static boolean mayAnswer(CertificateRevocationWrapper answer, CertificateWrapper certificate) {
        if (answer.getRevocationType() != RevocationType.OCSP) return true;
        var issuer = key(certificate.getSigningCertificate());
        var responder = Optional.ofNullable(answer.getSigningCertificate());
        if (issuer.isEmpty() || responder.isEmpty()) return false;
        return responder.map(CertificateWrapper::getEntityKey).equals(issuer)
                || (key(responder.get().getSigningCertificate()).equals(issuer)
                        && responder.get().getExtendedKeyUsages().stream()
                                .anyMatch(use ->
                                        ExtendedKeyUsage.OCSP_SIGNING.getOid().equals(use.getValue())));
    }

    private static Optional<String> key(@Nullable CertificateWrapper certificate) {
        return Optional.ofNullable(certificate).map(CertificateWrapper::getEntityKey);
    }
}
