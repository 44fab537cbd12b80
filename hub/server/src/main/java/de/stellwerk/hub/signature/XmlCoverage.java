package de.stellwerk.hub.signature;

import de.stellwerk.hub.spi.Content;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Whether the signatures of an XML document cover the document itself, and not only some part that was moved aside.
 *
 * <p>Three shapes are taken (XML Signature 1.1): <i>enveloped</i>, the signature is a child of the root element and signs
 * the root; <i>enveloping</i>, the signature is the root and signs each of its objects; <i>detached</i>, the signature is the
 * root and signs each attachment by name. In each, every signature must do so by itself.
 */
final class XmlCoverage {

    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String XADES = "http://uri.etsi.org/01903/";

    private static final int REFERENCES = 30;
    private static final int TRANSFORMS = 5;

    /** Each reference may hash the whole document, so this bounds the bytes that a hostile one can have hashed. */
    private static final long HASHED = 256L << 20;

    private static final String ENVELOPED = DS + "enveloped-signature";
    private static final String BASE64 = DS + "base64";
    private static final String XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116";
    private static final String FILTER = "http://www.w3.org/2002/06/xmldsig-filter2";

    private static final Set<String> CANONICAL = Set.of(
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
            "http://www.w3.org/2006/12/xml-c14n11",
            "http://www.w3.org/2006/12/xml-c14n11#WithComments",
            "http://www.w3.org/2001/10/xml-exc-c14n#",
            "http://www.w3.org/2001/10/xml-exc-c14n#WithComments");

    /** The two ways to write "all but the signatures"; any other expression may leave out what it likes. */
    private static final Pattern NOT_SIGNATURES =
            Pattern.compile("\\s*not\\(\\s*ancestor-or-self::([A-Za-z][\\w.-]*):Signature\\s*\\)\\s*");

    private static final Pattern ALL_SIGNATURES = Pattern.compile("\\s*/descendant::([A-Za-z][\\w.-]*):Signature\\s*");

    private final Element root;
    private final List<Element> elements = new ArrayList<>();
    private final List<Element> signatures;

    XmlCoverage(Document document) {
        this.root = document.getDocumentElement();
        gather(root);
        this.signatures = elements.stream().filter(e -> is(e, "Signature")).toList();
    }

    int signatures() {
        return signatures.size();
    }

    /**
     * What must not even be handed to a validator: transforms that are programs, and references to somewhere else.
     *
     * @param length of the document in bytes
     */
    Optional<Problem> danger(long length) {
        for (var element : elements) {
            if (is(element, "RetrievalMethod")) return problem("its key would have to be fetched from somewhere");
            if (is(element, "Transform") && !harmless(element))
                return problem("it uses a transform that may hide content");
            if (is(element, "Transforms") && children(element, "Transform").size() > TRANSFORMS)
                return problem("it uses more than " + TRANSFORMS + " transforms");
            if (is(element, "Reference") && element.getAttribute("URI").matches("(?s)[^#?/]*:.*|.*//.*|/.*"))
                return problem("it refers to something outside the message");
        }
        var references =
                signatures.stream().mapToLong(one -> references(one).size()).sum();
        if (references * length > HASHED) return problem("it has more references than can be computed");
        return Optional.empty();
    }

    /** What the signatures leave out, if anything. */
    Optional<Problem> gap(List<Content> attachments) {
        for (var signature : signatures) {
            if (references(signature).size() > REFERENCES)
                return problem("it has more than " + REFERENCES + " references");
            for (var reference : references(signature)) {
                var uri = reference.getAttribute("URI");
                if (uri.startsWith("#") && holders(id(uri)).size() != 1)
                    return problem("it refers to a part that is there not at all or more than once");
            }
            if (elementsIn(signature).stream().anyMatch(e -> !isPlain(e)))
                return problem("it carries something that does not belong there");
            var objects = contentObjects(signature);
            if (!objects.stream().allMatch(object -> signs(signature, object)))
                return problem("it carries an object that it does not sign");
            if (isCounter(signature)) continue;
            if (signature == root) {
                var gap = objects.isEmpty() ? detached(signature, attachments) : unsigned(attachments);
                if (gap.isPresent()) return gap;
            } else {
                if (signature.getParentNode() != root) return problem("it stands at an unusual place");
                if (references(signature).stream().noneMatch(this::isWholeDocument))
                    return problem("it signs only a part of the document");
                var gap = unsigned(attachments);
                if (gap.isPresent()) return gap;
            }
        }
        return Optional.empty();
    }

    private static Optional<Problem> problem(String found) {
        return Optional.of(Problem.coverage(found));
    }

    private static Optional<Problem> unsigned(List<Content> attachments) {
        return attachments.isEmpty() ? Optional.empty() : problem("there are attachments that nobody signed");
    }

    private boolean isWholeDocument(Element reference) {
        var uri = reference.hasAttribute("URI") ? reference.getAttribute("URI") : "#";
        var whole = uri.isEmpty() || !id(uri).isEmpty() && holders(id(uri)).contains(root);
        return whole
                && transforms(reference).stream().noneMatch(t -> algorithm(t).equals(BASE64));
    }

