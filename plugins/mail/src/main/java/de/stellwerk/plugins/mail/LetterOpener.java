package de.stellwerk.plugins.mail;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.plugins.mail.Letter.Enclosure;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.MimePartDataSource;
import jakarta.mail.internet.MimeUtility;
import jakarta.mail.util.SharedFileInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * Takes one mail apart, at most {@value #DEPTH} levels deep and into at most {@value #PARTS} parts; mails within mails are opened as
 * well. Text that is not an attachment is kept apart from what is.
 */
public final class LetterOpener {

    public static final int DEPTH = 20;
    public static final int PARTS = 200;

    /** A boundary is a line that begins with two dashes. So many lines make memory for parts that nobody means to send. */
    private static final int BOUNDARIES = 10_000;

    private static final int HEADER_BYTES = 256 * 1024;

    private final Session session = Session.getInstance(new Properties());
    private final Spool spool;
    private final List<Content> texts = new ArrayList<>();
    private int parts;

    public LetterOpener(Spool spool) {
        this.spool = spool;
    }

    /**
     * @throws Unreadable if it cannot be taken apart, now or ever
     * @throws IOException if the disk fails
     */
    public Letter open(Path mail) throws Unreadable, IOException {
        try (var in = new SharedFileInputStream(mail.toFile())) {
            var message = message(mail, in);
            var leaves = leaves(message, 0, true);
            return new Letter(id(message), sender(message), leaves, List.copyOf(texts));
        } catch (MessagingException e) {
            throw new Unreadable("its structure is broken", e);
        } catch (TooLarge e) {
            throw new Unreadable("its parts are larger than the mail may be", e);
        } catch (RuntimeException e) {
            // A parser that meets bytes its makers did not think of; the mail must not stop those behind it.
            throw new Unreadable("its structure is not understood", e);
        }
    }

    private MimeMessage message(Path file, SharedFileInputStream in)
            throws Unreadable, IOException, MessagingException {
        checkSize(file);
        return new MimeMessage(session, in);
    }

    /** Before a parser keeps lists of headers and parts in memory, somebody counts them. */
    private static void checkSize(Path file) throws IOException, Unreadable {
        var position = 0L;
        var header = -1L;
        var boundaries = 0;
        var column = 0;
        var before = -1;
        try (var in = new BufferedInputStream(Files.newInputStream(file), 64 * 1024)) {
            for (var one = in.read(); one >= 0; one = in.read()) {
                position++;
                // The library takes a lone carriage return for the end of a line as well.
                if (one == '\r' || one == '\n') {
                    var endsNothing = one == '\n' && before == '\r';
                    if (!endsNothing && column == 0 && header < 0) {
                        header = position;
                    }
                    column = 0;
                } else {
                    column++;
                    boundaries += column == 2 && one == '-' && before == '-' ? 1 : 0;
                }
                before = one;
            }
        }
        if (boundaries > BOUNDARIES) {
            throw new Unreadable("it may have more than " + BOUNDARIES + " parts");
        }
        if ((header < 0 ? position : header) > HEADER_BYTES) {
            throw new Unreadable("its header has more than 256 KiB");
        }
    }

    private List<Enclosure> leaves(MimePart part, int depth, boolean outside)
            throws Unreadable, IOException, MessagingException {
        parts++;
        if (depth > DEPTH) {
            throw new Unreadable("it is more than " + DEPTH + " levels deep");
        }
        if (parts > PARTS) {
            throw new Unreadable("it has more than " + PARTS + " parts");
        }
        var type = type(part);
        try {
            if (type.startsWith("multipart/")) {
                return leavesOf(new MimeMultipart(new MimePartDataSource(part)), depth, outside);
            }
            if (type.equals("message/rfc822")) {
                return leavesOfMail(part, depth);
            }
        } catch (MessagingException e) {
            // A part that cannot be taken apart is kept as it is, unless it is the mail itself.
            if (depth == 0) {
                throw e;
            }
        }
        return leaf(part, type, outside).stream().toList();
    }

    private List<Enclosure> leavesOf(MimeMultipart multipart, int depth, boolean outside)
            throws Unreadable, IOException, MessagingException {
        var all = new ArrayList<Enclosure>();
        for (var i = 0; i < multipart.getCount(); i++) {
            if (multipart.getBodyPart(i) instanceof MimeBodyPart part) {
                all.addAll(leaves(part, depth + 1, outside));
            }
        }
        return all;
    }

    private List<Enclosure> leavesOfMail(MimePart part, int depth) throws Unreadable, IOException, MessagingException {
        // The library passes over the encoding of a mail within a mail, which RFC 2046 forbids and which is sent
        // nevertheless.
        var encoding = part.getEncoding();
        if (encoding == null || encoding.matches("(?i)\\s*(7bit|8bit|binary)\\s*")) {
            try (var in = rawStream(part)) {
                return leaves(new MimeMessage(session, in), depth + 1, false);
            }
        }
        Path decoded;
        try (var in = MimeUtility.decode(rawStream(part), encoding.strip())) {
            decoded = spool.keep(in).file();
        } catch (ReadFailed e) {
            throw new MessagingException("a mail within the mail has a broken encoding", e);
        }
        try (var in = new SharedFileInputStream(decoded.toFile())) {
            return leaves(message(decoded, in), depth + 1, false);
        }
    }

    private Optional<Enclosure> leaf(MimePart part, String type, boolean outside)
            throws IOException, MessagingException {
        var given = fileName(part);
        if (given.isEmpty() && !isAttachment(part) && (type.equals("text/plain") || type.equals("text/html"))) {
            texts.add(Content.of("text-" + parts, type, decoded(part)));
            return Optional.empty();
        }
        var ending = ending(given, type);
        var name = PlainName.of(given, "part-" + parts + "." + (ending.isEmpty() ? "bin" : ending));
        var mediaType = ending.isEmpty() ? type : "application/" + ending;
        var file = decoded(part);
        return Optional.of(new Enclosure(file, Content.of(name, mediaType, file), ending, outside));
    }

    /** {@code xml} or {@code pdf} if it is such a document, by its name or by its type; otherwise empty. */
    private static String ending(String name, String type) {
        var small = name.toLowerCase(Locale.ROOT).strip();
        if (small.endsWith(".xml") || type.equals("application/xml") || type.equals("text/xml")) {
            return small.endsWith(".pdf") ? "pdf" : "xml";
        }
        return small.endsWith(".pdf") || type.equals("application/pdf") ? "pdf" : "";
    }

    /** The part's bytes; as they stand in the mail if their encoding is unknown or broken. */
    private Path decoded(MimePart part) throws IOException, MessagingException {
        InputStream decoding;
        try {
            decoding = part.getInputStream();
        } catch (IOException | MessagingException e) {
            return raw(part);
        }
        try (decoding) {
            return spool.keep(decoding).file();
        } catch (ReadFailed e) {
            return raw(part);
        }
    }

    private Path raw(MimePart part) throws IOException, MessagingException {
        try (var in = rawStream(part)) {
            return spool.keep(in).file();
        }
    }

    private static InputStream rawStream(MimePart part) throws MessagingException {
        if (part instanceof MimeBodyPart body) {
            return body.getRawInputStream();
        }
        if (part instanceof MimeMessage message) {
            return message.getRawInputStream();
        }
        throw new MessagingException("neither a mail nor a part of one");
    }

    private static String type(MimePart part) throws MessagingException {
        return PlainName.mediaType(part.getContentType());
    }

    private static boolean isAttachment(MimePart part) {
        try {
            return Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition());
        } catch (MessagingException e) {
            // A disposition nobody understands: better one attachment too many than one lost.
            return true;
        }
    }

    private static String fileName(MimePart part) {
        try {
            var name = part.getFileName();
            return name == null ? "" : name;
        } catch (MessagingException e) {
            // The name is lost, the part is not.
            return "";
        }
    }

    private static Optional<String> id(MimeMessage message) throws MessagingException {
        return only(message.getHeader("Message-ID"))
                .map(String::strip)
                .filter(id -> id.matches("<[\\x21-\\x7e]{1,198}>"));
    }

    private static Optional<MailAddress> sender(MimeMessage message) throws MessagingException {
        var from = only(message.getHeader("From"));
        if (from.isEmpty() || from.get().length() > 1_000) {
            return Optional.empty();
        }
        try {
            var all = InternetAddress.parseHeader(from.get(), true);
            return all.length == 1 && all[0].getAddress() != null
                    ? MailAddress.of(all[0].getAddress())
                    : Optional.empty();
        } catch (AddressException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> only(String[] values) {
        return values != null && values.length == 1 ? Optional.of(values[0]) : Optional.empty();
    }
}
