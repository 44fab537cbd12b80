package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.signature.TestAuthority.Signer;
import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.alert.SilentOnStatusAlert;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.RevocationOrigin;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.DSSRevocationUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.OCSPToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureVerifierTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final TestAuthority AUTHORITY = new TestAuthority("Test authority", NOW);
    private static final TestAuthority STRANGER = new TestAuthority("Stranger", NOW);
    private static final Signer CLERK = AUTHORITY.signer("Clerk");
    private static final byte[] NOTICE =
            "<notice xmlns=\"urn:test\"><amount>2600</amount><to>Pirna</to></notice>".getBytes(UTF_8);

    @TempDir
    Path folder;

    private SignatureVerifier verifier;

    @BeforeEach
    void trust() {
        AUTHORITY.trustedIn(folder, "authority.cer");
        AUTHORITY.listIn(folder, "authority.crl");
        verifier = new SignatureVerifier(folder, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void theReportForPeopleSaysWhatWasCheckedWhoSignedAndWhatCameOut() throws IOException {
        var good = text(xml(pen().enveloped(NOTICE)).readable());
        assertThat(good)
                .contains("angenommen / accepted", "alles / the whole", "TOTAL-PASSED", "XAdES-BASELINE-B", "SHA-256")
                .doesNotContain("NICHT angenommen");

        var bad = text(xml(NOTICE).readable());
        assertThat(bad).contains("NICHT angenommen / NOT accepted: sig.missing");
    }

    private static String text(de.stellwerk.hub.spi.Content pdf) throws IOException {
        assertThat(pdf.mediaType()).isEqualTo("application/pdf");
        try (var in = pdf.open();
                var document = org.apache.pdfbox.Loader.loadPDF(in.readAllBytes())) {
            return new org.apache.pdfbox.text.PDFTextStripper().getText(document);
        }
    }

    @Test
    void aWellSignedXmlDocumentIsAccepted() throws IOException {
        var verdict = xml(pen().enveloped(NOTICE));
        assertThat(verdict.accepted()).as(verdict.text()).isTrue();
        assertThat(verdict.code()).isEmpty();
        assertThat(verdict.report().name()).isEqualTo("verification-report.xml");
        assertThat(verdict.report().mediaType()).isEqualTo("application/xml");
        assertThat(new String(verdict.report().open().readAllBytes(), UTF_8)).contains("DetailedReport", "PASSED");
        var etsi = verdict.etsi().orElseThrow();
        assertThat(etsi.name()).isEqualTo("verification-report-etsi.xml");
        assertThat(new String(etsi.open().readAllBytes(), UTF_8))
                .contains("http://uri.etsi.org/19102/v1.4.1#", "urn:etsi:019102:mainindication:total-passed");
    }

    @Test
    void aWellSignedPdfIsAccepted() {
        var verdict = pdf(pen().pades(TestPen.pdf("notice")));
        assertThat(verdict.accepted()).as(verdict.text()).isTrue();
    }

    @Test
    void aPdfSignedByTwoIsAccepted() {
        var second = TestPen.of(AUTHORITY.signer("Head of office"), NOW.plusSeconds(5));
        var verdict = pdf(second.pades(pen().pades(TestPen.pdf("notice"))));
        assertThat(verdict.accepted()).as(verdict.text()).isTrue();
    }

    @Test
    void anEnvelopingSignatureIsAccepted() {
        var verdict = xml(pen().xades(NOTICE, SignaturePackaging.ENVELOPING));
        assertThat(verdict.accepted()).as(verdict.text()).isTrue();
    }

    @Test
    void rsaOf2048BitsIsAccepted() {
        var signer = AUTHORITY.signer("Clerk", "RSA", 2048, NOW.minus(Duration.ofDays(1)), NOW.plusSeconds(600));
        assertThat(xml(TestPen.of(signer, NOW).enveloped(NOTICE)).code()).isEmpty();
    }

    @Test
    void aDetachedSignatureCoversExactlyTheAttachmentsItNames() {
        var signature =
                Content.of("signature.xml", "application/xml", pen().xades(NOTICE, SignaturePackaging.DETACHED));
        var notice = Content.of("notice.xml", "application/xml", NOTICE);
        var more = Content.of("more.xml", "application/xml", NOTICE);
        assertThat(verifier.verify(signature, List.of(notice)).code()).isEmpty();
        assertThat(verifier.verify(signature, List.of(notice, more)).code()).isEqualTo("sig.coverage");
        assertThat(verifier.verify(signature, List.of(more)).code()).isEqualTo("sig.coverage");
        assertThat(verifier.verify(signature, List.of()).code()).isEqualTo("sig.coverage");
        var other = Content.of("notice.xml", "application/xml", "<notice/>".getBytes(UTF_8));
        assertThat(verifier.verify(signature, List.of(other)).code()).isEqualTo("sig.altered");
    }

    @Test
    void anAttachmentThatNobodySignedIsNotAccepted() {
        var extra = Content.of("extra.pdf", "application/pdf", new byte[10]);
        var xml = Content.of("notice.xml", "application/xml", pen().enveloped(NOTICE));
        var pdf = Content.of("notice.pdf", "application/pdf", pen().pades(TestPen.pdf("notice")));
        assertThat(verifier.verify(xml, List.of(extra)).code()).isEqualTo("sig.coverage");
        assertThat(verifier.verify(pdf, List.of(extra)).code()).isEqualTo("sig.coverage");
    }

    @Test
    void anAlteredAmountIsFound() {
        var altered = text(pen().enveloped(NOTICE)).replace("2600", "9600");
        assertThat(xml(bytes(altered)).code()).isEqualTo("sig.altered");
    }

    @Test
    void anAlteredSignatureValueIsFound() {
        var signed = text(pen().enveloped(NOTICE));
        var value = signed.indexOf("SignatureValue");
        var at = signed.indexOf('>', value) + 10;
        var altered = signed.substring(0, at) + (signed.charAt(at) == 'A' ? 'B' : 'A') + signed.substring(at + 1);
        assertThat(xml(bytes(altered)).code()).isEqualTo("sig.altered");
    }

    @Test
    void anAlteredByteOfAPdfIsFound() {
        var signed = pen().pades(TestPen.pdf("notice"));
        // The file identifier in the trailer of the signed part: the document still opens and looks the same.
        var at = new String(signed, ISO_8859_1).indexOf("/ID [<") + 8;
        signed[at] = (byte) (signed[at] == 'A' ? 'B' : 'A');
        assertThat(pdf(signed).code()).isEqualTo("sig.altered");
    }

    @Test
    void aSignatureOfAnotherAuthorityIsNotTrusted() {
        var stranger = TestPen.of(STRANGER.signer("Clerk"), NOW);
        assertThat(xml(stranger.enveloped(NOTICE)).code()).isEqualTo("sig.untrusted");
        assertThat(pdf(stranger.pades(TestPen.pdf("notice"))).code()).isEqualTo("sig.untrusted");
    }

    @Test
    void anAuthorityThatOnlySharesTheNameIsNotTrusted() {
        var namesake = new TestAuthority("Test authority", NOW);
        assertThat(xml(TestPen.of(namesake.signer("Clerk"), NOW).enveloped(NOTICE))
                        .code())
                .isEqualTo("sig.untrusted");
    }

    @Test
    void anAuthorityAddedLaterIsTrustedAtOnce() {
        var signed = TestPen.of(STRANGER.signer("Clerk"), NOW).enveloped(NOTICE);
        assertThat(xml(signed).code()).isEqualTo("sig.untrusted");
        STRANGER.trustedIn(folder, "stranger.crt");
        STRANGER.listIn(folder, "stranger.crl");
        assertThat(xml(signed).code()).isEmpty();
    }

    @Test
    void aBrokenTrustFileDoesNotTakeTheOthersAway() throws IOException {
        Files.writeString(folder.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nbroken");
        Files.writeString(folder.resolve("broken.crl"), "broken");
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEmpty();
    }

    @Test
    void anEmptyOrMissingTrustFolderTrustsNobody(@TempDir Path empty) {
        var signed = Content.of("notice.xml", "application/xml", pen().enveloped(NOTICE));
        var clock = Clock.fixed(NOW, ZoneOffset.UTC);
        assertThat(new SignatureVerifier(empty, clock).verify(signed, List.of()).code())
                .isEqualTo("sig.untrusted");
        assertThat(new SignatureVerifier(empty.resolve("none"), clock)
                        .verify(signed, List.of())
                        .code())
                .isEqualTo("sig.untrusted");
    }

    @Test
    void anExpiredCertificateAndOneNotYetValidAreNotAccepted() {
        var expired =
                AUTHORITY.signer("Expired", "EC", 256, NOW.minus(Duration.ofDays(20)), NOW.minus(Duration.ofDays(10)));
        var early = AUTHORITY.signer("Early", "EC", 256, NOW.plus(Duration.ofDays(10)), NOW.plus(Duration.ofDays(20)));
        var then = NOW.minus(Duration.ofDays(15));
        assertThat(xml(TestPen.of(expired, then).enveloped(NOTICE)).code()).isEqualTo("sig.expired");
        assertThat(xml(TestPen.of(early, NOW.plus(Duration.ofDays(15))).enveloped(NOTICE))
                        .code())
                .isEqualTo("sig.expired");
    }

    @Test
    void aRevokedCertificateIsNotAccepted() {
        var signed = pen().enveloped(NOTICE);
        AUTHORITY.listIn(folder, "authority.crl", CLERK);
        assertThat(xml(signed).code()).isEqualTo("sig.revoked");
    }

    @Test
    void withoutARevocationListNobodyCanSayAndItIsNotAccepted() throws IOException {
        Files.delete(folder.resolve("authority.crl"));
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revocation-unknown");
    }

    @Test
    void aRevocationListOutOfDateIsNone() {
        AUTHORITY.listIn(folder, "authority.crl", NOW.minus(Duration.ofDays(20)), NOW.minus(Duration.ofDays(10)));
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revocation-unknown");
    }

    @Test
    void aListForgedInTheAuthoritysNameIsNone() throws IOException {
        Files.delete(folder.resolve("authority.crl"));
        new TestAuthority("Test authority", NOW).listIn(folder, "forged.crl");
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revocation-unknown");
    }

    @Test
    void anOcspResponseFromTheFolderCountsLikeAListAndTheNewerOfBothDecides() throws IOException {
        var signed = pen().enveloped(NOTICE);
        Files.delete(folder.resolve("authority.crl"));
        AUTHORITY.answerIn(folder, "clerk.ocsp", CLERK, false, NOW.minus(Duration.ofHours(2)));
        assertThat(xml(signed).text()).startsWith("Every signature is good");
        AUTHORITY.answerIn(folder, "clerk-later.ocsp", CLERK, true, NOW.minus(Duration.ofHours(1)));
        assertThat(xml(signed).code()).isEqualTo("sig.revoked");
        Files.delete(folder.resolve("clerk-later.ocsp"));
        AUTHORITY.listIn(folder, "authority.crl", CLERK);
        assertThat(xml(signed).code())
                .as("the list is newer than the good answer")
                .isEqualTo("sig.revoked");
    }

    @Test
    void aResponderWhomTheAuthorityHasCertifiedForThatAnswersForIt() throws IOException {
        Files.delete(folder.resolve("authority.crl"));
        var responder = AUTHORITY.responder(true);
        AUTHORITY.answerIn(folder, "clerk.ocsp", CLERK, false, NOW.minus(Duration.ofHours(2)), responder);
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEmpty();
        AUTHORITY.answerIn(folder, "clerk-later.ocsp", CLERK, true, NOW.minus(Duration.ofHours(1)), responder);
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revoked");
    }

    @Test
    void aResponderWhoseOwnRevocationNobodyCanTellAnswersForNobody() throws IOException {
        Files.delete(folder.resolve("authority.crl"));
        var responder = AUTHORITY.responder(false);
        AUTHORITY.answerIn(folder, "clerk.ocsp", CLERK, false, NOW.minus(Duration.ofHours(2)), responder);
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revocation-unknown");
    }

    @Test
    void aResponderOfAnotherAuthorityOrNotMeantForItAnswersForNobody() throws IOException {
        Files.delete(folder.resolve("authority.crl"));
        var at = NOW.minus(Duration.ofHours(2));
        AUTHORITY.answerIn(folder, "clerk.ocsp", CLERK, false, at, STRANGER.responder(true));
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revocation-unknown");
        AUTHORITY.answerIn(folder, "clerk.ocsp", CLERK, false, at, AUTHORITY.signer("Clerk in the next room"));
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revocation-unknown");
        STRANGER.trustedIn(folder, "stranger.cer");
        AUTHORITY.answerIn(folder, "clerk.ocsp", CLERK, false, at, STRANGER.responder(true));
        assertThat(xml(pen().enveloped(NOTICE)).code())
                .as("trusted, but not for this authority")
                .isEqualTo("sig.revocation-unknown");
    }

    @Test
    void anAnswerInTheSignatureOfSomebodyWhomTheAuthorityHasNotCertifiedForItDoesNotHideARevocation() throws Exception {
        AUTHORITY.listIn(folder, "authority.crl", CLERK);
        var responder = AUTHORITY.responder(true);
        assertThat(xml(withAnswerOf(responder)).code())
                .as("the newer answer of one who may")
                .isEmpty();

        AUTHORITY.answerIn(
                folder.resolve("answers"),
                "forged.ocsp",
                CLERK,
                false,
                NOW.minus(Duration.ofMinutes(5)),
                AUTHORITY.signer("Accomplice"));
        var answer = Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("answers/forged.ocsp")));
        var forged = text(withAnswerOf(responder))
                .replaceFirst("(<xades:EncapsulatedOCSPValue[^>]*>)[^<]*<", "$1" + answer + "<");
        assertThat(forged).contains(answer);
        assertThat(xml(bytes(forged)).code()).isEqualTo("sig.revocation-unknown");
    }

    /** A clerk who packs a good answer of this hour into the signature. */
    private byte[] withAnswerOf(Signer responder) throws Exception {
        var answers = Files.createDirectories(folder.resolve("answers"));
        AUTHORITY.answerIn(answers, "clerk.ocsp", CLERK, false, NOW.minus(Duration.ofMinutes(5)), responder);
        var response = DSSRevocationUtils.loadOCSPFromBinaries(Files.readAllBytes(answers.resolve("clerk.ocsp")));
        var anchors = new CommonTrustedCertificateSource();
        anchors.addCertificate(new CertificateToken(AUTHORITY.certificate()));
        var verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(anchors);
        verifier.setAlertOnMissingRevocationData(new SilentOnStatusAlert());
        verifier.setAlertOnNoRevocationAfterBestSignatureTime(new SilentOnStatusAlert());
        verifier.setAlertOnUncoveredPOE(new SilentOnStatusAlert());
        verifier.setAlertOnInvalidTimestamp(new SilentOnStatusAlert());
        verifier.setOcspSource((certificate, issuer) -> {
            var single = DSSRevocationUtils.getLatestSingleResponse(response, certificate, issuer);
            if (single == null) return null;
            var token = new OCSPToken(response, single, certificate, issuer);
            token.setExternalOrigin(RevocationOrigin.EXTERNAL);
            return token;
        });
        try (var stamps =
                new TestTimeAuthority(AUTHORITY.timeStamper("Time stamps"), NOW.minus(Duration.ofMinutes(10)))) {
            return TestPen.of(CLERK, NOW.minus(Duration.ofMinutes(10)))
                    .withRevocation(NOTICE, stamps.source(), verifier);
        }
    }

    @Test
    void anOcspResponseOutOfDateOrOfAnotherAuthorityIsNone() throws IOException {
        var signed = pen().enveloped(NOTICE);
        Files.delete(folder.resolve("authority.crl"));
        AUTHORITY.answerIn(folder, "clerk.ocsp", CLERK, false, NOW.minus(Duration.ofDays(20)));
        assertThat(xml(signed).code()).isEqualTo("sig.revocation-unknown");
        new TestAuthority("Test authority", NOW)
                .answerIn(folder, "clerk.ocsp", CLERK, false, NOW.minus(Duration.ofHours(1)));
        assertThat(xml(signed).code()).isEqualTo("sig.revocation-unknown");
    }

    @Test
    void anAuthorityWithoutListsIsAcceptedOnlyWhereTheOperatorSaysSo() throws IOException {
        Files.delete(folder.resolve("authority.crl"));
        STRANGER.trustedIn(folder, "stranger.cer");
        Files.createFile(folder.resolve("authority.cer.no-revocation"));
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEmpty();
        assertThat(xml(TestPen.of(STRANGER.signer("Clerk"), NOW).enveloped(NOTICE))
                        .code())
                .isEqualTo("sig.revocation-unknown");
        AUTHORITY.listIn(folder, "authority.crl", CLERK);
        assertThat(xml(pen().enveloped(NOTICE)).code()).isEqualTo("sig.revoked");
    }

    @Test
    void sha1AndShortKeysAreTooWeak() {
        var sha1 = new TestPen(CLERK, DigestAlgorithm.SHA1, NOW);
        assertThat(xml(sha1.enveloped(NOTICE)).code()).isEqualTo("sig.algorithm");
        assertThat(pdf(sha1.pades(TestPen.pdf("notice"))).code()).isEqualTo("sig.algorithm");
        var rsa = AUTHORITY.signer("Clerk", "RSA", 1024, NOW.minus(Duration.ofDays(1)), NOW.plusSeconds(600));
        assertThat(xml(TestPen.of(rsa, NOW).enveloped(NOTICE)).code()).isEqualTo("sig.algorithm");
    }

    @Test
    void aDocumentWithoutASignatureIsNotAccepted() {
        assertThat(xml(NOTICE).code()).isEqualTo("sig.missing");
        assertThat(pdf(TestPen.pdf("notice")).code()).isEqualTo("sig.missing");
    }

    @Test
    void whatIsNoSignedDocumentIsNotAccepted() {
        assertThat(xml(bytes("just text")).code()).isEqualTo("sig.format");
        assertThat(xml(new byte[0]).code()).isEqualTo("sig.format");
        assertThat(pdf(bytes("%PDF-1.7 and nothing more")).code()).isEqualTo("sig.format");
        var bomb = "<!DOCTYPE notice [<!ENTITY a \"b\">]>" + text(pen().enveloped(NOTICE));
        var verdict = xml(bytes(bomb));
        assertThat(verdict.code()).isEqualTo("sig.format");
        assertThat(verdict.text()).contains("xml.doctype");
    }

    @Test
    void aPdfWithAPageAddedAfterSigningIsNotAccepted() {
        var signed = pen().pades(TestPen.pdf("notice"));
        assertThat(pdf(TestPen.withAnotherPage(signed)).code()).isEqualTo("sig.coverage");
    }

    @Test
    void aPdfWithBytesAppendedIsNotAccepted() {
        var signed = pen().pades(TestPen.pdf("notice"));
        var longer = Arrays.copyOf(signed, signed.length + 20);
        Arrays.fill(longer, signed.length, longer.length, (byte) '%');
        assertThat(pdf(longer).code()).isEqualTo("sig.coverage");
    }

    @Test
    void signedContentMovedAsideWithAFakeInItsPlaceIsNotAccepted() {
        var signed = signedById();
        assertThat(xml(bytes(signed)).code()).isEmpty();
        var original = signed.substring(signed.indexOf("<notice"));
        // The signature stays and still fits: it covers the original, which is now just something inside the fake.
        var wrapped = "<notice xmlns=\"urn:test\"><amount>999999</amount><aside>" + original + "</aside></notice>";
        assertThat(xml(bytes(wrapped)).code()).isEqualTo("sig.coverage");
        var signature = signature(signed);
        var without = original.replace(signature, "");
        var moved = "<notice xmlns=\"urn:test\"><amount>999999</amount><aside>" + without + "</aside>" + signature
                + "</notice>";
        assertThat(xml(bytes(moved)).code()).isEqualTo("sig.coverage");
    }

    /** XSW1 to XSW8 as they are known from SAML, around a signature that refers to its element by id. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void noneOfTheEightWaysToWrapASignedElementIsAccepted(int way) {
        var document = signedById();
        var signed = document.substring(document.indexOf("<notice"));
        var signature = signature(signed);
        var original = signed.replace(signature, "");
        var open = "<notice xmlns=\"urn:test\" id=\"x1\"><amount>999999</amount><to>Pirna</to>";
        var forged = open + "</notice>";
        var holding = signature.replace("</ds:Signature>", "<ds:Object>" + original + "</ds:Object></ds:Signature>");
        var wrapped =
                switch (way) {
                    case 1 -> open + signature + original + "</notice>";
                    case 2 -> open + original + signature + "</notice>";
                    case 3 -> "<box>" + forged + signed + "</box>";
                    case 4 -> open + signed + "</notice>";
                    case 5 -> "<box>" + open + signature + "</notice>" + original + "</box>";
                    case 6 -> "<box>" + open + holding + "</notice></box>";
                    case 7 -> "<box><extensions>" + forged + "</extensions>" + signed + "</box>";
                    default -> "<box>" + forged + holding + "</box>";
                };
        var verdict = xml(bytes(wrapped));
        assertThat(verdict.accepted()).isFalse();
        assertThat(verdict.signatures()).extracting(Found::covers).doesNotContain(Found.Covers.WHOLE);
    }

    @Test
    void anIdThatStandsTwiceIsNotAccepted() {
        var signed = signedById();
        var twice = signed.replace("<to>", "<to id=\"n1\">");
        assertThat(xml(bytes(twice)).accepted()).isFalse();
    }

    @Test
    void contentHiddenInTheSignatureIsNotAccepted() {
        var signed = text(pen().enveloped(NOTICE));
        var stashed = signed.replace(
                "</ds:Signature>", "<ds:Object><amount xmlns=\"urn:test\">999999</amount></ds:Object></ds:Signature>");
        assertThat(stashed).isNotEqualTo(signed);
        assertThat(xml(bytes(stashed)).code()).isEqualTo("sig.coverage");
        var beside = signed.replace("</ds:Signature>", "<amount xmlns=\"urn:test\">999999</amount></ds:Signature>");
        assertThat(xml(bytes(beside)).code()).isEqualTo("sig.coverage");
        var inside = signed.replace("<ds:KeyInfo>", "<ds:KeyInfo><amount xmlns=\"urn:test\">999999</amount>");
        assertThat(inside).isNotEqualTo(signed);
        assertThat(xml(bytes(inside)).code()).isEqualTo("sig.coverage");
        var another = signed.replace(
                "<to>",
                "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><amount>9</amount></ds:Signature><to>");
        assertThat(another).isNotEqualTo(signed);
        assertThat(xml(bytes(another)).accepted()).isFalse();
    }

    @Test
    void aSecondSignatureByAStrangerSpoilsTheFirst() {
        var both = TestPen.of(STRANGER.signer("Other"), NOW).pades(pen().pades(TestPen.pdf("notice")));
        assertThat(pdf(both).code()).isEqualTo("sig.untrusted");
    }

    @Test
    void transformsThatAreProgramsAndReferencesToElsewhereNeverReachTheValidator() {
        var signed = text(pen().enveloped(NOTICE));
        var xslt = signed.replace(
                "Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"",
                "Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"");
        var path = signed.replace("/descendant::ds:Signature", "/descendant::*[ancestor::ds:Signature]");
        for (var program : List.of(xslt, path)) {
            assertThat(program).isNotEqualTo(signed);
            assertThat(xml(bytes(program)).code()).isEqualTo("sig.coverage");
        }
        for (var elsewhere : List.of(
                "http://127.0.0.1:9/a", "file:///etc/passwd", "//host/a", "/etc/passwd", "ftp:a", "\nhttp://a/")) {
            var reference = signed.replace("URI=\"\"", "URI=\"" + elsewhere + "\"");
            assertThat(reference).isNotEqualTo(signed);
            assertThat(xml(bytes(reference)).code()).as(elsewhere).isEqualTo("sig.coverage");
        }
        var fetched =
                signed.replace("<ds:KeyInfo>", "<ds:KeyInfo><ds:RetrievalMethod URI=\"http://127.0.0.1:9/key\"/>");
        assertThat(fetched).isNotEqualTo(signed);
        assertThat(xml(bytes(fetched)).code()).isEqualTo("sig.coverage");
    }

    @Test
    void nothingIsFetchedEvenWhereTheCertificateSaysWhere() throws IOException {
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var here = "http://127.0.0.1:" + listener.getLocalPort() + "/";
            var signed = TestPen.of(AUTHORITY.signerPointingTo(here), NOW).enveloped(NOTICE);
            assertThat(xml(signed).code()).isEmpty();
            Files.delete(folder.resolve("authority.crl"));
            assertThat(xml(signed).code()).isEqualTo("sig.revocation-unknown");
            Files.delete(folder.resolve("authority.cer"));
            assertThat(xml(signed).code()).isEqualTo("sig.untrusted");
            listener.setSoTimeout(100);
            assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void manyAtOnceGetTheirOwnVerdicts() throws Exception {
        var good = pen().enveloped(NOTICE);
        var bad = bytes(text(good).replace("2600", "9600"));
        var threads = Executors.newFixedThreadPool(4);
        try {
            var tasks = IntStream.range(0, 24)
                    .<Callable<String>>mapToObj(
                            i -> () -> xml(i % 2 == 0 ? good : bad).code())
                    .toList();
            var results = threads.invokeAll(tasks);
            for (var i = 0; i < results.size(); i++)
                assertThat(results.get(i).get()).isEqualTo(i % 2 == 0 ? "" : "sig.altered");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theTextQuotesNothingOfTheDocument() {
        var verdict = xml(bytes(text(pen().enveloped(NOTICE)).replace("Pirna", "Somebody Secret")));
        assertThat(verdict.text()).doesNotContain("Secret", "2600").contains("kept");
    }

    /** Signed by the root's id, as some products do. */
    private static String signedById() {
        var byId = TestPen.of(CLERK, NOW);
        return text(byId.envelopedById(
                "<notice xmlns=\"urn:test\" id=\"n1\"><amount>2600</amount><to>Pirna</to></notice>".getBytes(UTF_8),
                "n1"));
    }

    private static String signature(String signed) {
        var end = "</ds:Signature>";
        return signed.substring(signed.indexOf("<ds:Signature "), signed.indexOf(end) + end.length());
    }

    private static TestPen pen() {
        return TestPen.of(CLERK, NOW);
    }

    private Verdict xml(byte[] bytes) {
        return verifier.verify(Content.of("notice.xml", "application/xml", bytes), List.of());
    }

    private Verdict pdf(byte[] bytes) {
        return verifier.verify(Content.of("notice.pdf", "application/pdf", bytes), List.of());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
