package de.stellwerk.plugins.forms;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.plugins.mail.Letter;
import de.stellwerk.plugins.mail.LetterOpener;
import de.stellwerk.plugins.mail.MailPickup;
import de.stellwerk.plugins.mail.MailPickup.Deferred;
import de.stellwerk.plugins.mail.Spool;
import de.stellwerk.plugins.mail.Unreadable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Forms from a mailbox. A mail may carry several; it is moved when the hub holds every one of them. */
record MailForms(MailPickup pickup, Links links, Labels labels, List<String> required, Path directory, long maxSize)
        implements Source, Tested {

    static final String CHANNEL = "mail";

    /** Every signed mail has it; it belongs to the mail and to no form. */
    private static final String MAIL_SIGNATURE = "smime.p7s";

    @Override
    public List<Check> test() {
        return pickup.test();
    }

    @Override
    public void poll(Inbox inbox) throws Exception {
        pickup.poll((mail, parts) -> take(mail, parts, inbox));
    }

    private boolean take(Spool.Kept mail, Spool parts, Inbox inbox) throws IOException, Deferred {
        var whole = Content.of("mail.eml", "message/rfc822", mail.file());
        try (var more = new Spool(directory, maxSize)) {
            var letter = new LetterOpener(parts).open(mail.file());
            var base = letter.id().orElse("sha256:" + mail.sha256());
            var held = true;
            for (var message : messages(letter, base, whole, more)) {
                held &= inbox.accept(CHANNEL, message).outcome() != Receipt.Outcome.REJECTED;
            }
            return held;
        } catch (Unreadable e) {
            var message = Labels.incomplete(
                    "sha256:" + mail.sha256(), whole, "mail.unreadable", String.valueOf(e.getMessage()));
            return inbox.accept(CHANNEL, message).outcome() != Receipt.Outcome.REJECTED;
        }
    }

    /** All links are fetched before the first form is handed over. */
    private List<Message> messages(Letter letter, String base, Content whole, Spool spool)
            throws IOException, Deferred, Unreadable {
        var files = new ArrayList<FormFile>();
        var codes = new ArrayList<String>();
        for (var each : letter.enclosures()) {
            if (!each.content().name().equalsIgnoreCase(MAIL_SIGNATURE)) {
                add(FormFile.of(each.content().name(), each.file()), files, codes, spool);
            }
        }
        var attached = files.stream().map(file -> Forms.small(file.name())).toList();
        for (var link : Links.in(letter.texts()).entrySet()) {
            if (attached.contains(Forms.small(link.getValue()))) {
                continue; // linked and attached as well
            }
            if (links.allows(link.getKey())) {
                add(links.fetch(link.getValue(), link.getKey(), spool), files, codes, spool);
            } else {
                files.add(FormFile.absent(link.getValue()));
                codes.add("form.link-host");
            }
        }
        var forms = Forms.of(files, required, true);
        var messages = new ArrayList<Message>();
        var lacking = new ArrayList<>(forms.lacking());
        for (var form : forms.complete()) {
            if (required.get(0).equals("xml") && !WellFormed.is(form.body())) {
                lacking.add(new Forms.Lack(form.stem(), "not XML"));
            } else {
                messages.add(labels.form(base, form));
            }
        }
        if (!lacking.isEmpty() || messages.isEmpty()) {
            var code = codes.isEmpty() ? Labels.INCOMPLETE : codes.get(0);
            messages.add(Labels.incomplete(base, whole, code, lacking.isEmpty() ? "no form" : Forms.told(lacking)));
        }
        return messages;
    }

    /** A file, or what is in it; of an archive that cannot be unpacked only that it should be there. */
    static void add(FormFile file, List<FormFile> files, List<String> codes, Spool spool) throws IOException {
        if (file.file().isEmpty() || !file.ending().equals("zip") || file.isEmpty()) {
            files.add(file);
            return;
        }
        try {
            files.addAll(Archive.open(file.name(), file.file().get(), spool));
        } catch (BadArchive e) {
            files.add(FormFile.shut(file.name()));
            codes.add(String.valueOf(e.getMessage()));
        }
    }
}
