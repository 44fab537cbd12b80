package de.stellwerk.plugins.osci;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DropFolder;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;

/**
 * Empties the account's mailbox, the oldest first. The intermediary is told that a delivery was received, by the next order of the dialog or by its
 * end, only when the hub holds it, or when what the hub does not take lies in a folder for a person.
 *
 * @param kind of the messages
 * @param cardKind of the process cards; empty if they are not asked for
 * @param unsigned whether contents that nobody has signed are taken
 * @param rejected where originals lie that are not taken
 */
record Mailbox(OsciClient client, String kind, String cardKind, boolean unsigned, Authors authors, Path rejected) {

    static final String CHANNEL = "in";
    static final int MOST_A_POLL = 20;
    private static final int LONGEST_SUBJECT = 200;

    /** Some of what was fetched lies in the folder now; the rest was taken. */
    static final class NotTaken extends Exception {

        private static final long serialVersionUID = 1;

        NotTaken(String message) {
            super(message);
        }
    }

    void poll(Inbox inbox) throws Exception {
        var trouble = "";
        var seen = new HashSet<String>();
        try (var dialog = client.dialog()) {
            try {
                for (int i = 0; i < MOST_A_POLL; i++) {
                    var fetched = dialog.fetch();
                    if (fetched.isEmpty()) {
                        break;
                    }
                    if (!seen.add(fetched.get().messageId())) {
                        throw new IOException("osci.again: the intermediary hands out a delivery again that was told as"
                                + " received. The hub or the folder of setting 'rejected' has it; those behind it are not"
                                + " reached. Ask whoever runs the intermediary");
                    }
                    var told = take(fetched.get(), dialog, inbox);
                    trouble = told.isEmpty() ? trouble : told;
                }
            } catch (Exception e) {
                dialog.drop();
                throw e;
            }
        }
        if (!trouble.isEmpty()) {
            throw new NotTaken(trouble);
        }
    }

    /** @return what a person has to look at; empty if nothing */
    private String take(OsciClient.Fetched fetched, OsciClient.Dialog dialog, Inbox inbox) throws Exception {
        var trouble = trouble(fetched);
        if (!trouble.isEmpty()) {
            var name = keep(fetched, trouble.replaceFirst(":.*", ""));
            return trouble + "; not taken, the original lies as " + name + " in the folder of setting 'rejected'";
        }
        var receipt = inbox.accept(CHANNEL, message(fetched));
        if (receipt.outcome() == Outcome.REJECTED) {
            keep(fetched, receipt.code());
            return ""; // the hub has told why
        }
        // A repeat has its card, or the hub ended before it was asked for; the intermediary has it still.
        if (receipt.outcome() != Outcome.DUPLICATE && !cardKind.isEmpty()) {
            var card = dialog.processCard(fetched.messageId());
            if (card.isPresent()) {
                inbox.accept(
                        CHANNEL,
                        Message.of("card:" + hash(fetched.messageId()), cardKind, card.get())
                                .inCase(caseOf(fetched))
                                .header("osci-message-id", fetched.messageId()));
            }
        }
        return "";
    }

    private String trouble(OsciClient.Fetched fetched) {
        if (!fetched.trouble().isEmpty()) {
            return fetched.trouble();
        }
        if (fetched.author().isEmpty()) {
            return unsigned ? "" : "osci.unsigned: nobody has signed the contents";
        }
        return authors.trust(fetched.author().get())
                ? ""
                : "osci.author: the author's certificate is not valid by setting 'author-trust'";
    }

    /**
     * The sender is not told by OSCI: the original lies in the folder for a person, and does not come again.
     *
     * @param code why it was not taken; stands in the name, for the log quotes no plugin
     * @return its name there
     */
    private String keep(OsciClient.Fetched fetched, String code) throws IOException {
        var ending = fetched.whole().name().endsWith(".mime") ? ".mime" : ".xml";
        var name = hash(fetched.messageId()) + "." + code + ending;
        try (var bytes = fetched.whole().open()) {
            new DropFolder(Files.createDirectories(rejected)).put(name, bytes);
        }
        return name;
    }

    private Message message(OsciClient.Fetched fetched) {
        var contents = fetched.contents();
        var message = Message.of(fetched.messageId(), kind, content(contents.get(0), 1))
                .inCase(caseOf(fetched))
                .header("osci-message-id", fetched.messageId());
        for (int i = 1; i < contents.size(); i++) {
            message = message.attach(content(contents.get(i), i + 1));
        }
        var subject = fetched.subject().replaceAll("\\p{Cntrl}", " ").strip();
        if (!subject.isEmpty() && subject.length() <= LONGEST_SUBJECT) {
            message = message.header("osci-subject", subject);
        }
        var author = fetched.author();
        return author.isEmpty()
                ? message
                : message.header(
                        "osci-author", author.get().getSubjectX500Principal().getName());
    }

    /** OSCI carries neither names nor types: what begins as XML is taken for it, and the hub looks whether it is. */
    private static Content content(byte[] bytes, int number) {
        var begin = new String(bytes, 0, Math.min(bytes.length, 16), UTF_8)
                .replace("\uFEFF", "")
                .strip();
        return begin.startsWith("<")
                ? Content.of("content-" + number + ".xml", "application/xml", bytes)
                : Content.of("content-" + number + ".bin", "application/octet-stream", bytes);
    }

    /** The delivery and its card are one case, although the sender names none. */
    private static String caseOf(OsciClient.Fetched fetched) {
        return "osci-" + hash(fetched.messageId()).substring(0, 32);
    }

    private static String hash(String id) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(id.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
