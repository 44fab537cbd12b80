package de.stellwerk.samples.osci;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * An intermediary by OSCI-Transport 1.2 for one account: explicit dialogs, MessageIDs, {@code storeDelivery}, {@code fetchDelivery} and {@code
 * fetchProcessCard}. It opens the contents with the addressee's key as well, to see what a reader would. What {@link #arrives} in the account's own
 * mailbox is written and sealed by the addressee; it counts as received when the next order of the dialog comes.
 *
 * <p>It misbehaves on request, once each: {@code store-unanswered} (stored, and no answer), {@code store-lost} (neither), {@code unsigned},
 * {@code wrong-signature}, {@code wrapped} (what is signed is moved aside), {@code replayed} (an answer to something else), {@code
 * not-sealed}, {@code fault} (a SOAP fault), {@code fetch-unanswered}, {@code fetch-again} (received, and handed out once more), and {@code
 * feedback-NNNN} for the next {@code storeDelivery}.
 *
 * <p>As a process: {@code --port N --folder DIR}; {@code GET /stored} tells the MessageIDs, {@code GET /misbehave?NAME} asks for trouble,
 * {@code GET /arrives?HOW=TEXT} puts a delivery into the mailbox and tells its MessageID (HOW is one of {@link Letter}), {@code GET /waiting} tells
 * those that were not received yet.
 */
public final class OsciIntermediary implements AutoCloseable {

    /** @param contents what the reader finds, in order */
    public record Stored(String messageId, String subject, List<byte[]> contents, Instant created) {}

    /** How somebody has written to the account. */
    public enum Letter {
        FINE,
        UNSIGNED,
        /** Signed by the intermediary, which is nobody's author. */
        STRANGER,
        /** A byte of the content changed after it was signed. */
        CHANGED,
        /** Sealed for somebody else. */
        NOT_FOR_US,
        /** A signed content, and one beside it. */
        HALF_SIGNED,
        /** The one content lies beside the envelope, as a part that is named by its {@code cid}. */
        ATTACHED
    }

    /**
     * @param sealed its content package
     * @param attached what lies beside the envelope; empty for nothing
     */
    private record Waiting(String messageId, String subject, String sealed, byte[] attached, Instant created) {}

    /** One envelope as it went over the wire, inside its seal. */
    public record Wire(boolean order, String type, String xml) {}

    private static final class Dialog {
        private String challenge = "";
        private int sequence = -1;
        private String handedOut = "";
    }

    private HttpServer server;
    private final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final PrivateKey key;
    private final X509Certificate certificate;
    private final X509Certificate account;
    private final PrivateKey reader;
    private final X509Certificate addressee;
    private final Map<String, Waiting> mailbox = new ConcurrentSkipListMap<>();
    private final Map<String, Waiting> received = new ConcurrentHashMap<>();
    private final Map<String, Dialog> dialogs = new ConcurrentHashMap<>();
    private final Set<String> given = ConcurrentHashMap.newKeySet();
    private final Map<String, Stored> stored = new ConcurrentHashMap<>();
    private final Set<String> trouble = ConcurrentHashMap.newKeySet();
    private final List<Wire> wire = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger(1000);

    /** @param folder with what {@link OsciKeys#make} puts there */
    public OsciIntermediary(int port, Path folder) throws IOException, GeneralSecurityException {
        var own = OsciKeys.load(folder, "intermediary");
        this.key = own.key();
        this.certificate = own.certificate();
        this.account = OsciKeys.load(folder, "account").certificate();
        var other = OsciKeys.load(folder, "addressee");
        this.reader = other.key();
        this.addressee = other.certificate();
        this.server = listen(port);
        this.port = server.getAddress().getPort();
    }

