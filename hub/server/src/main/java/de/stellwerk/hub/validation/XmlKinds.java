package de.stellwerk.hub.validation;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import javax.xml.namespace.QName;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Kinds that are XML and no more than that: any document, forms, and service descriptions of the XZuFi standard. */
final class XmlKinds {

    private static final String XZUFI = "http://xoev.de/schemata/xzufi/";
    private static final Map<String, String> XZUFI_VERSIONS = Map.of("2_1_0", "2.1.0", "2_2_0", "2.2.0");

    private XmlKinds() {}

    /** The document's bytes, once the gate has let them pass. */
    static byte[] gated(Content message) throws BadInput, IOException {
        var limits = Limits.defaults();
        byte[] bytes;
        try (var in = message.open()) {
            bytes = in.readNBytes((int) limits.xml() + 1);
        }
        if (bytes.length == 0)
            throw new BadInput(
                    "xml.malformed", "The document is empty. Nothing was forwarded. Send the whole document again.");
        SafeXml.check(new ByteArrayInputStream(bytes), limits);
        return bytes;
    }

    static QName root(byte[] xml) throws BadInput, IOException {
        return SafeXml.rootName(new ByteArrayInputStream(xml));
    }

    static BadInput otherKind(String expected) {
        return new BadInput(
                "xml.root",
                "The document is of another kind. Nothing was forwarded. Expected is " + expected + ".",
                1,
                0);
    }

    static BadInput unknownVersion(String known) {
        return new BadInput(
                "version.unknown",
                "The document is of a version that is not known. It is kept as it came and goes no further. Known are "
                        + known + ": send one of those, or add the schema of the other.");
    }

    /** Any document; it is also held against its schema where one is at hand. */
    static MessageKind any(Schemas schemas) {
        return MessageKind.of((message, version) -> {
            var xml = gated(message);
            var root = root(xml);
            version.is(root.getNamespaceURI());
            if (!schemas.describes(root)) return Outcome.good(version.name(), "Well-formed and within bounds.");
            schemas.check(xml, root);
            return Outcome.good(version.name(), "Keeps to its schema.");
        });
    }

    /** A form must have a schema. */
    static MessageKind form(Schemas schemas) {
        return MessageKind.of((message, version) -> {
            var xml = gated(message);
            var root = root(xml);
            version.is(root.getNamespaceURI());
            if (!schemas.describes(root)) {
                var others = schemas.namespaces(root.getLocalPart());
                throw unknownVersion(others.isEmpty() ? "the schemas in routes and in --schemas" : others.toString());
            }
            schemas.check(xml, root);
            return Outcome.good(version.name(), "Keeps to its schema.");
        });
    }

    /**
     * XZuFi 2.1 and 2.2 (XÖV standard of FITKO). The schema may not be carried along; without it the version, the head and the
     * elements below the root are looked at.
     */
    static MessageKind xzufi(Schemas schemas) {
        return MessageKind.of((message, version) -> {
            var xml = gated(message);
            var root = root(xml);
            if (!root.getNamespaceURI().startsWith(XZUFI)) throw otherKind("a message in " + XZUFI + "…");
            var known = XZUFI_VERSIONS.get(root.getNamespaceURI().substring(XZUFI.length()));
            version.is(known == null ? root.getNamespaceURI() : known);
            if (known == null) throw unknownVersion("XZuFi 2.1.0 and 2.2.0");
            if (schemas.describes(root)) {
                schemas.check(xml, root);
                return Outcome.good(known, "Keeps to its schema.");
            }
            head(xml, root.getNamespaceURI(), known);
            return Outcome.good(
                    known, "Version and head are in order; for its contents give the schema with --schemas.");
        });
    }

    private static void head(byte[] xml, String namespace, String known) throws BadInput {
        try {
            var reader = SafeXml.reader(new ByteArrayInputStream(xml));
            var depth = 0;
            var heads = 0;
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        depth++;
                        var written = Optional.ofNullable(reader.getAttributeValue(null, "xzufiVersion"));
                        if (depth == 1 && !written.orElse("").equals(known))
                            throw at(reader, "xzufiVersion is not " + known + ", as the namespace says");
                        if (depth == 2 && reader.getLocalName().equals("nachrichtenkopf")) heads++;
                        if (depth == 2 && !reader.getNamespaceURI().equals(namespace))
                            throw at(reader, "an element of another namespace stands below the root");
                    }
                    case XMLStreamConstants.END_ELEMENT -> depth--;
                    default -> {
                        // Text below the root is a matter of the schema.
                    }
                }
            }
            if (heads != 1) throw at(reader, "there must be one nachrichtenkopf, here are " + heads);
        } catch (XMLStreamException e) {
            throw new BadInput(
                    "xml.malformed",
                    "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
        }
    }

    private static BadInput at(XMLStreamReader reader, String what) {
        return new BadInput(
                "xml.schema",
                "The document does not keep to its standard: " + what
                        + ". Nothing was forwarded. Send a document as the standard describes it.",
                reader.getLocation().getLineNumber(),
                reader.getLocation().getColumnNumber());
    }
}
