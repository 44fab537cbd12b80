package de.stellwerk.plugins.folder;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A file's name as the bytes the other side has written. Systems of this age write ISO-8859-1, and a name that was decoded as UTF-8
 * would find no file again.
 *
 * @param octets one character for each byte
 */
record FileName(String octets) {

    /** What file systems take, in bytes. */
    private static final int LONGEST = 255;

    private static final int LONGEST_IN_ID = 130;
    private static final int KEPT_IN_ID = 100;

    static FileName of(String text) {
        return new FileName(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    private byte[] bytes() {
        return octets.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** False for what is no name of a file in a folder, whatever a server calls it. */
    boolean isPlain() {
        return !octets.isEmpty()
                && !octets.equals(".")
                && !octets.equals("..")
                && octets.indexOf('/') < 0
                && octets.indexOf('\0') < 0;
    }

    boolean isUtf8() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** For people: as UTF-8 if it is that, otherwise as ISO-8859-1. */
    String shown() {
        return isUtf8() ? new String(bytes(), StandardCharsets.UTF_8) : octets;
    }

    /** The same bytes in printable characters; two names never look the same. What is not printable stands as {@code %0A}. */
    String escaped() {
        var text = new StringBuilder();
        if (isUtf8()) {
            shown().codePoints().forEach(c -> {
                if (c == '%' || isHidden(c)) {
                    escape(Character.toString(c).getBytes(StandardCharsets.UTF_8), text);
                } else {
                    text.appendCodePoint(c);
                }
            });
        } else {
            octets.chars().forEach(c -> {
                if (c < ' ' || c > '~' || c == '%') {
                    escape(new byte[] {(byte) c}, text);
                } else {
                    text.append((char) c);
                }
            });
        }
        return text.toString();
    }

    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static void escape(byte[] bytes, StringBuilder text) {
        for (var b : bytes) {
            text.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
        }
    }

    /** A message's id: the same name with the same bytes is the same message, with other bytes another one. */
    String id(String sha256) {
        var name = escaped();
        if (name.length() > LONGEST_IN_ID) {
            var end = Character.isHighSurrogate(name.charAt(KEPT_IN_ID - 1)) ? KEPT_IN_ID - 1 : KEPT_IN_ID;
            name = name.substring(0, end) + "~" + fingerprint();
        }
        return name + ":" + sha256;
    }

    boolean endsWith(String ending) {
        return octets.toLowerCase(Locale.ROOT).endsWith(ending);
    }

    FileName without(String ending) {
        return new FileName(octets.substring(0, octets.length() - ending.length()));
    }

    /** A name for something that lies beside the file; one that would be too long begins with a fingerprint instead. */
    FileName with(String ending) {
        return octets.length() + ending.length() <= LONGEST
                ? new FileName(octets + ending)
                : new FileName(fingerprint() + ending);
    }

    private String fingerprint() {
        return HexFormat.of().formatHex(sha256().digest(bytes())).substring(0, 16);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
