package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.plugins.mail.Letter;
import de.stellwerk.plugins.mail.LetterOpener;
import de.stellwerk.plugins.mail.MailPickup;
import de.stellwerk.plugins.mail.Spool;
import de.stellwerk.plugins.mail.Unreadable;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/** What a mail becomes: its document with all that came with it, or the whole mail. */
record Incoming(MailPickup pickup) {

    private static final Logger LOG = System.getLogger(Incoming.class.getName());

    List<Check> test() {
        return pickup.test();
    }

    void poll(Inbox inbox) throws MessagingException, IOException {
        pickup.poll((mail, parts) ->
                inbox.accept(SecureMailbox.INBOX, message(mail, parts)).outcome() != Outcome.REJECTED);
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
