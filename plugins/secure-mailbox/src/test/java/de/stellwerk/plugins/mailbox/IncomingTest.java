package de.stellwerk.plugins.mailbox;

import static de.stellwerk.hub.testkit.TestHub.bytes;
import static de.stellwerk.hub.testkit.TestHub.text;
import static de.stellwerk.plugins.mail.Mails.attachment;
import static de.stellwerk.plugins.mail.Mails.header;
import static de.stellwerk.plugins.mail.Mails.mixed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import de.stellwerk.plugins.mail.Mails;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class IncomingTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private final PostOffice office;

    IncomingTest() throws IOException {
        office = new PostOffice();
    }

    @AfterEach
    void closeOffice() throws IOException {
        office.close();
    }

    @Test
    void aMailBecomesItsDocumentItsOtherAttachmentsAndItself() throws Exception {
        office.put(Mails.notice("1", "\"Kanzlei Müller\" <kanzlei@example.org>"));
        var message = only();
        assertThat(message.kind()).isEqualTo("notice.signed");
        assertThat(message.id()).isEqualTo("<1@example.org>");
        assertThat(message.headers())
                .containsEntry("sender", "kanzlei@example.org")
                .containsEntry("mail-id", "<1@example.org>");
        assertThat(message.body().name()).isEqualTo("bescheid-1.xml");
        assertThat(message.body().mediaType()).isEqualTo("application/xml");
        assertThat(text(message.body())).isEqualTo(Mails.NOTICE);
        assertThat(message.attachments()).extracting(Content::name).containsExactly("scan.png", "mail.eml");
        assertThat(message.attachments()).extracting(Content::mediaType).containsExactly("image/png", "message/rfc822");
        assertThat(text(message.attachments().get(0))).isEqualTo("scan of 1");
        assertThat(text(message.attachments().get(1))).contains("Guten Tag");
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    @Test
    void aMailWithoutADocumentIsHandedOverWhole() throws Exception {
        office.put(header("1", "kanzlei@example.org") + "\r\nWann haben Sie geöffnet?\r\n");
        var message = only();
        assertThat(message.kind()).isEqualTo("mail.unreadable");
        assertThat(message.headers()).containsEntry("sender", "kanzlei@example.org");
        assertThat(message.body().mediaType()).isEqualTo("message/rfc822");
        assertThat(text(message.body())).contains("Wann haben Sie");
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    /** A mail is known by its bytes when its id is missing or not to be used. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Message-ID: \r\n",
                "Message-ID: <a b@c>\r\n",
                "Message-ID: <1@a>\r\nMessage-ID: <2@a>\r\n",
                "LONG"
            })
    void aMailWithoutAPlainIdIsKnownByItsBytes(String ids) throws Exception {
        var header = ids.equals("LONG") ? "Message-ID: <" + "x".repeat(300) + "@a>\r\n" : ids;
        var mail = Mails.notice("1").replaceFirst("Message-ID: .*\r\n", header);
        office.put(mail);
        office.put(mail);
        office.put(mail.replace("Guten Tag", "Guten Abend"));
        var hub = poll();
        assertThat(hub.inbox().offered()).extracting(Message::id).allMatch(id -> id.matches("sha256:[0-9a-f]{64}"));
        assertThat(hub.inbox().messages()).hasSize(2);
        assertThat(hub.inbox().quarantined()).isEmpty();
    }

    /** Two mails of one id and other bytes: the hub decides, and no mail is lost. */
    @Test
    void anIdThatIsUsedAgainForAnotherMailIsTheHubsToJudge() throws Exception {
        office.put(Mails.notice("1"));
        office.put(Mails.notice("1").replace("Guten Tag", "Guten Abend"));
        var hub = poll();
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(hub.inbox().quarantined()).hasSize(1);
        assertThat(office.in("Verarbeitet")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kanzlei@example.org, other@example.org",
                "kanzlei@example.org\r\nFrom: other@example.org",
                "a@b@example.org",
                "kanzlei",
                "<>",
                "\"a b\"@example.org",
                "käfer@example.org",
                "group: a@example.org;",
            })
    void aSenderWhoIsNotOnePlainAddressIsNoSender(String from) throws Exception {
        office.put(Mails.notice("1", from));
        assertThat(only().headers()).doesNotContainKey("sender");
    }

    @Test
    void documentsAreKnownByNameOrByType() throws Exception {
        office.put(mixed(attachment("b", "application/octet-stream", "a.PDF", "%PDF")));
        office.put(mixed(attachment("b", "application/pdf", "no ending", "%PDF")));
        office.put(mixed(attachment("b", "text/xml", "x", "<a/>")));
        var messages = poll().inbox().offered();
        assertThat(messages)
                .extracting(m -> m.body().mediaType())
                .containsExactly("application/pdf", "application/pdf", "application/xml");
    }

    @Test
    void theMailsOwnDocumentGoesBeforeOneThatWasForwarded() throws Exception {
        var inner = mixed(attachment("b", "text/xml", "inner.xml", "<inner/>"))
                .replace("\"b\"", "\"i\"")
                .replace("--b", "--i");
        var mail = header("1", "kanzlei@example.org") + "Content-Type: multipart/mixed; boundary=\"o\"\r\n\r\n"
                + "--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner + "\r\n"
                + attachment("o", "text/xml", "outer.xml", "<outer/>") + "--o--\r\n";
        office.put(mail);
        var message = only();
        assertThat(text(message.body())).isEqualTo("<outer/>");
        assertThat(message.attachments()).extracting(Content::name).containsExactly("inner.xml", "mail.eml");
    }

    @Test
    void aNameOfASenderIsMadePlain() throws Exception {
        office.put(mixed(attachment("b", "text/xml", "=?UTF-8?Q?..=2Fetc=2FM=C3=BCller=2Exml?=", "<a/>")));
        office.put(mixed(attachment("b", "text/xml", "=?UTF-8?Q?..=2F..=2Fa=00=0D=0A=E2=80=AEb.xml?=", "<a/>")));
        office.put(mixed(attachment("b", "text/xml", "x".repeat(500) + ".xml", "<a/>")));
        var names = poll().inbox().offered().stream().map(m -> m.body().name()).toList();
        assertThat(names.get(0)).isEqualTo("Müller.xml");
        assertThat(names.get(1)).isEqualTo("ab.xml");
        assertThat(names.get(2)).hasSizeLessThanOrEqualTo(100).endsWith(".xml");
    }

    @Test
    void aPartWithABrokenEncodingIsKeptAsItStands() throws Exception {
        office.put(
                mixed(
                        "--b\r\nContent-Type: text/xml; name=\"a.xml\"\r\nContent-Transfer-Encoding: rot13\r\n\r\n<a/>\r\n"
                                + "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nnot*base64!\r\n"));
        var message = only();
        assertThat(text(message.body())).isEqualTo("<a/>");
        assertThat(text(message.attachments().get(0))).isEqualTo("not*base64!");
    }

    @Test
    void aMailWithinAMailIsOpenedAlsoIfItIsEncoded() throws Exception {
        var inner = Base64.getMimeEncoder().encodeToString(Mails.notice("inner").getBytes(StandardCharsets.UTF_8));
        office.put(mixed(
                "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner + "\r\n"));
        var message = only();
        assertThat(text(message.body())).isEqualTo(Mails.NOTICE);
        assertThat(message.id()).isEqualTo("<1@example.org>");
    }

    /** {@code LetterOpener} has the other limits. */
    @Test
    void aMailThatIsTooDeepIsHandedOverWhole() throws Exception {
        office.put(Mails.deep(25));
        var message = only();
        assertThat(message.kind()).isEqualTo("mail.unreadable");
        assertThat(message.id()).startsWith("sha256:");
        assertThat(text(message.body())).contains("a.xml");
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    @Test
    void aMailLargerThanAllowedIsPutAsideAndDoesNotHoldUpTheNext() throws Exception {
        office.put(mixed(attachment("b", "text/xml", "large.xml", "x".repeat(1_000_000))));
        office.put(Mails.notice("2"));
        var hub = office.hub(directory).with("max-size", "1");
        poll(hub);
        assertThat(hub.inbox().offered()).extracting(Message::id).containsExactly("<2@example.org>");
        assertThat(office.in("Abgelehnt")).isEqualTo(1);
        assertThat(office.waiting()).isZero();
    }

    @Test
    void aMailTheServerStumblesOverDoesNotHoldUpTheNext() throws Exception {
        office.put(Mails.notice("1"));
        office.put(Mails.notice("2"));
        office.stumbleOverTheFirstMail();
        var hub = office.hub(directory);
        assertThatThrownBy(() -> poll(hub))
                .isInstanceOf(MessagingException.class)
                .hasMessageStartingWith("1 mails");
        assertThat(hub.inbox().offered()).extracting(Message::id).containsExactly("<2@example.org>");
        assertThat(office.waiting()).isEqualTo(1);
        assertThat(office.in("Verarbeitet")).isEqualTo(1);
    }

    @Test
    void aLargeMailArrivesWholeAndLeavesNoTemporaryFiles() throws Exception {
        var scan = new byte[5 * 1024 * 1024];
        new Random(1).nextBytes(scan);
        office.put(mixed("--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(scan) + "\r\n"));
        var hub = poll();
        assertThat(bytes(hub.inbox().messages().get(0).body())).isEqualTo(scan);
        assertThat(hub.directory()).isEmptyDirectory();
    }

    @Test
    void temporaryFilesGoAlsoWhenTheHubCouldNotTakeTheMail() throws Exception {
        office.put(Mails.notice("1"));
        var hub = office.hub(directory);
        hub.inbox().mode(Mode.REFUSE);
        assertThatThrownBy(() -> poll(hub)).isInstanceOf(IllegalStateException.class);
        assertThat(hub.directory()).isEmptyDirectory();
        assertThat(office.waiting()).isEqualTo(1);
    }

    @Test
    void aServerWhoseCertificateNobodyVouchesForIsNotLoggedInTo() {
        var stranger = new GreenMail(PostOffice.patient(ServerSetup.IMAPS));
        stranger.start();
        try {
            var hub = office.hub(directory)
                    .with("imap-port", stranger.getImaps().getPort())
                    .with("imap-tls", "on");
            assertThatThrownBy(() -> poll(hub))
                    .isInstanceOf(MessagingException.class)
                    .hasStackTraceContaining("PKIX");
        } finally {
            stranger.stop();
        }
    }

    @Test
    void withoutEncryptionThereIsNoLogin() {
        var hub = office.hub(directory).with("imap-tls", "starttls");
        assertThatThrownBy(() -> poll(hub))
                .isInstanceOf(MessagingException.class)
                .hasMessageContaining("STARTTLS");
    }

    @Test
    void theFoldersAreThoseOfTheSettings() throws Exception {
        office.put(Mails.notice("1"));
        poll(office.hub(directory).with("imap-processed", "Erledigt"));
        assertThat(office.in("Erledigt")).isEqualTo(1);
    }

    private Message only() throws Exception {
        var offered = poll().inbox().offered();
        assertThat(offered).hasSize(1);
        return offered.get(0);
    }

    private TestHub poll() throws Exception {
        var hub = office.hub(directory);
        poll(hub);
        return hub;
    }

    private static void poll(TestHub hub) throws Exception {
        try (var source = hub.open(new SecureMailbox(), Source.class)) {
            hub.poll(source);
        }
    }
}
