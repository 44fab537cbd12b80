package de.stellwerk.hub.gate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Compares the media type a sender declares with the first bytes of the content. */
public final class MediaTypes {

    /** What municipalities and base components exchange. Old office formats are not on it: they carry macros unseen. */
    public static final Set<String> USUAL = Set.of(
            "application/pdf",
            "application/xml",
            "text/xml",
            "application/json",
            "text/plain",
            "text/csv",
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/tiff",
            "application/zip",
            "application/vnd.etsi.asic-e+zip",
            "application/vnd.etsi.asic-s+zip",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/pkcs7-signature",
            "application/pkcs7-mime",
            "application/octet-stream");

    private static final Pattern SYNTAX = Pattern.compile(
            "([a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126})"
                    + "(?:\\s*;\\s*[a-z0-9!#$&^_.+-]{1,64}=(?:[a-z0-9!#$&^_.+:/-]{1,128}|\"[^\"\\\\\\p{Cntrl}]{0,128}\"))*",
            Pattern.CASE_INSENSITIVE);

    /** What the first bytes say. */
    private enum Kind {
        PDF,
        ZIP,
        XML,
        PNG,
        JPEG,
        GIF,
        TIFF,
        OLE,
        EXECUTABLE,
        UNKNOWN
    }

    private MediaTypes() {}

    /** As {@link #check(String, byte[], Set)} with the {@link #USUAL} types. */
    public static void check(String declared, byte[] firstBytes) throws BadInput {
        check(declared, firstBytes, USUAL);
    }

    /**
     * Refuses a type that is not allowed and content that is something else than it says.
     *
     * @param firstBytes the content's beginning, 512 bytes or all there are
     * @param allowed media types in lower case, without parameters
     * @throws BadInput {@code type.syntax}, {@code type.refused}, {@code type.executable} or {@code type.mismatch}
     */
    public static void check(String declared, byte[] firstBytes, Set<String> allowed) throws BadInput {
        var syntax = SYNTAX.matcher(declared);
        if (declared.length() > 255 || !syntax.matches())
            throw bad("type.syntax", "A media type is not written as one.", "Send it as type/subtype.");
        var type = syntax.group(1).toLowerCase(Locale.ROOT);
        var kind = kind(firstBytes);
        if (kind == Kind.EXECUTABLE)
            throw bad("type.executable", "A part is a program.", "Programs are never taken: send the document itself.");
        if (!allowed.contains(type))
            throw bad(
                    "type.refused",
                    "A part has a media type that is not taken here.",
                    "Send it as PDF, XML or an image.");
        if (!fits(type, kind, firstBytes))
            throw bad(
                    "type.mismatch",
                    "The content of a part is not what its media type says.",
                    "Send the media type that fits the content.");
    }

    private static BadInput bad(String code, String what, String next) {
        return new BadInput(code, what + " Nothing of it was opened or forwarded. " + next);
    }

    private static boolean fits(String type, Kind kind, byte[] bytes) {
        if (type.endsWith("/xml") || type.endsWith("+xml")) return kind == Kind.XML;
        if (type.equals("application/zip") || type.endsWith("+zip")) return kind == Kind.ZIP;
        if (type.contains(".openxmlformats-") || type.contains(".oasis.opendocument.")) return kind == Kind.ZIP;
        return switch (type) {
            case "application/pdf" -> kind == Kind.PDF;
            case "image/png" -> kind == Kind.PNG;
            case "image/jpeg" -> kind == Kind.JPEG;
            case "image/gif" -> kind == Kind.GIF;
            case "image/tiff" -> kind == Kind.TIFF;
            case "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint" -> kind == Kind.OLE;
            case "application/octet-stream" -> true;
            // A text may begin with a pointed bracket; it may not hold the bytes of anything binary.
            case "text/plain", "text/csv", "application/json" ->
                (kind == Kind.UNKNOWN || kind == Kind.XML) && isText(bytes);
            default -> kind == Kind.UNKNOWN;
        };
    }

    private static boolean isText(byte[] bytes) {
        if (starts(bytes, "fffe") || starts(bytes, "feff")) return true;
        for (var b : bytes) if (b == 0) return false;
        return true;
    }

    private static Kind kind(byte[] bytes) {
        if (isProgram(bytes)) return Kind.EXECUTABLE;
        if (starts(bytes, "255044462d")) return Kind.PDF;
        if (starts(bytes, "504b0304") || starts(bytes, "504b0506")) return Kind.ZIP;
        if (starts(bytes, "89504e470d0a1a0a")) return Kind.PNG;
        if (starts(bytes, "ffd8ff")) return Kind.JPEG;
        if (starts(bytes, "474946383761") || starts(bytes, "474946383961")) return Kind.GIF;
        if (starts(bytes, "49492a00") || starts(bytes, "4d4d002a")) return Kind.TIFF;
        if (starts(bytes, "d0cf11e0a1b11ae1")) return Kind.OLE;
        return isXml(bytes) ? Kind.XML : Kind.UNKNOWN;
    }

    private static boolean isXml(byte[] bytes) {
        var text = new String(bytes, ISO_8859_1)
                .replaceFirst("^(?:\u00ef\u00bb\u00bf|\u00fe\u00ff|\u00ff\u00fe)", "")
                .replace("\0", "")
                .stripLeading();
        return text.startsWith("<");
    }

    private static boolean isProgram(byte[] bytes) {
        return isWindowsProgram(bytes)
                || starts(bytes, "7f454c46") // ELF
                || starts(bytes, "cafebabe") // Java class, or several Mach-O
                || starts(bytes, "feedface")
                || starts(bytes, "feedfacf")
                || starts(bytes, "cefaedfe")
                || starts(bytes, "cffaedfe") // Mach-O
                || starts(bytes, "4c0000000114020000000000c0000000") // Windows shortcut
                || starts(bytes, "23212f")
                || starts(bytes, "2321202f"); // script for an interpreter
    }

    /** A text may well begin with MZ; the header of a program has zero bytes right behind. */
    private static boolean isWindowsProgram(byte[] bytes) {
        if (!starts(bytes, "4d5a")) return false;
        for (var i = 2; i < Math.min(bytes.length, 64); i++) if (bytes[i] == 0) return true;
        return false;
    }

    private static boolean starts(byte[] bytes, String hex) {
        var wanted = HexFormat.of().parseHex(hex);
        if (bytes.length < wanted.length) return false;
        for (var i = 0; i < wanted.length; i++) if (bytes[i] != wanted[i]) return false;
        return true;
    }
}
