package de.stellwerk.plugins.osci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whose signature counts for what comes in: the certificates of a file, and those they have issued. Whether one was revoked is not asked: the
 * intermediary says so in its inspection report.
 */
record Authors(Set<X509Certificate> trusted, Clock clock) {

    static Authors of(Path file, Clock clock) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var all = new HashSet<X509Certificate>();
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                all.add((X509Certificate) each);
            }
            if (all.isEmpty()) {
                throw new IOException("the file of setting 'author-trust' has no certificate");
            }
            return new Authors(Set.copyOf(all), clock);
        } catch (CertificateException e) {
            throw new IOException("the file of setting 'author-trust' has no certificates that can be read");
        }
    }

    boolean trust(X509Certificate author) {
        var now = Date.from(clock.instant());
        try {
            author.checkValidity(now);
            if (trusted.contains(author)) {
                return true;
            }
            var anchors = new HashSet<TrustAnchor>();
            trusted.stream()
                    .filter(each -> each.getBasicConstraints() >= 0)
                    .forEach(each -> anchors.add(new TrustAnchor(each, null)));
            if (anchors.isEmpty()) {
                return false;
            }
            var rules = new PKIXParameters(anchors);
            rules.setRevocationEnabled(false);
            rules.setDate(now);
            var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(author));
            CertPathValidator.getInstance("PKIX").validate(path, rules);
            return true;
        } catch (CertificateException | CertPathValidatorException | InvalidAlgorithmParameterException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot check certificates", e);
        }
    }
}
