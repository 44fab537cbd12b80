package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The signature of an S/MIME mail (RFC 8551) and what it signs, cut out of the mail byte by byte: what a mail library hands
 * out has been taken apart and put together again, and need not be what was signed.
 *
 * @param cms the signature, in DER
 * @param signed the part that a detached signature signs, with the line ends of the canonical form; empty where the
 *     signature holds what it signs
 * @param whole whether that is all of the mail's body; its header is never signed
 */
record SignedMail(byte[] cms, Optional<byte[]> signed, boolean whole) {

    private static final int DEPTH = 10;

    /**
     * @throws Unsigned when there is no signature to check
     */
    static SignedMail of(byte[] mail) throws Unsigned {
        return find(mail, 0).orElseThrow(() -> new Unsigned("sig.missing", "there is no signature in the mail"));
    }

    /** A mail without a signature that could be checked. */
    static final class Unsigned extends Exception {

        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        Unsigned(String code, String found) {
            super(code);
            this.problem = new Problem(code, found);
        }

        Problem problem() {
            return problem;
        }
    }

    private static Optional<SignedMail> find(byte[] entity, int depth) throws Unsigned {
        if (depth > DEPTH) return Optional.empty();
        var body = bodyStart(entity);
        var headers = headers(entity, body);
        var type = type(headers);
        if (type.isEmpty()) return Optional.empty();
        var content = Arrays.copyOfRange(entity, body, entity.length);
        if (is(type.get(), "application", "pkcs7-mime"))
            return Optional.of(opaque(type.get(), decoded(headers, content)));
        var boundary = type.get().getParameter("boundary");
        if (!type.get().getPrimaryType().equalsIgnoreCase("multipart") || boundary == null) return Optional.empty();
        var parts = parts(content, boundary);
        if (type.get().getSubType().equalsIgnoreCase("signed")) return Optional.of(detached(parts));
        for (var part : parts) {
            var inner = find(part, depth + 1);
            // What a mailing list puts beside a signed mail is not signed.
            if (inner.isPresent())
                return inner.map(
                        found -> new SignedMail(found.cms(), found.signed(), found.whole() && parts.size() == 1));
        }
        return Optional.empty();
    }

    private static SignedMail opaque(ContentType type, byte[] cms) throws Unsigned {
        var kind =
                Optional.ofNullable(type.getParameter("smime-type")).orElse("").toLowerCase(Locale.ROOT);
        if (kind.equals("enveloped-data") || kind.equals("authenveloped-data"))
            throw new Unsigned("sig.encrypted", "the mail is encrypted, and a signature in it cannot be seen");
        if (cms.length == 0 || cms[0] != 0x30)
            throw new Unsigned("sig.missing", "the mail says it is signed, but holds no signature");
        return new SignedMail(cms, Optional.empty(), true);
    }

    private static SignedMail detached(List<byte[]> parts) throws Unsigned {
        if (parts.size() != 2)
            throw new Unsigned("sig.coverage", "a signed mail has two parts, the signed one and its signature");
        var signature = parts.get(1);
        var body = bodyStart(signature);
        var headers = headers(signature, body);
        var type = type(headers);
        if (type.isEmpty() || !is(type.get(), "application", "pkcs7-signature"))
            throw new Unsigned("sig.format", "its signature is of a kind that is not checked");
        var cms = decoded(headers, Arrays.copyOfRange(signature, body, signature.length));
        if (cms.length == 0 || cms[0] != 0x30)
            throw new Unsigned("sig.missing", "the mail says it is signed, but holds no signature");
        return new SignedMail(cms, Optional.of(canonical(parts.get(0))), true);
    }

    private static boolean is(ContentType type, String primary, String sub) {
        return type.getPrimaryType().equalsIgnoreCase(primary)
                && (type.getSubType().equalsIgnoreCase(sub) || type.getSubType().equalsIgnoreCase("x-" + sub));
    }

    /** Where the body begins: behind the first empty line. */
    private static int bodyStart(byte[] entity) {
        for (var i = 0; i < entity.length; i++) {
            if (entity[i] != '\n') continue;
            if (i + 1 < entity.length && entity[i + 1] == '\n') return i + 2;
            if (i + 2 < entity.length && entity[i + 1] == '\r' && entity[i + 2] == '\n') return i + 3;
        }
        return entity.length;
    }

    private static InternetHeaders headers(byte[] entity, int body) throws Unsigned {
        try {
            return new InternetHeaders(new ByteArrayInputStream(entity, 0, body));
        } catch (MessagingException e) {
            throw new Unsigned("sig.format", "the header of the mail cannot be read");
        }
    }

    private static Optional<ContentType> type(InternetHeaders headers) {
        try {
            var value = headers.getHeader("Content-Type", null);
            return value == null ? Optional.empty() : Optional.of(new ContentType(value));
        } catch (MessagingException e) {
            // A type that nobody can read names no signature.
            return Optional.empty();
        }
    }

    private static byte[] decoded(InternetHeaders headers, byte[] content) {
        var encoding = headers.getHeader("Content-Transfer-Encoding", null);
        if (encoding == null || !encoding.strip().equalsIgnoreCase("base64")) return content;
        try {
            return Base64.getMimeDecoder().decode(content);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** The bytes between the delimiter lines; the line end before a delimiter belongs to it (RFC 2046, 5.1.1). */
    private static List<byte[]> parts(byte[] content, String boundary) {
        var parts = new ArrayList<byte[]>();
        var delimiter = ("--" + boundary).getBytes(ISO_8859_1);
        var open = -1;
        for (var line = 0; line < content.length; line = next(content, line)) {
            if (!isDelimiter(content, line, delimiter)) continue;
            if (open >= 0) parts.add(Arrays.copyOfRange(content, open, Math.max(open, endBefore(content, line))));
            var last = starts(content, line + delimiter.length, new byte[] {'-', '-'});
            open = last ? -1 : next(content, line);
            if (last) break;
        }
        return parts;
    }

    private static boolean isDelimiter(byte[] content, int line, byte[] delimiter) {
        if (!starts(content, line, delimiter)) return false;
        var rest =
                new String(content, line + delimiter.length, next(content, line) - line - delimiter.length, ISO_8859_1);
        return rest.isBlank() || rest.startsWith("--") && rest.substring(2).isBlank();
    }

    private static boolean starts(byte[] content, int at, byte[] wanted) {
        return at + wanted.length <= content.length
                && Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length);
    }

    private static int next(byte[] content, int line) {
        var i = line;
        while (i < content.length && content[i] != '\n') i++;
        return Math.min(i + 1, content.length);
    }

    private static int endBefore(byte[] content, int line) {
        var end = line;
        if (end > 0 && content[end - 1] == '\n') end--;
        if (end > 0 && content[end - 1] == '\r') end--;
        return end;
    }

    /** Every line ends with CR LF in what was signed, whatever the file that keeps the mail has made of it. */
    private static byte[] canonical(byte[] part) {
        var out = new ByteArrayOutputStream(part.length + 1_024);
        for (var i = 0; i < part.length; i++) {
            if (part[i] == '\n' && (i == 0 || part[i - 1] != '\r')) out.write('\r');
            out.write(part[i]);
        }
        return out.toByteArray();
    }
}
