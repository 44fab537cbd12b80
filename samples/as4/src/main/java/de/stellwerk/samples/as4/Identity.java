package de.stellwerk.samples.as4;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A key and its certificate, made for a test. */
public record Identity(KeyPair keys, X509Certificate certificate) {

    public static final String PASSWORD = "test-only";

    public static Identity selfSigned(String name) {
        return issued(name, null, false, Instant.parse("2036-01-01T00:00:00Z"));
    }

    public static Identity authority(String name) {
        return issued(name, null, true, Instant.parse("2036-01-01T00:00:00Z"));
    }

    /** @param by its issuer; none if it signs itself */
    public static Identity issued(String name, @Nullable Identity by, boolean authority, Instant until) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            var keys = generator.generateKeyPair();
            var subject = new X500Principal("CN=" + name + ",O=Test,C=DE");
            var builder = new JcaX509v3CertificateBuilder(
                    by == null ? subject : by.certificate().getSubjectX500Principal(),
                    BigInteger.valueOf(System.nanoTime()),
                    Date.from(Instant.parse("2026-01-01T00:00:00Z")),
                    Date.from(until),
                    subject,
                    keys.getPublic());
            if (authority) {
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            }
            var signer = new JcaContentSignerBuilder("SHA256withRSA")
                    .build(by == null ? keys.getPrivate() : by.keys().getPrivate());
            return new Identity(keys, new JcaX509CertificateConverter().getCertificate(builder.build(signer)));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    public KeyStore store() {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("key", keys.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {certificate});
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public Path pkcs12(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            store().store(out, PASSWORD.toCharArray());
            return file;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public Path pem(Path file) throws IOException {
        try {
            return Files.writeString(
                    file,
                    "-----BEGIN CERTIFICATE-----\n"
                            + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                            + "\n-----END CERTIFICATE-----\n");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
