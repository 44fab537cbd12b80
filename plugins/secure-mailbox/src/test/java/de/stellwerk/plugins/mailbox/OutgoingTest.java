package de.stellwerk.plugins.mailbox;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static de.stellwerk.hub.testkit.TestHub.withHeader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.plugins.mail.MailServer;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutgoingTest {

    @TempDir
    private Path directory = Path.of("set by JUnit");

    private final PostOffice office;

    OutgoingTest() throws IOException {
        office = new PostOffice();
    }

    @AfterEach
    void closeOffice() throws IOException {
        office.close();
    }

    @Test
    void aMailCarriesTheBodyAndSaysWhatItAnswers() throws Exception {
        var hub = office.hub(directory).with("subject", "Eingangsbestätigung").with("text", "Grüße aus Pirna");
        var delivery = withHeader(receipt(), "mail-id", "<bescheid-1@example.org>");
        var result = deliver(hub, delivery);
        var id = "<" + delivery.id() + "@pirna.example.org>";
        assertThat(result).isEqualTo(new Delivered(id));
        var mail = office.arrived().get(0);
        assertThat(mail.getMessageID()).isEqualTo(id);
        assertThat(mail.getSubject()).isEqualTo("Eingangsbestätigung");
        assertThat(mail.getFrom()[0]).hasToString(PostOffice.TOWN_HALL);
        assertThat(mail.getAllRecipients()).hasSize(1);
        assertThat(mail.getHeader("In-Reply-To")).containsExactly("<bescheid-1@example.org>");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(mail.getSentDate()).isEqualTo(Date.from(hub.clock().instant()));
        assertThat(text(part(mail, 0))).isEqualTo("Grüße aus Pirna");
        assertThat(part(mail, 1).getFileName()).isEqualTo("body.xml");
        assertThat(part(mail, 1).getContentType()).startsWith("application/xml");
        assertThat(text(part(mail, 1))).isEqualTo("<receipt/>");
        assertThat(temporaryFiles(hub)).isZero();
    }

    @Test
    void withoutAHeaderToTheMailGoesToTheSender() throws Exception {
        var delivery = withHeader(delivery("one", "receipt", "<receipt/>"), "sender", PostOffice.LAW_OFFICE);
        assertThat(deliver(office.hub(directory), delivery)).isInstanceOf(Delivered.class);
        assertThat(office.arrived()).hasSize(1);
    }

    @Test
    void withoutAnAddressTheDeliveryIsRejected() throws Exception {
        assertThat(deliver(office.hub(directory), delivery("one", "receipt", "<receipt/>")))
                .isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kanzlei@example.org\r\nBcc: other@example.org",
                "kanzlei@example.org, other@example.org",
                "kanzlei@example.org other@example.org",
                "Kanzlei <kanzlei@example.org>",
                "kanzlei@example.org>",
                "\"a b\"@example.org",
                "a@b@example.org",
                "kanzlei@example.org\n",
                "kanzlei",
                "@example.org",
                "kanzlei@",
                "kanzlei@-example.org",
                "kanzlei@[127.0.0.1]",
                "kanzlei@example..org",
                ".kanzlei@example.org",
                "käfer@example.org",
                "",
            })
    void whatIsNotOnePlainAddressIsRejectedAndNotRepeated(String address) throws Exception {
        var result = deliver(office.hub(directory), withHeader(receipt(), "to", address));
        assertThat(result).isEqualTo(new Rejected("the header 'to' is not one plain mail address"));
        assertThat(office.arrived()).isEmpty();
    }

    @Test
    void hostileNamesTypesAndIdsMakeNoHeaders() throws Exception {
        var name = "../a\r\nBcc: other@example.org\r\n\r\n\u202Efdp.exe";
        var delivery = withHeader(
                withAttachment(receipt(), Content.of(name, "text/plain\r\nX-Evil: 1", new byte[] {1})),
                "mail-id",
                "<a@b>\r\nX-Evil: 1");
        assertThat(deliver(office.hub(directory), delivery)).isInstanceOf(Delivered.class);
        var mail = office.arrived().get(0);
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(mail.getHeader("X-Evil")).isNull();
        assertThat(mail.getHeader("In-Reply-To")).isNull();
        var part = part(mail, 2);
        assertThat(part.getHeader("Bcc")).isNull();
        assertThat(part.getHeader("X-Evil")).isNull();
        assertThat(part.getContentType()).startsWith("application/octet-stream");
        assertThat(part.getFileName()).doesNotContain("/", "\r", "\n", "\u202E", ":");
    }

    @Test
    void anUmlautInANameArrives() throws Exception {
        var delivery =
                withAttachment(receipt(), Content.of("Gewerbe Übersicht.pdf", "application/pdf", new byte[] {1}));
        deliver(office.hub(directory), delivery);
        assertThat(MimeUtility.decodeText(part(office.arrived().get(0), 2).getFileName()))
                .isEqualTo("Gewerbe Übersicht.pdf");
    }

    /** What a server has said is certain, whenever it says it. */
    @ParameterizedTest
    @CsvSource({
        "220, 421 too busy, NotSent",
        "220, 554 go away, NotSent",
        "AUTH, 535 wrong password, NotSent",
        "MAIL, 550 not you, Rejected",
        "MAIL, 451 later, NotSent",
        "RCPT, 550 no such user, Rejected",
        "RCPT, 450 mailbox busy, NotSent",
        "DATA, 451 later, NotSent",
        "DATA, 554 no, Rejected",
        "., 451 disk full, NotSent",
        "., 552 too large, Rejected",
        "QUIT, 500 what, Delivered",
    })
    void aReplyIsBelieved(String command, String reply, String outcome) throws Exception {
        try (var server = new ScriptedSmtp(Map.of(command, reply))) {
            var result = deliver(office.hub(directory, server.port()), receipt());
            assertThat(result.getClass().getSimpleName()).isEqualTo(outcome);
            if (result instanceof NotSent notSent) {
                assertThat(notSent.retryAfter()).isEqualTo(Duration.ofSeconds(30));
            }
            // The server's words may hold an address.
            assertThat(result.toString()).doesNotContain(reply.substring(4));
        }
    }

    /** Silence is certain only before the mail's text has been begun. */
    @ParameterizedTest
    @CsvSource({
        "220, NotSent",
        "EHLO, NotSent",
        "AUTH, NotSent",
        "MAIL, NotSent",
        "RCPT, NotSent",
        "DATA, NotSent",
        "., Unknown",
        "QUIT, Delivered",
    })
    void aBrokenConnectionIsUnknownOnceTheMailHasBegun(String command, String outcome) throws Exception {
        try (var server = new ScriptedSmtp(Map.of(command, ScriptedSmtp.HANG_UP))) {
            var result = deliver(office.hub(directory, server.port()), receipt());
            assertThat(result.getClass().getSimpleName()).isEqualTo(outcome);
        }
    }

    @Test
    void aRefusedConnectionIsNotSent() throws Exception {
        int nobody;
        try (var server = new ScriptedSmtp(Map.of())) {
            nobody = server.port();
        }
        assertThat(deliver(office.hub(directory, nobody), receipt()))
                .isInstanceOfSatisfying(
                        NotSent.class, n -> assertThat(n.retryAfter()).isEqualTo(Duration.ofSeconds(30)));
    }

    @Test
    void contentThatCannotBeReadIsNotSentAndTheServerIsNotEvenCalled() throws Exception {
        try (var server = new ScriptedSmtp(Map.of())) {
            var gone = Content.of("a", "text/plain", directory.resolve("gone"));
            var result = deliver(office.hub(directory, server.port()), withAttachment(receipt(), gone));
            assertThat(result).isInstanceOf(NotSent.class);
            assertThat(server.heard()).isEmpty();
        }
    }

    @Test
    void aMailThatWouldBeTooLargeIsRejected() throws Exception {
        var large = Content.of("a", "text/plain", new byte[1024 * 1024]);
        var result = deliver(office.hub(directory).with("max-size", "1"), withAttachment(receipt(), large));
        assertThat(result).isInstanceOf(Rejected.class);
        assertThat(office.arrived()).isEmpty();
    }

    /** Somebody between hub and server strikes STARTTLS out of the server's list, and waits for the password. */
    @Test
    void withoutEncryptionThereIsNoPassword() throws Exception {
        try (var server = new ScriptedSmtp(Map.of())) {
            var result = deliver(office.hub(directory, server.port()).with("smtp-tls", "starttls"), receipt());
            assertThat(result).isInstanceOf(NotSent.class);
            assertThat(server.heard()).doesNotContain("AUTH", "MAIL");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "smtp-from, Pirna <a@example.org>",
        "smtp-from, a",
        "smtp-tls, maybe",
        "imap-tls, true",
        "imap-port, high",
        "max-size, 0",
        "max-size, 100000",
        "imap-processed, INBOX",
    })
    void aSettingThatCannotBeRightIsNamedWhenTheConnectionIsOpened(String name, String value) {
        var hub = office.hub(directory).with(name, value);
        assertThatThrownBy(() -> hub.open(new SecureMailbox()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void aSubjectOfTwoLinesIsRefused() {
        var hub = office.hub(directory).with("subject", "a\r\nBcc: other@example.org");
        assertThatThrownBy(() -> hub.open(new SecureMailbox())).hasMessageContaining("'subject'");
    }

    @Test
    void aServerDoesNotShowItsPassword() {
        assertThat(new MailServer("imap", "mail.example", 993, "on", "user", "secret"))
                .hasToString("imap mail.example:993");
    }

    private static Delivery receipt() {
        return withHeader(delivery("one", "receipt", "<receipt/>"), "to", PostOffice.LAW_OFFICE);
    }

    private static DeliveryResult deliver(TestHub hub, Delivery delivery) throws Exception {
        try (var sink = hub.open(new SecureMailbox(), Sink.class)) {
            return sink.deliver(delivery);
        }
    }

    private static Part part(MimeMessage mail, int index) throws Exception {
        return ((Multipart) mail.getContent()).getBodyPart(index);
    }

    private static String text(Part part) throws Exception {
        try (var in = part.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static long temporaryFiles(TestHub hub) throws IOException {
        try (var all = Files.list(hub.directory())) {
            return all.count();
        }
    }
}
