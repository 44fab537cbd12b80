package de.stellwerk.plugins.xta;

import java.util.ArrayDeque;
import java.util.Deque;

/** Writes elements. Every text is escaped, and what XML cannot hold becomes a blank. */
final class Xml {

    private final StringBuilder text = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** @param attributes name, value, name, value */
    Xml open(String name, String... attributes) {
        start(name, attributes).append('>');
        open.push(name);
        return this;
    }

    Xml close() {
        text.append("</").append(open.pop()).append('>');
        return this;
    }

    Xml leaf(String name, String value, String... attributes) {
        start(name, attributes).append('>');
        escape(value);
        text.append("</").append(name).append('>');
        return this;
    }

    Xml empty(String name, String... attributes) {
        start(name, attributes).append("/>");
        return this;
    }

    private StringBuilder start(String name, String... attributes) {
        text.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            text.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            text.append('"');
        }
        return text;
    }

    private void escape(String value) {
        value.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '&' -> text.append("&amp;");
                case '"' -> text.append("&quot;");
                default -> text.appendCodePoint(allowed(c) ? c : ' ');
            }
        });
    }

    private static boolean allowed(int c) {
        return c >= 0x20 && c < 0xD800 || c >= 0xE000 && c < 0xFFFE || c >= 0x10000;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
