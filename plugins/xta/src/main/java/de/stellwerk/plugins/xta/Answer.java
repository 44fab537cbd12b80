package de.stellwerk.plugins.xta;

import static de.stellwerk.plugins.xta.Names.ADDRESSING;
import static de.stellwerk.plugins.xta.Names.OSCI;
import static de.stellwerk.plugins.xta.Names.SOAP;
import static de.stellwerk.plugins.xta.Names.XTA;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the gateway has answered, without a fault. Its files are gone when it is closed. */
record Answer(Parts parts, Node header, Optional<Node> content) implements AutoCloseable {

    private static final String SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/";
    /** More XML than this is content that should have been a part of its own. */
    private static final long LARGEST_XML = 16L << 20;

    private static final Node NO_HEADER = new Node(SOAP, "Header", Map.of(), List.of(), new StringBuilder());

    /** Of an operation that has none, by HTTP alone. */
    static Answer empty() {
        return new Answer(Parts.none(), NO_HEADER, Optional.empty());
    }

    /**
     * @param question the {@code wsa:MessageID} this must relate to
     * @throws Refusal for a fault with a number
     * @throws NoAnswer for any other fault, and for what is no answer
     */
    static Answer of(Parts parts, String question) throws IOException, NoAnswer, Refusal {
        var root = parts.root();
        if (Files.size(root.file()) > LARGEST_XML) {
            throw new NoAnswer("xta.too-large: the gateway's answer has more than 16 MiB of XML; content belongs into"
                    + " parts of its own (MTOM)");
        }
        Node envelope;
        try (var bytes = root.open()) {
            envelope = Node.read(bytes);
        }
        if (envelope.is(SOAP_11, "Envelope")) {
            throw new NoAnswer(
                    "xta.version: the gateway answers in SOAP 1.1; XTA 2.1.1 is SOAP 1.2. Check the address");
        }
        var body = envelope.child(SOAP, "Body");
        if (!envelope.is(SOAP, "Envelope") || body.isEmpty()) {
            throw new NoAnswer("xta.answer: the gateway's answer is not a SOAP envelope");
        }
        var header = envelope.child(SOAP, "Header").orElse(NO_HEADER);
        var content = body.get().children().stream().findFirst();
        if (content.isPresent() && content.get().is(SOAP, "Fault")) {
            refuse(content.get());
        }
        var relates = header.child(ADDRESSING, "RelatesTo").map(Node::value);
        if (relates.isPresent() && !relates.get().equals(question)) {
            throw new NoAnswer("xta.answer: the gateway answers another question than the one that was asked");
        }
        return new Answer(parts, header, content);
    }

    private static void refuse(Node fault) throws NoAnswer, Refusal {
        var number = fault.child(SOAP, "Detail").stream()
                .flatMap(detail -> detail.children().stream())
                .filter(exception -> exception.namespace().equals(XTA))
                .flatMap(exception -> exception.all(XTA, "errorCode"))
                .flatMap(code -> code.all("", "code"))
                .map(Node::value)
                .filter(code -> code.matches("9[0-9]{3}"))
                .findFirst();
        if (number.isPresent()) {
            throw new Refusal(Integer.parseInt(number.get()));
        }
        var code = fault.below(SOAP, "Code", "Value").map(Node::value).orElse("");
        var reason = fault.below(SOAP, "Reason", "Text").map(Node::value).orElse("");
        throw new NoAnswer("xta.fault: the gateway answers with the fault '" + Plain.text(code)
                + "' without an XTA number: " + Plain.text(reason));
    }

    /** The element in the body. */
    Node content(String namespace, String name) throws NoAnswer {
        if (content.isPresent() && content.get().is(namespace, name)) {
            return content.get();
        }
        var found = content.map(node -> node.namespace() + " " + node.name()).orElse("nothing");
        if (content.isPresent() && !content.get().namespace().equals(namespace) && found.contains("/xta/")) {
            throw new NoAnswer("xta.version: the gateway answers in "
                    + Plain.text(content.get().namespace()) + "; this connector speaks XTA 2.1.1, " + XTA);
        }
        throw new NoAnswer("xta.answer: the gateway answers with '" + Plain.text(found) + "', not with " + name);
    }

    /** What iterates over the message box; the gateway gives it to every question to the box. */
    Optional<Node> box() {
        return header.child(OSCI, "MsgBoxResponse");
    }

    @Override
    public void close() {
        parts.close();
    }
}
