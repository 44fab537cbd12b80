package de.stellwerk.plugins.mail;

import de.stellwerk.hub.spi.Tested.Check;
import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;
import jakarta.mail.UIDFolder;
import jakarta.mail.search.FlagTerm;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.angus.mail.imap.IMAPMessage;

/**
 * The way in. A mail is handed over and then moved: to <em>processed</em> if the hub holds it, to <em>rejected</em> if it never will. If
 * the hub cannot take it now, it stays and the next poll finds it again under the same id.
 *
 * <p>Moving is copying and deleting: a crash between the two leaves a second copy in the folder, and the hub sees a duplicate.
 */
public final class MailPickup {

    public static final int MOST_AT_ONCE = 20;

    private static final Logger LOG = System.getLogger(MailPickup.class.getName());

    private final MailServer server;
    private final MailFolders folders;
    private final Path directory;
    private final long maxSize;
    private final Clock clock;
    private final Duration pause;
    /** What is waiting for something else, by its number in the folder. */
    private Map<Long, Waiting> waiting = new HashMap<>();

    private record Waiting(Instant until, String why) {}

    /** Hands one mail over. */
    public interface Taker {

        /**
         * @param mail as it came; the file is gone after the call
         * @param parts where what is in it may be kept meanwhile
         * @return true if the hub holds it now, false if it never will
         * @throws Deferred if it is to stay and to be tried again later
         * @throws RuntimeException if the hub cannot take anything now
         */
        boolean take(Spool.Kept mail, Spool parts) throws IOException, Deferred;
    }

    /** The mail stays where it is until something else has come; the reason is shown to people and holds nothing of its content. */
    public static final class Deferred extends Exception {

        private static final long serialVersionUID = 1L;

        public Deferred(String why) {
            super(why);
        }
    }

    /**
     * @param directory for temporary files
     * @param maxSize of a mail, in bytes
     * @param pause until a deferred mail is tried again
     */
    public MailPickup(
            MailServer server, MailFolders folders, Path directory, long maxSize, Clock clock, Duration pause) {
        this.server = server;
        this.folders = folders;
        this.directory = directory;
        this.maxSize = maxSize;
        this.clock = clock;
        this.pause = pause;
    }

    public List<Check> test() {
        return ServerCheck.imap(server, List.of(folders.inbox(), folders.processed(), folders.rejected()));
    }

    /**
     * Up to {@value #MOST_AT_ONCE} mails, oldest first; those that were deferred come after the others.
     *
     * @throws MessagingException if the mailbox cannot be read, or a mail in it could not be taken and stays
     */
    public void poll(Taker taker) throws MessagingException, IOException {
        try (var store = server.store()) {
            var processed = existing(store, folders.processed());
            var rejected = existing(store, folders.rejected());
            var inbox = store.getFolder(folders.inbox());
            inbox.open(Folder.READ_WRITE);
            // Closing removes what is marked as deleted; until then the numbers of the others stay as they are.
            try (inbox) {
                var troubles = new ArrayList<Exception>();
                for (var mail : due(inbox, inbox.search(new FlagTerm(new Flags(Flags.Flag.DELETED), false)))) {
                    try {
                        var held = take((IMAPMessage) mail, taker);
                        inbox.copyMessages(new Message[] {mail}, held ? processed : rejected);
                        mail.setFlag(Flags.Flag.DELETED, true);
                    } catch (Deferred e) {
                        waiting.put(
                                ((UIDFolder) inbox).getUID(mail),
                                new Waiting(clock.instant().plus(pause), String.valueOf(e.getMessage())));
                    } catch (ReadFailed | MessagingException e) {
                        if (!store.isConnected()) {
                            throw e;
                        }
                        // The server stumbles over this one mail; it does not hold up the others.
                        troubles.add(e);
                    }
                }
                tell(troubles);
            }
        }
    }

    /** Deferred mails that are gone are forgotten; a folder that was made anew has new numbers. */
    private List<Message> due(Folder inbox, Message[] mails) throws MessagingException {
        if (waiting.isEmpty()) {
            return List.of(mails).subList(0, Math.min(mails.length, MOST_AT_ONCE));
        }
        var numbers = new FetchProfile();
        numbers.add(UIDFolder.FetchProfileItem.UID);
        inbox.fetch(mails, numbers);
        var first = new ArrayList<Message>();
        var last = new ArrayList<Message>();
        var still = new HashMap<Long, Waiting>();
        for (var mail : mails) {
            var number = ((UIDFolder) inbox).getUID(mail);
            var known = Optional.ofNullable(waiting.get(number));
            if (known.isEmpty()) {
                first.add(mail);
            } else if (clock.instant().isBefore(known.get().until())) {
                still.put(number, known.get());
            } else {
                last.add(mail);
            }
        }
        waiting = still;
        first.addAll(last);
        return first.subList(0, Math.min(first.size(), MOST_AT_ONCE));
    }

    private void tell(List<Exception> troubles) throws MessagingException {
        if (!troubles.isEmpty()) {
            throw new MessagingException(
                    troubles.size() + " mails could not be read or moved; they stay where they are", troubles.get(0));
        }
        var oldest = waiting.entrySet().stream().min(Map.Entry.comparingByKey()).map(Map.Entry::getValue);
        if (oldest.isPresent()) {
            throw new MessagingException(waiting.size() + " mails stay in the mailbox and are tried again: "
                    + oldest.get().why());
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
    private boolean take(IMAPMessage mail, Taker taker) throws IOException, MessagingException, Deferred {
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
            return taker.take(raw, parts);
        }
    }
}
