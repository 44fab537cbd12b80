package de.stellwerk.samples.letters;

import static java.nio.charset.StandardCharsets.UTF_8;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;

/** A trust folder with nothing but a trusted list (ETSI TS 119 612) as large as that of a large member state. */
public final class SampleList {

    private static final String TYPE = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
    private static final String STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/";

    private final SampleAuthority.Signer clerk;

    /** @param services how many qualified authorities it has beside the one that issued the clerk's certificate */
    public SampleList(Path trust, int services) throws IOException, GeneralSecurityException {
        var now = Instant.now();
        var authority = new SampleAuthority("Qualified CA", now);
        this.clerk = authority.signer("Clerk");
        authority.writeTrust(trust);
        Files.delete(trust.resolve("sample-ca.pem"));
        var supervisor = new SampleAuthority("Supervisor", now).signer("List signer");
        var list = new StringBuilder("""
                <TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" TSLTag="http://uri.etsi.org/19612/TSLTag">
                <SchemeInformation><TSLVersionIdentifier>6</TSLVersionIdentifier><ListIssueDateTime>%s</ListIssueDateTime>
                <NextUpdate><dateTime>%s</dateTime></NextUpdate></SchemeInformation><TrustServiceProviderList>
                """.formatted(now.minus(1, ChronoUnit.HOURS), now.plus(90, ChronoUnit.DAYS)));
        var others = new X509Certificate[40];
        for (int i = 0; i < others.length; i++)
            others[i] =
                    new SampleAuthority("Qualified CA " + i, now).signer("x").issuer();
        for (int i = 0; i < services; i++) list.append(service(others[i % others.length], now));
        list.append(service(clerk.issuer(), now)).append("</TrustServiceProviderList></TrustServiceStatusList>");
        var lists = Files.createDirectories(trust.resolve("lists"));
        Files.write(lists.resolve("DE.xml"), signed(list.toString().getBytes(UTF_8), supervisor));
        Files.write(lists.resolve("signer.cer"), supervisor.certificate().getEncoded());
    }

    /** Signed by somebody whose authority stands in the list. */
    public byte[] notice() throws IOException, GeneralSecurityException {
        return signed("<notice><to>Pirna</to></notice>".getBytes(UTF_8), clerk);
    }

    private static String service(X509Certificate certificate, Instant now) throws GeneralSecurityException {
        var state = "<ServiceTypeIdentifier>" + TYPE + "</ServiceTypeIdentifier><ServiceName><Name xml:lang=\"de\">"
                + certificate.getSubjectX500Principal() + "</Name></ServiceName>%s<ServiceStatus>" + STATUS
                + "%s</ServiceStatus><StatusStartingTime>%s</StatusStartingTime>";
        var identity = "<ServiceDigitalIdentity><DigitalId><X509Certificate>"
                + Base64.getEncoder().encodeToString(certificate.getEncoded())
                + "</X509Certificate></DigitalId><DigitalId><X509SubjectName>" + certificate.getSubjectX500Principal()
                + "</X509SubjectName></DigitalId></ServiceDigitalIdentity>";
        var before = state.formatted("<ServiceDigitalIdentity/>", "withdrawn", now.minus(600, ChronoUnit.DAYS));
        return "<TrustServiceProvider><TSPInformation><TSPName><Name xml:lang=\"de\">"
                + certificate.getSubjectX500Principal()
                + "</Name></TSPName></TSPInformation><TSPServices><TSPService><ServiceInformation>"
                + state.formatted(identity, "granted", now.minus(300, ChronoUnit.DAYS))
                + "</ServiceInformation><ServiceHistory><ServiceHistoryInstance>" + before
                + "</ServiceHistoryInstance></ServiceHistory></TSPService></TSPServices></TrustServiceProvider>\n";
    }

    private static byte[] signed(byte[] xml, SampleAuthority.Signer signer)
            throws IOException, GeneralSecurityException {
        var service = new XAdESService(new CommonCertificateVerifier(true));
        var parameters = new XAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.XAdES_BASELINE_B);
        parameters.setSignaturePackaging(SignaturePackaging.ENVELOPED);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        parameters.setSigningCertificate(new CertificateToken(signer.certificate()));
        parameters.setCertificateChain(
                new CertificateToken(signer.certificate()), new CertificateToken(signer.issuer()));
        parameters.bLevel().setSigningDate(new Date());
        var document = new InMemoryDocument(xml, "document.xml");
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer.key());
        signature.update(service.getDataToSign(document, parameters).getBytes());
        var bytes = new ByteArrayOutputStream();
        service.signDocument(
                        document, parameters, new SignatureValue(SignatureAlgorithm.ECDSA_SHA256, signature.sign()))
                .writeTo(bytes);
        return bytes.toByteArray();
    }
}
