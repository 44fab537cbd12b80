package de.stellwerk.hub.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.config.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The characters of an XML document, decoded strictly by the encoding it declares. It stops at the first byte that does not
 * fit, at the size bound, at a document type and at text that was encoded twice; the parser behind it never sees those.
 */
final class XmlText extends Reader {

    private static final int HEAD = 1_024;

    /** Names of the IANA list, in lower case. UTF-7, EBCDIC and the like are ways around other people's checks. */
    private static final Map<String, Charset> ENCODINGS = Map.of(
            "utf-8", UTF_8,
            "utf-16", UTF_16BE,
            "utf-16be", UTF_16BE,
            "utf-16le", UTF_16LE,
            "iso-8859-1", ISO_8859_1,
            "iso-8859-15", Charset.forName("ISO-8859-15"),
            "windows-1252", Charset.forName("windows-1252"));

    private static final Pattern DECLARED =
            Pattern.compile("^<\\?xml\\s[^>]*?\\sencoding\\s*=\\s*[\"']([^\"'>]{0,100})[\"']", Pattern.DOTALL);

    private final InputStream in;
    private final long limit;
    private final Charset charset;
    private final CharsetDecoder decoder;
    private final ByteBuffer bytes = ByteBuffer.allocate(8_192).limit(0);
    private final Prolog prolog = new Prolog();
    private final DoubleEncoding doubled = new DoubleEncoding();
    private long taken;
    private boolean ended;
    private @Nullable BadInput bad;
    private @Nullable IOException broken;

    private XmlText(InputStream in, long limit, Charset charset) {
        this.in = in;
        this.limit = limit;
        this.charset = charset;
        this.decoder = charset.newDecoder();
    }

    static XmlText of(InputStream xml, Limits limits) throws BadInput, IOException {
        var head = xml.readNBytes(HEAD);
        var skip = 0;
        Optional<Charset> seen = Optional.empty();
        if (starts(head, "0000feff") || starts(head, "fffe0000") || starts(head, "4c6fa794"))
            throw encoding("The document is in UTF-32 or EBCDIC.");
        if (starts(head, "efbbbf")) {
            seen = Optional.of(UTF_8);
            skip = 3;
        } else if (starts(head, "feff")) {
            seen = Optional.of(UTF_16BE);
            skip = 2;
        } else if (starts(head, "fffe")) {
            seen = Optional.of(UTF_16LE);
            skip = 2;
        } else if (starts(head, "003c")) {
            seen = Optional.of(UTF_16BE);
        } else if (starts(head, "3c00")) {
            seen = Optional.of(UTF_16LE);
        }
        var text = new String(
                head, skip, head.length - skip, seen.filter(XmlText::wide).orElse(ISO_8859_1));
        var charset = agreed(seen, declared(text));
        var whole = new SequenceInputStream(new ByteArrayInputStream(head, skip, head.length - skip), xml);
        var result = new XmlText(whole, limits.xml(), charset);
        result.taken = skip;
        return result;
    }

    private static Optional<String> declared(String head) {
        var found = DECLARED.matcher(head);
        return found.find() ? Optional.of(found.group(1).toLowerCase(Locale.ROOT)) : Optional.empty();
    }

    private static Charset agreed(Optional<Charset> seen, Optional<String> name) throws BadInput {
        if (name.isEmpty()) return seen.orElse(UTF_8);
        var declared = ENCODINGS.get(name.get());
        if (declared == null) throw encoding("The document declares an encoding that is not taken.");
        var bytes = seen.orElse(wide(declared) ? UTF_8 : declared);
        var agree = name.get().equals("utf-16") ? wide(bytes) : bytes.equals(declared);
        if (!agree)
            throw encoding("The document declares " + declared.name().replaceAll("[BL]E$", "")
                    + ", but its first bytes (from byte 0) are in " + (wide(bytes) ? "UTF-16." : "another encoding."));
        return bytes;
    }

    private static boolean wide(Charset charset) {
        return charset.equals(UTF_16BE) || charset.equals(UTF_16LE);
    }

    private static boolean starts(byte[] head, String hex) {
        var wanted = HexFormat.of().parseHex(hex);
        if (head.length < wanted.length) return false;
        for (var i = 0; i < wanted.length; i++) if (head[i] != wanted[i]) return false;
        return true;
    }

    /** Throws what stopped this reader, if anything did; the parser in between wraps it beyond recognition. */
    void rethrow() throws BadInput, IOException {
        if (bad != null) throw bad;
        if (broken != null) throw broken;
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        var chars = CharBuffer.wrap(target, offset, length).slice();
        try {
            rethrow();
            while (true) {
                var result = decoder.decode(bytes, chars, ended);
                if (result.isError()) throw undecodable(result);
                var got = chars.position();
                if (got > 0) {
                    checkCharacters(target, offset, got);
                    prolog.see(target, offset, got);
                    return got;
                }
                if (ended) return -1;
                fill();
            }
        } catch (BadInput e) {
            bad = e;
            throw new IOException(e.code(), e);
        } catch (IOException e) {
            broken = e;
            throw e;
        }
    }

