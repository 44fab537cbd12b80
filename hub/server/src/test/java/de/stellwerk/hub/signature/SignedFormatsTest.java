package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.SignaturePolicy;
import de.stellwerk.hub.signature.TestAuthority.Signer;
import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.enumerations.ASiCContainerType;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures in other wrappings than XML and PDF: CMS, JSON, containers, mails; and what a policy asks for. */
class SignedFormatsTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final TestAuthority AUTHORITY = new TestAuthority("Test authority", NOW);
    private static final Signer CLERK = AUTHORITY.signer("Clerk");
    private static final TestPen PEN = TestPen.of(CLERK, NOW);
    private static final Map<String, byte[]> TWO =
            new TreeMap<>(Map.of("notice.txt", bytes("Twenty-six euros"), "plan.txt", bytes("A shed of four metres")));

    @TempDir
    Path folder;

    private SignatureVerifier verifier;

    @BeforeEach
    void trust() {
        AUTHORITY.trustedIn(folder, "authority.cer");
        AUTHORITY.listIn(folder, "authority.crl");
        verifier = new SignatureVerifier(folder, clock());
    }

    @Test
    void aCmsSignatureAroundItsContentIsAccepted() {
        var verdict = verify(PEN.cades(bytes("Twenty-six euros"), SignaturePackaging.ENVELOPING));
        assertThat(verdict.accepted()).as(verdict.text()).isTrue();
        assertThat(verdict.signatures())
                .containsExactly(new Found("CAdES-BASELINE-B", "TOTAL-PASSED", "", true, Found.Covers.WHOLE));
    }

    @Test
    void aDetachedCmsSignatureNeedsItsOwnContent() {
        var signature = PEN.cades(bytes("Twenty-six euros"), SignaturePackaging.DETACHED);
        assertThat(verify(signature, content("Twenty-six euros")).accepted()).isTrue();
        assertThat(verify(signature, content("Ninety euros")).code()).isEqualTo("sig.altered");
        var alone = verify(signature);
        assertThat(alone.code()).isEqualTo("sig.coverage");
        assertThat(alone.signatures().get(0).covers()).isEqualTo(Found.Covers.NONE);
    }

    @Test
    void signedJsonIsAcceptedUntilItIsChanged() {
        var signed = PEN.jades(bytes("{\"amount\":2600}"));
        var verdict = verify(signed);
        assertThat(verdict.accepted()).as(verdict.text()).isTrue();
        assertThat(verdict.signatures().get(0).format()).isEqualTo("JAdES-BASELINE-B");
        var parts = new String(signed, US_ASCII).split("\\.");
        var forged = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes("{\"amount\":9600}"));
        assertThat(verify(bytes(parts[0] + "." + forged + "." + parts[2])).code())
                .isEqualTo("sig.altered");
    }

    @Test
    void aContainerIsAcceptedWhenEachFileIsSigned() {
        for (var type : List.of(ASiCContainerType.ASiC_S, ASiCContainerType.ASiC_E)) {
            var verdict = verify(PEN.container(type, TWO));
            assertThat(verdict.accepted()).as(type + " " + verdict.text()).isTrue();
            assertThat(verdict.signatures().get(0).covers()).isEqualTo(Found.Covers.WHOLE);
        }
    }

    @Test
    void aFilePutIntoAContainerIsNotSigned() throws IOException {
        var container = PEN.container(ASiCContainerType.ASiC_E, TWO);
        var verdict = verify(with(container, "more.txt", bytes("and a garage")));
        assertThat(verdict.code()).isEqualTo("sig.coverage");
        assertThat(verdict.signatures().get(0).covers()).isEqualTo(Found.Covers.PART);
    }

    @Test
    void aFileReplacedOrSwappedInAContainerIsFound() throws IOException {
        var container = PEN.container(ASiCContainerType.ASiC_E, TWO);
        assertThat(verify(with(container, "notice.txt", bytes("Ninety euros"))).accepted())
                .isFalse();
        var swapped = with(with(container, "notice.txt", TWO.get("plan.txt")), "plan.txt", TWO.get("notice.txt"));
        assertThat(verify(swapped).code()).isIn("sig.altered", "sig.coverage");
    }

    @Test
    void anArchiveThatCouldHurtIsNotOpened() throws IOException {
        var bomb = with(PEN.container(ASiCContainerType.ASiC_E, TWO), "zeros", new byte[64 << 20]);
        assertThat(verify(bomb).code()).isEqualTo("sig.format");
    }

    @Test
    void aSignedMailIsAcceptedWithTheLineEndsOfEitherSystem() {
        var mail = mail("Twenty-six euros");
        assertThat(verify(bytes(mail)).accepted())
                .as(verify(bytes(mail)).text())
                .isTrue();
        assertThat(verify(bytes(mail.replace("\r\n", "\n"))).accepted()).isTrue();
    }

    @Test
    void aSignedMailThatWasChangedOrAddedToIsNotAccepted() {
        var mail = mail("Twenty-six euros");
        assertThat(verify(bytes(mail.replace("Twenty-six", "Ninety-six"))).code())
                .isEqualTo("sig.altered");
        var list = "Content-Type: multipart/mixed; boundary=list\r\n\r\n--list\r\n"
                + mail.substring(mail.indexOf("Content-Type:"))
                + "\r\n--list\r\nContent-Type: text/plain\r\n\r\nand pay to me instead\r\n--list--\r\n";
        assertThat(verify(bytes("From: a@example.org\r\n" + list)).code()).isEqualTo("sig.coverage");
    }

    @Test
    void aMailWithTwoSignedBodiesIsNotAccepted() {
        var mail = mail("Twenty-six euros");
        var second = mail.replace("--seam--", "--seam\r\nContent-Type: text/plain\r\n\r\nNinety euros\r\n--seam--");
        assertThat(verify(bytes(second)).code()).isEqualTo("sig.coverage");
    }

    @Test
    void aMailWithoutASignatureOrWithAnEncryptedBodySaysSo() {
        assertThat(verify(bytes("From: a@example.org\r\nSubject: none\r\n\r\nHello\r\n"))
                        .code())
                .isEqualTo("sig.missing");
        assertThat(verify(bytes(
                                "From: a@example.org\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
                                        + "Content-Transfer-Encoding: base64\r\n\r\nMIAG\r\n"))
                        .code())
                .isEqualTo("sig.encrypted");
    }

    @Test
    void aPolicyAsksForFormatLevelAndKeys() throws IOException, ConfigProblems {
        var xml = PEN.enveloped(bytes("<notice/>"));
        assertThat(under("formats: XAdES, PAdES\nlevel: B\n", xml).accepted()).isTrue();
        assertThat(under("formats: PAdES\n", xml).code()).isEqualTo("sig.level");
        assertThat(under("level: T\n", xml).code()).isEqualTo("sig.level");
        assertThat(under("ec: 384\nrsa: 3000\n", xml).code()).isEqualTo("sig.algorithm");
        assertThat(under("digests: SHA512\n", xml).code()).isEqualTo("sig.algorithm");
    }

    @Test
    void aPolicyThatIsWrongNamesWhatWouldBeRight() throws IOException {
        var file = folder.resolve("policy.yaml");
        Files.writeString(file, "level: Q\nrsa: 1024\n");
        assertThatThrownBy(() -> SignaturePolicy.read(file))
                .isInstanceOf(ConfigProblems.class)
                .hasMessageContaining("B, LT, LTA, T")
                .hasMessageContaining("2048");
        Files.writeString(file, "format: XAdES\n");
        assertThatThrownBy(() -> SignaturePolicy.read(file)).hasMessageContaining("formats");
    }

    private Verdict under(String policy, byte[] document) throws IOException, ConfigProblems {
        var file = folder.resolve("policy.yaml");
        Files.writeString(file, "trust: .\n" + policy);
        return new SignatureVerifier(SignaturePolicy.read(file), clock()).verify(content(document), List.of());
    }

    private static Clock clock() {
        return Clock.fixed(NOW, ZoneOffset.UTC);
    }

    /** A mail as RFC 8551, 3.5.3.2 has it. */
    private static String mail(String text) {
        var part = "Content-Type: text/plain; charset=us-ascii\r\n\r\n" + text + "\r\n";
        var signature = Base64.getMimeEncoder().encodeToString(PEN.cades(bytes(part), SignaturePackaging.DETACHED));
        return "From: clerk@example.org\r\nSubject: notice\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=seam\r\n\r\n"
                + "--seam\r\n" + part + "\r\n--seam\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n" + signature + "\r\n--seam--\r\n";
    }

    private static byte[] with(byte[] container, String name, byte[] content) throws IOException {
        var files = new TreeMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(container))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry())
                files.put(entry.getName(), zip.readAllBytes());
        }
        files.put(name, content);
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private Verdict verify(byte[] document, Content... signed) {
        return verifier.verify(content(document), List.of(signed));
    }

    private static Content content(String text) {
        return content(bytes(text));
    }

    private static Content content(byte[] bytes) {
        return Content.of("document", "application/octet-stream", bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
