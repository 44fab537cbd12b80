package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.plugins.mail.MailAddress;
import de.stellwerk.plugins.mail.MailServer;
import de.stellwerk.plugins.mail.PlainName;
import de.stellwerk.plugins.mail.ServerCheck;
import de.stellwerk.plugins.mail.Spool;
import de.stellwerk.plugins.mail.TooLarge;
import jakarta.activation.DataHandler;
import jakarta.activation.DataSource;
import jakarta.mail.Address;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.SharedFileInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/**
 * The way out: one mail a delivery, written to disk whole before the server is called, so that trouble with the content is never
 * trouble in the middle of sending.
 */
final class Outgoing {

    private static final Logger LOG = System.getLogger(Outgoing.class.getName());
    private static final Duration AGAIN = Duration.ofSeconds(30);

    private final MailServer server;
    private final MailAddress from;
    private final String subject;
    private final String text;
    private final Path directory;
    private final long maxSize;
    private final Clock clock;

    Outgoing(
            MailServer server,
            MailAddress from,
            String subject,
            String text,
            Path directory,
            long maxSize,
            Clock clock) {
        this.server = server;
        this.from = from;
        this.subject = subject;
        this.text = text;
        this.directory = directory;
        this.maxSize = maxSize;
        this.clock = clock;
    }

    List<Check> test() {
        return ServerCheck.smtp(server);
    }

