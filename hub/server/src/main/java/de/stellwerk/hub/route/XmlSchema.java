package de.stellwerk.hub.route;

import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.route.Assets.Asset;
import de.stellwerk.hub.route.Assets.BadAsset;
import de.stellwerk.hub.route.Assets.Shelf;
import de.stellwerk.hub.validation.SchemaRun;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamException;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.ValidatorHandler;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.ls.LSInput;
import org.w3c.dom.ls.LSResourceResolver;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** A W3C schema, compiled, and what it says of a document: where and which rule, never the value that broke it. */
final class XmlSchema {

    private static final Pattern VERSION = Pattern.compile("[:/_.-]*v?\\d+(?:[._-]\\d+)*/?$");

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
            var findings = SchemaRun.of(reader, validator, this::root);
            // One that was stopped in the middle of a document is not used again.
            idle.add(validator);
            if (!findings.none()) throw new Quarantine("xml.schema", findings.text());
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
