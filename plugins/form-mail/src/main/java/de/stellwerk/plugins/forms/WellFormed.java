package de.stellwerk.plugins.forms;

import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;

/**
 * Whether a body is XML at all, without a document type. The hub asks the same and says no; but a mail or a folder has nobody who would hear
 * that no, so such a form is handed over as one for a person.
 */
final class WellFormed {

    private WellFormed() {}

    /** @throws IOException if the disk fails */
    static boolean is(Content content) throws IOException {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try (var in = content.open()) {
            var reader = factory.createXMLStreamReader(in);
            try {
                while (reader.hasNext()) {
                    if (reader.next() == XMLStreamConstants.DTD) {
                        return false;
                    }
                }
                return true;
            } finally {
                reader.close();
            }
        } catch (XMLStreamException | RuntimeException e) {
            return false; // also what the parser's makers did not think of
        }
    }
}
