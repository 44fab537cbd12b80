package de.stellwerk.hub.route;

/**
 * Writes a checked route anew as YAML for Camel's own loader.
 *
 * <p>Camel never reads the administrator's file itself: so there is nothing in it that Camel would understand differently than the
 * checks did. Every scalar is quoted, and every field stands on the line it has in the file, so that the lines Camel names are right.
 */
final class CamelText {

    private final StringBuilder out = new StringBuilder();
    private int line = 1;

    private CamelText() {}

    /** A document with one route. Camel's own redelivery is off: trying again is the ledger's work. */
    static String of(Tree route) {
        var text = new CamelText();
        text.out.append("[{\"errorHandler\": {\"noErrorHandler\": {}}}, {\"route\": ");
        text.write(route);
        text.out.append("}]\n");
        return text.out.toString();
    }

    private void write(Tree tree) {
        if (tree instanceof Tree.Text text) quote(text.value());
        else if (tree instanceof Tree.Items items) {
            out.append('[');
            var separator = "";
            for (var item : items.values()) {
                out.append(separator);
                write(item);
                separator = ", ";
            }
            out.append(']');
        } else if (tree instanceof Tree.Fields fields) {
            out.append('{');
            var separator = "";
            for (var field : fields.all()) {
                out.append(separator);
                while (line < field.place().line()) {
                    out.append('\n');
                    line++;
                }
                quote(field.name());
                out.append(": ");
                write(field.value());
                separator = ", ";
            }
            out.append('}');
        }
    }

    private void quote(String value) {
        out.append('"');
        value.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') out.append('\\').appendCodePoint(c);
            else if (c < 0x20 || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029 || c == 0xfeff)
                out.append(String.format("\\u%04X", c));
            else out.appendCodePoint(c);
        });
        out.append('"');
    }
}
