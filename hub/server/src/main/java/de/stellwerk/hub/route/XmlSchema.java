package de.stellwerk.hub.route;

import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.route.Assets.Asset;
import de.stellwerk.hub.route.Assets.BadAsset;
import de.stellwerk.hub.route.Assets.Shelf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.ValidatorHandler;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.ls.LSInput;
import org.w3c.dom.ls.LSResourceResolver;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.AttributesImpl;
import org.xml.sax.helpers.LocatorImpl;

/** A W3C schema, compiled, and what it says of a document: where and which rule, never the value that broke it. */
final class XmlSchema {

    private static final int MOST_ERRORS = 10;
    private static final Pattern VERSION = Pattern.compile("[:/_.-]*v?\\d+(?:[._-]\\d+)*/?$");
    private static final Pattern RULE = Pattern.compile("^((?:cvc|src|cos|xml)[A-Za-z0-9.-]*)");
    private static final Pattern EXPECTED = Pattern.compile("\\{([^{}]*)\\}[^{}]*$");

    private final Schema schema;
    private final String namespace;
    private final Set<String> roots;
    /** A validator takes longer to make than a form to validate. Each serves one document at a time. */
    private final Queue<ValidatorHandler> idle = new ConcurrentLinkedQueue<>();

    private XmlSchema(Schema schema, String namespace, Set<String> roots) {
        this.schema = schema;
        this.namespace = namespace;
        this.roots = roots;
    }

