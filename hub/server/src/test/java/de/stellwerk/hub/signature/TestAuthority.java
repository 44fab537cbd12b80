package de.stellwerk.hub.signature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.jcajce.JcaBasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.jcajce.JcaCertificateID;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/** A certification authority made for one test, with certificates and revocation lists as it likes. */
final class TestAuthority {

    private final X500Name name;
    private final KeyPair keys;
    private final X509Certificate certificate;
    private final Instant now;
    private long serial = 100;

    /** Somebody with a key and a certificate. */
    record Signer(PrivateKey key, X509Certificate certificate, List<X509Certificate> chain) {}

    TestAuthority(String commonName, Instant now) {
        this.now = now;
        this.name = new X500Name("CN=" + commonName + ",O=Test,C=DE");
        this.keys = keys("EC", 256);
        this.certificate = certificate(
                name, keys.getPublic(), now.minus(Duration.ofDays(400)), now.plus(Duration.ofDays(4000)), true);
    }

    X509Certificate certificate() {
        return certificate;
    }

    Signer signer(String commonName) {
        return signer(commonName, "EC", 256, now.minus(Duration.ofDays(30)), now.plus(Duration.ofDays(300)));
    }

    /** A certificate that says where to ask and what to fetch: three addresses on this machine. */
    Signer signerPointingTo(String address) {
        try {
            var pair = keys("EC", 256);
            var where = new GeneralName(GeneralName.uniformResourceIdentifier, address);
            var access = new AuthorityInformationAccess(new AccessDescription[] {
                new AccessDescription(AccessDescription.id_ad_ocsp, where),
                new AccessDescription(AccessDescription.id_ad_caIssuers, where)
            });
            var points = new CRLDistPoint(new DistributionPoint[] {
                new DistributionPoint(new DistributionPointName(new GeneralNames(where)), null, null)
            });
            var builder = builder(
                            new X500Name("CN=Clerk,C=DE"),
                            pair.getPublic(),
                            now.minus(Duration.ofDays(30)),
                            now.plus(Duration.ofDays(30)),
                            false)
                    .addExtension(Extension.authorityInfoAccess, false, access)
                    .addExtension(Extension.cRLDistributionPoints, false, points);
            var mine = signed(builder);
            return new Signer(pair.getPrivate(), mine, List.of(mine));
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Somebody who answers for this authority whether certificates were revoked. */
    Signer responder(boolean withoutCheck) {
        return signerFor("Responder", KeyPurposeId.id_kp_OCSPSigning, false, withoutCheck);
    }

    Signer timeStamper(String commonName) {
        return signerFor(commonName, KeyPurposeId.id_kp_timeStamping, true, false);
    }

    private Signer signerFor(String commonName, KeyPurposeId purpose, boolean critical, boolean withoutCheck) {
        try {
            var pair = keys("EC", 256);
            var builder = builder(
                            new X500Name("CN=" + commonName + ",C=DE"),
                            pair.getPublic(),
                            now.minus(Duration.ofDays(400)),
                            now.plus(Duration.ofDays(300)),
                            false)
                    .addExtension(Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purpose));
            if (withoutCheck) builder.addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE);
            var mine = signed(builder);
            return new Signer(pair.getPrivate(), mine, List.of(mine, certificate));
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    Signer signer(String commonName, String algorithm, int bits, Instant from, Instant until) {
        var pair = keys(algorithm, bits);
        var mine = certificate(new X500Name("CN=" + commonName + ",C=DE"), pair.getPublic(), from, until, false);
        return new Signer(pair.getPrivate(), mine, List.of(mine, certificate));
    }

    void trustedIn(Path folder, String file) {
        write(folder.resolve(file), der(certificate));
    }

    /** A list of now, valid for a week. */
    void listIn(Path folder, String file, Signer... revoked) {
        listIn(folder, file, now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(7)), revoked);
    }

    void listIn(Path folder, String file, Instant from, Instant next, Signer... revoked) {
        try {
            var list = new X509v2CRLBuilder(name, Date.from(from));
            list.setNextUpdate(Date.from(next));
            for (var one : revoked)
                list.addCRLEntry(
                        one.certificate().getSerialNumber(),
                        Date.from(now.minus(Duration.ofDays(2))),
                        CRLReason.keyCompromise);
            list.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(keys.getPublic()));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            write(folder.resolve(file), list.build(signer).getEncoded());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An OCSP response of that time, valid for a week. */
    void answerIn(Path folder, String file, Signer asked, boolean revoked, Instant at) {
        answerIn(folder, file, asked, revoked, at, new Signer(keys.getPrivate(), certificate, List.of(certificate)));
    }

    /** The same from somebody else; whether he may is for the reader to see. */
    void answerIn(Path folder, String file, Signer asked, boolean revoked, Instant at, Signer responder) {
        try {
            var digests = new JcaDigestCalculatorProviderBuilder().build();
            var answer = new JcaBasicOCSPRespBuilder(
                    responder.certificate().getPublicKey(), digests.get(CertificateID.HASH_SHA1));
            answer.addResponse(
                    new JcaCertificateID(
                            digests.get(CertificateID.HASH_SHA1),
                            certificate,
                            asked.certificate().getSerialNumber()),
                    revoked
                            ? new RevokedStatus(Date.from(now.minus(Duration.ofDays(2))), CRLReason.keyCompromise)
                            : CertificateStatus.GOOD,
                    Date.from(at),
                    Date.from(at.plus(Duration.ofDays(7))));
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(responder.key());
            var chain = new X509CertificateHolder[] {new JcaX509CertificateHolder(responder.certificate())};
            var basic = answer.build(signer, chain, Date.from(at));
            write(
                    folder.resolve(file),
                    new OCSPRespBuilder()
                            .build(OCSPRespBuilder.SUCCESSFUL, basic)
                            .getEncoded());
        } catch (GeneralSecurityException | OperatorCreationException | OCSPException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate certificate(
            X500Name subject, PublicKey key, Instant from, Instant until, boolean authority) {
        return signed(builder(subject, key, from, until, authority));
    }

    private X509v3CertificateBuilder builder(
            X500Name subject, PublicKey key, Instant from, Instant until, boolean authority) {
        try {
            var tools = new JcaX509ExtensionUtils();
            return new JcaX509v3CertificateBuilder(
                            name, BigInteger.valueOf(serial++), Date.from(from), Date.from(until), subject, key)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority))
                    .addExtension(Extension.subjectKeyIdentifier, false, tools.createSubjectKeyIdentifier(key))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            tools.createAuthorityKeyIdentifier(keys.getPublic()))
                    .addExtension(
                            Extension.keyUsage,
                            true,
                            new KeyUsage(
                                    authority
                                            ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                                            : KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
        } catch (GeneralSecurityException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    private X509Certificate signed(X509v3CertificateBuilder builder) {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys(String algorithm, int bits) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
