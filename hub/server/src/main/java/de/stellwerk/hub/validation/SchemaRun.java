package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.SafeXml;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.validation.ValidatorHandler;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.ls.LSInput;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.AttributesImpl;
import org.xml.sax.helpers.LocatorImpl;

/** One document on its way through a W3C schema: where it breaks which rule, never the value that breaks it. */
public final class SchemaRun implements ErrorHandler {

    private static final int MOST_ERRORS = 10;
    private static final Pattern RULE = Pattern.compile("^((?:cvc|src|cos|xml)[A-Za-z0-9.-]*)");
    private static final Pattern EXPECTED = Pattern.compile("\\{([^{}]*)\\}[^{}]*$");

    /**
     * @param path of the element, by local names
     * @param rule of XML Schema 1.0, such as {@code cvc-datatype-valid.1.2.1}
     * @param expected the names the schema would have taken, or empty
     */
    public record Violation(String path, int line, int column, String rule, String expected) {

        @Override
        public String toString() {
            return path + " at " + line + ":" + column + " " + rule
                    + (expected.isEmpty() ? "" : " (expected " + expected + ")");
        }
    }

    /** The first violations, and how many more there are. */
    public record Findings(List<Violation> first, int more) {

        public boolean none() {
            return first.isEmpty();
        }

        public String text() {
            return "The document does not keep to its schema: "
                    + String.join("; ", first.stream().map(Violation::toString).toList())
                    + (more > 0 ? "; and " + more + " more" : "")
                    + ". Nothing was forwarded. Send a document as the schema describes it.";
        }
    }

    /** Looks at the root element before the schema does. */
    public interface Root {
        void is(QName name);
    }

    private final XMLStreamReader reader;
    private final ValidatorHandler validator;
    private final Root root;
    private final Deque<String> path = new ArrayDeque<>();
    private final List<Violation> violations = new ArrayList<>();
    private int more;

    private SchemaRun(XMLStreamReader reader, ValidatorHandler validator, Root root) {
        this.reader = reader;
        this.validator = validator;
        this.root = root;
        validator.setErrorHandler(this);
        validator.setResourceResolver(SchemaRun::nothing);
        validator.setDocumentLocator(new Place());
    }

    /** Reads the document to its end. */
    public static Findings of(XMLStreamReader reader, ValidatorHandler validator, Root root)
            throws XMLStreamException, SAXException {
        var run = new SchemaRun(reader, validator, root);
        run.read();
        return new Findings(List.copyOf(run.violations), run.more);
    }

    private static LSInput nothing(
            String type,
            @Nullable String namespace,
            @Nullable String publicId,
            @Nullable String systemId,
            @Nullable String base) {
        throw new IllegalArgumentException("a document names no schema of its own");
    }

    private void read() throws XMLStreamException, SAXException {
        validator.startDocument();
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> start();
                case XMLStreamConstants.END_ELEMENT -> end();
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    validator.characters(reader.getTextCharacters(), reader.getTextStart(), reader.getTextLength());
                default -> {
                    // Comments and processing instructions are not validated.
                }
            }
        }
        validator.endDocument();
    }

    private void start() throws SAXException {
        if (path.isEmpty()) root.is(reader.getName());
        path.addLast(reader.getLocalName());
        for (var i = 0; i < reader.getNamespaceCount(); i++)
            validator.startPrefixMapping(plain(reader.getNamespacePrefix(i)), plain(reader.getNamespaceURI(i)));
        var attributes = new AttributesImpl();
        for (var i = 0; i < reader.getAttributeCount(); i++) {
            var name = reader.getAttributeName(i);
            // Where its schema lies is for the receiver to say.
            if (name.getLocalPart().toLowerCase(Locale.ROOT).endsWith("schemalocation")) continue;
            attributes.addAttribute(
                    name.getNamespaceURI(),
                    name.getLocalPart(),
                    qualified(name),
                    reader.getAttributeType(i),
                    reader.getAttributeValue(i));
        }
        var name = reader.getName();
        validator.startElement(name.getNamespaceURI(), name.getLocalPart(), qualified(name), attributes);
    }

    private void end() throws SAXException {
        var name = reader.getName();
        validator.endElement(name.getNamespaceURI(), name.getLocalPart(), qualified(name));
        for (var i = 0; i < reader.getNamespaceCount(); i++)
            validator.endPrefixMapping(plain(reader.getNamespacePrefix(i)));
        path.removeLast();
    }

    @Override
    public void warning(SAXParseException e) {
        // A warning does not make a document invalid.
    }

    /** The schema reports a wrong value twice, as the rule of its type and as that of its element: the first is enough. */
    @Override
    public void error(SAXParseException e) {
        var message = String.valueOf(e.getMessage());
        var rule = RULE.matcher(message);
        var name = rule.find() ? rule.group(1) : "schema";
        var second = name.equals("cvc-type.3.1.3") || name.equals("cvc-attribute.3");
        if (second && !violations.isEmpty()) return;
        if (violations.size() >= MOST_ERRORS) {
            more++;
            return;
        }
        var at = SafeXml.behind(reader);
        violations.add(new Violation(
                "/" + String.join("/", path), at.getLineNumber(), at.getColumnNumber(), name, expected(name, message)));
    }

    @Override
    public void fatalError(SAXParseException e) {
        error(e);
    }

    /** The names the schema would have taken here: they come from the schema, not from the document. */
    private static String expected(String rule, String message) {
        if (!rule.startsWith("cvc-complex-type.2.4") || rule.endsWith("d")) return "";
        var names = EXPECTED.matcher(message);
        return names.find() ? names.group(1).replaceAll("\"[^\"]*\":", "") : "";
    }

    private static String qualified(QName name) {
        return name.getPrefix().isEmpty() ? name.getLocalPart() : name.getPrefix() + ":" + name.getLocalPart();
    }

    private static String plain(@Nullable String value) {
        return value == null ? "" : value;
    }

    private final class Place extends LocatorImpl {

        @Override
        public int getLineNumber() {
            return SafeXml.behind(reader).getLineNumber();
        }

        @Override
        public int getColumnNumber() {
            return SafeXml.behind(reader).getColumnNumber();
        }
    }
}