    private Optional<Problem> detached(Element signature, List<Content> attachments) {
        var named = new HashSet<String>();
        for (var reference : references(signature)) {
            var uri = reference.getAttribute("URI");
            if (reference.hasAttribute("URI") && !uri.startsWith("#")) named.add(decoded(uri));
        }
        if (named.isEmpty()) return problem("it signs no content");
        var there = new HashSet<String>();
        attachments.forEach(attachment -> there.add(attachment.name()));
        if (there.size() != attachments.size()) return problem("two attachments have the same name");
        if (!named.equals(there)) return problem("it does not sign exactly the attachments that are there");
        return Optional.empty();
    }

    static String decoded(String uri) {
        try {
            return URLDecoder.decode(uri.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A stray percent sign: then the name is what is written.
            return uri;
        }
    }

    private static boolean harmless(Element transform) {
        var algorithm = algorithm(transform);
        return switch (algorithm) {
            case ENVELOPED, BASE64 -> true;
            case XPATH -> {
                var paths = children(transform, "XPath");
                yield paths.size() == 1 && matches(paths.get(0), NOT_SIGNATURES);
            }
            case FILTER -> {
                var paths = elementsIn(transform);
                yield paths.size() == 1
                        && "XPath".equals(paths.get(0).getLocalName())
                        && paths.get(0).getAttribute("Filter").equals("subtract")
                        && matches(paths.get(0), ALL_SIGNATURES);
            }
            default -> CANONICAL.contains(algorithm);
        };
    }

    private static boolean matches(Element path, Pattern allowed) {
        var matcher = allowed.matcher(path.getTextContent());
        return matcher.matches() && DS.equals(path.lookupNamespaceURI(matcher.group(1)));
    }

    private static String algorithm(Element transform) {
        return transform.getAttribute("Algorithm");
    }

    /** Objects with content of the sender; those with nothing but the signature's own properties are signed by reference or not at all. */
    private static List<Element> contentObjects(Element signature) {
        return children(signature, "Object").stream()
                .filter(object -> !onlyProperties(object))
                .toList();
    }

    private static boolean onlyProperties(Element object) {
        var inside = elementsIn(object);
        return !inside.isEmpty()
                && ownText(object).isBlank()
                && inside.stream()
                        .allMatch(e -> "QualifyingProperties".equals(e.getLocalName())
                                && String.valueOf(e.getNamespaceURI()).startsWith(XADES));
    }

    /** Signatures are left out of what is signed, so whatever else stands in one would be content that nobody signed. */
    private static boolean isPlain(Element part) {
        if (is(part, "KeyInfo"))
            return elementsIn(part).stream()
                    .allMatch(e -> String.valueOf(e.getNamespaceURI()).startsWith("http://www.w3.org/"));
        return is(part, "SignedInfo") || is(part, "SignatureValue") || is(part, "Object");
    }

    private static String ownText(Element element) {
        var text = new StringBuilder();
        for (var node = element.getFirstChild(); node != null; node = node.getNextSibling())
            if (node.getNodeType() == Node.TEXT_NODE || node.getNodeType() == Node.CDATA_SECTION_NODE)
                text.append(node.getNodeValue());
        return text.toString();
    }

    /** Whether a reference of this signature names the object, or the one element that is all there is in it. */
    private boolean signs(Element signature, Element object) {
        var inside = elementsIn(object);
        return references(signature).stream()
                .map(reference -> id(reference.getAttribute("URI")))
                .filter(id -> !id.isEmpty())
                .anyMatch(id -> holders(id).contains(object)
                        || inside.size() == 1
                                && ownText(object).isBlank()
                                && holders(id).contains(inside.get(0)));
    }

    /** Whether it signs another signature, from among the unsigned properties of that one. */
    private static boolean isCounter(Element signature) {
        var counter = false;
        for (var node = signature.getParentNode(); node instanceof Element e; node = node.getParentNode()) {
            counter |= "CounterSignature".equals(e.getLocalName())
                    && String.valueOf(e.getNamespaceURI()).startsWith(XADES);
            if (is(e, "Signature")) return counter;
        }
        return false;
    }

    private List<Element> holders(String id) {
        var holders = new ArrayList<Element>();
        for (var element : elements) {
            var attributes = element.getAttributes();
            for (var i = 0; i < attributes.getLength(); i++) {
                var attribute = attributes.item(i);
                var name = attribute.getLocalName() == null ? attribute.getNodeName() : attribute.getLocalName();
                if (name.toLowerCase(Locale.ROOT).endsWith("id")
                        && attribute.getNodeValue().equals(id)) {
                    holders.add(element);
                    break;
                }
            }
        }
        return holders;
    }

    private static String id(String uri) {
        if (!uri.startsWith("#")) return "";
        var id = uri.substring(1);
        return id.startsWith("xpointer(") ? "" : id;
    }

    private static List<Element> references(Element signature) {
        return children(signature, "SignedInfo").stream()
                .flatMap(info -> children(info, "Reference").stream())
                .toList();
    }

    private static List<Element> transforms(Element reference) {
        return children(reference, "Transforms").stream()
                .flatMap(all -> children(all, "Transform").stream())
                .toList();
    }

    private void gather(Element element) {
        elements.add(element);
        elementsIn(element).forEach(this::gather);
    }

    private static boolean is(Element element, String name) {
        return name.equals(element.getLocalName()) && DS.equals(element.getNamespaceURI());
    }

    private static List<Element> children(Element parent, String name) {
        return elementsIn(parent).stream().filter(e -> is(e, name)).toList();
    }

    private static List<Element> elementsIn(Element parent) {
        var found = new ArrayList<Element>();
        for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling())
            if (node instanceof Element element) found.add(element);
        return found;
    }
}