    DeliveryResult deliver(Delivery delivery) {
        var field = delivery.headers().containsKey("to") ? "to" : "sender";
        var given = delivery.headers().get(field);
        if (given == null) {
            return new Rejected("the delivery has neither a header 'to' nor a header 'sender'");
        }
        var to = MailAddress.of(given);
        if (to.isEmpty()) {
            return new Rejected("the header '" + field + "' is not one plain mail address");
        }
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a delivery's id has 64 hexadecimal digits");
        }
        var id = "<" + delivery.id() + "@" + from.domain() + ">";
        try (var spool = new Spool(directory, maxSize)) {
            Path file;
            try {
                file = spool.keep(out -> write(mail(delivery, to.get(), id), out))
                        .file();
            } catch (TooLarge e) {
                return new Rejected("the mail would be larger than the setting 'max-size' allows");
            } catch (IOException e) {
                return new NotSent(
                        "the mail could not be written: " + e.getClass().getSimpleName(), AGAIN);
            }
            return send(file, to.get(), id);
        }
    }

    private MimeMessage mail(Delivery delivery, MailAddress to, String id) throws IOException {
        try {
            var mail = new WithId(id);
            mail.setFrom(new InternetAddress(from.text(), true));
            mail.setRecipient(RecipientType.TO, new InternetAddress(to.text(), true));
            mail.setSubject(subject, "UTF-8");
            mail.setSentDate(Date.from(clock.instant()));
            // RFC 3834: an absence note is not sent in answer to this.
            mail.setHeader("Auto-Submitted", "auto-generated");
            answered(delivery).ifPresent(mail::answers);
            var parts = new MimeMultipart();
            parts.addBodyPart(part(new TextSource(text)));
            parts.addBodyPart(attachment(delivery.body(), "nachricht.bin"));
            for (var i = 0; i < delivery.attachments().size(); i++) {
                parts.addBodyPart(attachment(delivery.attachments().get(i), "anlage-" + (i + 1) + ".bin"));
            }
            mail.setContent(parts);
            return mail;
        } catch (MessagingException e) {
            throw new IOException("the mail could not be put together", e);
        }
    }

    /** The mail this delivery answers; the hub passes on the header that came with it. */
    private static Optional<String> answered(Delivery delivery) {
        return Optional.ofNullable(delivery.headers().get("mail-id"))
                .filter(id -> id.matches("<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-]{1,198}>"));
    }

    private static MimeBodyPart attachment(Content content, String otherwise) throws MessagingException, IOException {
        var part = part(new ContentSource(content));
        part.setFileName(PlainName.of(content.name(), otherwise));
        part.setDisposition(MimeBodyPart.ATTACHMENT);
        return part;
    }

    private static MimeBodyPart part(DataSource source) throws MessagingException {
        var part = new MimeBodyPart();
        part.setDataHandler(new DataHandler(source));
        // Always the same, or the library reads the whole content first to choose one.
        part.setHeader("Content-Transfer-Encoding", "base64");
        return part;
    }

    private static void write(MimeMessage mail, OutputStream out) throws IOException {
        try {
            mail.saveChanges();
            mail.writeTo(out);
        } catch (MessagingException e) {
            throw new IOException("the mail could not be put together", e);
        }
    }

    private DeliveryResult send(Path file, MailAddress to, String id) {
        try {
            var in = new SharedFileInputStream(file.toFile());
            try {
                return send(new Sent(server.session(), in), to, id);
            } finally {
                close(in);
            }
        } catch (IOException | MessagingException e) {
            // Whatever fails while the server is spoken to is judged below; this was before.
            return new NotSent(
                    "the mail could not be put together: " + e.getClass().getSimpleName(), AGAIN);
        }
    }

    private DeliveryResult send(Sent mail, MailAddress to, String id) throws MessagingException {
        var recipients = new Address[] {new InternetAddress(to.text(), true)};
        var transport = server.transport();
        try {
            server.connect(transport);
        } catch (MessagingException e) {
            return new NotSent("the mail server cannot be reached or does not let the hub log in", AGAIN);
        }
        try {
            transport.sendMessage(mail, recipients);
            return new Delivered(id);
        } catch (MessagingException e) {
            return failed(e, mail.begun());
        } finally {
            close(transport);
        }
    }

    /** A reply of the server is certain at any time; silence is certain only before the first byte of the mail has left. */
    private static DeliveryResult failed(MessagingException trouble, boolean begun) {
        var code = replyCode(trouble);
        if (code >= 500) {
            return new Rejected("the mail server refuses the mail for good, with reply " + code);
        }
        if (code >= 400) {
            return new NotSent("the mail server does not take the mail now, with reply " + code, AGAIN);
        }
        return begun
                ? new Unknown("the connection broke while the mail was being sent")
                : new NotSent("the connection broke before the mail was sent", AGAIN);
    }

    /** The server's reply, 400 to 599, or 0 if it gave none. */
    private static int replyCode(Exception trouble) {
        var found = 0;
        for (var e = trouble;
                e != null && found == 0;
                e = e instanceof MessagingException m ? m.getNextException() : null) {
            var code = 0;
            if (e instanceof SMTPSendFailedException send) {
                code = send.getReturnCode();
            } else if (e instanceof SMTPAddressFailedException address) {
                code = address.getReturnCode();
            } else if (e instanceof SMTPSenderFailedException sender) {
                code = sender.getReturnCode();
            }
            found = code >= 400 && code <= 599 ? code : 0;
        }
        return found;
    }

    /** The mail's fate is known by now; how the line or the file is closed does not change it. */
    private static void close(AutoCloseable used) {
        try {
            used.close();
        } catch (Exception e) {
            LOG.log(
                    Level.DEBUG,
                    "After a mail, a close failed: {0}",
                    e.getClass().getSimpleName());
        }
    }

    /** A mail in the making that keeps the id it is given. */
    private static final class WithId extends MimeMessage {

        private final String id;
        private Optional<String> answered = Optional.empty();

        private WithId(String id) {
            super((Session) null);
            this.id = id;
        }

        private void answers(String other) {
            answered = Optional.of(other);
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
            if (answered.isPresent()) {
                setHeader("In-Reply-To", answered.get());
                setHeader("References", answered.get());
            }
        }
    }

    /** A finished mail that remembers whether the server has said it may come. */
    private static final class Sent extends MimeMessage {

        private boolean begun;

        private Sent(Session session, InputStream in) throws MessagingException {
            super(session, in);
        }

        @Override
        public void writeTo(OutputStream out, String[] ignored) throws IOException, MessagingException {
            begun = true;
            super.writeTo(out, ignored);
        }

        private boolean begun() {
            return begun;
        }
    }

    private record ContentSource(Content content) implements DataSource {

        @Override
        public InputStream getInputStream() throws IOException {
            return content.open();
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            throw new IOException("this is for reading");
        }

        @Override
        public String getContentType() {
            return PlainName.mediaType(content.mediaType());
        }

        @Override
        public String getName() {
            return "";
        }
    }

    private record TextSource(String text) implements DataSource {

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            throw new IOException("this is for reading");
        }

        @Override
        public String getContentType() {
            return "text/plain; charset=UTF-8";
        }

        @Override
        public String getName() {
            return "";
        }
    }
}
