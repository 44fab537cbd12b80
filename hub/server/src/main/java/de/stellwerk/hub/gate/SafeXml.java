package de.stellwerk.hub.gate;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.stax.WstxInputFactory;
import de.stellwerk.hub.config.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.transform.ErrorListener;
import javax.xml.transform.TransformerConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.validation.SchemaFactory;
import org.codehaus.stax2.XMLStreamReader2;
import org.w3c.dom.ls.DOMImplementationLS;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXNotRecognizedException;
import org.xml.sax.SAXNotSupportedException;
import org.xml.sax.SAXParseException;

/**
 * The only place where the hub makes XML factories, and the check every XML document passes before anything else reads it.
 *
 * <p>None is looked up, so that another parser on the class path changes nothing: trees, schemas and stylesheets are the JDK's, streams
 * are Woodstox's, which is several times as fast. None reads a document type, an external entity or anything else from outside the
 * document.
 *
 * <p>Bounds: {@value #DEPTH} nested elements, {@value #ATTRIBUTES} attributes and namespaces an element, names of
 * {@value #NAME} characters, texts of {@value #TEXT} characters, the document {@link Limits#xml()} bytes; encodings UTF-8,
 * UTF-16, ISO-8859-1, ISO-8859-15 and windows-1252; XML 1.0.
 */
public final class SafeXml {

    static final int DEPTH = 100;
    static final int ATTRIBUTES = 200;
    static final int NAME = 1_000;
    static final int TEXT = 8 << 20;

    /** The JDK's own bounds, by the names that parsers of Java 17 and 25 both know. Entities cannot exist without a DTD: 1 is the least. */
    private static final Map<String, String> BOUNDS = Map.of(
            "http://www.oracle.com/xml/jaxp/properties/maxElementDepth", "" + DEPTH,
            "http://www.oracle.com/xml/jaxp/properties/elementAttributeLimit", "" + ATTRIBUTES,
            "http://www.oracle.com/xml/jaxp/properties/maxXMLNameLimit", "" + NAME,
            "http://www.oracle.com/xml/jaxp/properties/entityExpansionLimit", "1");

    /** Safe for threads, and it remembers names. */
    private static final XMLInputFactory STREAMS = streams();

    private SafeXml() {}

    /**
     * Makes libraries take the JDK's stylesheet processor too, whatever other one is on the class path. To be called before the first
     * of them does.
     */
    public static void keepTheJdks() {
        System.setProperty(
                "javax.xml.transform.TransformerFactory",
                TransformerFactory.newDefaultInstance().getClass().getName());
    }

