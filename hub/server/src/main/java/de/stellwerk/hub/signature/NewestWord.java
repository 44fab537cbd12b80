package de.stellwerk.hub.signature;

import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.x509.revocation.RevocationToken;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.CRLToken;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPToken;
import org.jspecify.annotations.Nullable;

/**
 * Of a revocation list and an OCSP response the newer one counts: the validator would stop at the first it asks, and an old "good" would
 * hide a later revocation.
 */
final class NewestWord {

    private NewestWord() {}

    private static boolean counts(@Nullable RevocationToken<?> one, @Nullable RevocationToken<?> other) {
        return one != null && (other == null || !other.getThisUpdate().after(one.getThisUpdate()));
    }

    static final class OfLists implements CRLSource {

        private static final long serialVersionUID = 1;

        private final FolderLists lists;
        private final FolderResponses responses;

        OfLists(FolderLists lists, FolderResponses responses) {
            this.lists = lists;
            this.responses = responses;
        }

        @Override
        @SuppressWarnings("NullAway")
        public @Nullable CRLToken getRevocationToken(CertificateToken certificate, CertificateToken issuer) {
            var list = lists.getRevocationToken(certificate, issuer);
            return counts(list, responses.getRevocationToken(certificate, issuer)) ? list : null;
        }
    }

    static final class OfResponses implements OCSPSource {

        private static final long serialVersionUID = 1;

        private final FolderLists lists;
        private final FolderResponses responses;

        OfResponses(FolderLists lists, FolderResponses responses) {
            this.lists = lists;
            this.responses = responses;
        }

        @Override
        @SuppressWarnings("NullAway")
        public @Nullable OCSPToken getRevocationToken(CertificateToken certificate, CertificateToken issuer) {
            var response = responses.getRevocationToken(certificate, issuer);
            // Without a response there is nothing to compare: checking a list's signature is not free.
            return response != null && counts(response, lists.getRevocationToken(certificate, issuer))
                    ? response
                    : null;
        }
    }
}
