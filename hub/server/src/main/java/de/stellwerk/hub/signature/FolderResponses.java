package de.stellwerk.hub.signature;

import eu.europa.esig.dss.enumerations.ExtendedKeyUsage;
import eu.europa.esig.dss.enumerations.RevocationOrigin;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.DSSRevocationUtils;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPToken;
import java.security.cert.CertificateParsingException;
import java.util.List;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.jspecify.annotations.Nullable;

/**
 * Answers from the OCSP responses of the trust folder: the newest one that speaks of the certificate, signed by its issuer or by somebody
 * whom the issuer has certified for that (RFC 6960, 4.2.2.2). Whether it or the responder's certificate is out of date or revoked is checked
 * by the validator.
 */
final class FolderResponses implements OCSPSource {

    private static final long serialVersionUID = 1;

    private final transient List<BasicOCSPResp> responses;

    FolderResponses(List<BasicOCSPResp> responses) {
        this.responses = responses;
    }

    /** The validator expects nothing at all where nothing is known. */
    @Override
    @SuppressWarnings("NullAway")
    public @Nullable OCSPToken getRevocationToken(CertificateToken certificate, CertificateToken issuer) {
        @Nullable OCSPToken newest = null;
        for (var response : responses) {
            var single = DSSRevocationUtils.getLatestSingleResponse(response, certificate, issuer);
            if (single != null) {
                var token = new OCSPToken(response, single, certificate, issuer);
                if ((token.isSignedBy(issuer) || isDelegated(token, issuer))
                        && (newest == null || newest.getThisUpdate().before(token.getThisUpdate()))) {
                    token.setExternalOrigin(RevocationOrigin.EXTERNAL);
                    newest = token;
                }
            }
        }
        return newest;
    }

    private static boolean isDelegated(OCSPToken token, CertificateToken issuer) {
        for (var responder : token.getCertificates())
            if (responder.isSignedBy(issuer) && mayAnswer(responder) && token.isSignedBy(responder)) return true;
        return false;
    }

    private static boolean mayAnswer(CertificateToken responder) {
        try {
            var purposes = responder.getCertificate().getExtendedKeyUsage();
            return purposes != null && purposes.contains(ExtendedKeyUsage.OCSP_SIGNING.getOid());
        } catch (CertificateParsingException e) {
            return false;
        }
    }
}
