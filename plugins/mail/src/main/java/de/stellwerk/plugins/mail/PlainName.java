package de.stellwerk.plugins.mail;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.util.Locale;

/** Names and media types that strangers gave, made harmless. */
public final class PlainName {

    private static final int LONGEST = 100;

    private PlainName() {}

    /** The last part of a path, without control and formatting characters and leading dots; cut in the middle if it is long. */
    public static String of(String given, String otherwise) {
        var name = decoded(given).replace('\\', '/');
        name = name.substring(name.lastIndexOf('/') + 1)
                .replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\"<>:|?*]", "")
                .replaceAll("^[.\\s]+|\\s+$", "");
        if (name.length() > LONGEST) {
            var head = name.codePoints()
                    .limit(60)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
            var points = name.codePoints().toArray();
            var tail = new String(points, Math.max(points.length - 30, 0), Math.min(points.length, 30));
            name = head + "_" + tail;
        }
        return name.isBlank() ? otherwise : name;
    }

    public static String mediaType(String given) {
        var end = given.indexOf(';');
        var type = (end < 0 ? given : given.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.length() <= LONGEST && type.matches("[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
                ? type
                : "application/octet-stream";
    }

    /** Many mail programs write names as RFC 2047 words, which RFC 2231 forbids. */
    private static String decoded(String name) {
        try {
            return MimeUtility.decodeText(name);
        } catch (UnsupportedEncodingException e) {
            return name;
        }
    }
}
