package de.stellwerk.plugins.mailbox;

import static de.stellwerk.hub.spi.Setting.optional;
import static de.stellwerk.hub.spi.Setting.required;
import static de.stellwerk.hub.spi.Setting.secret;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Form.Type;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.plugins.mail.MailAddress;
import de.stellwerk.plugins.mail.MailFolders;
import de.stellwerk.plugins.mail.MailPickup;
import de.stellwerk.plugins.mail.MailServer;
import java.time.Duration;

/**
 * A municipality's mailbox. A mail that carries a document becomes a message {@code notice.signed}, one without becomes
 * {@code mail.unreadable}; a delivery becomes a mail to the address in its header {@code to}, or else {@code sender}.
 *
 * <p>SMTP does not recognise a repeat: an attempt that broke off after the mail's text had been begun is of unknown outcome. Formats:
 * RFC 5322, 2045 to 2049 and 2231 (mails), RFC 9051 (IMAP), RFC 5321 (SMTP).
 */
public final class SecureMailbox implements ConnectorFactory {

    static final String INBOX = "inbox";
    static final String SIGNED = "notice.signed";
    static final String UNREADABLE = "mail.unreadable";

    @Override
    public ConnectorDescriptor descriptor() {
        return ConnectorDescriptor.of("secure-mailbox", "Secure mailbox (IMAP and SMTP)")
                .channels(Channel.in(INBOX, SIGNED, UNREADABLE), Channel.out("mail"))
                .settings(
                        required("imap-host", "Server the mails are read from")
                                .as(Type.HOST, "imap-port")
                                .help("Server, von dem die Mails gelesen werden.", "Server the mails are read from."),
                        optional("imap-port", "Its port", "993")
                                .as(Type.NUMBER, "1", "65535")
                                .help("Sein Port.", "Its port."),
                        optional("imap-tls", "Encryption: on, starttls or off", "on")
                                .as(Type.CHOICE, "on", "starttls", "off")
                                .help(
                                        "Verschlüsselung; off ist nur auf demselben Rechner richtig.",
                                        "Encryption; off is right on the same computer only."),
                        required("imap-user", "User name at that server")
                                .help("Benutzer an diesem Server.", "User name at that server."),
                        secret("imap-password", "Password at that server")
                                .help("Kennwort an diesem Server.", "Password at that server."),
                        optional("imap-folder", "Folder that is read", "INBOX")
                                .help("Ordner, der gelesen wird.", "Folder that is read."),
                        optional("imap-processed", "Folder for mails the hub has taken", "Verarbeitet")
                                .help(
                                        "Ordner für Mails, die der Hub genommen hat.",
                                        "Folder for mails the hub has taken."),
                        optional("imap-rejected", "Folder for mails the hub does not take", "Abgelehnt")
                                .help(
                                        "Ordner für Mails, die der Hub nicht nimmt.",
                                        "Folder for mails the hub does not take."),
                        required("smtp-host", "Server the mails are sent by")
                                .as(Type.HOST, "smtp-port")
                                .help("Server, über den die Mails versandt werden.", "Server the mails are sent by."),
                        optional("smtp-port", "Its port", "465")
                                .as(Type.NUMBER, "1", "65535")
                                .help("Sein Port.", "Its port."),
                        optional("smtp-tls", "Encryption: on, starttls or off", "on")
                                .as(Type.CHOICE, "on", "starttls", "off")
                                .help(
                                        "Verschlüsselung; off ist nur auf demselben Rechner richtig.",
                                        "Encryption; off is right on the same computer only."),
                        required("smtp-user", "User name at that server")
                                .help("Benutzer an diesem Server.", "User name at that server."),
                        secret("smtp-password", "Password at that server")
                                .help("Kennwort an diesem Server.", "Password at that server."),
                        required("smtp-from", "Sender's address of the mails")
                                .as(Type.TEXT, "[^@\\s]+@[^@\\s]+")
                                .help("Absenderadresse der Mails.", "Sender's address of the mails."),
                        optional("subject", "Subject of the mails", "Nachricht Ihrer Kommune")
                                .as(Type.TEXT, "[^\\p{Cntrl}]*")
                                .help("Betreff der Mails.", "Subject of the mails."),
                        optional("text", "Text of the mails", "Das Schreiben finden Sie im Anhang.")
                                .help("Text der Mails.", "Text of the mails."),
                        optional("max-size", "Size of the largest mail, in MiB", "50")
                                .as(Type.NUMBER, "1", "1024")
                                .help("Größte Mail in MiB.", "Size of the largest mail, in MiB."));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var maxSize = settings.number("max-size") * 1024L * 1024L;
        if (maxSize < 1 || settings.number("max-size") > 1024) {
            throw new IllegalArgumentException("setting 'max-size' is a number of MiB from 1 to 1024");
        }
        var incoming = new Incoming(new MailPickup(
                server(settings, "imap"),
                new MailFolders(
                        settings.text("imap-folder"), settings.text("imap-processed"), settings.text("imap-rejected")),
                hub.directory(),
                maxSize,
                hub.clock(),
                Duration.ZERO));
        var outgoing = new Outgoing(
                server(settings, "smtp"),
                from(settings),
                oneLine(settings, "subject"),
                settings.text("text"),
                hub.directory(),
                maxSize,
                hub.clock());
        return new Mailbox(incoming, outgoing);
    }

    private static MailServer server(Settings settings, String protocol) {
        var tls = settings.text(protocol + "-tls");
        if (!tls.matches("on|off|starttls")) {
            throw new IllegalArgumentException("setting '" + protocol + "-tls' is on, starttls or off");
        }
        return new MailServer(
                protocol,
                settings.text(protocol + "-host"),
                settings.number(protocol + "-port"),
                tls,
                settings.text(protocol + "-user"),
                settings.text(protocol + "-password"));
    }

    private static MailAddress from(Settings settings) {
        return MailAddress.of(settings.text("smtp-from"))
                // The domain stands in every reference, and a reference has at most 200 characters.
                .filter(address -> address.domain().length() <= 100)
                .orElseThrow(() -> new IllegalArgumentException("setting 'smtp-from' is not a plain mail address"));
    }

    private static String oneLine(Settings settings, String name) {
        var text = settings.text(name);
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("setting '" + name + "' is more than one line");
        }
        return text;
    }
}
