package de.stellwerk.hub.signature;

import eu.europa.esig.dss.crl.CRLBinary;
import eu.europa.esig.dss.crl.CRLUtils;
import eu.europa.esig.dss.crl.CRLValidity;
import eu.europa.esig.dss.enumerations.RevocationOrigin;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLToken;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers from the revocation lists of the trust folder: the newest one that the certificate's issuer signed. */
final class FolderLists implements CRLSource {

    private static final long serialVersionUID = 1;
    private static final Logger log = LoggerFactory.getLogger(FolderLists.class);

    private final transient List<CRLBinary> lists;

    FolderLists(List<CRLBinary> lists) {
        this.lists = lists;
    }

    /** The validator expects nothing at all where nothing is known. */
    @Override
    @SuppressWarnings("NullAway")
    public @Nullable CRLToken getRevocationToken(CertificateToken certificate, CertificateToken issuer) {
        @Nullable CRLValidity newest = null;
        for (var list : lists) {
            try {
                var validity = CRLUtils.buildCRLValidity(list, issuer);
                if (validity.isValid()
                        && (newest == null || newest.getThisUpdate().before(validity.getThisUpdate())))
                    newest = validity;
            } catch (IOException | RuntimeException e) {
                log.warn(
                        "A revocation list cannot be read ({}); it is not used",
                        e.getClass().getSimpleName());
            }
        }
        if (newest == null) return null;
        var token = new CRLToken(certificate, newest);
        token.setExternalOrigin(RevocationOrigin.EXTERNAL);
        return token;
    }
}
