package de.stellwerk.plugins.as4;

import com.helger.phase4.CAS4;
import com.helger.phase4.ebms3header.Ebms3Messaging;
import com.helger.phase4.marshaller.Ebms3MessagingMarshaller;
import com.helger.phase4.model.ESoapVersion;
import com.helger.phase4.model.error.EEbmsError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A SOAP 1.2 envelope, and the one element of each sort that counts in it. */
final class Soap {

    private static final String SOAP = ESoapVersion.SOAP_12.getNamespaceURI();
    private static final int DEEPEST = 64;

    private Soap() {}

    static Document parse(byte[] bytes) throws Refusal {
        try {
            var factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute("http://www.oracle.com/xml/jaxp/properties/maxElementDepth", String.valueOf(DEEPEST));
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            return builder.parse(new ByteArrayInputStream(bytes));
        } catch (SAXException | IOException e) {
            throw new Refusal(EEbmsError.EBMS_INVALID_HEADER, "The envelope is not XML that is taken here.", e);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the JDK's parser knows its own switches", e);
        }
    }

    static byte[] bytes(Node node) {
        try {
            var transformer = TransformerFactory.newDefaultInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
            var out = new ByteArrayOutputStream();
            transformer.transform(new DOMSource(node), new StreamResult(out));
            return out.toByteArray();
        } catch (TransformerException e) {
            throw new IllegalStateException("a tree in memory can be written", e);
        }
    }

    static Element messaging(Document soap) throws Refusal {
        return only(header(soap), CAS4.EBMS_NS, "Messaging");
    }

    static Element body(Document soap) throws Refusal {
        return only(envelope(soap), SOAP, "Body");
    }

    static Optional<Element> security(Document soap) throws Refusal {
        return children(header(soap), CAS4.WSSE_NS, "Security").stream().findFirst();
    }

    static boolean isEncrypted(Document soap) throws Refusal {
        return security(soap)
                .filter(each -> !children(each, CAS4.XENC_NS, "EncryptedKey").isEmpty())
                .isPresent();
    }

    /** The ebMS header as phase4 reads it, which holds it against its schema. */
    static Ebms3Messaging read(Element messaging) throws Refusal {
        var read = new Ebms3MessagingMarshaller().read(messaging);
        if (read == null) {
            throw new Refusal(EEbmsError.EBMS_INVALID_HEADER, "The ebMS header violates its schema.");
        }
        return read;
    }

    /** What the schema demands, or the message is none. */
    static <T> T required(@Nullable T value) throws Refusal {
        if (value == null) {
            throw new Refusal(EEbmsError.EBMS_INVALID_HEADER, "The ebMS header leaves out what it must have.");
        }
        return value;
    }

    private static Element header(Document soap) throws Refusal {
        return only(envelope(soap), SOAP, "Header");
    }

    private static Element envelope(Document soap) throws Refusal {
        var root = soap.getDocumentElement();
        if (!SOAP.equals(root.getNamespaceURI()) || !"Envelope".equals(root.getLocalName())) {
            throw new Refusal(EEbmsError.EBMS_INVALID_HEADER, "This is not an envelope of SOAP 1.2.");
        }
        return root;
    }

    private static Element only(Element parent, String namespace, String name) throws Refusal {
        var found = children(parent, namespace, name);
        if (found.size() != 1) {
            throw new Refusal(EEbmsError.EBMS_INVALID_HEADER, "The envelope has " + found.size() + " of " + name + ".");
        }
        return found.get(0);
    }

    static List<Element> children(Element parent, String namespace, String name) {
        var found = new ArrayList<Element>();
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element
                    && namespace.equals(element.getNamespaceURI())
                    && name.equals(element.getLocalName())) {
                found.add(element);
            }
        }
        return found;
    }
}