    static XmlSchema compile(Asset asset, Shelf shelf) throws BadAsset {
        return asset.compiled(XmlSchema.class, shelf, () -> {
            try {
                var factory = SafeXml.schemaFactory();
                // Includes have addresses below Assets.BASE; the resolver answers them all, so that no file is ever
                // opened.
                factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "file");
                factory.setResourceResolver(new Neighbours(shelf));
                var source = new StreamSource(new ByteArrayInputStream(asset.bytes()), asset.systemId());
                var schema = factory.newSchema(source);
                var root = SafeXml.documentBuilder()
                        .parse(new ByteArrayInputStream(asset.bytes()))
                        .getDocumentElement();
                return new XmlSchema(schema, root.getAttribute("targetNamespace"), roots(root));
            } catch (SAXParseException e) {
                throw new BadAsset(
                        asset.place(e.getLineNumber(), e.getColumnNumber()),
                        Problems.quoted(String.valueOf(e.getMessage())),
                        "a W3C XML schema");
            } catch (SAXException | IOException | RuntimeException e) {
                throw new BadAsset(
                        asset.place(1, 1),
                        Problems.quoted(String.valueOf(e.getMessage())),
                        "a W3C XML schema that includes only files beside it");
            }
        });
    }

    private static Set<String> roots(Element schema) {
        var names = new HashSet<String>();
        for (var node = schema.getFirstChild(); node != null; node = node.getNextSibling())
            if (node instanceof Element element
                    && XMLConstants.W3C_XML_SCHEMA_NS_URI.equals(element.getNamespaceURI())
                    && "element".equals(element.getLocalName())) names.add(element.getAttribute("name"));
        return names;
    }

    /** Accepts the document or throws {@link Quarantine} with {@code version.unknown}, {@code xml.root} or {@code xml.schema}. */
    void check(Body body) throws IOException, SAXException {
        var bytes = body.xml();
        try {
            var reader = SafeXml.reader(new ByteArrayInputStream(bytes));
            var kept = idle.poll();
            var validator = kept == null ? schema.newValidatorHandler() : kept;
            new Check(reader, validator).run();
            // One that was stopped in the middle of a document is not used again.
            idle.add(validator);
        } catch (XMLStreamException e) {
            throw new Quarantine(
                    "xml.malformed",
                    "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
        }
    }

    private void root(QName name) {
        if (name.getNamespaceURI().equals(namespace) && (roots.isEmpty() || roots.contains(name.getLocalPart())))
            return;
        var sameFamily = !namespace.isEmpty() && family(name.getNamespaceURI()).equals(family(namespace));
        if (!name.getNamespaceURI().equals(namespace) && (roots.contains(name.getLocalPart()) || sameFamily))
            throw new Quarantine(
                    "version.unknown",
                    "The document is of a version this route does not know. Nothing was forwarded. Supported is '"
                            + namespace + "': send that version, or add a route for the other one.");
        throw new Quarantine(
                "xml.root",
                "The document is of another kind than this route takes. Nothing was forwarded. Expected is one of "
                        + roots.stream().sorted().toList() + " of namespace '" + namespace + "'.");
    }

    private static String family(String namespace) {
        return VERSION.matcher(namespace).replaceFirst("");
    }

    /** One document on its way through the schema, with the path of the element it is at. */
    private final class Check implements ErrorHandler {

        private final XMLStreamReader reader;
        private final ValidatorHandler validator;
        private final Deque<String> path = new ArrayDeque<>();
        private final List<String> errors = new ArrayList<>();
        private final Place here = new Place();
        private int more;

        Check(XMLStreamReader reader, ValidatorHandler validator) {
            this.reader = reader;
            this.validator = validator;
            validator.setErrorHandler(this);
            validator.setResourceResolver(new Neighbours(new Shelf(List.of())));
            validator.setDocumentLocator(here);
        }

        void run() throws XMLStreamException, SAXException {
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
            if (!errors.isEmpty())
                throw new Quarantine(
                        "xml.schema",
                        "The document does not keep to its schema: " + String.join("; ", errors)
                                + (more > 0 ? "; and " + more + " more" : "")
                                + ". Nothing was forwarded. Send a document as the schema describes it.");
        }

        private void start() throws SAXException {
            if (path.isEmpty()) root(reader.getName());
            path.addLast(reader.getLocalName());
            for (var i = 0; i < reader.getNamespaceCount(); i++)
                validator.startPrefixMapping(plain(reader.getNamespacePrefix(i)), plain(reader.getNamespaceURI(i)));
            var attributes = new AttributesImpl();
            for (var i = 0; i < reader.getAttributeCount(); i++) {
                var name = reader.getAttributeName(i);
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
            if (second && !errors.isEmpty()) return;
            if (errors.size() >= MOST_ERRORS) {
                more++;
                return;
            }
            var at = SafeXml.behind(reader);
            errors.add("/" + String.join("/", path) + " at " + at.getLineNumber() + ":" + at.getColumnNumber() + " "
                    + name + expected(name, message));
        }

        @Override
        public void fatalError(SAXParseException e) {
            error(e);
        }

        /** The names the schema would have taken here: they come from the schema, not from the document. */
        private String expected(String rule, String message) {
            if (!rule.startsWith("cvc-complex-type.2.4")) return "";
            var names = EXPECTED.matcher(message);
            return names.find() && !rule.endsWith("d")
                    ? " (expected " + names.group(1).replaceAll("\"[^\"]*\":", "") + ")"
                    : "";
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

    private static String qualified(QName name) {
        return name.getPrefix().isEmpty() ? name.getLocalPart() : name.getPrefix() + ":" + name.getLocalPart();
    }

    private static String plain(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** Answers what a schema includes from the route's folders, and everything else with an error. */
    private record Neighbours(Shelf shelf) implements LSResourceResolver {

        @Override
        public LSInput resolveResource(
                String type,
                @Nullable String namespace,
                @Nullable String publicId,
                @Nullable String systemId,
                @Nullable String base) {
            var found = shelf.named(plain(systemId))
                    .orElseThrow(() -> new IllegalArgumentException("'" + plain(systemId)
                            + "' is not a file of the route's folder; there is " + shelf.names(".xsd")));
            return new Neighbour(found);
        }
    }

    private record Neighbour(Asset asset) implements LSInput {

        @Override
        public @Nullable Reader getCharacterStream() {
            return null;
        }

        @Override
        public void setCharacterStream(Reader value) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public InputStream getByteStream() {
            return new ByteArrayInputStream(asset.bytes());
        }

        @Override
        public void setByteStream(InputStream value) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public @Nullable String getStringData() {
            return null;
        }

        @Override
        public void setStringData(String value) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public String getSystemId() {
            return asset.systemId();
        }

        @Override
        public void setSystemId(String value) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public @Nullable String getPublicId() {
            return null;
        }

        @Override
        public void setPublicId(String value) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public @Nullable String getBaseURI() {
            return null;
        }

        @Override
        public void setBaseURI(String value) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public @Nullable String getEncoding() {
            return null;
        }

        @Override
        public void setEncoding(String value) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public boolean getCertifiedText() {
            return false;
        }

        @Override
        public void setCertifiedText(boolean value) {
            throw new UnsupportedOperationException("read only");
        }
    }
}
