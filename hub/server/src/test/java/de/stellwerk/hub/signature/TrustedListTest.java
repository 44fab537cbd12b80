package de.stellwerk.hub.signature;

import static de.stellwerk.hub.signature.TestList.GRANTED;
import static de.stellwerk.hub.signature.TestList.QUALIFIED_CA;
import static de.stellwerk.hub.signature.TestList.QUALIFIED_STAMPS;
import static de.stellwerk.hub.signature.TestList.WITHDRAWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.signature.TestAuthority.Signer;
import de.stellwerk.hub.signature.TestList.Status;
import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nobody but a trusted list says whom to trust here; revocation lists lie in the trust folder. */
class TrustedListTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant LONG_AGO = NOW.minus(Duration.ofDays(300));
    private static final TestAuthority AUTHORITY = new TestAuthority("Qualified CA", NOW);
    private static final TestAuthority STAMPS = new TestAuthority("Qualified stamps", NOW);
    private static final Signer STATE = new TestAuthority("Supervisor", NOW).signer("List signer");
    private static final Signer CLERK = AUTHORITY.signer("Clerk");
    private static final byte[] NOTICE = "<notice xmlns=\"urn:test\"><to>Pirna</to></notice>".getBytes(UTF_8);

    @TempDir
    Path folder;

    @Test
    void aQualifiedAuthorityOfASignedListIsTrusted() {
        signed(list(new Status(GRANTED, LONG_AGO)));
        assertThat(verdict().text()).startsWith("Every signature is good");

        assertThat(verify(new TestAuthority("Stranger", NOW).signer("Clerk")).code())
                .isEqualTo("sig.untrusted");
    }

    @Test
    void itsCertificatesStillNeedARevocationList() throws Exception {
        signed(list(new Status(GRANTED, LONG_AGO)));
        Files.delete(folder.resolve("authority.crl"));
        assertThat(verdict().code()).isEqualTo("sig.revocation-unknown");
        AUTHORITY.listIn(folder, "authority.crl", CLERK);
        assertThat(verdict().code()).isEqualTo("sig.revoked");
    }

    @Test
    void anUnsignedListIsRefused() {
        TestList.write(
                TestList.folder(folder).resolve("DE.xml"),
                list(new Status(GRANTED, LONG_AGO)).xml());
        TestList.write(
                TestList.folder(folder).resolve("signer.pem"),
                TestList.pem(STATE.certificate()).getBytes(UTF_8));
        assertRefused("DE.xml (trust.list-signature", "it is not signed");
    }

    @Test
    void aListThatSomebodyElseSignedOrThatWasChangedIsRefused() throws Exception {
        signed(list(new Status(GRANTED, LONG_AGO)));
        var file = folder.resolve("lists/DE.xml");
        var good = Files.readString(file);

        Files.writeString(file, good.replace("<TSLSequenceNumber>7<", "<TSLSequenceNumber>8<"));
        assertRefused("DE.xml (trust.list-signature", "has signed it as it is");

        var stranger = new TestAuthority("Stranger", NOW).signer("List signer");
        Files.write(
                file,
                TestPen.of(stranger, NOW)
                        .enveloped(list(new Status(GRANTED, LONG_AGO)).xml()));
        assertRefused("DE.xml (trust.list-signature", "has signed it as it is");

        Files.delete(folder.resolve("lists/signer.pem"));
        Files.writeString(file, good);
        assertRefused("DE.xml (trust.list-signature", "has signed it as it is");
    }

    @Test
    void aSignedListInsideAnUnsignedOneIsRefused() throws Exception {
        signed(list(new Status(WITHDRAWN, LONG_AGO)));
        var file = folder.resolve("lists/DE.xml");
        var signed = Files.readString(file).replaceFirst("<\\?xml[^>]*>", "");
        var forged = new String(list(new Status(GRANTED, LONG_AGO)).xml(), UTF_8).replace(" Id=\"list\"", "");
        Files.writeString(file, forged.replace("</TrustServiceStatusList>", signed + "</TrustServiceStatusList>"));
        assertRefused("DE.xml (trust.list-signature", "does not cover it as a whole");
    }

    @Test
    void aListSignedWithAnExpiredOrShortKeyOrWithSha1IsRefused() {
        var supervisor = new TestAuthority("Supervisor", NOW);
        var list = list(new Status(GRANTED, LONG_AGO));
        AUTHORITY.listIn(folder, "authority.crl");

        list.signedIn(folder, "DE.xml", supervisor.signer("Old", "EC", 256, LONG_AGO, NOW.minusSeconds(60)));
        assertRefused("DE.xml (trust.list-signature", "not valid at this time");
        list.signedIn(folder, "DE.xml", supervisor.signer("Short", "RSA", 1_024, LONG_AGO, NOW.plusSeconds(60)));
        assertRefused("DE.xml (trust.list-signature", "has signed it as it is");
        var sha1 = new TestPen(STATE, DigestAlgorithm.SHA1, NOW);
        list.signedIn(folder, "DE.xml", STATE);
        TestList.write(folder.resolve("lists/DE.xml"), sha1.enveloped(list.xml()));
        assertRefused("DE.xml (trust.list-signature", "has signed it as it is");
        list.signedIn(folder, "DE.xml", supervisor.signer("RSA", "RSA", 2_048, LONG_AGO, NOW.plusSeconds(60)));
        assertThat(verdict().accepted()).isTrue();
    }

    @Test
    void aListWhoseNextUpdateIsDueIsRefusedWithoutBeingReadAgain() {
        signed(list(new Status(GRANTED, LONG_AGO)).due(NOW.plusSeconds(60)));
        var clock = new SetClock();
        var verifier = new SignatureVerifier(folder, clock);
        assertThat(verify(verifier, CLERK).accepted()).isTrue();

        clock.now = NOW.plusSeconds(60);
        var late = verify(verifier, CLERK);
        assertThat(late.code()).isEqualTo("sig.untrusted");
        assertThat(late.text())
                .contains("DE.xml (trust.list-expired: its next update was due at 2026-11-24T10:01:00Z)");
    }

    @Test
    void aListOfAnUnknownVersionOrAnotherKindOfXmlIsRefused() {
        signed(list(new Status(GRANTED, LONG_AGO)).version("7"));
        assertRefused("DE.xml (trust.list-version", "");
        TestList.write(folder.resolve("lists/DE.xml"), TestPen.of(STATE, NOW).enveloped(NOTICE));
        assertRefused("DE.xml (trust.list-format", "");
    }

    @Test
    void aBadListTakesNoTrustFromAGoodOne() {
        signed(list(new Status(GRANTED, LONG_AGO)));
        TestList.write(folder.resolve("lists/XX.xml"), "<not".getBytes(UTF_8));
        assertThat(verdict().accepted()).isTrue();
    }

    @Test
    void aWithdrawnServiceIsNotTrusted() {
        signed(list(new Status(WITHDRAWN, NOW.minusSeconds(60)), new Status(GRANTED, LONG_AGO)));
        var verdict = verdict();
        assertThat(verdict.code()).isEqualTo("sig.untrusted");
        assertThat(verdict.text()).contains("did not vouch for its authority at the time of signing");
        assertThat(verdict.signatures()).singleElement().satisfies(found -> {
            assertThat(found.indication()).isEqualTo("INDETERMINATE");
            assertThat(found.intact()).isTrue();
        });
    }

    @Test
    void whatWasStampedBeforeTheServiceWasWithdrawnStaysGood() throws Exception {
        signed(list(new Status(WITHDRAWN, NOW.minus(Duration.ofDays(2))), new Status(GRANTED, LONG_AGO))
                .service(QUALIFIED_STAMPS, STAMPS.certificate(), new Status(GRANTED, LONG_AGO)));
        assertThat(stamped(Duration.ofDays(3)).text()).startsWith("Every signature is good");
        assertThat(stamped(Duration.ofDays(1)).code()).isEqualTo("sig.untrusted");
    }

    @Test
    void aServiceThatWasGrantedOnlyAfterTheSignatureIsNotTrustedForIt() throws Exception {
        signed(list(new Status(GRANTED, NOW.minus(Duration.ofDays(2))), new Status(WITHDRAWN, LONG_AGO))
                .service(QUALIFIED_STAMPS, STAMPS.certificate(), new Status(GRANTED, LONG_AGO)));
        assertThat(stamped(Duration.ofDays(3)).code()).isEqualTo("sig.untrusted");
        assertThat(stamped(Duration.ofDays(1)).text()).startsWith("Every signature is good");
    }

    @Test
    void aTimeStampOfAWithdrawnAuthorityProvesNothing() throws Exception {
        signed(list(new Status(GRANTED, LONG_AGO))
                .service(
                        QUALIFIED_STAMPS,
                        STAMPS.certificate(),
                        new Status(WITHDRAWN, NOW.minusSeconds(60)),
                        new Status(GRANTED, LONG_AGO)));
        assertThat(stamped(Duration.ofDays(3)).text()).contains("the authority of its time stamp");
    }

    @ParameterizedTest
    @CsvSource({
        "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST, ''",
        "http://uri.etsi.org/TrstSvc/Svctype/CA/PKC, ''",
        "http://uri.etsi.org/TrstSvc/Svctype/CA/QC, ForWebSiteAuthentication",
    })
    void onlyThoseWhoCertifySignersAreTrustedForThem(String type, String use) {
        signed(new TestList(NOW).service(type, AUTHORITY.certificate(), use, new Status(GRANTED, LONG_AGO)));
        assertThat(verdict().code()).isEqualTo("sig.untrusted");
    }

    @Test
    void anAuthorityForSignaturesOrSealsIsTrusted() {
        signed(new TestList(NOW)
                .service(QUALIFIED_CA, AUTHORITY.certificate(), "ForeSeals", new Status(GRANTED, LONG_AGO)));
        assertThat(verdict().accepted()).isTrue();
    }

    @Test
    void anAnchorOfTheOperatorNeedsNoList() {
        signed(list(new Status(WITHDRAWN, LONG_AGO), new Status(GRANTED, LONG_AGO.minusSeconds(60))));
        AUTHORITY.trustedIn(folder, "authority.cer");
        assertThat(verdict().accepted()).isTrue();
    }

    private void assertRefused(String list, String why) {
        var verdict = verdict();
        assertThat(verdict.code()).isEqualTo("sig.untrusted");
        assertThat(verdict.text()).contains("Trusted lists that are not used: " + list, why);
    }

    private static TestList list(Status... statuses) {
        return new TestList(NOW).service(QUALIFIED_CA, AUTHORITY.certificate(), statuses);
    }

    private void signed(TestList list) {
        AUTHORITY.listIn(folder, "authority.crl");
        STAMPS.listIn(folder, "stamps.crl");
        list.signedIn(folder, "DE.xml", STATE);
    }

    private Verdict verdict() {
        return verify(CLERK);
    }

    private Verdict verify(Signer signer) {
        return verify(new SignatureVerifier(folder, Clock.fixed(NOW, ZoneOffset.UTC)), signer);
    }

    private static Verdict verify(SignatureVerifier verifier, Signer signer) {
        return verify(verifier, TestPen.of(signer, NOW).enveloped(NOTICE));
    }

    private static Verdict verify(SignatureVerifier verifier, byte[] signed) {
        return verifier.verify(Content.of("notice.xml", "application/xml", signed), List.of());
    }

    private Verdict stamped(Duration ago) throws Exception {
        try (var authority = new TestTimeAuthority(STAMPS.timeStamper("Time stamps"), NOW.minus(ago))) {
            return verify(
                    new SignatureVerifier(folder, Clock.fixed(NOW, ZoneOffset.UTC)),
                    TestPen.of(CLERK, NOW.minus(ago)).stamped(NOTICE, authority.source()));
        }
    }

    private static final class SetClock extends Clock {

        private Instant now = NOW;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
