package de.stellwerk.plugins.as4;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.helger.phase4.CAS4;
import com.helger.phase4.crypto.ECryptoAlgorithmCrypt;
import com.helger.phase4.model.ESoapVersion;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Receiver.Answer;
import de.stellwerk.hub.spi.Receiver.Request;
import de.stellwerk.hub.testkit.GoldenFolder;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import de.stellwerk.samples.as4.AccessPoint;
import de.stellwerk.samples.as4.Identity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What phase4 puts on the line, taken or refused. */
class As4SourceTest {

    private static final String SOAP = ESoapVersion.SOAP_12.getNamespaceURI();
    private static final byte[] FORM = "<form>Müller</form>".getBytes(UTF_8);

    @TempDir
    Path directory;

    private AccessPoint partner;
    private TestHub hub;

    @BeforeEach
    void open() throws Exception {
        partner = As4SinkTest.partner();
        hub = As4SinkTest.settings(directory, partner);
    }

    @AfterEach
    void close() {
        partner.close();
    }

    @TestFactory
    Stream<DynamicTest> goldenMessages() throws Exception {
        return GoldenFolder.inJar(As4::new);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSignedMessageIsTakenAndItsReceiptConvincesThePartner(boolean encrypted) throws Exception {
        var sent = partner.message("m-1@partner", encrypted, partner.own(), FORM, "plan".getBytes(UTF_8));
        var answer = push(mime(sent));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(partner.believes(sent, answer.text().getBytes(UTF_8))).isTrue();
        var message = hub.inbox().messages().get(0);
        assertThat(message.id()).isEqualTo("m-1@partner");
        assertThat(message.kind()).isEqualTo("form.submission");
        assertThat(message.headers()).containsEntry("as4-conversation", "conversation-1");
        assertThat(TestHub.bytes(message.body())).isEqualTo(FORM);
        assertThat(message.body().mediaType()).isEqualTo("application/xml");
        assertThat(TestHub.text(message.attachments().get(0))).isEqualTo("plan");
    }

    @Test
    void whatIsUnsignedIsRefusedAndNothingEntersTheHub() throws Exception {
        refused(wire("m-1@partner", false, null, FORM), "EBMS:0103");
    }

    @Test
    void theSignatureOfAStrangerIsRefusedAlsoUnderThePartnersName() throws Exception {
        refused(wire("m-1@partner", false, partner.stranger(), FORM), "EBMS:0101");
    }

    @Test
    void aChangedSignatureIsRefused() throws Exception {
        refused(
                changed("m-1@partner", text -> text.replaceFirst("SignatureValue>.....", "SignatureValue>AAAAA")),
                "EBMS:0101");
    }

    @Test
    void aChangedHeaderIsRefused() throws Exception {
        refused(changed("m-1@partner", text -> text.replace(">conversation-1<", ">conversation-2<")), "EBMS:0101");
    }

    @Test
    void aChangedPayloadIsRefused() throws Exception {
        var wire = wire("m-1@partner", false, partner.own(), FORM);
        var bytes = wire.bytes().clone();
        // The first bytes of gzip are always these.
        int start = new String(bytes, ISO_8859_1).indexOf("\u001f\u008b\b");
        bytes[start + 12] ^= 1;
        refused(new Mime(wire.type(), bytes), "EBMS:0101");
    }

    @Test
    void aCipherWithoutIntegrityIsRefused() throws Exception {
        refused(mime(partner.encrypted("m-1@partner", ECryptoAlgorithmCrypt.AES_128_CBC, FORM)), "EBMS:0103");
    }

    /** The same envelope, signed by the partner with SHA-256 and then with SHA-1. */
    @Test
    void sha1IsRefused() throws Exception {
        var id = "phase4-msg-1";
        for (var method : new String[] {WSConstants.RSA_SHA256, WSConstants.RSA_SHA1}) {
            var opened = wire("m-1@partner", false, null, FORM).open();
            var soap = Soap.parse(opened.envelope());
            Soap.messaging(soap).setAttributeNS(CAS4.WSU_NS, "wsu:Id", id);
            var header = new WSSecHeader(soap);
            header.insertSecurityHeader();
            var signature = new WSSecSignature(header, Provided.PROVIDER);
            var crypto = new Merlin();
            crypto.setKeyStore(partner.own().store());
            signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
            signature.setUserInfo("key", Identity.PASSWORD);
            signature.setSignatureAlgorithm(method);
            signature.setDigestAlgo(method.equals(WSConstants.RSA_SHA1) ? WSConstants.SHA1 : WSConstants.SHA256);
            signature.getParts().add(new WSEncryptionPart(id, "Content"));
            signature.getParts().add(new WSEncryptionPart("Body", SOAP, "Content"));
            signature.getParts().add(new WSEncryptionPart("cid:" + Parts.ALL, "Content"));
            signature.setAttachmentCallbackHandler(opened.parts());
            signature.build(crypto);
            var wire = Mime.of(Soap.bytes(soap), opened.parts());
            if (method.equals(WSConstants.RSA_SHA256)) {
                assertThat(push(wire).text()).contains("Receipt");
            } else {
                assertThat(push(wire).text()).contains("EBMS:0103").doesNotContain("Receipt");
            }
        }
        assertThat(hub.inbox().offered()).hasSize(1);
    }

    @Test
    void aTokenNobodyAgreedOnIsRefused() throws Exception {
        refused(
                changed(
                        "m-1@partner",
                        text -> text.replace(
                                "<wsse:BinarySecurityToken",
                                "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"a\"/>"
                                        + "<wsse:BinarySecurityToken")),
                "EBMS:0103");
    }

    @Test
    void aPayloadThatIsNotSignedIsRefused() throws Exception {
        var opened = wire("m-1@partner", false, partner.own(), FORM).open();
        opened.parts().add("more@partner", "text/plain", FORM);
        refused(Mime.of(opened.envelope(), opened.parts()), "EBMS:0103");
    }

    @Test
    void aSecondHeaderBesideTheSignedOneIsRefused() throws Exception {
        refused(
                changed("m-1@partner", text -> {
                    var header = text.substring(text.indexOf("<eb:Messaging"), text.indexOf("</eb:Messaging>") + 15);
                    var forged = header.replaceFirst("wsu:Id=\"[^\"]*\"", "wsu:Id=\"forged\"")
                            .replace("m-1@partner", "m-2@partner");
                    return text.replace(header, forged + header);
                }),
                "EBMS:0009");
    }

    @Test
    void theSignedHeaderMovedAsideForAForgedOneIsRefused() throws Exception {
        refused(
                changed("m-1@partner", text -> {
                    var header = text.substring(text.indexOf("<eb:Messaging"), text.indexOf("</eb:Messaging>") + 15);
                    var forged = header.replaceFirst("wsu:Id=\"[^\"]*\"", "wsu:Id=\"forged\"")
                            .replace("m-1@partner", "m-2@partner");
                    return text.replace(header, forged + "<x:aside xmlns:x=\"urn:x\">" + header + "</x:aside>");
                }),
                "EBMS:0103");
    }

    @Test
    void anUnencryptedMessageIsRefusedWhereEncryptionIsAgreed() throws Exception {
        hub.with("require-encryption", "true");
        refused(wire("m-1@partner", false, partner.own(), FORM), "EBMS:0103");
        assertThat(push(wire("m-2@partner", true, partner.own(), FORM)).text()).contains("Receipt");
    }

    @Test
    void whatWasEncryptedForSomebodyElseCannotBeDecrypted() throws Exception {
        hub.with("certificate", Identity.selfSigned("pirna").pkcs12(directory.resolve("other.p12")));
        refused(wire("m-1@partner", true, partner.own(), FORM), "EBMS:0102");
    }

    @Test
    void aRepeatIsADuplicateAndGetsItsReceiptAgain() throws Exception {
        var first = partner.message("m-1@partner", false, partner.own(), FORM);
        push(mime(first));
        var repeated = partner.message("m-1@partner", false, partner.own(), FORM);
        assertThat(partner.believes(repeated, push(mime(repeated)).text().getBytes(UTF_8)))
                .isTrue();
        assertThat(hub.inbox().messages()).hasSize(1);
    }

    @Test
    void noReceiptIsGivenForWhatTheHubDoesNotHold() throws Exception {
        var sent = wire("m-1@partner", false, partner.own(), FORM);
        hub.inbox().mode(Mode.REFUSE);
        assertThatThrownBy(() -> push(sent)).isInstanceOf(IllegalStateException.class);
        hub.inbox().mode(Mode.REJECT);
        assertThat(push(sent).text()).contains("EBMS:0004").doesNotContain("Receipt");
    }

    @Test
    void aPayloadThatUnpacksToTooMuchIsRefused() throws Exception {
        hub.with("max-size", "1");
        refused(wire("m-1@partner", false, partner.own(), new byte[2 << 20]), "EBMS:0303");
    }

    @Test
    void aMessageThatIsTooLargeIsNotRead() throws Exception {
        hub.with("max-size", "1");
        var noise = new byte[2 << 20];
        new Random(1).nextBytes(noise);
        assertThat(push(wire("m-1@partner", false, partner.own(), noise)).status())
                .isEqualTo(413);
        assertThat(hub.inbox().offered()).isEmpty();
    }

    @Test
    void theAgreedPartiesAndServiceAreHeldAgainstTheMessage() throws Exception {
        hub.with("partner-party", "somebody-else");
        refused(wire("m-1@partner", false, partner.own(), FORM), "EBMS:0001");
        hub.with("partner-party", "partner").with("action", "withdraw");
        refused(wire("m-1@partner", false, partner.own(), FORM), "EBMS:0010");
    }

    @Test
    void aCertificateOfTheAgreedAuthorityCountsOnlyForTheAgreedSubjectAndWhileItIsValid() throws Exception {
        var authority = Identity.authority("authority");
        hub.with("partner-certificates", authority.pem(directory.resolve("authority.pem")))
                .with("partner-subject", "CN=partner-2,.*");
        var until = Instant.parse("2036-01-01T00:00:00Z");
        var good = Identity.issued("partner-2", authority, false, until);
        var other = Identity.issued("neighbour", authority, false, until);
        var expired = Identity.issued("partner-2", authority, false, Instant.parse("2026-06-01T00:00:00Z"));
        assertThat(push(wire("m-1@partner", false, good, FORM)).text()).contains("Receipt");
        hub.inbox().messages().forEach(each -> assertThat(each.id()).isEqualTo("m-1@partner"));
        assertThat(push(wire("m-2@partner", false, other, FORM)).text()).contains("EBMS:0101");
        assertThat(push(wire("m-3@partner", false, expired, FORM)).text()).contains("EBMS:0101");
        assertThat(hub.inbox().offered()).hasSize(1);
    }

    @Test
    void anAuthorityWithoutASubjectIsNoAgreement() throws Exception {
        hub.with("partner-certificates", Identity.authority("authority").pem(directory.resolve("authority.pem")));
        assertThatThrownBy(() -> hub.open(new As4())).hasMessageContaining("partner-subject");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<", "<!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>", "<x/>", "--b\r\n\r\n--b--"})
    void whatIsNoMessageIsRefusedInWordsOfEbms(String body) throws Exception {
        for (var type :
                new String[] {"", "text/plain", Mime.SOAP, "multipart/related; boundary=b", "multipart/related"}) {
            assertThat(push(new Mime(type, body.getBytes(UTF_8))).text()).contains("EBMS:00");
        }
        assertThat(hub.inbox().offered()).isEmpty();
    }

    @Test
    void onlyWhatIsPostedToTheAddressItselfIsLookedAt() throws Exception {
        try (var receiver = hub.open(new As4(), Receiver.class)) {
            var request = new Request("GET", "", Map.of(), Content.of("x", "text/plain", new byte[0]));
            assertThat(receiver.receive(request, hub.inbox()).status()).isEqualTo(405);
        }
    }

    private Mime wire(String id, boolean encrypted, @Nullable Identity signer, byte[]... payloads) throws Exception {
        return mime(partner.message(id, encrypted, signer, payloads));
    }

    private static Mime mime(AccessPoint.Sent sent) {
        return new Mime(sent.type(), sent.bytes());
    }

    private Mime changed(String id, UnaryOperator<String> change) throws Exception {
        var wire = wire(id, false, partner.own(), FORM);
        var text = new String(wire.bytes(), ISO_8859_1);
        var other = change.apply(text);
        assertThat(other).isNotEqualTo(text);
        return new Mime(wire.type(), other.getBytes(ISO_8859_1));
    }

    private void refused(Mime wire, String code) throws Exception {
        var answer = push(wire);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).contains("errorCode=\"" + code + "\"").doesNotContain("Receipt");
        assertThat(hub.inbox().offered()).isEmpty();
    }

    private Answer push(Mime wire) throws Exception {
        try (var receiver = hub.open(new As4(), Receiver.class)) {
            var body = Content.of("body", wire.type(), wire.bytes());
            return receiver.receive(new Request("POST", "", Map.of("content-type", wire.type()), body), hub.inbox());
        }
    }
}
