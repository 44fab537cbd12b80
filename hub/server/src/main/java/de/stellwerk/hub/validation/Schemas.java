package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import org.xml.sax.SAXException;

/**
 * The W3C schemas of a folder, found by what they describe; compiled when first asked for. They come from the operator, and read
 * their own includes from beside themselves; a document can name none.
 */
final class Schemas {

    private static final int DEPTH = 8;
    private static final String XSD = XMLConstants.W3C_XML_SCHEMA_NS_URI;

    private final Map<QName, URL> roots = new HashMap<>();
    private final Map<QName, Schema> compiled = new ConcurrentHashMap<>();

    private Schemas(Map<QName, URL> roots) {
        this.roots.putAll(roots);
    }

    /** Files that are no schemas are passed over. */
    static Schemas in(List<Path> folders) throws IOException {
        var roots = new HashMap<QName, URL>();
        for (var folder : folders) {
            if (!Files.isDirectory(folder)) continue;
            try (Stream<Path> files = Files.walk(folder, DEPTH)) {
                for (var file : files.filter(each -> each.toString().endsWith(".xsd"))
                        .sorted()
                        .toList()) {
                    try (var in = Files.newInputStream(file)) {
                        for (var root : elements(in))
                            roots.putIfAbsent(root, file.toUri().toURL());
                    } catch (XMLStreamException e) {
                        // A file that cannot be read describes nothing.
                        continue;
                    }
                }
            }
        }
        return new Schemas(roots);
    }

    static Schemas none() {
        return new Schemas(Map.of());
    }

    /** One schema of the class path. */
    static Schemas resource(QName root, String resource) {
        var url = Schemas.class.getResource(resource);
        if (url == null) throw new IllegalStateException(resource + " is not on the class path");
        return new Schemas(Map.of(root, url));
    }

    private static List<QName> elements(InputStream schema) throws XMLStreamException {
        var reader = SafeXml.reader(schema);
        var names = new ArrayList<QName>();
        var namespace = "";
        for (var depth = 0; reader.hasNext(); ) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    depth++;
                    var name = reader.getName();
                    if (depth == 1 && !name.equals(new QName(XSD, "schema"))) return List.of();
                    if (depth == 1)
                        namespace = Optional.ofNullable(reader.getAttributeValue(null, "targetNamespace"))
                                .orElse("");
                    if (depth == 2 && name.equals(new QName(XSD, "element")))
                        names.add(new QName(namespace, reader.getAttributeValue(null, "name")));
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> {
                    // Text and comments declare nothing.
                }
            }
        }
        return names;
    }

    boolean describes(QName root) {
        return roots.containsKey(root);
    }

    /** Namespaces in which the same root element is described. */
    List<String> namespaces(String localName) {
        return roots.keySet().stream()
                .filter(root -> root.getLocalPart().equals(localName))
                .map(QName::getNamespaceURI)
                .sorted()
                .toList();
    }

    /**
     * Checks a document that has passed the gate.
     *
     * @throws BadInput {@code xml.schema}
     * @throws IOException when the schema itself cannot be used
     */
    void check(byte[] xml, QName root) throws BadInput, IOException {
        try {
            var schema = compiled.computeIfAbsent(root, this::compile);
            var findings = SchemaRun.of(
                    SafeXml.reader(new ByteArrayInputStream(xml)), schema.newValidatorHandler(), name -> {});
            if (findings.none()) return;
            var first = findings.first().get(0);
            throw new BadInput("xml.schema", findings.text(), first.line(), first.column());
        } catch (XMLStreamException | SAXException e) {
            throw new BadInput(
                    "xml.malformed",
                    "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
        } catch (IllegalArgumentException e) {
            throw new IOException("the schema for " + root + " cannot be used", e);
        }
    }

    private Schema compile(QName root) {
        var url = roots.get(root);
        if (url == null) throw new IllegalArgumentException("no schema describes " + root);
        try {
            return SafeXml.localSchemaFactory().newSchema(new StreamSource(url.toExternalForm()));
        } catch (SAXException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
