package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A trusted list (ETSI TS 119 612) made for a test. */
final class TestList {

    static final String QUALIFIED_CA = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
    static final String QUALIFIED_STAMPS = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST";
    static final String GRANTED = "granted";
    static final String WITHDRAWN = "withdrawn";

    private final Instant now;
    private final List<String> services = new ArrayList<>();
    private String version = "6";
    private String next;

    TestList(Instant now) {
        this.now = now;
        this.next = now.plus(Duration.ofDays(90)).toString();
    }

    TestList version(String other) {
        version = other;
        return this;
    }

    TestList due(Instant at) {
        next = at.toString();
        return this;
    }

    /** A status and since when; the newest comes first. */
    record Status(String name, Instant since) {}

    TestList service(String type, X509Certificate certificate, Status... statuses) {
        return service(type, certificate, "", statuses);
    }

    TestList service(String type, X509Certificate certificate, String use, Status... statuses) {
        var identity = """
                <ServiceDigitalIdentity><DigitalId><X509Certificate>%s</X509Certificate></DigitalId></ServiceDigitalIdentity>""".formatted(base64(certificate));
        var history = new StringBuilder();
        for (int i = 1; i < statuses.length; i++) {
            history.append("<ServiceHistoryInstance>")
                    .append(status(type, "<ServiceDigitalIdentity/>", statuses[i], use))
                    .append("</ServiceHistoryInstance>");
        }
        services.add("<TSPService><ServiceInformation>" + status(type, identity, statuses[0], use)
                + "</ServiceInformation><ServiceHistory>" + history + "</ServiceHistory></TSPService>");
        return this;
    }

    private static String status(String type, String identity, Status status, String use) {
        var extension = use.isEmpty() ? "" : """
                <ServiceInformationExtensions><Extension Critical="true"><AdditionalServiceInformation>
                <URI xml:lang="en">http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/%s</URI>
                </AdditionalServiceInformation></Extension></ServiceInformationExtensions>""".formatted(use);
        return """
                <ServiceTypeIdentifier>%s</ServiceTypeIdentifier><ServiceName><Name xml:lang="en">Service</Name></ServiceName>%s
                <ServiceStatus>http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/%s</ServiceStatus>
                <StatusStartingTime>%s</StatusStartingTime>%s""".formatted(type, identity, status.name(), status.since(), extension);
    }

    byte[] xml() {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list"
                    TSLTag="http://uri.etsi.org/19612/TSLTag">
                <SchemeInformation><TSLVersionIdentifier>%s</TSLVersionIdentifier><TSLSequenceNumber>7</TSLSequenceNumber>
                <TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric</TSLType><SchemeTerritory>DE</SchemeTerritory>
                <ListIssueDateTime>%s</ListIssueDateTime><NextUpdate><dateTime>%s</dateTime></NextUpdate></SchemeInformation>
                <TrustServiceProviderList><TrustServiceProvider><TSPInformation/><TSPServices>%s</TSPServices>
                </TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>""".formatted(version, now.minus(Duration.ofDays(1)), next, String.join("\n", services))
                .getBytes(UTF_8);
    }

    /** Signed by him, whose certificate is put beside it. */
    void signedIn(Path trust, String file, TestAuthority.Signer by) {
        var lists = folder(trust);
        write(lists.resolve(file), TestPen.of(by, now).enveloped(xml()));
        write(lists.resolve("signer.pem"), pem(by.certificate()).getBytes(UTF_8));
    }

    static Path folder(Path trust) {
        try {
            return Files.createDirectories(trust.resolve("lists"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String pem(X509Certificate certificate) {
        return "-----BEGIN CERTIFICATE-----\n" + base64(certificate) + "\n-----END CERTIFICATE-----\n";
    }

    private static String base64(X509Certificate certificate) {
        try {
            return Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
