package de.stellwerk.plugins.mail;

import de.stellwerk.hub.spi.Content;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A mail taken apart.
 *
 * @param id the Message-ID, if there is exactly one and it is plain
 * @param sender the author's address, if there is exactly one and it is plain
 * @param enclosures what is attached to it, in order
 * @param texts what is written in it, plain and HTML, in order
 */
public record Letter(
        Optional<String> id, Optional<MailAddress> sender, List<Enclosure> enclosures, List<Content> texts) {

    /**
     * One attachment.
     *
     * @param file its bytes, as long as the spool is open
     * @param ending {@code xml} or {@code pdf} if it is such a document; otherwise empty
     * @param outside false if it lies in a mail within the mail
     */
    public record Enclosure(Path file, Content content, String ending, boolean outside) {

        boolean isDocument() {
            return !ending.isEmpty();
        }
    }

    /** The first XML or PDF document; one beside the mail's own text goes before one in a mail that was only forwarded with it. */
    public Optional<Content> document() {
        return first().map(Enclosure::content);
    }

    /** All attachments but the document. */
    public List<Content> attachments() {
        var document = first();
        return enclosures.stream()
                .filter(each -> !document.equals(Optional.of(each)))
                .map(Enclosure::content)
                .toList();
    }

    private Optional<Enclosure> first() {
        return enclosures.stream()
                .filter(each -> each.isDocument() && each.outside())
                .findFirst()
                .or(() -> enclosures.stream().filter(Enclosure::isDocument).findFirst());
    }
}
