package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;
import jakarta.mail.search.FlagTerm;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import org.eclipse.angus.mail.imap.IMAPMessage;

/**
 * The way in. A mail is handed over and then moved: to <em>processed</em> if the hub holds it, to <em>rejected</em> if it never will. If
 * the hub cannot take it now, it stays and the next poll finds it again under the same id.
 *
 * <p>Moving is copying and deleting: a crash between the two leaves a second copy in the folder, and the hub sees a duplicate.
 */
final class Incoming {

    static final int MOST_AT_ONCE = 20;

    private static final Logger LOG = System.getLogger(Incoming.class.getName());

    private final IncomingFolders folders;
    private final MailServer server;
    private final Path directory;
    private final long maxSize;

    Incoming(IncomingFolders folders, MailServer server, Path directory, long maxSize) {
        this.folders = folders;
        this.server = server;
        this.directory = directory;
        this.maxSize = maxSize;
    }

    void poll(Inbox inbox) throws MessagingException, IOException {
        try (var store = server.store()) {
            var processed = existing(store, folders.processed());
            var rejected = existing(store, folders.rejected());
            var waiting = store.getFolder(folders.inbox());
            waiting.open(Folder.READ_WRITE);
            // Closing removes what is marked as deleted; until then the numbers of the others stay as they are.
            try (waiting) {
                var mails = waiting.search(new FlagTerm(new Flags(Flags.Flag.DELETED), false));
                var troubles = new ArrayList<Exception>();
                for (var i = 0; i < mails.length && i < MOST_AT_ONCE; i++) {
                    try {
                        var held = handOver((IMAPMessage) mails[i], inbox);
                        waiting.copyMessages(new jakarta.mail.Message[] {mails[i]}, held ? processed : rejected);
                        mails[i].setFlag(Flags.Flag.DELETED, true);
                    } catch (ReadFailed | MessagingException e) {
                        if (!store.isConnected()) {
                            throw e;
                        }
                        // The server stumbles over this one mail; it does not hold up the others.
                        troubles.add(e);
                    }
                }
                if (!troubles.isEmpty()) {
                    throw new MessagingException(
                            troubles.size() + " mails could not be read or moved; they stay where they are",
                            troubles.get(0));
                }
            }
        }
    }

    private static Folder existing(Store store, String name) throws MessagingException {
        var folder = store.getFolder(name);
        if (!folder.exists() && !folder.create(Folder.HOLDS_MESSAGES)) {
            throw new MessagingException("the mailbox has no folder '" + name + "', and it could not be made");
        }
        return folder;
    }

    /** True if the hub holds the mail now. */
    private boolean handOver(IMAPMessage mail, Inbox inbox) throws IOException, MessagingException {
        // Decoded parts take up less room than the mail; only a mail encoded within a mail lies there twice.
        try (var mails = new Spool(directory, maxSize);
                var parts = new Spool(directory, 2 * maxSize)) {
            // Neither size nor envelope is asked for: servers stumble over broken headers when they have to read them.
            Spool.Kept raw;
            try (var in = mail.getMimeStream()) {
                raw = mails.keep(in);
            } catch (TooLarge e) {
                LOG.log(
                        Level.WARNING,
                        "A mail is larger than the setting max-size allows. The hub has not taken it; it lies in the"
                                + " folder for rejected mails. Have a person look, or allow larger mails and move it back.");
                return false;
            }
            return inbox.accept(SecureMailbox.INBOX, message(raw, parts)).outcome() != Outcome.REJECTED;
        }
    }

    private static Message message(Spool.Kept raw, Spool spool) throws IOException {
        var eml = Content.of("mail.eml", "message/rfc822", raw.file());
        var hash = "sha256:" + raw.sha256();
        try {
            var letter = new LetterOpener(spool).open(raw.file());
            var id = letter.id().orElse(hash);
            return letter.document()
                    .map(document -> {
                        var message = withHeaders(Message.of(id, SecureMailbox.SIGNED, document), letter);
                        for (var attachment : letter.attachments()) {
                            message = message.attach(attachment);
                        }
                        return message.attach(eml);
                    })
                    .orElseGet(() -> withHeaders(Message.of(id, SecureMailbox.UNREADABLE, eml), letter));
        } catch (Unreadable e) {
            LOG.log(Level.INFO, "A mail cannot be taken apart: {0}. It is handed over whole.", e.getMessage());
            return Message.of(hash, SecureMailbox.UNREADABLE, eml);
        }
    }

    /** {@code mail-id} lets the answer say which mail it answers. */
    private static Message withHeaders(Message bare, Letter letter) {
        var message = bare;
        if (letter.sender().isPresent()) {
            message = message.header("sender", letter.sender().get().text());
        }
        if (letter.id().isPresent()) {
            message = message.header("mail-id", letter.id().get());
        }
        return message;
    }
}