    private HttpServer listen(int at) throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 64);
        made.setExecutor(threads);
        made.createContext("/osci", this::order);
        made.createContext("/stored", exchange -> say(exchange, 200, String.join("\n", stored.keySet())));
        made.createContext("/waiting", exchange -> say(exchange, 200, String.join("\n", waiting())));
        made.createContext("/arrives", exchange -> {
            var query = exchange.getRequestURI().getQuery().split("=", 2);
            try {
                say(exchange, 200, arrives(Letter.valueOf(query[0]), "Anschreiben", query[1].getBytes(UTF_8)));
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        });
        made.createContext("/misbehave", exchange -> {
            misbehave(exchange.getRequestURI().getQuery());
            say(exchange, 200, "");
        });
        made.start();
        return made;
    }

    /** As if its machine were off. */
    public void hangUp() {
        server.stop(0);
    }

    public void pickUp() throws IOException {
        server = listen(port);
    }

    public static void main(String[] words) throws Exception {
        var folder = Path.of(words[3]);
        Files.createDirectories(folder);
        if (!Files.exists(folder.resolve("intermediary.p12"))) {
            OsciKeys.make(folder);
        }
        var intermediary = new OsciIntermediary(Integer.parseInt(words[1]), folder);
        System.out.println("ready on " + intermediary.url());
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port + "/osci");
    }

    public void misbehave(String how) {
        trouble.add(how);
    }

    public Map<String, Stored> stored() {
        return stored;
    }

    /** Puts a delivery into the account's mailbox. */
    public String arrives(Letter how, String subject, byte[]... contents)
            throws IOException, GeneralSecurityException {
        var id = newId();
        var xml = new StringBuilder("<osci:ContentContainer Id=\"contentcontainer\"" + OsciWire.DECLARED + ">");
        var ids = new ArrayList<String>();
        for (var content : contents) {
            ids.add("content" + ids.size());
            if (how == Letter.ATTACHED) {
                xml.append("<osci:Content Id=\"" + ids.get(ids.size() - 1) + "\" href=\"cid:attached\"></osci:Content>");
                continue;
            }
            xml.append("<osci:Content Id=\"" + ids.get(ids.size() - 1) + "\"><osci:Base64Content Id=\"data" + ids.size() + "\">"
                    + Base64.getEncoder().encodeToString(content) + "</osci:Base64Content></osci:Content>");
        }
        var document = OsciWire.parse(xml.append("</osci:ContentContainer>").toString().getBytes(UTF_8));
        var container = document.getDocumentElement();
        if (how == Letter.HALF_SIGNED) {
            ids.remove(ids.size() - 1);
        }
        if (how != Letter.UNSIGNED) {
            boolean stranger = how == Letter.STRANGER;
            OsciWire.sign(container, ids, stranger ? key : reader, stranger ? "sigcert_stranger" : "sigcert_author");
            container.insertBefore(container.getLastChild(), container.getFirstChild());
        }
        if (how == Letter.CHANGED) {
            OsciWire.only(container, "Base64Content").setTextContent(Base64.getEncoder().encodeToString("<other/>".getBytes(UTF_8)));
        }
        var sealed = OsciWire.sealed(OsciWire.bytes(document), how == Letter.NOT_FOR_US ? addressee : account);
        mailbox.put(String.format("%09d", numbers.incrementAndGet()), new Waiting(id, subject, sealed, how == Letter.ATTACHED ? contents[0] : new byte[0], Instant.now().truncatedTo(ChronoUnit.SECONDS)));
        return id;
    }

    /** MessageIDs of the mailbox that were not received yet. */
    public List<String> waiting() {
        return mailbox.values().stream().map(Waiting::messageId).toList();
    }

    /** MessageIDs it gave out. */
    public Set<String> given() {
        return given;
    }

    public List<Wire> wire() {
        return wire;
    }

    public void forget() {
        dialogs.clear();
        given.clear();
        stored.clear();
        mailbox.clear();
        received.clear();
        trouble.clear();
        wire.clear();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void order(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] answer;
            try {
                answer = answer(exchange.getRequestBody().readAllBytes());
            } catch (Fault fault) {
                answer = fault(fault.code);
            } catch (GeneralSecurityException e) {
                answer = fault("9000");
            }
            if (answer.length > 0) {
                // Said, or this server may still hold the line open that the client has ended.
                exchange.getResponseHeaders().set("Connection", "close");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        }
    }

    private static void say(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            var bytes = text.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Not an order that can be answered by a feedback. */
    private static final class Fault extends Exception {
        private static final long serialVersionUID = 1;
        private final String code;

        Fault(String code) {
            super(code);
            this.code = code;
        }
    }

    private byte[] answer(byte[] request) throws IOException, GeneralSecurityException, Fault {
        var parts = OsciWire.parts(request);
        var outer = OsciWire.parse(parts.get("osci@message"));
        wire.add(new Wire(true, "MessageEncrypted", new String(parts.get("osci@message"), UTF_8)));
        var encrypted = OsciWire.only(outer.getDocumentElement(), "EncryptedData");
        var inner = OsciWire.parts(OsciWire.open(encrypted, parts.get("osci_enc"), key));
        var envelope = OsciWire.parse(inner.get("osci@message")).getDocumentElement();
        var type = type(envelope);
        wire.add(new Wire(true, type, new String(inner.get("osci@message"), UTF_8)));
        if (trouble.remove("fault")) {
            throw new Fault("9100");
        }
        if (!OsciWire.verified(OsciWire.only(envelope, "ClientSignature"), account)
                .containsAll(Set.of("controlblock", "body", "nonintermediarycertificates"))) {
            throw new Fault("9602");
        }
        var control = OsciWire.only(envelope, "ControlBlock");
        var conversation = type.equals("InitDialog")
                ? String.valueOf(numbers.incrementAndGet())
                : control.getAttribute("ConversationId");
        if (type.equals("InitDialog")) {
            dialogs.put(conversation, new Dialog());
        }
        var dialog = dialogs.get(conversation);
        if (dialog == null) {
            throw new Fault("9802");
        }
        if (!type.equals("InitDialog")
                && (!OsciWire.text(control, "Response").equals(dialog.challenge)
                        || !control.getAttribute("SequenceNumber").equals(String.valueOf(++dialog.sequence)))) {
            throw new Fault("9400");
        }
        received(dialog);
        var content =
                switch (type) {
                    case "InitDialog" -> feedback("0801");
                    case "GetMessageId" -> feedback("0801") + "<osci:MessageId>" + newId() + "</osci:MessageId>";
                    case "StoreDelivery" -> store(envelope);
                    case "FetchDelivery" -> fetch(dialog);
                    case "FetchProcessCard" -> card(envelope);
                    case "ExitDialog" -> feedback("0800");
                    default -> throw new Fault("9300");
                };
        if (content.isEmpty()) {
            return new byte[0];
        }
        if (type.equals("ExitDialog")) {
            dialogs.remove(conversation);
        }
        if (type.equals("FetchDelivery") && trouble.remove("fetch-unanswered")) {
            return new byte[0];
        }
        var delivery = type.equals("FetchDelivery") ? mailbox.get(dialog.handedOut) : null;
        return sealed(
                envelope(type, conversation, dialog, OsciWire.text(control, "Challenge"), content),
                delivery == null ? new byte[0] : delivery.attached());
    }

    private String newId() {
        var id = Base64.getEncoder()
                .encodeToString(("intermediary.example:" + numbers.incrementAndGet()).getBytes(UTF_8));
        given.add(id);
        return id;
    }

    private String store(Element envelope) throws IOException, GeneralSecurityException {
        for (var each : List.copyOf(trouble)) {
            if (each.startsWith("feedback-") && trouble.remove(each)) {
                return feedback(each.substring("feedback-".length()));
            }
        }
        if (trouble.remove("store-lost")) {
            return "";
        }
        var id = OsciWire.text(envelope, "MessageId");
        if (!given.contains(id) || stored.containsKey(id)) {
            return feedback("9801");
        }
        var encrypted = OsciWire.only(OsciWire.only(envelope, "Body"), "EncryptedData");
        var container = OsciWire.parse(OsciWire.open(
                        encrypted,
                        Base64.getDecoder()
                                .decode(OsciWire.all(encrypted, "CipherValue")
                                        .get(1)
                                        .getTextContent()),
                        reader))
                .getDocumentElement();
        var signed = OsciWire.verified(container, account);
        var contents = new ArrayList<byte[]>();
        for (var each : OsciWire.all(container, "Content")) {
            if (!signed.contains(each.getAttribute("Id"))) {
                return feedback("9602");
            }
            contents.add(Base64.getDecoder().decode(each.getTextContent()));
        }
        var message = new Stored(
                id, OsciWire.text(envelope, "Subject"), contents, Instant.now().truncatedTo(ChronoUnit.SECONDS));
        stored.put(id, message);
        return trouble.remove("store-unanswered") ? "" : feedback("0800") + bundle(message);
    }

    private String fetch(Dialog dialog) {
        var next = mailbox.entrySet().stream().findFirst();
        if (next.isEmpty()) {
            return feedback("9803") + "<osci:fetchDelivery></osci:fetchDelivery>";
        }
        dialog.handedOut = next.get().getKey();
        return feedback("0800") + "<osci:fetchDelivery></osci:fetchDelivery>"
                + bundle(next.get().getValue(), "");
    }

    /** An order that goes on with the dialog says that what came before it has arrived. */
    private void received(Dialog dialog) {
        if (mailbox.containsKey(dialog.handedOut) && trouble.remove("fetch-again")) {
            dialog.handedOut = "";
            return;
        }
        var delivery = mailbox.remove(dialog.handedOut);
        dialog.handedOut = "";
        if (delivery != null) {
            received.put(delivery.messageId(), delivery);
        }
    }

    private static String bundle(Waiting delivery, String reception) {
        var forwarding = "<osci:Forwarding><osci:Plain>" + delivery.created() + "</osci:Plain></osci:Forwarding>";
        return "<osci:ProcessCardBundle><osci:MessageId>" + delivery.messageId() + "</osci:MessageId>"
                + "<osci:ProcessCard RecentModification=\"" + delivery.created() + "\"><osci:Creation><osci:Plain>"
                + delivery.created() + "</osci:Plain></osci:Creation>" + forwarding + reception + "<osci:Subject>"
                + delivery.subject() + "</osci:Subject></osci:ProcessCard><osci:InspectionReport></osci:InspectionReport>"
                + "</osci:ProcessCardBundle>";
    }

    private String card(Element envelope) {
        var delivery = received.get(OsciWire.text(envelope, "MessageId"));
        if (delivery != null) {
            return feedback("0800") + "<osci:fetchProcessCard>" + selection(envelope) + "</osci:fetchProcessCard>"
                    + bundle(delivery, "<osci:Reception><osci:Plain>" + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                            + "</osci:Plain></osci:Reception>");
        }
        var message = stored.get(OsciWire.text(envelope, "MessageId"));
        if (message == null) {
            return feedback("9804") + "<osci:fetchProcessCard>" + selection(envelope) + "</osci:fetchProcessCard>";
        }
        return feedback("0800") + "<osci:fetchProcessCard>" + selection(envelope) + "</osci:fetchProcessCard>"
                + bundle(message);
    }

    private static String selection(Element envelope) {
        return "<osci:SelectionRule><osci:MessageId>" + OsciWire.text(envelope, "MessageId")
                + "</osci:MessageId></osci:SelectionRule>";
    }

    private static String bundle(Stored message) {
        return "<osci:ProcessCardBundle><osci:MessageId>" + message.messageId() + "</osci:MessageId>"
                + "<osci:ProcessCard RecentModification=\"" + message.created() + "\"><osci:Creation><osci:Plain>"
                + message.created() + "</osci:Plain></osci:Creation><osci:Subject>"
                + message.subject().replace("&", "&amp;").replace("<", "&lt;")
                + "</osci:Subject></osci:ProcessCard><osci:InspectionReport></osci:InspectionReport>"
                + "</osci:ProcessCardBundle>";
    }

    private static String feedback(String code) {
        return "<osci:Feedback><osci:Entry xml:lang=\"de\"><osci:Code>" + code
                + "</osci:Code><osci:Text>simuliert</osci:Text></osci:Entry></osci:Feedback>";
    }

    private static String type(Element envelope) {
        var hint = envelope.getAttributeNS("http://www.w3.org/2001/XMLSchema-instance", "schemaLocation");
        return hint.replaceFirst("(?s).* soap(\\w+)\\.xsd .*", "$1");
    }

    private byte[] envelope(String type, String conversation, Dialog dialog, String response, String content)
            throws IOException, GeneralSecurityException {
        boolean last = type.equals("ExitDialog");
        dialog.challenge = last ? "" : "challenge-" + numbers.incrementAndGet();
        var next = " soap:actor=\"http://schemas.xmlsoap.org/soap/actor/next\" soap:mustUnderstand=\"1\"";
        boolean inHeader = type.equals("StoreDelivery") || type.equals("FetchDelivery");
        var name = "responseTo" + type;
        var delivery = type.equals("FetchDelivery") ? mailbox.get(dialog.handedOut) : null;
        var block =
                "<osci:" + name + (inHeader ? " Id=\"response\"" + next : "") + ">" + content + "</osci:" + name + ">";
        var xml = "<soap:Envelope" + OsciWire.DECLARED
                + " xsi:schemaLocation=\"http://schemas.xmlsoap.org/soap/envelope/"
                + " soapResponseTo" + type + ".xsd\"><soap:Header><osci:ControlBlock ConversationId=\"" + conversation
                + "\" Id=\"controlblock\""
                + (dialog.sequence < 0 ? "" : " SequenceNumber=\"" + dialog.sequence + "\"") + next + "><osci:Response>"
                + (trouble.remove("replayed") ? "an older one" : response) + "</osci:Response>"
                + (last ? "" : "<osci:Challenge>" + dialog.challenge + "</osci:Challenge>") + "</osci:ControlBlock>"
                + "<osci:SupplierSignature Id=\"suppliersignature\"" + next + "></osci:SupplierSignature>"
                + (inHeader ? block : "")
                + "<osci:IntermediaryCertificates Id=\"intermediarycertificates\""
                + " soap:actor=\"http://www.w3.org/2001/12/soap-envelope/actor/none\" soap:mustUnderstand=\"1\">"
                + "<osci:SignatureCertificateIntermediary Id=\"sigcert_intermediary\"><ds:X509Data><ds:X509Certificate>"
                + Base64.getEncoder().encodeToString(certificate.getEncoded())
                + "</ds:X509Certificate></ds:X509Data></osci:SignatureCertificateIntermediary>"
                + "</osci:IntermediaryCertificates>" + (delivery == null ? "" : authors()) + "</soap:Header><soap:Body Id=\"body\">"
                + (inHeader ? "" : block)
                + (delivery == null ? "" : "<osci:ContentPackage>" + delivery.sealed() + "</osci:ContentPackage>")
                + "</soap:Body></soap:Envelope>";
        var document = OsciWire.parse(xml.getBytes(UTF_8));
        var signature = OsciWire.only(document.getDocumentElement(), "SupplierSignature");
        var ids = new ArrayList<>(List.of("controlblock", "intermediarycertificates", "body"));
        if (inHeader) {
            ids.add("response");
        }
        OsciWire.sign(signature, ids, key, "sigcert_intermediary");
        if (trouble.remove("unsigned")) {
            signature.getParentNode().removeChild(signature);
        }
        if (trouble.remove("wrong-signature")) {
            OsciWire.only(document.getDocumentElement(), "Code").setTextContent("0800");
            OsciWire.only(document.getDocumentElement(), "Text").setTextContent("changed on the way");
        }
        if (trouble.remove("wrapped")) {
            wrap(document);
        }
        var bytes = OsciWire.bytes(document);
        wire.add(new Wire(false, "ResponseTo" + type, new String(bytes, UTF_8)));
        return bytes;
    }

    /** Where signatures of contents say that their certificate stands. */
    private String authors() throws GeneralSecurityException {
        var none = " Id=\"nonintermediarycertificates\" soap:actor=\"http://www.w3.org/2001/12/soap-envelope/actor/none\""
                + " soap:mustUnderstand=\"1\"";
        return "<osci:NonIntermediaryCertificates" + none + ">"
                + certificate("SignatureCertificateOriginator", "sigcert_author", addressee)
                + certificate("SignatureCertificateOtherAuthor", "sigcert_stranger", certificate)
                + "</osci:NonIntermediaryCertificates>";
    }

    private static String certificate(String name, String id, X509Certificate of) throws GeneralSecurityException {
        return "<osci:" + name + " Id=\"" + id + "\"><ds:X509Data><ds:X509Certificate>"
                + Base64.getEncoder().encodeToString(of.getEncoded()) + "</ds:X509Certificate></ds:X509Data></osci:" + name + ">";
    }

    /** The signed body goes into a block nobody reads, another one takes its place. */
    private static void wrap(Document document) {
        var body = OsciWire.only(document.getDocumentElement(), "Body");
        var other = (Element) body.cloneNode(true);
        other.setAttribute("Id", "other");
        body.getParentNode().replaceChild(other, body);
        var aside = document.createElementNS("urn:aside", "aside");
        aside.appendChild(body);
        OsciWire.only(document.getDocumentElement(), "Header").appendChild(aside);
    }

    private byte[] sealed(byte[] envelope, byte[] attached) throws GeneralSecurityException {
        var root = OsciWire.part("text/xml; charset=UTF-8", "8bit", "osci@message", envelope);
        var plain = attached.length == 0
                ? OsciWire.multipart(root)
                : OsciWire.multipart(root, OsciWire.part("application/octet-stream", "binary", "attached", attached));
        return trouble.remove("not-sealed") ? plain : OsciWire.seal(plain, account);
    }

    private static byte[] fault(String code) {
        var xml = "<soap:Envelope" + OsciWire.DECLARED + "><soap:Body><soap:Fault><faultcode>soap:Client</faultcode>"
                + "<faultstring>simuliert</faultstring><detail><osci:Code>" + code
                + "</osci:Code></detail></soap:Fault></soap:Body></soap:Envelope>";
        return OsciWire.multipart(
                OsciWire.part("text/xml; charset=UTF-8", "8bit", "osci@message", xml.getBytes(ISO_8859_1)));
    }
}
