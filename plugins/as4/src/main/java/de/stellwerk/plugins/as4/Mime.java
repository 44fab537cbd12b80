package de.stellwerk.plugins.as4;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.helger.phase4.model.error.EEbmsError;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;

/**
 * A message on the line: SOAP with attachments, or the envelope alone if there are none.
 *
 * @param type of the whole, for its header
 */
record Mime(String type, byte[] bytes) {

    static final String SOAP = "application/soap+xml";

    private static final String RELATED = "multipart/related";
    private static final int MOST_PARTS = 100;

    /** What was read of one. */
    record Opened(byte[] envelope, Parts parts) {}

    static Mime of(byte[] envelope, Parts parts) {
        if (parts.all().isEmpty()) {
            return new Mime(SOAP + "; charset=UTF-8", envelope);
        }
        var boundary = "stellwerk-" + UUID.randomUUID();
        var out = new ByteArrayOutputStream();
        write(out, boundary, SOAP + "; charset=UTF-8", "envelope@stellwerk", envelope);
        parts.all().forEach((id, part) -> write(out, boundary, part.mediaType(), id, part.bytes()));
        out.writeBytes(("--" + boundary + "--\r\n").getBytes(US_ASCII));
        return new Mime(
                RELATED + "; boundary=\"" + boundary + "\"; type=\"" + SOAP + "\"; start=\"<envelope@stellwerk>\"",
                out.toByteArray());
    }

    private static void write(ByteArrayOutputStream out, String boundary, String type, String id, byte[] bytes) {
        out.writeBytes(("--" + boundary + "\r\nContent-Type: " + type
                        + "\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <" + id + ">\r\n\r\n")
                .getBytes(US_ASCII));
        out.writeBytes(bytes);
        out.writeBytes("\r\n".getBytes(US_ASCII));
    }

    Opened open() throws Refusal {
        try {
            var declared = new ContentType(type);
            if (declared.match(SOAP)) {
                return new Opened(bytes, new Parts());
            }
            if (!declared.match(RELATED)) {
                throw new Refusal(EEbmsError.EBMS_MIME_INCONSISTENCY, "Neither an envelope nor a MIME package.");
            }
            var multipart = new MimeMultipart(new ByteArrayDataSource(bytes, type));
            int count = multipart.getCount();
            if (count < 1 || count > MOST_PARTS) {
                throw new Refusal(EEbmsError.EBMS_MIME_INCONSISTENCY, "The package has " + count + " parts.");
            }
            var envelope = (MimeBodyPart) multipart.getBodyPart(0);
            if (!new ContentType(envelope.getContentType()).match(SOAP)) {
                throw new Refusal(EEbmsError.EBMS_MIME_INCONSISTENCY, "The first part is not the envelope.");
            }
            var parts = new Parts();
            for (int i = 1; i < count; i++) {
                var part = (MimeBodyPart) multipart.getBodyPart(i);
                if (!parts.add(id(part), part.getContentType().toLowerCase(Locale.ROOT), decoded(part))) {
                    throw new Refusal(EEbmsError.EBMS_MIME_INCONSISTENCY, "Two parts have the same Content-ID.");
                }
            }
            return new Opened(decoded(envelope), parts);
        } catch (MessagingException | IOException e) {
            throw new Refusal(EEbmsError.EBMS_MIME_INCONSISTENCY, "The MIME package cannot be read.", e);
        }
    }

    private static String id(MimeBodyPart part) throws MessagingException, Refusal {
        var id = part.getContentID();
        if (id == null || !id.matches("<[\\x21-\\x7e&&[^<>]]{1,200}>") || id.equals("<" + Parts.ALL + ">")) {
            throw new Refusal(EEbmsError.EBMS_MIME_INCONSISTENCY, "A part has no usable Content-ID.");
        }
        return id.substring(1, id.length() - 1);
    }

    private static byte[] decoded(MimeBodyPart part) throws IOException, MessagingException {
        try (var in = part.getInputStream()) {
            return in.readAllBytes();
        }
    }
}
