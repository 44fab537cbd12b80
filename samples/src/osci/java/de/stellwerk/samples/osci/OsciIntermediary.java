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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * An intermediary by OSCI-Transport 1.2 for one account: explicit dialogs, MessageIDs, {@code storeDelivery} and {@code fetchProcessCard}.
 * It opens the contents with the addressee's key as well, to see what a reader would.
 *
 * <p>It misbehaves on request, once each: {@code store-unanswered} (stored, and no answer), {@code store-lost} (neither), {@code unsigned},
 * {@code wrong-signature}, {@code wrapped} (what is signed is moved aside), {@code replayed} (an answer to something else), {@code
 * not-sealed}, {@code fault} (a SOAP fault), and {@code feedback-NNNN} for the next {@code storeDelivery}.
 *
 * <p>As a process: {@code --port N --folder DIR}; {@code GET /stored} tells the MessageIDs, {@code GET /misbehave?NAME} asks for trouble.
 */
public final class OsciIntermediary implements AutoCloseable {

    /** @param contents what the reader finds, in order */
    public record Stored(String messageId, String subject, List<byte[]> contents, Instant created) {}

    /** One envelope as it went over the wire, inside its seal. */
    public record Wire(boolean order, String type, String xml) {}

    private static final class Dialog {
        private String challenge = "";
        private int sequence = -1;
    }

    private HttpServer server;
    private final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final PrivateKey key;
    private final X509Certificate certificate;
    private final X509Certificate account;
    private final PrivateKey reader;
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
        this.reader = OsciKeys.load(folder, "addressee").key();
        this.server = listen(port);
        this.port = server.getAddress().getPort();
    }

    private HttpServer listen(int at) throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 64);
        made.setExecutor(threads);
        made.createContext("/osci", this::order);
        made.createContext("/stored", exchange -> say(exchange, 200, String.join("\n", stored.keySet())));
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
        var content =
                switch (type) {
                    case "InitDialog" -> feedback("0801");
                    case "GetMessageId" -> feedback("0801") + "<osci:MessageId>" + newId() + "</osci:MessageId>";
                    case "StoreDelivery" -> store(envelope);
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
        return sealed(type, envelope(type, conversation, dialog, OsciWire.text(control, "Challenge"), content));
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

    private String card(Element envelope) {
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
        boolean inHeader = type.equals("StoreDelivery");
        var name = "responseTo" + type;
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
                + "</osci:IntermediaryCertificates></soap:Header><soap:Body Id=\"body\">" + (inHeader ? "" : block)
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

    private byte[] sealed(String type, byte[] envelope) throws GeneralSecurityException {
        var plain = OsciWire.multipart(OsciWire.part("text/xml; charset=UTF-8", "8bit", "osci@message", envelope));
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
