package de.stellwerk.hub.route;

import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.route.Assets.Asset;
import de.stellwerk.hub.route.Assets.BadAsset;
import de.stellwerk.hub.route.Assets.Shelf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.transform.ErrorListener;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Source;
import javax.xml.transform.Templates;
import javax.xml.transform.TransformerConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.URIResolver;
import javax.xml.transform.stream.StreamResult;
import javax.xml.transform.stream.StreamSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * An XSLT 1.0 stylesheet, compiled. It reads and writes nothing but its input, its output and the files beside it: no extension
 * functions, and imports and {@code document()} find only what lies in the route's folders.
 */
final class Stylesheet {

    private static final Pattern LINE = Pattern.compile("\\bline (\\d{1,6})\\b");

    private final String name;
    private final Templates templates;
    private final URIResolver neighbours;
    private final String mediaType;
    private final String ending;

    private Stylesheet(String name, Templates templates, URIResolver neighbours) {
        this.name = name.replaceAll("\\.xslt?$", "");
        this.templates = templates;
        this.neighbours = neighbours;
        var method = templates.getOutputProperties().getProperty(OutputKeys.METHOD, "xml");
        this.mediaType = method.equals("text") ? "text/plain" : method.equals("html") ? "text/html" : "application/xml";
        this.ending = method.equals("text") ? ".txt" : method.equals("html") ? ".html" : ".xml";
    }

    static Stylesheet compile(Asset asset, Shelf shelf) throws BadAsset {
        return asset.compiled(Stylesheet.class, shelf, () -> {
            URIResolver neighbours = (href, base) -> neighbour(href, base, shelf);
            var factory = SafeXml.transformerFactory();
            wellFormed(asset);
            var errors = new Errors();
            factory.setErrorListener(errors);
            factory.setURIResolver(neighbours);
            try {
                var source = new StreamSource(new ByteArrayInputStream(asset.bytes()), asset.systemId());
                var templates = factory.newTemplates(source);
                if (templates == null || !errors.list.isEmpty()) throw errors.asset(asset);
                return new Stylesheet(asset.name(), templates, neighbours);
            } catch (TransformerConfigurationException e) {
                if (errors.list.isEmpty()) errors.list.add(e);
                throw errors.asset(asset);
            } catch (RuntimeException | StackOverflowError e) {
                throw new BadAsset(
                        asset.place(1, 1),
                        e.getClass().getSimpleName() + " while compiling it",
                        "an XSLT 1.0 stylesheet");
            }
        });
    }

    /** The compiler does not say where a document is broken; the parser does. */
    private static void wellFormed(Asset asset) throws BadAsset {
        try {
            SafeXml.documentBuilder().parse(new ByteArrayInputStream(asset.bytes()));
        } catch (SAXParseException e) {
            throw new BadAsset(
                    asset.place(e.getLineNumber(), e.getColumnNumber()),
                    Problems.quoted(String.valueOf(e.getMessage())),
                    "a well-formed document");
        } catch (SAXException | IOException e) {
            throw new BadAsset(
                    asset.place(1, 1), Problems.quoted(String.valueOf(e.getMessage())), "a well-formed document");
        }
    }

    private static Source neighbour(String href, String base, Shelf shelf) throws TransformerException {
        var found = shelf.named(href.isEmpty() ? base : href)
                .orElseThrow(() -> new TransformerException(
                        "'" + href + "' is not a file of the route's folder; there is " + shelf.names("")));
        return new StreamSource(new ByteArrayInputStream(found.bytes()), found.systemId());
    }

    /**
     * The document made of a body, in UTF-8.
     *
     * @param parameters those the stylesheet declares as {@code xsl:param} are set
     */
    Body transform(Body input, Map<String, String> parameters) throws Exception {
        var transformer = templates.newTransformer();
        transformer.setURIResolver(neighbours);
        transformer.setErrorListener(new Errors());
        transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
        parameters.forEach(transformer::setParameter);
        var out = new Bounded();
        transformer.transform(input.source(), new StreamResult(out));
        return Body.of(name + ending, mediaType, out.toByteArray());
    }

    private static final class Bounded extends ByteArrayOutputStream {

        @Override
        public synchronized void write(int b) {
            room(1);
            super.write(b);
        }

        @Override
        public synchronized void write(byte[] b, int off, int len) {
            room(len);
            super.write(b, off, len);
        }

        private void room(int more) {
            if (count + more > Body.BOUND)
                throw new Quarantine(
                        "size.xml",
                        "The stylesheet makes more than " + Body.BOUND + " bytes of the message. Nothing was forwarded."
                                + " Look at the stylesheet.");
        }
    }

    /** Keeps errors instead of printing them; at run time it throws, and only the kind of error is shown then. */
    private static final class Errors implements ErrorListener {

        private final List<TransformerException> list = new ArrayList<>();

        @Override
        public void warning(TransformerException e) {
            // A warning does not change the result.
        }

        @Override
        public void error(TransformerException e) throws TransformerException {
            list.add(e);
            throw e;
        }

        @Override
        public void fatalError(TransformerException e) throws TransformerException {
            list.add(e);
            throw e;
        }

        private BadAsset asset(Asset asset) {
            var first = list.get(0);
            var locator = first.getLocator();
            var place = locator == null
                    ? asset.place(1, 1)
                    : asset.place(locator.getLineNumber(), locator.getColumnNumber());
            Throwable cause = first;
            while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
            return new BadAsset(
                    place,
                    Problems.quoted(String.valueOf(cause.getMessage())),
                    "an XSLT 1.0 stylesheet without extensions, that names only files beside it");
        }
    }
}
