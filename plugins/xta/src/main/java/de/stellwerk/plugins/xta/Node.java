package de.stellwerk.plugins.xta;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An element of an answer. Whoever reads bounds the bytes; here the depth is bounded, and a document type is refused.
 *
 * @param attributes by their local names
 * @param text all text directly below
 */
record Node(String namespace, String name, Map<String, String> attributes, List<Node> children, StringBuilder text) {

    private static final int DEPTH = 64;
    private static final XMLInputFactory FACTORY = XMLInputFactory.newDefaultFactory();

    static {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    }

    /** @throws NoAnswer if it is not XML, or XML that nobody needs in an answer */
    static Node read(InputStream bytes) throws IOException, NoAnswer {
        try {
            var xml = reader(bytes);
            var above = new ArrayDeque<Node>();
            while (true) {
                switch (xml.next()) {
                    case XMLStreamConstants.DTD ->
                        throw new NoAnswer("xml.doctype: the gateway's answer has a document type declaration");
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (above.size() == DEPTH) {
                            throw new NoAnswer("xml.depth: the gateway's answer is nested deeper than " + DEPTH);
                        }
                        var started = started(xml);
                        if (!above.isEmpty()) {
                            above.element().children.add(started);
                        }
                        above.push(started);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                        above.element().text.append(xml.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        var ended = above.pop();
                        if (above.isEmpty()) {
                            return ended;
                        }
                    }
                    default -> {
                        // comments, white space around the root
                    }
                }
            }
        } catch (XMLStreamException e) {
            var at = e.getLocation();
            throw new NoAnswer("xta.answer: the gateway's answer is not well-formed XML"
                    + (at == null ? "" : ", line " + at.getLineNumber() + ", column " + at.getColumnNumber()));
        }
    }

    /** Creating a reader is not said to be safe for threads. */
    private static synchronized XMLStreamReader reader(InputStream bytes) throws XMLStreamException {
        return FACTORY.createXMLStreamReader(bytes);
    }

    private static Node started(XMLStreamReader xml) {
        var attributes = new HashMap<String, String>();
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            attributes.put(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
        }
        var namespace = xml.getNamespaceURI();
        return new Node(
                namespace == null ? "" : namespace,
                xml.getLocalName(),
                attributes,
                new ArrayList<>(),
                new StringBuilder());
    }

    boolean is(String wantedNamespace, String wantedName) {
        return namespace.equals(wantedNamespace) && name.equals(wantedName);
    }

    Stream<Node> all(String wantedNamespace, String wantedName) {
        return children.stream().filter(child -> child.is(wantedNamespace, wantedName));
    }

    Optional<Node> child(String wantedNamespace, String wantedName) {
        return all(wantedNamespace, wantedName).findFirst();
    }

    /** One below the other, all in one namespace. */
    Optional<Node> below(String wantedNamespace, String... path) {
        Optional<Node> found = Optional.of(this);
        for (var step : path) {
            found = found.flatMap(node -> node.child(wantedNamespace, step));
        }
        return found;
    }

    String value() {
        return text.toString().strip();
    }

    String attribute(String wanted) {
        return attributes.getOrDefault(wanted, "");
    }
}
