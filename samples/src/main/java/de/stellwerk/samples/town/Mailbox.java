package de.stellwerk.samples.town;

import com.icegreen.greenmail.store.FolderException;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.BodyPart;
import jakarta.mail.Flags;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The mail server of the town: a mailbox of Pirna's town hall, read by the hub, and one of a law office that writes to it and gets
 * receipts back. Its journal has a line for each mail that arrives in either of them. Mails live in memory only.
 */
final class Mailbox implements AutoCloseable {

    static final String TOWN_HALL = "gewerbeamt@pirna.example.org";
    static final String LAW_OFFICE = "kanzlei@example.org";

    private static final Pattern SHA512 = Pattern.compile("\"sha512\"\\s*:\\s*\"([0-9A-Za-z+/=_-]+)\"");

    private final GreenMail server;
    private final Journal journal;
    private final List<GreenMailUser> users = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private final boolean forgetful;

    /** @param forgetful whether a mail to the law office is deleted once it stands in the journal */
    Mailbox(
            int imapPort,
            int smtpPort,
            String townHallPassword,
            String lawOfficePassword,
            Journal journal,
            boolean forgetful) {
        var address = "127.0.0.1";
        this.server = new GreenMail(new ServerSetup[] {
            new ServerSetup(imapPort, address, ServerSetup.PROTOCOL_IMAP),
            new ServerSetup(smtpPort, address, ServerSetup.PROTOCOL_SMTP)
        });
        this.journal = journal;
        this.forgetful = forgetful;
        users.add(server.setUser(TOWN_HALL, TOWN_HALL, townHallPassword));
        users.add(server.setUser(LAW_OFFICE, LAW_OFFICE, lawOfficePassword));
    }

    void start() {
        server.start();
    }

    int imapPort() {
        return server.getImap().getPort();
    }

    int smtpPort() {
        return server.getSmtp().getPort();
    }

    /** One look into both mailboxes. */
    void work() throws FolderException, MessagingException, IOException {
        for (var user : users) {
            var inbox = server.getManagers().getImapHostManager().getInbox(user);
            // By number, since the list itself changes while the hub moves mails away.
            for (var uid : inbox.getMessageUids()) {
                var mail = inbox.getMessage(uid);
                // A mail that has been moved meanwhile was handed to the hub; who sent it knows it.
                if (mail != null && seen.add(user.getEmail() + "/" + uid)) {
                    note(user.getEmail(), mail.getMimeMessage());
                    if (forgetful && user.getEmail().equals(LAW_OFFICE)) {
                        mail.setFlag(Flags.Flag.DELETED, true);
                    }
                }
            }
            if (forgetful && user.getEmail().equals(LAW_OFFICE)) {
                inbox.expunge();
            }
        }
    }

    private void note(String mailbox, MimeMessage mail) throws MessagingException, IOException {
        var text = text(mail);
        var hashes = SHA512.matcher(text).results().map(found -> found.group(1)).toList();
        var replies = mail.getHeader("In-Reply-To");
        journal.note(
                mailbox.equals(LAW_OFFICE) ? "receipt" : "arrived",
                "key",
                String.valueOf(mail.getMessageID()),
                "reply",
                replies == null ? "" : String.join(" ", replies),
                "from",
                mail.getFrom() == null ? "" : String.valueOf(mail.getFrom()[0]),
                "sha256",
                Journal.sha256(text.getBytes(StandardCharsets.UTF_8)),
                "sha512s",
                String.join(" ", hashes));
    }

    /** All parts of a mail that can be read as text, one after the other. */
    private static String text(Part part) throws MessagingException, IOException {
        if (part.getContent() instanceof Multipart parts) {
            var all = new StringBuilder();
            for (var i = 0; i < parts.getCount(); i++) {
                BodyPart each = parts.getBodyPart(i);
                all.append(text(each)).append('\n');
            }
            return all.toString();
        }
        try (var in = part.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        server.stop();
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(
                List.of(words),
                Set.of("imap-port", "smtp-port", "password-file", "office-password-file", "journal"),
                Set.of("forget"));
        try (var journal = new Journal(options.path("journal"), Clock.systemUTC());
                var mailbox = new Mailbox(
                        options.number("imap-port", 0),
                        options.number("smtp-port", 0),
                        secret(options.path("password-file")),
                        secret(options.path("office-password-file")),
                        journal,
                        options.has("forget"))) {
            mailbox.start();
            journal.note("ready", "imap", mailbox.imapPort(), "smtp", mailbox.smtpPort());
            Rounds.forever(200, mailbox::work);
        }
    }

    private static String secret(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}
