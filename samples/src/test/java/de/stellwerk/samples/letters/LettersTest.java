package de.stellwerk.samples.letters;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.pdfbox.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LettersTest {

    private static final Instant NOW = Instant.now();

    private final Registrations registrations = new Registrations(1);
    private final SampleAuthority authority = new SampleAuthority("Probe-CA", NOW);
    private final Notices notices = new Notices(authority, new SampleAuthority("Fremde CA", NOW), NOW, "probe");

    @Test
    void theSameSeedMakesTheSameForms() {
        var again = new Registrations(1).of(Town.PIRNA, 5);
        var other = new Registrations(2).of(Town.PIRNA, 5);

        assertThat(registrations.of(Town.PIRNA, 5).body().bytes())
                .isEqualTo(again.body().bytes());
        assertThat(registrations.of(Town.PIRNA, 5).body().bytes())
                .isNotEqualTo(other.body().bytes());
    }

    @Test
    void everyFormIsWellFormedAndNamesItsCase() throws Exception {
        for (var number = 1; number <= 50; number++) {
            var letter = registrations.of(Town.LEIPZIG, number);
            var document = DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(letter.body().bytes()));
            assertThat(document.getElementsByTagName("antragsnummer").item(0).getTextContent())
                    .isEqualTo(letter.caseId());
        }
    }

    @Test
    void namesOfAllLanguagesOccur() {
        var all = IntStream.rangeClosed(1, 200)
                .mapToObj(number ->
                        new String(registrations.of(Town.PIRNA, number).body().bytes(), StandardCharsets.UTF_8))
                .reduce("", String::concat);

        assertThat(all).contains("Müller", "Šołta", "Đặng", "Łukasz", "Budyšin", "Wojerecy", "Straße");
    }

    @Test
    void thePdfIsAPdfOfOnePage() throws Exception {
        try (var pdf = Loader.loadPDF(
                registrations.of(Town.PIRNA, 1).attachments().get(0).bytes())) {
            assertThat(pdf.getNumberOfPages()).isEqualTo(1);
        }
    }

    @Test
    void theTrustFolderHoldsTheAuthorityAndItsEmptyList(@TempDir Path folder) throws Exception {
        authority.writeTrust(folder);

        var factory = CertificateFactory.getInstance("X.509");
        var certificate =
                (X509Certificate) factory.generateCertificate(Files.newInputStream(folder.resolve("sample-ca.pem")));
        var list = (X509CRL) factory.generateCRL(Files.newInputStream(folder.resolve("sample-ca.crl")));
        certificate.verify(certificate.getPublicKey());
        list.verify(certificate.getPublicKey());
        assertThat(list.getRevokedCertificates()).isNull();
    }

    @Test
    void goodNoticesAreXmlAndPdfWithASignature() throws Exception {
        var xml = new String(notices.good(1).document().bytes(), StandardCharsets.UTF_8);
        assertThat(xml).contains("SignatureValue", "QualifyingProperties", "14 Tagen");
        try (var pdf = Loader.loadPDF(notices.good(2).document().bytes())) {
            assertThat(pdf.getSignatureDictionaries()).hasSize(1);
        }
    }

    @Test
    void badNoticesNameWhyTheyMustNotPass() {
        assertThat(IntStream.range(0, 4).mapToObj(notices::bad).map(Notice::code))
                .containsExactly("sig.altered", "sig.altered", "sig.untrusted", "sig.missing");
        assertThat(new String(notices.bad(0).document().bytes(), StandardCharsets.UTF_8))
                .contains("24 Tagen");
        assertThat(new String(notices.bad(1).document().bytes(), StandardCharsets.ISO_8859_1))
                .contains("24 Tagen");
    }

    @Test
    void everyHostileInputHasACaseOfItsOwnAndAnExpectation() {
        var all = Hostile.all(registrations, notices, 900_001, 1_000);

        assertThat(all).hasSize(13);
        assertThat(all.stream().map(each -> each.letter().caseId())).doesNotHaveDuplicates();
        assertThat(all.stream().filter(each -> each.expected() == Hostile.Expected.STOPPED))
                .allSatisfy(each -> assertThat(each.code()).isNotEmpty());
    }
}
