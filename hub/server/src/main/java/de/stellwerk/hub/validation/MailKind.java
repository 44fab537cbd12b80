package de.stellwerk.hub.validation;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.Archives;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.FileNames;
import de.stellwerk.hub.gate.MediaTypes;
import de.stellwerk.hub.gate.SafeXml;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import jakarta.mail.internet.MimePartDataSource;
import jakarta.mail.util.SharedByteArrayInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * A mail by RFC 5322 and MIME: at most {@value #LARGEST} bytes, {@value #DEPTH} levels, {@value #PARTS} parts and {@value #HEADER} bytes
 * of header. Attachments that are XML or archives pass the hub's gate.
 */
final class MailKind {

    static final int LARGEST = 32 << 20;
    static final int DEPTH = 20;
    static final int PARTS = 200;
    static final int HEADER = 256 << 10;

    /** Each delimiter makes the library keep a part in memory. */
    private static final int DELIMITERS = 10_000;

    private final Session session = Session.getInstance(new Properties());
    private int parts;
    private int attachments;

    private MailKind() {}

    static MessageKind create() {
        return MessageKind.of((message, version) -> {
            byte[] bytes;
            try (var in = message.open()) {
                bytes = in.readNBytes(LARGEST + 1);
            }
            version.is("MIME 1.0");
            if (bytes.length > LARGEST) throw bad("mail.size", "has more than " + LARGEST + " bytes");
            bounds(bytes);
            var reading = new MailKind();
            try {
                reading.part(new MimeMessage(reading.session, new SharedByteArrayInputStream(bytes)), 0);
            } catch (MessagingException e) {
                throw bad("mail.malformed", "cannot be taken apart");
            }
            return Outcome.good(
                    version.name(),
                    "Taken apart: " + reading.parts + " parts, " + reading.attachments + " attachments.");
        });
    }

    private static BadInput bad(String code, String what) {
        return new BadInput(
                code, "The mail " + what + ". It is kept as it came, nothing in it was forwarded. Ask the sender.");
    }

    /** Before a parser keeps lists of headers and parts in memory, they are counted. */
    private static void bounds(byte[] mail) throws BadInput {
        var header = -1;
        var delimiters = 0;
        for (var i = 0; i + 1 < mail.length; i++) {
            if (mail[i] != '\n') continue;
            if (mail[i + 1] == '-' && i + 2 < mail.length && mail[i + 2] == '-') delimiters++;
            if (header < 0 && (mail[i + 1] == '\n' || mail[i + 1] == '\r')) header = i;
        }
        if ((header < 0 ? mail.length : header) > HEADER)
            throw bad("mail.header", "has more than " + HEADER + " bytes of header");
        if (delimiters > DELIMITERS) throw bad("mail.parts", "has more than " + DELIMITERS + " delimiters");
        if (mail.length == 0)
            throw new BadInput("file.empty", "The mail is empty. Nothing was forwarded. Ask the sender.");
    }

    private void part(MimePart part, int depth) throws MessagingException, IOException, BadInput {
        if (depth > DEPTH) throw bad("mail.depth", "is nested more than " + DEPTH + " levels deep");
        if (++parts > PARTS) throw bad("mail.parts", "has more than " + PARTS + " parts");
        var type = type(part);
        if (type.endsWith("/pkcs7-mime") || type.endsWith("/x-pkcs7-mime")) {
            secured(part);
        } else if (type.startsWith("multipart/")) {
            several(part, depth);
        } else if (type.equals("message/rfc822") && isPlain(part)) {
            part(new MimeMessage(session, raw(part)), depth + 1);
        } else {
            attachment(part, type);
        }
    }

    private void several(MimePart part, int depth) throws MessagingException, IOException, BadInput {
        MimeMultipart all;
        int count;
        try {
            all = new MimeMultipart(new MimePartDataSource(part));
            count = all.getCount();
        } catch (MessagingException e) {
            // A part that cannot be taken apart is kept as it is, unless it is the mail itself.
            if (depth == 0) throw e;
            return;
        }
        if (type(part).equals("multipart/encrypted"))
            throw bad("mail.encrypted", "is encrypted, and there is no key here");
        for (var i = 0; i < count; i++) {
            BodyPart each = all.getBodyPart(i);
            if (each instanceof MimeBodyPart body) part(body, depth + 1);
        }
    }

    /** CMS in a mail: encrypted, signed, or nothing of that although it says so. */
    private static void secured(MimePart part) throws MessagingException, IOException, BadInput {
        var kind = Optional.ofNullable(new ContentType(part.getContentType()).getParameter("smime-type"))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        if (kind.endsWith("enveloped-data")) throw bad("mail.encrypted", "is encrypted, and there is no key here");
        try (var in = part.getInputStream()) {
            if (in.read() != 0x30) throw bad("mail.unsigned", "says that it is signed, but holds no signature");
        }
    }

    private void attachment(MimePart part, String type) throws MessagingException, BadInput, IOException {
        var name = name(part);
        if (name.isEmpty() && type.startsWith("text/")) return;
        attachments++;
        if (!name.isEmpty()) FileNames.safe(name);
        try (var in = decoded(part)) {
            var bytes = in.readNBytes(LARGEST);
            var small = name.toLowerCase(Locale.ROOT);
            if (type.equals("application/xml") || type.equals("text/xml") || small.endsWith(".xml"))
                SafeXml.check(new ByteArrayInputStream(bytes), Limits.defaults());
            else if (starts(bytes, 'P', 'K', 3, 4)) Archives.check(new ByteArrayInputStream(bytes), Limits.defaults());
            else if (type.equals("application/pdf")) MediaTypes.check(type, bytes);
            else if (starts(bytes, 'M', 'Z') || starts(bytes, 0x7f, 'E', 'L', 'F'))
                throw bad("type.program", "has a program among its attachments");
        }
    }

    private static boolean starts(byte[] bytes, int... wanted) {
        if (bytes.length < wanted.length) return false;
        for (var i = 0; i < wanted.length; i++) if (bytes[i] != (byte) wanted[i]) return false;
        return true;
    }

    private static boolean isPlain(MimePart part) throws MessagingException {
        var encoding = part.getEncoding();
        return encoding == null || encoding.strip().matches("(?i)7bit|8bit|binary");
    }

    /** The part's bytes; as they stand in the mail where their encoding is unknown. */
    private static InputStream decoded(MimePart part) throws MessagingException {
        try {
            return part.getInputStream();
        } catch (IOException | MessagingException e) {
            return raw(part);
        }
    }

    private static InputStream raw(MimePart part) throws MessagingException {
        if (part instanceof MimeBodyPart body) return body.getRawInputStream();
        if (part instanceof MimeMessage message) return message.getRawInputStream();
        throw new MessagingException("neither a mail nor a part of one");
    }

    private static String type(MimePart part) throws MessagingException {
        try {
            return new ContentType(part.getContentType()).getBaseType().toLowerCase(Locale.ROOT);
        } catch (MessagingException e) {
            // RFC 2045, 5.2: what nobody can read is taken for bytes.
            return "application/octet-stream";
        }
    }

    private static String name(MimePart part) {
        try {
            return Optional.ofNullable(part.getFileName()).orElse("");
        } catch (MessagingException e) {
            // The name is lost, the part is not.
            return "";
        }
    }
}
