package de.stellwerk.plugins.register.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.camel.SafeReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * Turns the flat XML of an entry, one element a column, into CSV: {@code ;} between values, CRLF after a line, quotation marks where
 * needed.
 *
 * <p>A line break in a value becomes a blank, because the register reads line by line. A value that begins with {@code = + - @} gets an
 * apostrophe before it: a spreadsheet that opens the file would otherwise run it as a formula.
 *
 * @param columns their order; {@value #ID} comes first and {@value #ATTACHMENTS} last where they are not named
 */
record Table(List<String> columns, boolean header) {

    static final String NAMESPACE = "urn:stellwerk:sample:leipzig-register:1";
    static final String ID = "id";
    static final String ATTACHMENTS = "anlagen";

    private static final String COLUMN = "[A-Za-z][A-Za-z0-9_-]{0,62}";
    private static final String FORMULA = "=+-@";
    private static final Pattern BREAKS = Pattern.compile("[\\r\\n\\t\\u0085\\u2028\\u2029]+");

    Table {
        var all = new ArrayList<>(columns);
        if (!all.contains(ID)) {
            all.add(0, ID);
        }
        if (!all.contains(ATTACHMENTS)) {
            all.add(ATTACHMENTS);
        }
        if (all.stream().distinct().count() < all.size() || !all.stream().allMatch(name -> name.matches(COLUMN))) {
            throw new IllegalArgumentException(
                    "setting 'columns' names each column once, with letters, digits, dashes and underscores");
        }
        columns = List.copyOf(all);
    }

    /** The CSV of one entry. The id and the number of attachments are the hub's; the XML does not name them. */
    String line(InputStream xml, String id, int attachments) throws IOException, RejectedByTarget {
        var values = read(xml);
        if (!id.matches("[0-9a-f]{64}")) {
            throw new RejectedByTarget("register.id: the delivery's id is not 64 hexadecimal digits");
        }
        values.put(ID, id);
        values.put(ATTACHMENTS, Integer.toString(attachments));
        var text = new StringWriter();
        try (var csv = CsvWriter.builder()
                .fieldSeparator(';')
                .lineDelimiter(LineDelimiter.CRLF)
                .build(text)) {
            if (header) {
                csv.writeRecord(columns);
            }
            csv.writeRecord(
                    columns.stream().map(name -> values.getOrDefault(name, "")).toList());
        }
        return text.toString();
    }

    private Map<String, String> read(InputStream xml) throws IOException, RejectedByTarget {
        try (xml) {
            var reader = new SafeReader(xml);
            try {
                return entry(reader);
            } catch (XMLStreamException e) {
                throw reader.why();
            }
        }
    }

    private Map<String, String> entry(SafeReader reader) throws XMLStreamException, RejectedByTarget {
        while (reader.next() != XMLStreamConstants.START_ELEMENT) {
            // comments and white space before the root
        }
        if (!NAMESPACE.equals(reader.getNamespaceURI()) || !"register-entry".equals(reader.getLocalName())) {
            throw new RejectedByTarget("register.unreadable: not a register-entry in " + NAMESPACE);
        }
        var values = new HashMap<String, String>();
        while (reader.nextTag() == XMLStreamConstants.START_ELEMENT) {
            var name = reader.getLocalName();
            if (!columns.contains(name) || name.equals(ID) || name.equals(ATTACHMENTS)) {
                // Leaving it out would lose it in silence.
                throw new RejectedByTarget("register.column: 'columns' does not name the element '"
                        + (name.matches(COLUMN) ? name : "?") + "', or it is the hub's own");
            }
            if (values.put(name, harmless(reader.getElementText())) != null) {
                throw new RejectedByTarget("register.column: the element '" + name + "' comes twice");
            }
        }
        while (reader.hasNext()) {
            reader.next(); // what follows the root is well-formed, too
        }
        return values;
    }

    private static String harmless(String value) {
        var flat = BREAKS.matcher(value).replaceAll(" ").strip();
        return !flat.isEmpty() && FORMULA.indexOf(flat.charAt(0)) >= 0 ? "'" + flat : flat;
    }
}
