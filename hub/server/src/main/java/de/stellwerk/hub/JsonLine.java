package de.stellwerk.hub;

import java.util.Locale;
import java.util.StringJoiner;

/** One line of JSON (RFC 8259). A library for it takes as long to start as a small file takes to check. */
final class JsonLine {

    private final StringJoiner members = new StringJoiner(",", "{", "}");

    JsonLine text(String name, String value) {
        return json(name, quoted(value));
    }

    /** The empty text as null. */
    JsonLine optional(String name, String value) {
        return value.isEmpty() ? json(name, "null") : text(name, value);
    }

    JsonLine json(String name, Object json) {
        members.add(quoted(name) + ":" + json);
        return this;
    }

    @Override
    public String toString() {
        return members.toString();
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"' || c == '\\') quoted.append('\\').append(c);
            else if (c == '\n') quoted.append("\\n");
            else if (c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c))
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            else quoted.append(c);
        }
        return quoted.append('"').toString();
    }
}
