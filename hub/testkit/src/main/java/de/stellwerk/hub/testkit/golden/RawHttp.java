package de.stellwerk.hub.testkit.golden;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request or an answer as text: a first line, headers, an empty line, the body without the newline at its end.
 *
 * @param headers names in lower case
 */
record RawHttp(String first, Map<String, String> headers, String body) {

    static RawHttp of(String text) throws NotACase {
        var plain = text.replace("\r\n", "\n");
        var end = plain.indexOf("\n\n");
        var head = List.of((end < 0 ? plain : plain.substring(0, end)).split("\n"));
        var headers = new LinkedHashMap<String, String>();
        for (var line : head.subList(1, head.size())) {
            var colon = line.indexOf(':');
            if (colon < 1) {
                throw new NotACase("a line of an HTTP text is no header: " + line);
            }
            headers.put(
                    line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        var body = end < 0 ? "" : plain.substring(end + 2).replaceFirst("\n\\z", "");
        return new RawHttp(head.get(0).strip(), headers, body);
    }

    /** The status an answer's first line names, such as {@code 200} or {@code HTTP/1.1 200 OK}. */
    int status() throws NotACase {
        for (var word : first.split(" ")) {
            if (word.matches("[1-5][0-9]{2}")) {
                return Integer.parseInt(word);
            }
        }
        throw new NotACase("an HTTP answer starts with its status, not with: " + first);
    }
}
