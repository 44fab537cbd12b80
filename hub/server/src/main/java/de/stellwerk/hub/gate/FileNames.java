package de.stellwerk.hub.gate;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** Makes the name a sender gave to a part harmless: a name to show, never a path to write to. */
public final class FileNames {

    static final int LENGTH = 200;

    private static final Pattern CLIMBS = Pattern.compile("(?:^|.*[/\\\\])\\.\\.(?:[/\\\\].*|$)", Pattern.DOTALL);
    private static final Pattern ABSOLUTE = Pattern.compile("^(?:[/\\\\]|[A-Za-z]:|~[/\\\\]).*", Pattern.DOTALL);
    /** What most names look like: nothing in them has to be looked at twice. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]{0,99}\\.[A-Za-z0-9]{1,12}");

    private static final Pattern DEVICE =
            Pattern.compile("(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\\..*)?", Pattern.CASE_INSENSITIVE);

    private FileNames() {}

    /**
     * The name in composed form (NFC), without characters that are not seen, with {@code _} for what some file system does
     * not take, at most {@value #LENGTH} characters, its ending kept; {@code file} where nothing is left.
     *
     * @throws BadInput {@code name.path} when it climbs ({@code ../}), is absolute or names a drive, also percent-encoded
     */
    public static String safe(String name) throws BadInput {
        if (PLAIN.matcher(name).matches() && !DEVICE.matcher(name).matches()) return name;
        if (isPath(name))
            throw new BadInput(
                    "name.path",
                    "The name of a part is a path that leads elsewhere. Nothing was written. Send a plain file name.");
        var seen = new StringBuilder();
        name.codePoints().filter(c -> !Hidden.isHidden(c)).forEach(seen::appendCodePoint);
        var plain = Normalizer.normalize(seen, Normalizer.Form.NFC)
                .replaceAll("[/\\\\:<>\"|?*]", "_")
                .replaceAll("^\\s+|[\\s.]+$", "");
        if (plain.isEmpty()) return "file";
        return shortened(DEVICE.matcher(plain).matches() ? "_" + plain : plain);
    }

    /** Whether the name climbs, is absolute or names a drive, as it stands or once its percent signs are decoded, however often. */
    static boolean isPath(String name) {
        var form = Normalizer.normalize(visible(name), Normalizer.Form.NFKC);
        for (var round = 0; round < 4; round++) {
            if (CLIMBS.matcher(form).matches() || ABSOLUTE.matcher(form).matches()) return true;
            var decoded = visible(decoded(form));
            if (decoded.equals(form)) return false;
            form = decoded;
        }
        return true;
    }

    private static String visible(String name) {
        var out = new StringBuilder();
        name.codePoints().filter(c -> !Hidden.isHidden(c)).forEach(out::appendCodePoint);
        return out.toString().strip();
    }

    private static String decoded(String name) {
        var out = new StringBuilder();
        for (var i = 0; i < name.length(); i++) {
            var value = name.charAt(i) == '%' && i + 2 < name.length() ? hex(name.substring(i + 1, i + 3)) : -1;
            out.append(value < 0 ? name.charAt(i) : (char) value);
            if (value >= 0) i += 2;
        }
        return out.toString();
    }

    private static int hex(String digits) {
        return digits.toLowerCase(Locale.ROOT).matches("[0-9a-f]{2}") ? Integer.parseInt(digits, 16) : -1;
    }

    private static String shortened(String name) {
        if (name.length() <= LENGTH) return name;
        var dot = name.lastIndexOf('.');
        var ending = dot > 0 && name.length() - dot <= 12 ? name.substring(dot) : "";
        var cut = LENGTH - ending.length();
        if (Character.isHighSurrogate(name.charAt(cut - 1))) cut--;
        return name.substring(0, cut) + ending;
    }
}
