package de.stellwerk.plugins.finance;

import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads a booking from the hub's own XML: {@code booking} in the namespace {@code urn:stellwerk:finance:1} with the five elements
 * below, each once, without attributes. At most 64 KiB, no DTD, nothing nested deeper.
 */
final class BookingXml {

    private static final String NAMESPACE = "urn:stellwerk:finance:1";
    private static final List<String> FIELDS = List.of("kassenzeichen", "amount-cents", "currency", "text", "date");
    private static final int LIMIT = 64 * 1024;

    private BookingXml() {}

    /**
     * @throws NotBookable if this is no booking, and would be none the next time
     * @throws IOException if the content cannot be read now
     */
    static Booking read(Content content) throws NotBookable, IOException {
        // Read first, parse then: trouble with the disk must not be taken for a broken document, which is final.
        byte[] bytes;
        try (var in = content.open()) {
            bytes = in.readNBytes(LIMIT + 1);
        }
        if (bytes.length > LIMIT) {
            throw new NotBookable("the booking is larger than 64 KiB");
        }
        try {
            var fields = fields(bytes);
            return Booking.checked(
                    field(fields, "kassenzeichen"),
                    field(fields, "amount-cents"),
                    field(fields, "currency"),
                    field(fields, "text"),
                    field(fields, "date"));
        } catch (XMLStreamException e) {
            throw new NotBookable("the booking is not well-formed XML without a DTD");
        }
    }

    private static Map<String, String> fields(byte[] bytes) throws XMLStreamException, NotBookable {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        var xml = factory.createXMLStreamReader(new ByteArrayInputStream(bytes));
        try {
            var fields = new HashMap<String, String>();
            var inside = false;
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamReader.DTD -> throw new NotBookable("the booking has a DTD");
                    case XMLStreamReader.START_ELEMENT -> {
                        if (inside) {
                            put(fields, xml);
                        } else {
                            inside = root(xml);
                        }
                    }
                    case XMLStreamReader.CHARACTERS, XMLStreamReader.CDATA, XMLStreamReader.ENTITY_REFERENCE -> {
                        if (!xml.isWhiteSpace()) {
                            throw new NotBookable("the booking has text between its fields");
                        }
                    }
                    default -> {
                        // comments, processing instructions and ends say nothing
                    }
                }
            }
            return fields;
        } finally {
            xml.close();
        }
    }

    private static boolean root(XMLStreamReader xml) throws NotBookable {
        if (!NAMESPACE.equals(xml.getNamespaceURI()) || !xml.getLocalName().equals("booking")) {
            throw new NotBookable("the document is not a booking of " + NAMESPACE);
        }
        return true;
    }

    /** {@code getElementText} throws at a nested element, which bounds the depth. */
    private static void put(Map<String, String> fields, XMLStreamReader xml) throws XMLStreamException, NotBookable {
        var name = xml.getLocalName();
        if (!NAMESPACE.equals(xml.getNamespaceURI()) || !FIELDS.contains(name) || xml.getAttributeCount() > 0) {
            throw new NotBookable("the booking has an element or attribute that is not known");
        }
        if (fields.put(name, xml.getElementText().strip()) != null) {
            throw new NotBookable(name + " stands there twice");
        }
    }

    private static String field(Map<String, String> fields, String name) throws NotBookable {
        var value = fields.get(name);
        if (value == null) {
            throw new NotBookable(name + " is missing");
        }
        return value;
    }
}
