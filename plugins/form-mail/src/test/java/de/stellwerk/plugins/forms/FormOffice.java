package de.stellwerk.plugins.forms;

import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.plugins.mail.Line;
import jakarta.mail.Flags;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Date;
import java.util.Properties;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A real mail server on the loopback with the mailbox that a forms server writes to, reached by a line that can be cut. */
final class FormOffice implements AutoCloseable {

    private static final String FORMS = "formulare@pirna.example.org";

    private final GreenMail server;
    private final GreenMailUser user;
    private final Line imap;

    FormOffice() throws IOException {
        var setup = ServerSetup.IMAP.dynamicPort();
        setup.setServerStartupTimeout(60_000); // for a machine that has much to do besides
        server = new GreenMail(setup);
        server.start();
        user = server.setUser(FORMS, FORMS, "secret");
        imap = new Line(server.getImap().getPort());
    }

    TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("imap-host", "127.0.0.1")
                .with("imap-port", imap.port())
                .with("imap-tls", "off")
                .with("imap-user", FORMS)
                .with("imap-password", "secret");
    }

    void cut() throws IOException {
        imap.cut();
    }

    void mend() throws IOException {
        imap.mend();
    }

    /** A mail from the forms server; {@code parts} as {@link #file} and {@link #text} make them. */
    void put(String id, String... parts) throws Exception {
        var mail = "Message-ID: <" + id + "@forms.example.org>\r\nFrom: forms@example.org\r\nTo: " + FORMS
                + "\r\nSubject: Formular\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
                + String.join("", parts) + "--b--\r\n";
        var message = new MimeMessage(
                Session.getInstance(new Properties()), new ByteArrayInputStream(mail.getBytes(StandardCharsets.UTF_8)));
        folder().appendMessage(message, new Flags(), new Date());
    }

    static String text(String text) {
        return "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text + "\r\n";
    }

    static String file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    static String file(String name, byte[] content) {
        return "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(content) + "\r\n";
    }

    /** @param files name, content, name, content */
    static byte[] zip(String... files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var i = 0; i < files.length; i += 2) {
                zip.putNextEntry(new ZipEntry(files[i]));
                zip.write(files[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private MailFolder folder() throws Exception {
        return server.getManagers().getImapHostManager().getInbox(user);
    }

    int waiting() throws Exception {
        return folder().getNonDeletedMessages().size();
    }

    int in(String name) {
        var found = server.getManagers().getImapHostManager().getFolder(user, name);
        return found == null ? 0 : found.getNonDeletedMessages().size();
    }

    @Override
    public void close() throws IOException {
        cut();
        server.stop();
    }
}
