package de.stellwerk.plugins.as4;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whose signature counts: the certificates of the partner themselves, and those its authority has issued to the subject that is named. Both
 * must be valid today. Revocation is not asked for: an agreed certificate is withdrawn by taking it out of the file.
 */
final class Trust {

    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;

    private final List<X509Certificate> partners;
    private final Set<TrustAnchor> authorities;
    private final Optional<Pattern> subject;
    private final Clock clock;

    Trust(List<X509Certificate> all, Optional<Pattern> subject, Clock clock) {
        this.partners = all.stream().filter(each -> !isAuthority(each)).toList();
        this.authorities = all.stream()
                .filter(Trust::isAuthority)
                .map(each -> new TrustAnchor(each, null))
                .collect(Collectors.toSet());
        this.subject = subject;
        this.clock = clock;
        if (!authorities.isEmpty() && subject.isEmpty()) {
            throw new IllegalArgumentException(
                    "setting 'partner-certificates' names an authority: 'partner-subject' has to say which of its certificates is the partner's");
        }
    }

    private static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    /** @param chain the signer's certificate first */
    boolean accepts(List<X509Certificate> chain) {
        var signer = chain.get(0);
        var usage = signer.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
            return false;
        }
        var today = Date.from(clock.instant());
        try {
            if (partners.contains(signer)) {
                signer.checkValidity(today);
                return true;
            }
            if (authorities.isEmpty()
                    || isAuthority(signer)
                    || !subject.orElseThrow()
                            .matcher(signer.getSubjectX500Principal().getName())
                            .matches()) {
                return false;
            }
            var parameters = new PKIXParameters(authorities);
            parameters.setRevocationEnabled(false);
            parameters.setDate(today);
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