    /**
     * Reads the whole document as a stream and refuses what is not plain, bounded, well-formed XML. Does not close the stream.
     *
     * @throws BadInput with one of {@code xml.doctype}, {@code xml.depth}, {@code xml.attributes}, {@code xml.size},
     *     {@code xml.encoding}, {@code xml.mojibake}, {@code xml.malformed}
     * @throws IOException only when the stream itself fails
     */
    public static void check(InputStream xml, Limits limits) throws BadInput, IOException {
        read(xml, limits, reader -> {
            var depth = 0;
            var text = 0L;
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        text = 0;
                        if (++depth > DEPTH) throw tooDeep();
                        if (reader.getAttributeCount() + reader.getNamespaceCount() > ATTRIBUTES)
                            throw tooManyAttributes();
                        checkNames(reader);
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        text = 0;
                        depth--;
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                        text += reader.getTextLength();
                        if (text > TEXT) throw tooLong("a single text of more than " + TEXT + " characters");
                    }
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE -> throw doctype();
                    default -> {
                        // Comments, processing instructions and white space carry no meaning here.
                    }
                }
            }
            return depth;
        });
    }

    private static void checkNames(XMLStreamReader reader) throws BadInput {
        var longest = reader.getLocalName().length();
        for (var i = 0; i < reader.getAttributeCount(); i++)
            longest = Math.max(longest, reader.getAttributeLocalName(i).length());
        if (longest > NAME) throw tooLong("a name of more than " + NAME + " characters");
    }

    /** The root element as {@code {namespace}local}, or {@code local} where it has no namespace. Reads no further than that. */
    public static String rootNamespace(InputStream xml) throws BadInput, IOException {
        return rootName(xml).toString();
    }

    /** The name of the root element. Reads no further than that, so the rest may still be bad. */
    public static QName rootName(InputStream xml) throws BadInput, IOException {
        return read(xml, Limits.defaults(), reader -> {
            while (reader.next() != XMLStreamConstants.START_ELEMENT) {
                // What stands before the root element is skipped.
            }
            return reader.getName();
        });
    }

    /** A namespace-aware builder without DTD; it throws on errors and prints nothing. Not thread-safe: make one a document. */
    public static DocumentBuilder documentBuilder() {
        var factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        factory.setXIncludeAware(false);
        factory.setExpandEntityReferences(false);
        try {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            BOUNDS.forEach(factory::setAttribute);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this JDK's XML parser cannot be made safe: use a supported JDK", e);
        }
    }

    /**
     * A factory for W3C schemas that loads nothing a schema names: who needs includes gives it a resource resolver of its own
     * and allows {@code file}.
     */
    public static SchemaFactory schemaFactory() {
        var factory = SchemaFactory.newDefaultInstance();
        try {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setErrorHandler(new Strict());
            return factory;
        } catch (SAXNotRecognizedException | SAXNotSupportedException e) {
            throw new IllegalStateException("this JDK's schema factory cannot be made safe: use a supported JDK", e);
        }
    }

    /**
     * A factory for W3C schemas that an operator or a library has put there: they may include what lies beside them, and declare
     * entities of their own, as the schema of XML Signature does. Document types elsewhere are taken for empty.
     */
    public static SchemaFactory localSchemaFactory() {
        var factory = schemaFactory();
        try {
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", false);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "file,jar:file");
        } catch (SAXNotRecognizedException | SAXNotSupportedException e) {
            throw new IllegalStateException("this JDK's schema factory cannot be made safe: use a supported JDK", e);
        }
        var inputs =
                (DOMImplementationLS) documentBuilder().getDOMImplementation().getFeature("LS", "3.0");
        factory.setResourceResolver((type, namespace, publicId, systemId, base) -> {
            if (!XMLConstants.XML_DTD_NS_URI.equals(type)) return null;
            var empty = inputs.createLSInput();
            empty.setStringData("");
            empty.setSystemId(systemId);
            return empty;
        });
        return factory;
    }

    /** A factory for XSLT 1.0 without extension functions, {@code document()} or imports from outside. */
    public static TransformerFactory transformerFactory() {
        var factory = TransformerFactory.newDefaultInstance();
        try {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_STYLESHEET, "");
            factory.setErrorListener(new Strict());
            return factory;
        } catch (TransformerConfigurationException e) {
            throw new IllegalStateException("this JDK's XSLT processor cannot be made safe: use a supported JDK", e);
        }
    }

    private static XMLInputFactory streams() {
        var factory = new WstxInputFactory();
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(WstxInputProperties.P_LAZY_PARSING, false);
        factory.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, DEPTH);
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, ATTRIBUTES);
        factory.setXMLResolver((publicId, systemId, baseUri, namespace) -> {
            throw new XMLStreamException("nothing outside the document is read");
        });
        return factory;
    }

    /** Makes streaming parsers without DTD. It bounds attributes and depth, not names: count those yourself. */
    public static XMLInputFactory inputFactory() {
        return STREAMS;
    }

    /** A streaming parser over bytes that have passed {@link #check}; close it when done. */
    public static XMLStreamReader reader(InputStream checked) throws XMLStreamException {
        return STREAMS.createXMLStreamReader(checked);
    }

    /** Where the parser stands: behind what it has read last. */
    public static Location behind(XMLStreamReader reader) {
        try {
            return ((XMLStreamReader2) reader).getLocationInfo().getEndLocation();
        } catch (XMLStreamException e) {
            return reader.getLocation(); // what comes next is not well-formed, and is told when it is read
        }
    }

    private interface Reading<T> {
        T with(XMLStreamReader reader) throws XMLStreamException, BadInput;
    }

    private static <T> T read(InputStream xml, Limits limits, Reading<T> reading) throws BadInput, IOException {
        var text = XmlText.of(xml, limits);
        try {
            var reader = STREAMS.createXMLStreamReader(text);
            var version = Optional.ofNullable(reader.getVersion()).orElse("1.0");
            if (!version.equals("1.0"))
                throw new BadInput(
                        "xml.malformed", "The document is not XML 1.0. Nothing was forwarded. Send it as XML 1.0.");
            return reading.with(reader);
        } catch (StackOverflowError e) {
            // The parser recurses in places of its own; the depth count normally stops it long before.
            throw tooDeep();
        } catch (XMLStreamException | RuntimeException e) {
            // The parser also throws unchecked exceptions (array bounds, its own XNIException) on input made to break
            // it.
            text.rethrow();
            throw malformed(e);
        }
    }

    private static BadInput malformed(Exception e) {
        var message = String.valueOf(e.getMessage());
        // The parser names its own bounds in its messages, in English whatever the locale.
        if (message.contains("Attribute limit")) return tooManyAttributes();
        if (message.contains("Element Depth")) return tooDeep();
        if (message.contains("limit (")) return tooLong("a name or a value beyond the parser's bounds");
        var at = e instanceof XMLStreamException x && x.getLocation() != null ? x.getLocation() : null;
        var line = at == null ? 0 : at.getLineNumber();
        var column = at == null ? 0 : at.getColumnNumber();
        return new BadInput(
                "xml.malformed",
                "The document is not well-formed XML" + (at == null ? "" : " at line " + line + ", column " + column)
                        + ": it is damaged or was cut off. Nothing was forwarded. Send the whole document again.",
                Math.max(0, line),
                Math.max(0, column));
    }

    static BadInput doctype() {
        return new BadInput(
                "xml.doctype",
                "The document has a document type (DOCTYPE) or an entity. No entity was expanded, no file or address was"
                        + " read, nothing was forwarded. Send it without a document type.");
    }

    static BadInput tooLong(String what) {
        return new BadInput(
                "xml.size",
                "The document has " + what
                        + ". Reading stopped there, nothing was forwarded. Send large content as an attachment.");
    }

    private static BadInput tooDeep() {
        return new BadInput(
                "xml.depth",
                "The document has more than " + DEPTH
                        + " elements inside each other. Reading stopped there, nothing was forwarded. Send a document as its"
                        + " schema describes it.");
    }

    private static BadInput tooManyAttributes() {
        return new BadInput(
                "xml.attributes",
                "An element has more than " + ATTRIBUTES
                        + " attributes. Reading stopped there, nothing was forwarded. Send a document as its schema"
                        + " describes it.");
    }

    /** Throws on everything from an error up; the JDK's own handlers print to the standard error stream instead. */
    private static final class Strict implements ErrorHandler, ErrorListener {

        @Override
        public void warning(SAXParseException e) {
            // A warning does not change what was read.
        }

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void warning(TransformerException e) {
            // A warning does not change what was read.
        }

        @Override
        public void error(TransformerException e) throws TransformerException {
            throw e;
        }

        @Override
        public void fatalError(TransformerException e) throws TransformerException {
            throw e;
        }
    }
}
