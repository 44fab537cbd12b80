package de.stellwerk.hub.signature;

import eu.europa.esig.dss.alert.SilentOnStatusAlert;
import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.reference.CanonicalizationTransform;
import eu.europa.esig.dss.xades.reference.DSSReference;
import eu.europa.esig.dss.xades.reference.EnvelopedSignatureTransform;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/** Signs documents for tests, well or badly. */
record TestPen(TestAuthority.Signer signer, DigestAlgorithm digest, Instant now) {

    static TestPen of(TestAuthority.Signer signer, Instant now) {
        return new TestPen(signer, DigestAlgorithm.SHA256, now);
    }

    byte[] enveloped(byte[] xml) {
        return xades(xml, SignaturePackaging.ENVELOPED);
    }

    /** With a time stamp on the signature. */
    byte[] stamped(byte[] xml, TSPSource authority) {
        return stamped(xml, SignatureLevel.XAdES_BASELINE_T, authority, verifier());
    }

    /** With the revocation data that this verifier finds, packed into the signature. */
    byte[] withRevocation(byte[] xml, TSPSource authority, CertificateVerifier verifier) {
        return stamped(xml, SignatureLevel.XAdES_BASELINE_LT, authority, verifier);
    }

    private byte[] stamped(byte[] xml, SignatureLevel level, TSPSource authority, CertificateVerifier verifier) {
        var service = new XAdESService(verifier);
        service.setTspSource(authority);
        var parameters = new XAdESSignatureParameters();
        parameters.setSignatureLevel(level);
        parameters.setSignaturePackaging(SignaturePackaging.ENVELOPED);
        parameters.bLevel().setSigningDate(Date.from(now));
        fill(parameters);
        var document = new InMemoryDocument(xml, "notice.xml");
        var value = value(service.getDataToSign(document, parameters).getBytes());
        return bytes(service.signDocument(document, parameters, value));
    }

    byte[] xades(byte[] xml, SignaturePackaging packaging) {
        return xades(new InMemoryDocument(xml, "notice.xml"), packaging, Optional.empty());
    }

    private byte[] xades(DSSDocument document, SignaturePackaging packaging, Optional<DSSReference> reference) {
        var service = new XAdESService(verifier());
        var parameters = new XAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
        parameters.setSignaturePackaging(packaging);
        parameters.bLevel().setSigningDate(Date.from(now));
        fill(parameters);
        reference.ifPresent(one -> parameters.setReferences(List.of(one)));
        var value = value(service.getDataToSign(document, parameters).getBytes());
        return bytes(service.signDocument(document, parameters, value));
    }

    /** Refers to the root by its id instead of by the empty reference. */
    byte[] envelopedById(byte[] xml, String id) {
        var document = new InMemoryDocument(xml, "notice.xml");
        var reference = new DSSReference();
        reference.setUri("#" + id);
        reference.setContents(document);
        reference.setDigestMethodAlgorithm(digest);
        reference.setTransforms(List.of(
                new EnvelopedSignatureTransform(), new CanonicalizationTransform(CanonicalizationMethod.EXCLUSIVE)));
        return xades(document, SignaturePackaging.ENVELOPED, Optional.of(reference));
    }

    byte[] pades(byte[] pdf) {
        var service = new PAdESService(verifier());
        var parameters = new PAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
        parameters.bLevel().setSigningDate(Date.from(now));
        fill(parameters);
        var document = new InMemoryDocument(pdf, "notice.pdf");
        var value = value(service.getDataToSign(document, parameters).getBytes());
        return bytes(service.signDocument(document, parameters, value));
    }

    byte[] cades(byte[] content, SignaturePackaging packaging) {
        var service = new CAdESService(verifier());
        var parameters = new CAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.CAdES_BASELINE_B);
        parameters.setSignaturePackaging(packaging);
        parameters.bLevel().setSigningDate(Date.from(now));
        fill(parameters);
        var document = new InMemoryDocument(content, "notice.bin");
        var value = value(service.getDataToSign(document, parameters).getBytes());
        return bytes(service.signDocument(document, parameters, value));
    }

    /** Signed JSON, in the compact form. */
    byte[] jades(byte[] content) {
        var service = new JAdESService(verifier());
        var parameters = new JAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.JAdES_BASELINE_B);
        parameters.setSignaturePackaging(SignaturePackaging.ENVELOPING);
        parameters.setJwsSerializationType(JWSSerializationType.COMPACT_SERIALIZATION);
        parameters.bLevel().setSigningDate(Date.from(now));
        fill(parameters);
        var document = new InMemoryDocument(content, "notice.json");
        var value = value(service.getDataToSign(document, parameters).getBytes());
        return bytes(service.signDocument(document, parameters, value));
    }

    /** A container of several files. */
    byte[] container(ASiCContainerType type, Map<String, byte[]> files) {
        var service = new ASiCWithXAdESService(verifier());
        var parameters = new ASiCWithXAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
        parameters.aSiC().setContainerType(type);
        parameters.bLevel().setSigningDate(Date.from(now));
        fill(parameters);
        List<DSSDocument> documents = files.entrySet().stream()
                .<DSSDocument>map(file -> new InMemoryDocument(file.getValue(), file.getKey()))
                .toList();
        var value = value(service.getDataToSign(documents, parameters).getBytes());
        return bytes(service.signDocument(documents, parameters, value));
    }

    static byte[] pdf(String text) {
        try (var document = new PDDocument()) {
            addPage(document, text);
            var out = new ByteArrayOutputStream();
            document.save(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Appends a page the way an editor does: as an update behind what was signed. */
    static byte[] withAnotherPage(byte[] pdf) {
        try (var document = Loader.loadPDF(pdf)) {
            addPage(document, "and they owe us a million");
            document.getDocumentCatalog().getCOSObject().setNeedToBeUpdated(true);
            document.getPages().getCOSObject().setNeedToBeUpdated(true);
            var out = new ByteArrayOutputStream();
            document.saveIncremental(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addPage(PDDocument document, String text) throws IOException {
        var page = new PDPage();
        document.addPage(page);
        try (var content = new PDPageContentStream(document, page)) {
            content.beginText();
            content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
            content.newLineAtOffset(72, 700);
            content.showText(text);
            content.endText();
        }
    }

    private void fill(AbstractSignatureParameters<?> parameters) {
        parameters.setDigestAlgorithm(digest);
        parameters.setEncryptionAlgorithm(
                EncryptionAlgorithm.forKey(signer.certificate().getPublicKey()));
        parameters.setSigningCertificate(new CertificateToken(signer.certificate()));
        parameters.setCertificateChain(
                signer.chain().stream().map(CertificateToken::new).toList());
    }

    private SignatureValue value(byte[] data) {
        var algorithm = SignatureAlgorithm.getAlgorithm(
                EncryptionAlgorithm.forKey(signer.certificate().getPublicKey()), digest);
        try {
            var signature = Signature.getInstance(algorithm.getJCEId());
            signature.initSign(signer.key());
            signature.update(data);
            return new SignatureValue(algorithm, signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CommonCertificateVerifier verifier() {
        var verifier = new CommonCertificateVerifier(true);
        verifier.setAlertOnExpiredCertificate(new SilentOnStatusAlert());
        verifier.setAlertOnNotYetValidCertificate(new SilentOnStatusAlert());
        return verifier;
    }

    private static byte[] bytes(DSSDocument document) {
        try {
            var out = new ByteArrayOutputStream();
            document.writeTo(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
