package de.stellwerk.hub.camel;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.util.StreamReaderDelegate;
import org.jspecify.annotations.Nullable;

/**
 * Reads XML of strangers: no document type, no entities of their own, no bottomless nesting. It knows where it stopped, and whether
 * that was the XML's fault or the disk's.
 */
public final class SafeReader extends StreamReaderDelegate {

    /** How deep elements may be nested. */
    public static final int DEPTH = 64;

    // The JDK's own parser: others on the class path register themselves and have other defaults.
    private static final XMLInputFactory FACTORY = XMLInputFactory.newDefaultFactory();

    static {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        FACTORY.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    }

    private final Source source;
    private int depth;
    private String refusal = "";

    public SafeReader(InputStream xml) throws IOException {
        source = new Source(xml);
        try {
            setParent(create(source));
        } catch (XMLStreamException e) {
            throw source.broken == null ? new Unreadable("not XML") : source.broken;
        }
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

    /**
     * What to throw after an exception: why reading ended early, and where, without quoting anything; or what the stream itself threw,
     * and then nothing is known of the XML.
     */
    public IOException why() {
        if (source.broken != null) {
            return source.broken;
        }
        var at = getLocation();
        var where = at == null ? "" : ", line " + at.getLineNumber() + ", column " + at.getColumnNumber();
        return new Unreadable((refusal.isEmpty() ? "not the XML that was expected" : refusal) + where);
    }

    private XMLStreamException refuse(String text) {
        refusal = text;
        return new XMLStreamException(text);
    }

    /** Remembers the trouble of the stream below: parsers wrap it until it looks like any other error in the XML. */
    private static final class Source extends FilterInputStream {

        private @Nullable IOException broken;

        private Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                broken = e;
                throw e;
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (IOException e) {
                broken = e;
                throw e;
            }
        }
    }
}
