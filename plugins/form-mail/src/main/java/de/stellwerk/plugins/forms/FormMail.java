package de.stellwerk.plugins.forms;

import static de.stellwerk.hub.spi.Setting.optional;
import static de.stellwerk.hub.spi.Setting.required;
import static de.stellwerk.hub.spi.Setting.secret;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Text;
import de.stellwerk.plugins.mail.MailFolders;
import de.stellwerk.plugins.mail.MailPickup;
import de.stellwerk.plugins.mail.MailServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Forms that a forms server sends by mail: their files attached, packed, or as links behind HTTP Basic. Formats: RFC 5322, 2045 to 2049 and
 * 2231 (mails), RFC 9051 (IMAP), PKWARE APPNOTE 6.3.10 (ZIP).
 */
public final class FormMail implements ConnectorFactory {

    private static final String HOST = "\\s*[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(:[0-9]{1,5})?\\s*";

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("form-mail", "Formulare aus einem Postfach (IMAP)")
                .channels(Channel.in(MailForms.CHANNEL))
                .settings(Common.with(
                        required("imap-host", "Server des Postfachs")
                                .as(Type.HOST, "imap-port")
                                .help("Server, von dem die Mails gelesen werden.", "Server the mails are read from."),
                        optional("imap-port", "Sein Port", "993")
                                .as(Type.NUMBER, "1", "65535")
                                .help("Sein Port.", "Its port."),
                        optional("imap-tls", "Verschlüsselung: on, starttls oder off", "on")
                                .as(Type.CHOICE, "on", "starttls", "off")
                                .help(
                                        "Verschlüsselung; off ist nur auf demselben Rechner richtig.",
                                        "Encryption; off is right on the same computer only."),
                        required("imap-user", "Benutzer an diesem Server")
                                .help("Benutzer an diesem Server.", "User name at that server."),
                        secret("imap-password", "Kennwort an diesem Server")
                                .help("Kennwort an diesem Server.", "Password at that server."),
                        optional("imap-folder", "Ordner, der gelesen wird", "INBOX")
                                .help("Ordner, der gelesen wird.", "Folder that is read."),
                        optional("imap-processed", "Ordner für genommene Mails", "Verarbeitet")
                                .help(
                                        "Ordner für Mails, die der Hub genommen hat.",
                                        "Folder for mails the hub has taken."),
                        optional("imap-rejected", "Ordner für abgelehnte Mails", "Abgelehnt")
                                .help(
                                        "Ordner für Mails, die der Hub nicht nimmt.",
                                        "Folder for mails the hub does not take."),
                        optional("link-hosts", "Server, von denen verlinkte Dateien geholt werden", "")
                                .as(Type.TEXT, "(" + HOST + "(," + HOST + ")*)?")
                                .help(
                                        "Server, von denen Dateien geholt werden, auf die eine Mail verweist, etwa formulare.example.org; mehrere mit Komma. Andere werden nie aufgerufen.",
                                        "Servers from which files are fetched that a mail links to, such as forms.example.org; several with commas. No other is ever called."),
                        optional("link-user", "Benutzer an diesen Servern", "")
                                .as(Type.TEXT, "[^:\\p{Cntrl}]*")
                                .help(
                                        "Benutzer an diesen Servern (HTTP Basic).",
                                        "User name at those servers (HTTP Basic)."),
                        // A secret that may be left out.
                        new Setting(
                                "link-password",
                                "Kennwort an diesen Servern",
                                false,
                                true,
                                Optional.of(""),
                                new Form(
                                        Type.TEXT,
                                        List.of(),
                                        new Text("Kennwort an diesen Servern.", "Password at those servers."),
                                        false)),
                        optional("link-trust", "Aussteller der Zertifikate dieser Server (Datei, PEM)", "")
                                .as(Type.PATH)
                                .help(
                                        "Aussteller der Zertifikate dieser Server (PEM); sonst die der Java-Installation.",
                                        "Authorities trusted for those servers (PEM); otherwise those of the Java installation."),
                        optional("link-retry", "Pause nach einem Fehlschlag", "5m")
                                .as(Type.DURATION, "1s", "1d")
                                .help(
                                        "Wann eine Mail, deren Dateien nicht zu holen waren, wieder versucht wird.",
                                        "When a mail whose files could not be fetched is tried again.")));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws Exception {
        var hosts = new LinkedHashSet<String>();
        for (var host : Common.list(settings.text("link-hosts").toLowerCase(Locale.ROOT))) {
            hosts.add(host.contains(":") ? host : host + ":443");
        }
        var user = settings.text("link-user");
        var trust = settings.text("link-trust");
        var problems = new ArrayList<String>();
        if (user.isEmpty() != settings.text("link-password").isEmpty()) {
            problems.add("settings 'link-user' and 'link-password' go together");
        }
        if (hosts.isEmpty() && !(user + trust).isEmpty()) {
            problems.add("settings 'link-user' and 'link-trust' need 'link-hosts'");
        }
        if (List.of(settings.text("imap-processed"), settings.text("imap-rejected"))
                .contains(settings.text("imap-folder"))) {
            problems.add("settings 'imap-processed' and 'imap-rejected' name other folders than 'imap-folder'");
        }
        if (!trust.isEmpty() && !Files.isReadable(settings.path("link-trust"))) {
            problems.add("the file of setting 'link-trust' cannot be read");
        }
        Common.refuse(problems);
        return new MailForms(
                new MailPickup(
                        new MailServer(
                                "imap",
                                settings.text("imap-host"),
                                settings.number("imap-port"),
                                settings.text("imap-tls"),
                                settings.text("imap-user"),
                                settings.text("imap-password")),
                        new MailFolders(
                                settings.text("imap-folder"),
                                settings.text("imap-processed"),
                                settings.text("imap-rejected")),
                        hub.directory(),
                        Common.maxSize(settings),
                        hub.clock(),
                        settings.duration("link-retry")),
                new Links(
                        hosts,
                        user,
                        settings.text("link-password"),
                        trust.isEmpty() ? Optional.empty() : Optional.of(trusting(settings.path("link-trust"))),
                        hub.clock()),
                Common.labels(settings),
                Common.required(settings),
                hub.directory(),
                Common.maxSize(settings));
    }

    private static SSLSocketFactory trusting(Path file) throws IOException, GeneralSecurityException {
        var authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        try (var in = Files.newInputStream(file)) {
            var number = 0;
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                authorities.setCertificateEntry("authority-" + ++number, each);
            }
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context.getSocketFactory();
    }
}
