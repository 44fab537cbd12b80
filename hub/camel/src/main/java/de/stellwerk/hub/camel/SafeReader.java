package de.stellwerk.hub.camel;

import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.util.StreamReaderDelegate;

/** Reads XML of strangers: no document type, no entities of their own, no bottomless nesting; and knows where it stopped. */
final class SafeReader extends StreamReaderDelegate {

    static final int DEPTH = 64;

    // The JDK's own parser: others on the class path register themselves and have other defaults.
    private static final XMLInputFactory FACTORY = XMLInputFactory.newDefaultFactory();

    static {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        FACTORY.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    }

    private int depth;
    private String refusal = "";

    SafeReader(InputStream xml) throws XMLStreamException {
        super(create(xml));
    }

    /** Creating a reader is not said to be safe for threads. */
    private static synchronized XMLStreamReader create(InputStream xml) throws XMLStreamException {
        return FACTORY.createXMLStreamReader(xml);
    }

    @Override
    public int next() throws XMLStreamException {
        int event = super.next();
        if (event == DTD) {
            throw refuse("xml.doctype: a document type declaration is not allowed");
        }
        if (event == START_ELEMENT && ++depth > DEPTH) {
            throw refuse("xml.depth: elements are nested deeper than " + DEPTH);
        }
        if (event == END_ELEMENT) {
            depth--;
        }
        return event;
    }

    /** Why reading ended early, and where, without quoting anything. */
    String why() {
        var at = getLocation();
        var where = at == null ? "" : ", line " + at.getLineNumber() + ", column " + at.getColumnNumber();
        return (refusal.isEmpty() ? "not the XML that was expected" : refusal) + where;
    }

    private XMLStreamException refuse(String text) {
        refusal = text;
        return new XMLStreamException(text);
    }
}