    /** The parser behind looks for the other characters that XML does not have. */
    private static void checkCharacters(char[] chars, int offset, int length) throws BadInput {
        for (var i = offset; i < offset + length; i++)
            if (chars[i] > '\uFFFD')
                throw new BadInput(
                        "xml.malformed",
                        "The document has a character that XML does not have (U+FFFE or U+FFFF). Nothing was forwarded. Send"
                                + " it without.");
    }

    private void fill() throws IOException, BadInput {
        bytes.compact();
        var start = bytes.position();
        var got = in.read(bytes.array(), start, bytes.remaining());
        if (got < 0) {
            ended = true;
        } else {
            taken += got;
            if (taken > limit) throw SafeXml.tooLong("more than " + limit + " bytes");
            bytes.position(start + got);
            if (charset.newEncoder().maxBytesPerChar() == 1)
                doubled.see(bytes.array(), start, got, taken - got, charset);
        }
        bytes.flip();
    }

    private BadInput undecodable(CoderResult result) {
        var position = taken - bytes.remaining();
        var found = result.length() > 0 && bytes.hasRemaining()
                ? String.format(
                        Locale.ROOT, "byte 0x%02X at position %d does not fit", bytes.get(bytes.position()), position)
                : "the last character is cut off at position " + position;
        return encoding("The document says it is in " + charset.name() + ", but " + found + ".");
    }

    private static BadInput encoding(String what) {
        return new BadInput(
                "xml.encoding",
                what
                        + " Nothing was guessed or forwarded. Send it in the encoding it declares: UTF-8, UTF-16, ISO-8859-1,"
                        + " ISO-8859-15 or windows-1252.");
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Follows what stands before the root element and stops at {@code <!DOCTYPE}, before a parser can act on it. */
    private static final class Prolog {

        private enum At {
            TEXT,
            MARKUP,
            INSTRUCTION,
            COMMENT,
            ROOT
        }

        private final StringBuilder recent = new StringBuilder();
        private At at = At.TEXT;

        void see(char[] chars, int offset, int length) throws BadInput {
            for (var i = offset; i < offset + length && at != At.ROOT; i++) see(chars[i]);
        }

        private void see(char c) throws BadInput {
            recent.append(c);
            switch (at) {
                case TEXT -> {
                    recent.setLength(0);
                    if (c == '<') at = At.MARKUP;
                }
                case MARKUP -> {
                    if (c == '?' && recent.length() == 1) enter(At.INSTRUCTION);
                    else if (recent.toString().equals("!--")) enter(At.COMMENT);
                    else if (recent.toString().equals("!D") || recent.toString().equals("!d")) throw SafeXml.doctype();
                    else if (!"!--".startsWith(recent.toString())) enter(At.ROOT);
                }
                case INSTRUCTION -> leaveAfter("?>");
                case COMMENT -> leaveAfter("-->");
                case ROOT -> recent.setLength(0);
            }
        }

        private void enter(At next) {
            at = next;
            recent.setLength(0);
        }

        private void leaveAfter(String end) {
            if (recent.length() > end.length()) recent.deleteCharAt(0);
            if (recent.toString().equals(end)) enter(At.TEXT);
        }
    }

    /**
     * Finds UTF-8 inside a document that declares a one-byte encoding: it would be read without an error, as "MÃ¼ller".
     *
     * <p>Only sequences that give letters of European languages or typographic signs count. Others, such as the bytes of a
     * sharp s before a closing guillemet, are ordinary text in these encodings.
     */
    private static final class DoubleEncoding {

        private int before;
        private int last;

        void see(byte[] bytes, int start, int length, long position, Charset charset) throws BadInput {
            for (var i = start; i < start + length; i++) {
                var now = bytes[i] & 0xff;
                if (now >= 0x80 && now <= 0xbf && utf8(now))
                    throw new BadInput(
                            "xml.mojibake",
                            "The document says it is in " + charset.name() + ", but has UTF-8 before position "
                                    + (position + i - start + 1)
                                    + ": names would be garbled. Nothing was forwarded. Send it with the encoding it really"
                                    + " has, most likely UTF-8.");
                before = last;
                last = now;
            }
        }

        private boolean utf8(int now) {
            var letter = last >= 0xc2 && last <= 0xc5 || last == 0xc8 && now >= 0x98 && now <= 0x9b;
            var rareLetter = before == 0xe1 && last >= 0xb8 && last <= 0xbb;
            var sign = before == 0xe2 && (last == 0x80 || last == 0x82 && now == 0xac);
            return letter || rareLetter || sign;
        }
    }
}
