package de.stellwerk.plugins.osci;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** Reads and writes trees; no document type, nothing from outside, 64 levels. */
final class Dom {

    private static final ErrorHandler SILENT = new ErrorHandler() {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    };

    private Dom() {}

    static Document parse(byte[] xml) throws IOException {
        try {
            var factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setAttribute("http://www.oracle.com/xml/jaxp/properties/maxElementDepth", "64");
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(SILENT);
            return builder.parse(new ByteArrayInputStream(xml));
        } catch (SAXException e) {
            // The parser's own words may hold content.
            throw new IOException(
                    "osci.answer: not the XML it should be, " + e.getClass().getSimpleName());
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the XML parser of this Java cannot be made safe", e);
        }
    }

    static Document parse(String xml) throws IOException {
        return parse(xml.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] bytes(Document document) throws IOException {
        try {
            var out = new ByteArrayOutputStream();
            TransformerFactory.newDefaultInstance()
                    .newTransformer()
                    .transform(new DOMSource(document), new StreamResult(out));
            return out.toByteArray();
        } catch (TransformerException e) {
            throw new IOException("osci.xml: cannot be written, " + e.getClass().getSimpleName());
        }
    }

    static List<Element> children(Element parent) {
        var all = new ArrayList<Element>();
        for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
            if (each instanceof Element element) {
                all.add(element);
            }
        }
        return all;
    }

    /** The only child of this name; two are as bad as none. */
    static Optional<Element> child(Element parent, String namespace, String name) {
        var found = children(parent).stream()
                .filter(each -> namespace.equals(each.getNamespaceURI()) && name.equals(each.getLocalName()))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    /** Down a path of only children. */
    static Element below(Element parent, String namespace, String... names) throws IOException {
        var element = parent;
        for (var name : names) {
            element = child(element, namespace, name)
                    .orElseThrow(() -> new IOException("osci.answer: not exactly one element '" + name + "'"));
        }
        return element;
    }

    static List<Element> all(Element root) {
        var all = new ArrayList<Element>();
        all.add(root);
        for (int i = 0; i < all.size(); i++) {
            all.addAll(children(all.get(i)));
        }
        return all;
    }

    static String text(Element element) {
        return element.getTextContent().strip();
    }
}
