package de.stellwerk.hub.route;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Source;
import javax.xml.transform.TransformerException;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import javax.xml.transform.stream.StreamSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.SimpleTypeConverter;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * What travels through a route. Nothing is read before a step asks for it, and then at most {@value #BOUND} bytes: so a body of a
 * gigabyte that is only passed on is never loaded. Belongs to one run, on one thread.
 */
final class Body {

    /** The largest body that a step looks into, in bytes. */
    static final int BOUND = 16 << 20;

    private static final Pattern DECLARATION = Pattern.compile("^\\uFEFF?<\\?xml\\s[^>]*\\?>");

    private final Content content;
    private byte @Nullable [] bytes;
    private boolean checked;
    private @Nullable Document document;

    private Body(Content content) {
        this.content = content;
    }

    static Body of(Content content) {
        return new Body(content);
    }

    static Body of(String name, String mediaType, byte[] bytes) {
        var body = new Body(Content.of(name, mediaType, bytes));
        body.bytes = bytes;
        return body;
    }

    /** A document as a body of its own, in UTF-8. */
    static Body of(String name, Node node) throws TransformerException {
        var out = new ByteArrayOutputStream();
        var writer = SafeXml.transformerFactory().newTransformer();
        writer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
        writer.transform(new DOMSource(node), new StreamResult(out));
        return of(name, "application/xml", out.toByteArray());
    }

    /** The exchange's body, whatever Camel has made of it. */
    static Body in(Exchange exchange) throws TransformerException {
        var value = exchange.getMessage().getBody();
        if (value instanceof Body body) return body;
        if (value instanceof Node node) return of("part.xml", node);
        var text = exchange.getMessage().getBody(String.class);
        var bytes = (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
        return startsAsXml(bytes) ? of("body.xml", "application/xml", bytes) : of("body.txt", "text/plain", bytes);
    }

    /** Lets Camel's languages read a body, within the bound and through the safe XML gate. */
    static void teach(CamelContext context) {
        var registry = context.getTypeConverterRegistry();
        registry.addTypeConverter(Document.class, Body.class, converter(Body::document));
        registry.addTypeConverter(String.class, Body.class, converter(Body::text));
    }

    private interface Reading {
        Object of(Body body) throws IOException;
    }

    private static SimpleTypeConverter converter(Reading reading) {
        return new SimpleTypeConverter(false, (type, exchange, value) -> reading.of((Body) value));
    }

    /** The body as content: the very object it was made of. */
    Content content() {
        return content;
    }

    byte[] bytes() throws IOException {
        var read = bytes;
        if (read == null) {
            try (var in = content.open()) {
                read = in.readNBytes(BOUND + 1);
            }
            if (read.length > BOUND)
                throw new Quarantine(
                        "size.xml",
                        "The body has more than " + BOUND
                                + " bytes, and the route looks into it. Nothing was forwarded."
                                + " Send large content as an attachment.");
            bytes = read;
        }
        return read;
    }

    /** Whether it says or looks as if it were XML. */
    boolean isXml() throws IOException {
        var type = content.mediaType().toLowerCase(Locale.ROOT);
        return type.contains("xml") || type.startsWith("text/") && startsAsXml(bytes());
    }

    /** The bytes of an XML document that has passed the gate. */
    byte[] xml() throws IOException {
        var read = bytes();
        if (!checked) {
            try {
                SafeXml.check(new ByteArrayInputStream(read), Limits.defaults());
            } catch (BadInput e) {
                throw new Quarantine(e.code(), e.text());
            }
            checked = true;
        }
        return read;
    }

    Document document() throws IOException {
        var parsed = document;
        if (parsed == null) {
            try {
                parsed = SafeXml.documentBuilder().parse(new ByteArrayInputStream(xml()));
            } catch (SAXException e) {
                // The gate has read the same bytes without an objection.
                throw new Quarantine(
                        "xml.malformed",
                        "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
            }
            document = parsed;
        }
        return parsed;
    }

    Source source() throws IOException {
        var parsed = document;
        return parsed == null ? new StreamSource(new ByteArrayInputStream(xml())) : new DOMSource(parsed);
    }

    /** The body as text: XML by the encoding it declares, everything else as UTF-8. */
    String text() throws IOException {
        if (isXml()) return xmlText();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Quarantine(
                    "text.encoding",
                    "The body is not text in UTF-8, and the route reads it as text. Nothing was forwarded. Send text in"
                            + " UTF-8.");
        }
    }

    /** The document's characters; a string has no encoding, so the declaration loses its own. */
    private String xmlText() throws IOException {
        try {
            var stream = SafeXml.reader(new ByteArrayInputStream(xml()));
            var encoding = stream.getEncoding();
            stream.close();
            var text = new StringWriter();
            try (Reader reader = new java.io.InputStreamReader(
                    new ByteArrayInputStream(bytes()), encoding == null ? "UTF-8" : encoding)) {
                reader.transferTo(text);
            }
            return DECLARATION.matcher(text.toString()).replaceFirst("<?xml version=\"1.0\"?>");
        } catch (javax.xml.stream.XMLStreamException e) {
            throw new Quarantine(
                    "xml.malformed",
                    "The document is not well-formed XML. Nothing was forwarded. Send the whole document again.");
        }
    }

    private static boolean startsAsXml(byte[] bytes) {
        var i = bytes.length > 2 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb ? 3 : 0;
        while (i < bytes.length && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) i++;
        return i < bytes.length && bytes[i] == '<';
    }

    /** No content: this ends up in Camel's messages. */
    @Override
    public String toString() {
        return "Body[" + content.mediaType() + "]";
    }
}
