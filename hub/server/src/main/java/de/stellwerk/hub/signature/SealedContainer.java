package de.stellwerk.hub.signature;

import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.alert.SilentOnStatusAlert;
import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipInputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;

/** A container (ASiC-E with CAdES, ETSI EN 319 162-1): its manifest holds as many files as there are. */
record SealedContainer(List<Content> files, PrivateKey key, X509Certificate certificate, Instant now) {

    private static final String SIGNATURE = "META-INF/signature001.p7s";

    byte[] plain() throws GeneralSecurityException {
        return signed(SignatureLevel.CAdES_BASELINE_B, Optional.empty());
    }

    byte[] stamped(TimeStamps authority) throws GeneralSecurityException, TimeStamps.Missing {
        try {
            return signed(SignatureLevel.CAdES_BASELINE_T, Optional.of((algorithm, digest) -> {
                try {
                    return new TimestampBinary(authority.token(new ASN1ObjectIdentifier(algorithm.getOid()), digest));
                } catch (TimeStamps.Missing e) {
                    throw new NoStamp(e);
                }
            }));
        } catch (NoStamp e) {
            throw e.why;
        }
    }

    /** Through the code that signs, which knows no such exception. */
    private static final class NoStamp extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final TimeStamps.Missing why;

        NoStamp(TimeStamps.Missing why) {
            super(why);
            this.why = why;
        }
    }

    private byte[] signed(SignatureLevel level, Optional<TSPSource> authority) throws GeneralSecurityException {
        var parameters = new ASiCWithCAdESSignatureParameters();
        parameters.aSiC().setContainerType(ASiCContainerType.ASiC_E);
        parameters.setSignatureLevel(level);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        parameters.setSigningCertificate(new CertificateToken(certificate));
        parameters.bLevel().setSigningDate(Date.from(now));
        var verifier = new CommonCertificateVerifier(true);
        verifier.setAlertOnExpiredCertificate(new SilentOnStatusAlert());
        var service = new ASiCWithCAdESService(verifier);
        authority.ifPresent(service::setTspSource);
        var documents = documents(files);
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(service.getDataToSign(documents, parameters).getBytes());
        var value = new SignatureValue(SignatureAlgorithm.ECDSA_SHA256, signature.sign());
        var out = new ByteArrayOutputStream();
        try {
            service.signDocument(documents, parameters, value).writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Of exactly one signature with one stamp. */
    static Optional<Instant> stamped(byte[] container, String authoritiesPem) {
        try (var zip = new ZipInputStream(new ByteArrayInputStream(container))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.getName().equals(SIGNATURE)) continue;
                for (var signer : new CMSSignedData(zip.readAllBytes()).getSignerInfos()) {
                    var more = signer.getUnsignedAttributes();
                    var stamp = more == null ? null : more.get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
                    if (stamp != null)
                        return TimeStamps.time(
                                stamp.getAttrValues()
                                        .getObjectAt(0)
                                        .toASN1Primitive()
                                        .getEncoded(),
                                signer.getSignature(),
                                authoritiesPem);
                }
            }
            return Optional.empty();
        } catch (IOException | CMSException e) {
            return Optional.empty();
        }
    }

    private static List<DSSDocument> documents(List<Content> files) {
        var documents = new ArrayList<DSSDocument>();
        for (var file : files) {
            try (var in = file.open()) {
                documents.add(new InMemoryDocument(in.readAllBytes(), file.name()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return documents;
    }
}
