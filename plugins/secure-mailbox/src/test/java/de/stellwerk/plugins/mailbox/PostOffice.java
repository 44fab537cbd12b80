package de.stellwerk.plugins.mailbox;

import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.plugins.mail.Line;
import jakarta.mail.Flags;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.Properties;

/** A real mail server on the loopback, with the town hall's mailbox and a law office's, reached by lines that can be cut. */
final class PostOffice implements AutoCloseable {

    static final String TOWN_HALL = "gewerbeamt@pirna.example.org";
    static final String LAW_OFFICE = "kanzlei@example.org";

    private final GreenMail server =
            new GreenMail(new ServerSetup[] {patient(ServerSetup.IMAP), patient(ServerSetup.SMTP)});
    private final GreenMailUser townHall;
    private final Line imap;
    private final Line smtp;

    PostOffice() throws IOException {
        server.start();
        townHall = server.setUser(TOWN_HALL, TOWN_HALL, "secret-1");
        server.setUser(LAW_OFFICE, LAW_OFFICE, "secret-2");
        imap = new Line(server.getImap().getPort());
        smtp = new Line(server.getSmtp().getPort());
    }

    TestHub hub(Path directory) {
        return hub(directory, smtp.port());
    }

    TestHub hub(Path directory, int smtpPort) {
        return new TestHub(directory)
                .with("imap-host", "127.0.0.1")
                .with("imap-port", imap.port())
                .with("imap-tls", "off")
                .with("imap-user", TOWN_HALL)
                .with("imap-password", "secret-1")
                .with("smtp-host", "127.0.0.1")
                .with("smtp-port", smtpPort)
                .with("smtp-tls", "off")
                .with("smtp-user", TOWN_HALL)
                .with("smtp-password", "secret-1")
                .with("smtp-from", TOWN_HALL);
    }

    /** For a machine that has much to do besides. */
    static ServerSetup patient(ServerSetup usual) {
        var setup = usual.dynamicPort();
        setup.setServerStartupTimeout(60_000);
        return setup;
    }

    /** The server does not understand how the first mail is asked for. */
    void stumbleOverTheFirstMail() {
        imap.garble("FETCH 1 (BODY.PEEK[]", "FETCH 1 (BODX.PEEK[]");
    }

    void cut() throws IOException {
        imap.cut();
        smtp.cut();
    }

    void mend() throws IOException {
        imap.mend();
        smtp.mend();
    }

    /** Lays a mail into the town hall's mailbox, as it stands. */
    void put(String mail) throws Exception {
        put(mail.getBytes(StandardCharsets.UTF_8));
    }

    void put(byte[] mail) throws Exception {
        var message = new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(mail));
        inbox().appendMessage(message, new Flags(), new Date());
    }

    private MailFolder inbox() throws Exception {
        return server.getManagers().getImapHostManager().getInbox(townHall);
    }

    int waiting() throws Exception {
        return inbox().getNonDeletedMessages().size();
    }

    int in(String folder) {
        var found = server.getManagers().getImapHostManager().getFolder(townHall, folder);
        return found == null ? 0 : found.getNonDeletedMessages().size();
    }

    /** What has arrived at the law office. */
    List<MimeMessage> arrived() throws MessagingException {
        return List.of(server.getReceivedMessagesForDomain(LAW_OFFICE));
    }

    @Override
    public void close() throws IOException {
        cut();
        server.stop();
    }
}
