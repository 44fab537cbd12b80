package de.stellwerk.plugins.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.Transport;
import java.util.Properties;

/**
 * A server and how one logs in there.
 *
 * @param protocol {@code imap} or {@code smtp}
 * @param tls {@code on} from the first byte, {@code starttls} before the login or not at all, or {@code off}: then the password
 *     travels in the clear, which is right on the loopback only
 */
public record MailServer(String protocol, String host, int port, String tls, String user, String password) {

    private static final String CONNECT_MILLIS = "10000";
    private static final String READ_MILLIS = "30000";

    /** A connection of its own: nothing is shared between threads. */
    public Store store() throws MessagingException {
        var store = session().getStore();
        store.connect(host, port, user, password);
        return store;
    }

    /** Not connected yet, so that the caller can tell trouble with connecting from trouble with sending. */
    public Transport transport() throws MessagingException {
        return session().getTransport();
    }

    public void connect(Transport transport) throws MessagingException {
        transport.connect(host, port, user, password);
    }

    public Session session() {
        var name = tls.equals("on") ? protocol + "s" : protocol;
        var prefix = "mail." + name + ".";
        var p = new Properties();
        p.setProperty("mail.store.protocol", name);
        p.setProperty("mail.transport.protocol", name);
        p.setProperty(prefix + "connectiontimeout", CONNECT_MILLIS);
        p.setProperty(prefix + "timeout", READ_MILLIS);
        p.setProperty(prefix + "writetimeout", READ_MILLIS);
        p.setProperty(prefix + "ssl.checkserveridentity", "true");
        p.setProperty(prefix + "ssl.protocols", "TLSv1.3 TLSv1.2");
        if (tls.equals("starttls")) {
            p.setProperty(prefix + "starttls.enable", "true");
            p.setProperty(prefix + "starttls.required", "true");
        }
        if (protocol.equals("imap")) {
            p.setProperty(prefix + "peek", "true");
            // A mail comes in pieces of 1 MiB, and no more than one piece is in memory.
            p.setProperty(prefix + "fetchsize", "1048576");
        } else {
            p.setProperty(prefix + "auth", "true");
            p.setProperty(prefix + "quitwait", "false");
        }
        return Session.getInstance(p);
    }

    @Override
    public String toString() {
        return protocol + " " + host + ":" + port;
    }
}
