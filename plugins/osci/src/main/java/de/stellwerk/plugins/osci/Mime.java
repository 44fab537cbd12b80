package de.stellwerk.plugins.osci;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The multipart that OSCI puts into the body of HTTP, head and all (chapter "Transport" of the specification). */
final class Mime {

    static final String ROOT = "osci@message";
    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";\\s]{1,70})\"?");
    private static final int MOST_PARTS = 100;
    private static final byte[] GAP = "\r\n\r\n".getBytes(ISO_8859_1);

    private Mime() {}

    /** @param parts each a head of one or more lines without the last line's end, and its bytes */
    static byte[] write(String boundary, Map<String, byte[]> parts) {
        var out = new ByteArrayOutputStream();
        put(out, "MIME-Version: 1.0\r\nContent-Type: Multipart/Related; boundary=" + boundary + "; type=text/xml\r\n");
        parts.forEach((head, bytes) -> {
            put(out, "\r\n--" + boundary + "\r\n" + head + "\r\n\r\n");
            out.writeBytes(bytes);
        });
        put(out, "\r\n--" + boundary + "--\r\n");
        return out.toByteArray();
    }

    static String root() {
        return "Content-Type: text/xml; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <" + ROOT + ">";
    }

    private static void put(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(ISO_8859_1));
    }

    /** The parts by their Content-ID without brackets, Base64 taken off. */
    static Map<String, byte[]> read(byte[] message) throws IOException {
        int start = after(message, GAP, 0);
        var head = new String(message, 0, start, ISO_8859_1);
        var boundary = BOUNDARY.matcher(head);
        if (!boundary.find()) {
            throw new IOException("osci.answer: not multipart/related");
        }
        var line = ("\r\n--" + boundary.group(1)).getBytes(ISO_8859_1);
        var parts = new LinkedHashMap<String, byte[]>();
        // The gap's second line end may be the one the first boundary begins with.
        int at = after(message, line, start - 2);
        while (!startsWith(message, at, "--")) {
            int end = index(message, line, at)
                    .orElseThrow(() -> new IOException("osci.answer: the multipart ends too early"));
            int body = after(message, GAP, at);
            if (body > end || parts.size() == MOST_PARTS) {
                throw new IOException("osci.answer: a part without a head, or too many of them");
            }
            var fields = fields(new String(message, at, body - at, ISO_8859_1));
            var bytes = Arrays.copyOfRange(message, body, end);
            var id = fields.getOrDefault("content-id", "").replaceAll("^<|>$", "");
            boolean encoded = fields.getOrDefault("content-type", "").startsWith("text/base64")
                    || fields.getOrDefault("content-transfer-encoding", "").equalsIgnoreCase("base64");
            if (parts.put(id, encoded ? Sealed.base64(new String(bytes, ISO_8859_1)) : bytes) != null) {
                throw new IOException("osci.answer: two parts with one Content-ID");
            }
            at = end + line.length;
        }
        return parts;
    }

    private static Map<String, String> fields(String head) {
        var fields = new HashMap<String, String>();
        for (var line : head.split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return fields;
    }

    private static boolean startsWith(byte[] bytes, int at, String text) {
        return new String(bytes, at, Math.min(text.length(), bytes.length - at), ISO_8859_1).equals(text);
    }

    private static int after(byte[] bytes, byte[] what, int from) throws IOException {
        return index(bytes, what, from)
                        .orElseThrow(() -> new IOException("osci.answer: not the multipart it should be"))
                + what.length;
    }

    private static Optional<Integer> index(byte[] bytes, byte[] what, int from) {
        for (int i = Math.max(0, from); i <= bytes.length - what.length; i++) {
            if (bytes[i] == what[0] && Arrays.equals(bytes, i, i + what.length, what, 0, what.length)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }
}
