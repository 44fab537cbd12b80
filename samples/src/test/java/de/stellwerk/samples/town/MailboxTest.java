package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.samples.letters.Notice;
import de.stellwerk.samples.letters.Part;
import jakarta.mail.Folder;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailboxTest {

    @TempDir
    private Path folder;

    @Test
    void aNoticeArrivesWithItsMessageIdAndCanBeReadByImap() throws Exception {
        var path = folder.resolve("mailbox.jsonl");
        try (var journal = new Journal(path, Clock.systemUTC());
                var mailbox = new Mailbox(0, 0, "pirna", "kanzlei", journal, false)) {
            mailbox.start();
            try (var post =
                    new Post("127.0.0.1", mailbox.smtpPort(), folder.resolve("office.jsonl"), Clock.systemUTC())) {
                post.send(new Notice("<1@kanzlei>", "Mitteilung 1", Part.xml("mitteilung.xml", "<m>ü</m>"), ""));
            }
            mailbox.work();
            mailbox.work();

            assertThat(Journal.read(path, "arrived")).singleElement().satisfies(line -> assertThat(line.text("key"))
                    .isEqualTo("<1@kanzlei>"));
            assertThat(attachment(mailbox)).isEqualTo("<m>ü</m>");
        }
        assertThat(Journal.read(folder.resolve("office.jsonl"), "notice")).hasSize(1);
    }

    @Test
    void aReceiptIsWrittenDownWithTheHashesItNames() throws Exception {
        var path = folder.resolve("mailbox.jsonl");
        var hash = Journal.sha512(new byte[] {1});
        try (var journal = new Journal(path, Clock.systemUTC());
                var mailbox = new Mailbox(0, 0, "pirna", "kanzlei", journal, false)) {
            mailbox.start();
            var properties = new Properties();
            properties.put("mail.smtp.host", "127.0.0.1");
            properties.put("mail.smtp.port", String.valueOf(mailbox.smtpPort()));
            var mail = new MimeMessage(Session.getInstance(properties));
            mail.setRecipient(jakarta.mail.Message.RecipientType.TO, new InternetAddress(Mailbox.LAW_OFFICE));
            mail.setText("{\"id\":\"1\",\"parts\":[{\"role\":\"body\",\"sha512\":\"" + hash + "\"}]}");
            Transport.send(mail);
            mailbox.work();
        }

        assertThat(Journal.read(path, "receipt")).singleElement().satisfies(line -> assertThat(line.text("sha512s"))
                .isEqualTo(hash));
    }

    private static String attachment(Mailbox mailbox) throws Exception {
        var properties = new Properties();
        properties.put("mail.imap.host", "127.0.0.1");
        properties.put("mail.imap.port", String.valueOf(mailbox.imapPort()));
        try (var store = Session.getInstance(properties).getStore("imap")) {
            store.connect(Mailbox.TOWN_HALL, "pirna");
            try (var inbox = store.getFolder("INBOX")) {
                inbox.open(Folder.READ_ONLY);
                var parts = (MimeMultipart) inbox.getMessage(1).getContent();
                return new String(
                        parts.getBodyPart(1).getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            }
        }
    }
}
