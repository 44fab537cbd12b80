package de.stellwerk.plugins.mail;

import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import de.stellwerk.hub.spi.Text;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.util.ArrayList;
import java.util.List;

/** Whether both servers let us in and the folders are there. No mail is read, marked or sent. */
public final class ServerCheck {

    private static final Text NOTHING = new Text("", "");

    private ServerCheck() {}

    public static List<Check> imap(MailServer server, List<String> folders) {
        var checks = new ArrayList<Check>();
        try (var store = server.store()) {
            checks.add(login(server));
            for (var folder : folders) {
                boolean there = store.getFolder(folder).exists();
                checks.add(new Check(
                        "folder " + folder,
                        there ? Outcome.PASSED : Outcome.FAILED,
                        there
                                ? new Text("Der Ordner ist da.", "The folder is there.")
                                : new Text("Den Ordner gibt es nicht.", "There is no such folder."),
                        there
                                ? NOTHING
                                : new Text(
                                        "Im Postfach anlegen, oder den richtigen Namen einstellen.",
                                        "Make it in the mailbox, or set the right name.")));
            }
        } catch (MessagingException e) {
            checks.add(failed(server, e));
        }
        return checks;
    }

    /** The login ends with an echo (NOOP), which is all that can be asked without sending. */
    public static List<Check> smtp(MailServer server) {
        try (var transport = server.transport()) {
            server.connect(transport);
            if (!transport.isConnected()) {
                throw new MessagingException("the server hung up");
            }
            return List.of(login(server));
        } catch (MessagingException e) {
            return List.of(failed(server, e));
        }
    }

    private static Check login(MailServer server) {
        return new Check(
                server.protocol() + " login",
                Outcome.PASSED,
                new Text("Der Server lässt uns ein.", "The server lets us in."),
                NOTHING);
    }

    private static Check failed(MailServer server, MessagingException e) {
        boolean refused = e instanceof AuthenticationFailedException;
        return new Check(
                server.protocol() + " login",
                Outcome.FAILED,
                refused
                        ? new Text("Der Server lässt uns nicht ein.", "The server does not let us in.")
                        : new Text(
                                "Mit dem Server kam kein Gespräch zustande ("
                                        + e.getClass().getSimpleName() + ").",
                                "There was no talking to the server ("
                                        + e.getClass().getSimpleName() + ")."),
                refused
                        ? new Text(
                                "Benutzer und Kennwort (" + server.protocol() + "-user, " + server.protocol()
                                        + "-password) prüfen.",
                                "Check user and password (" + server.protocol() + "-user, " + server.protocol()
                                        + "-password).")
                        : new Text(
                                "Port und Verschlüsselung (" + server.protocol() + "-port, " + server.protocol()
                                        + "-tls) prüfen.",
                                "Check port and encryption (" + server.protocol() + "-port, " + server.protocol()
                                        + "-tls)."));
    }
}
