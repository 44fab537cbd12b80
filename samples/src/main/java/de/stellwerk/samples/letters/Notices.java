package de.stellwerk.samples.letters;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.MimeTypeEnum;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/**
 * Notices of a law office to a town hall, signed: XML with an enveloped XAdES signature and PDF with a PAdES signature, both baseline B;
 * and those that must not get through.
 */
public final class Notices {

    private final SampleAuthority.Signer signer;
    private final SampleAuthority.Signer stranger;
    private final Instant now;
    private final String run;
    private final XAdESService xades = new XAdESService(new CommonCertificateVerifier());
    private final PAdESService pades = new PAdESService(new CommonCertificateVerifier());

    /**
     * @param trusted the authority the town hall trusts
     * @param unknown one it does not
     * @param run makes the Message-IDs of this day different from those of any other
     */
    public Notices(SampleAuthority trusted, SampleAuthority unknown, Instant now, String run) {
        this.signer = trusted.signer("Kanzlei Müller und Šołta");
        this.stranger = unknown.signer("Kanzlei Niemand");
        this.now = now;
        this.run = run;
    }

    /** A notice that is in order: every second one is a PDF. */
    public Notice good(int number) {
        return number % 2 == 0
                ? notice(number, new Part("mitteilung.pdf", "application/pdf", signPdf(pdf(number), signer)), "")
                : notice(number, new Part("mitteilung.xml", "application/xml", signXml(xml(number), signer)), "");
    }

    /** The four kinds of notice that must not be forwarded, in turn: altered XML, altered PDF, signed by a stranger, not signed. */
    public Notice bad(int number) {
        return switch (number % 4) {
            case 0 ->
                notice(
                        number,
                        new Part(
                                "mitteilung.xml",
                                "application/xml",
                                alter(signXml(xml(number), signer), "14 Tagen", "24 Tagen")),
                        "sig.altered");
            case 1 ->
                notice(
                        number,
                        new Part(
                                "mitteilung.pdf",
                                "application/pdf",
                                alter(signPdf(pdf(number), signer), "14 Tagen", "24 Tagen")),
                        "sig.altered");
            case 2 ->
                notice(
                        number,
                        new Part("mitteilung.xml", "application/xml", signXml(xml(number), stranger)),
                        "sig.untrusted");
            default -> notice(number, new Part("mitteilung.xml", "application/xml", xml(number)), "sig.missing");
        };
    }

    private Notice notice(int number, Part document, String code) {
        return new Notice(
                String.format("<%s.%d@kanzlei.example.org>", run, number), "Mitteilung " + number, document, code);
    }

    private static byte[] xml(int number) {
        return ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mitteilung xmlns=\"urn:stellwerk:sample:mitteilung:1\"><aktenzeichen>AZ "
                        + number
                        + "/26</aktenzeichen><text>Wir zeigen die Vertretung an und bitten um Akteneinsicht binnen 14 Tagen."
                        + "</text></mitteilung>")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] pdf(int number) {
        return SamplePdf.of(
                List.of("Kanzlei Müller", "AZ " + number + "/26", "Wir bitten um Akteneinsicht binnen 14 Tagen."));
    }

    private byte[] signXml(byte[] xml, SampleAuthority.Signer by) {
        var parameters = new XAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
        parameters.setSignaturePackaging(SignaturePackaging.ENVELOPED);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        parameters.setSigningCertificate(new CertificateToken(by.certificate()));
        parameters.setCertificateChain(new CertificateToken(by.certificate()), new CertificateToken(by.issuer()));
        parameters.bLevel().setSigningDate(Date.from(now));
        var document = new InMemoryDocument(xml, "mitteilung.xml", MimeTypeEnum.XML);
        var value = sign(xades.getDataToSign(document, parameters), by);
        return bytes(xades.signDocument(document, parameters, value));
    }

    private byte[] signPdf(byte[] pdf, SampleAuthority.Signer by) {
        var parameters = new PAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_B);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        parameters.setSigningCertificate(new CertificateToken(by.certificate()));
        parameters.setCertificateChain(new CertificateToken(by.certificate()), new CertificateToken(by.issuer()));
        parameters.bLevel().setSigningDate(Date.from(now));
        var document = new InMemoryDocument(pdf, "mitteilung.pdf", MimeTypeEnum.PDF);
        var value = sign(pades.getDataToSign(document, parameters), by);
        return bytes(pades.signDocument(document, parameters, value));
    }

    private static SignatureValue sign(ToBeSigned data, SampleAuthority.Signer by) {
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(by.key());
            signature.update(data.getBytes());
            return new SignatureValue(SignatureAlgorithm.ECDSA_SHA256, signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Puts other words of the same length in the place of some: the signature stays as it was. */
    private static byte[] alter(byte[] document, String from, String to) {
        var text = new String(document, StandardCharsets.ISO_8859_1);
        if (!text.contains(from) || from.length() != to.length()) {
            throw new IllegalStateException("there is nothing to alter");
        }
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytes(DSSDocument document) {
        var bytes = new ByteArrayOutputStream();
        try {
            document.writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
