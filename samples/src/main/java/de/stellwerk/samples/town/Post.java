package de.stellwerk.samples.town;

import de.stellwerk.samples.letters.Notice;
import jakarta.activation.DataHandler;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Properties;

/** The law office's post room: mails signed notices to the town hall, and keeps a journal of what went out. */
public final class Post implements AutoCloseable {

    private final Session session;
    private final Journal journal;

    public Post(String host, int smtpPort, Path journal, Clock clock) throws IOException {
        var properties = new Properties();
        properties.put("mail.smtp.host", host);
        properties.put("mail.smtp.port", String.valueOf(smtpPort));
        properties.put("mail.smtp.connectiontimeout", "10000");
        properties.put("mail.smtp.timeout", "10000");
        this.session = Session.getInstance(properties);
        this.journal = new Journal(journal, clock);
    }

    public void send(Notice notice) throws IOException {
        try {
            var mail = new MimeMessage(session) {
                @Override
                protected void updateMessageID() throws MessagingException {
                    setHeader("Message-ID", notice.messageId());
                }
            };
            mail.setFrom(new InternetAddress(Mailbox.LAW_OFFICE));
            mail.setRecipient(Message.RecipientType.TO, new InternetAddress(Mailbox.TOWN_HALL));
            mail.setSubject(notice.subject(), StandardCharsets.UTF_8.name());
            var text = new MimeBodyPart();
            text.setText("Guten Tag,\n\nanbei unsere Mitteilung.\n\nKanzlei Müller und Šołta\n", "UTF-8");
            var document = new MimeBodyPart();
            document.setDataHandler(new DataHandler(new ByteArrayDataSource(
                    notice.document().bytes(), notice.document().mediaType())));
            document.setFileName(notice.document().name());
            document.setDisposition(jakarta.mail.Part.ATTACHMENT);
            mail.setContent(new MimeMultipart(text, document));
            journal.note(
                    "notice",
                    "key",
                    notice.messageId(),
                    "code",
                    notice.code(),
                    "sha256",
                    Journal.sha256(notice.document().bytes()),
                    "sha512",
                    Journal.sha512(notice.document().bytes()),
                    "size",
                    notice.document().bytes().length);
            Transport.send(mail);
        } catch (MessagingException e) {
            throw new IOException("the mail could not be sent", e);
        }
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
