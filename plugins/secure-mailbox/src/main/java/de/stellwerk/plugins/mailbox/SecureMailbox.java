package de.stellwerk.plugins.mailbox;

import static de.stellwerk.hub.spi.Setting.optional;
import static de.stellwerk.hub.spi.Setting.required;
import static de.stellwerk.hub.spi.Setting.secret;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;

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
                        required("imap-host", "Server the mails are read from"),
                        optional("imap-port", "Its port", "993"),
                        optional("imap-tls", "Encryption: on, starttls or off", "on"),
                        required("imap-user", "User name at that server"),
                        secret("imap-password", "Password at that server"),
                        optional("imap-folder", "Folder that is read", "INBOX"),
                        optional("imap-processed", "Folder for mails the hub has taken", "Verarbeitet"),
                        optional("imap-rejected", "Folder for mails the hub does not take", "Abgelehnt"),
                        required("smtp-host", "Server the mails are sent by"),
                        optional("smtp-port", "Its port", "465"),
                        optional("smtp-tls", "Encryption: on, starttls or off", "on"),
                        required("smtp-user", "User name at that server"),
                        secret("smtp-password", "Password at that server"),
                        required("smtp-from", "Sender's address of the mails"),
                        optional("subject", "Subject of the mails", "Nachricht Ihrer Kommune"),
                        optional("text", "Text of the mails", "Das Schreiben finden Sie im Anhang."),
                        optional("max-size", "Size of the largest mail, in MiB", "50"));
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        var maxSize = settings.number("max-size") * 1024L * 1024L;
        if (maxSize < 1 || settings.number("max-size") > 1024) {
            throw new IllegalArgumentException("setting 'max-size' is a number of MiB from 1 to 1024");
        }
        var incoming = new Incoming(
                new IncomingFolders(
                        settings.text("imap-folder"), settings.text("imap-processed"), settings.text("imap-rejected")),
                server(settings, "imap"),
                hub.directory(),
                maxSize);
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
