package de.stellwerk.hub.bench.micro;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.MimeTypeEnum;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Signs XML with a certificate of an authority made for this run; both keys are P-256 and live in memory. */
final class Pen {

    private static final String ALGORITHM = "SHA256withECDSA";

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final KeyPair authority = keys();
    private final KeyPair signer = keys();
    private final X500Name issuer = new X500Name("CN=Bench authority,C=DE");
    private final X509Certificate anchor;
    private final X509Certificate certificate;

    Pen() throws GeneralSecurityException, OperatorCreationException, CertIOException {
        anchor = certificate(1, issuer, authority, true);
        certificate = certificate(2, new X500Name("CN=Bench signer,C=DE"), signer, false);
    }

    /** The anchor, and an empty revocation list of today. */
    void writeTrust(Path folder) throws IOException, GeneralSecurityException, OperatorCreationException {
        Files.createDirectories(folder);
        Files.write(folder.resolve("bench.crt"), anchor.getEncoded());
        var list = new JcaX509v2CRLBuilder(anchor.getSubjectX500Principal(), Date.from(now.minus(1, ChronoUnit.HOURS)));
        list.setNextUpdate(Date.from(now.plus(30, ChronoUnit.DAYS)));
        list.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(anchor.getPublicKey()));
        list.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.ONE));
        Files.write(
                folder.resolve("bench.crl"),
                list.build(new JcaContentSignerBuilder(ALGORITHM).build(authority.getPrivate()))
                        .getEncoded());
    }

    byte[] signed(byte[] xml) throws GeneralSecurityException, IOException {
        var service = new XAdESService(new CommonCertificateVerifier());
        var parameters = new XAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
        parameters.setSignaturePackaging(SignaturePackaging.ENVELOPED);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        parameters.setSigningCertificate(new CertificateToken(certificate));
        parameters.setCertificateChain(new CertificateToken(certificate), new CertificateToken(anchor));
        parameters.bLevel().setSigningDate(Date.from(now));
        var document = new InMemoryDocument(xml, "formular.xml", MimeTypeEnum.XML);
        var signature = Signature.getInstance(ALGORITHM);
        signature.initSign(signer.getPrivate());
        signature.update(service.getDataToSign(document, parameters).getBytes());
        var value = new SignatureValue(SignatureAlgorithm.ECDSA_SHA256, signature.sign());
        var bytes = new ByteArrayOutputStream();
        service.signDocument(document, parameters, value).writeTo(bytes);
        return bytes.toByteArray();
    }

    private X509Certificate certificate(int number, X500Name subject, KeyPair keys, boolean isAuthority)
            throws GeneralSecurityException, OperatorCreationException, CertIOException {
        var builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.valueOf(number),
                Date.from(now.minus(1, ChronoUnit.DAYS)),
                Date.from(now.plus(365, ChronoUnit.DAYS)),
                subject,
                keys.getPublic());
        var extensions = new JcaX509ExtensionUtils();
        builder.addExtension(
                Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                extensions.createAuthorityKeyIdentifier(authority.getPublic()));
        builder.addExtension(
                Extension.basicConstraints, true, isAuthority ? new BasicConstraints(0) : new BasicConstraints(false));
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(
                        isAuthority
                                ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                                : KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(ALGORITHM).build(authority.getPrivate())));
    }

    private static KeyPair keys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
