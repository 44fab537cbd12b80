package de.stellwerk.samples.letters;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certification authority made on the spot, for one day in the sample town; its keys (P-256) live in memory only. */
public final class SampleAuthority {

    /** A signer's key and certificate. */
    record Signer(PrivateKey key, X509Certificate certificate, X509Certificate issuer) {}

    private static final String ALGORITHM = "SHA256withECDSA";

    private final KeyPair keys;
    private final X509Certificate certificate;
    private final Instant now;
    private final SecureRandom random = new SecureRandom();

    /** @param name the common name it gives itself */
    public SampleAuthority(String name, Instant now) {
        try {
            this.now = now.truncatedTo(ChronoUnit.SECONDS);
            this.keys = newKeys();
            var subject = new X500Name("CN=" + name + ",O=Stellwerk Musterstadt,C=DE");
            var builder = builder(subject, subject, keys);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            this.certificate = finish(builder);
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("the sample authority cannot be made", e);
        }
    }

    Signer signer(String commonName) {
        try {
            var signerKeys = newKeys();
            var builder = builder(issuer(), new X500Name("CN=" + commonName + ",C=DE"), signerKeys);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(
                    Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
            return new Signer(signerKeys.getPrivate(), finish(builder), certificate);
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("the sample signer cannot be made", e);
        }
    }

    /** Writes {@code sample-ca.pem} and {@code sample-ca.crl} (an empty list, DER) into a trust folder. */
    public void writeTrust(Path folder) throws IOException {
        Files.createDirectories(folder);
        try {
            var day = new Date(now.minus(1, ChronoUnit.HOURS).toEpochMilli());
            var list = new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), day);
            list.setNextUpdate(Date.from(now.plus(30, ChronoUnit.DAYS)));
            list.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
            list.addExtension(Extension.cRLNumber, false, new org.bouncycastle.asn1.x509.CRLNumber(BigInteger.ONE));
            var crl = new JcaX509CRLConverter()
                    .getCRL(list.build(new JcaContentSignerBuilder(ALGORITHM).build(keys.getPrivate())));
            Files.write(folder.resolve("sample-ca.crl"), crl.getEncoded());
            var lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
            Files.writeString(
                    folder.resolve("sample-ca.pem"),
                    "-----BEGIN CERTIFICATE-----\n" + lines.encodeToString(certificate.getEncoded())
                            + "\n-----END CERTIFICATE-----\n",
                    StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("the sample trust files cannot be made", e);
        }
    }

    private X500Name issuer() {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    private JcaX509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair subjectKeys)
            throws GeneralSecurityException, CertIOException {
        var builder = new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(120, random),
                Date.from(now.minus(1, ChronoUnit.DAYS)),
                Date.from(now.plus(365, ChronoUnit.DAYS)),
                subject,
                subjectKeys.getPublic());
        var extensions = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(subjectKeys.getPublic()));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(keys.getPublic()));
        return builder;
    }

    private X509Certificate finish(JcaX509v3CertificateBuilder builder)
            throws OperatorCreationException, GeneralSecurityException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(ALGORITHM).build(keys.getPrivate())));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
