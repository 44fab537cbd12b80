package de.stellwerk.samples.town;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * A transport gateway by XTA 2.1.1: SOAP 1.2, WS-Addressing and MTOM over TLS, for one account with a client certificate. All three ports
 * are one address. A message for the account comes in by {@code /do/deliver?text=…}. A MessageID is taken once, and 9024 afterwards.
 *
 * <p>It misbehaves: {@code send-unanswered} (taken, and no answer), {@code report-late} (a report is open), {@code report-red}, {@code
 * deliver-again} (what was closed as received stays in the box), {@code close-unanswered}, and {@code fault-NNNN} for the next request
 * that sends, with the numbers of {@link #NUMBERS}.
 */
final class XtaGateway implements AutoCloseable {

    /** Faults that can be asked for: account locked, parameter missing, trouble inside, trouble on the way, schema, virus. */
    static final Set<Integer> NUMBERS = Set.of(9011, 9020, 9024, 9030, 9032, 9050, 9060);

    private static final String PASSWORD = "changeit";
    private static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    private static final String ADDRESSING = "http://www.w3.org/2005/08/addressing";
    private static final String XTA = "http://xoev.de/transport/xta/211";
    private static final String OSCI = "http://www.osci.eu/ws/2008/05/transport";
    private static final String META = "http://www.osci.eu/ws/2014/10/transport";
    private static final String XOP = "http://www.w3.org/2004/08/xop/include";
    private static final int MOST = 1 << 24;

    private record Request(String action, String question, Element header, Element body, List<byte[]> parts) {}

    private record Reply(int status, String header, String body, List<byte[]> parts) {

        static Reply ok(String body) {
            return new Reply(200, "", body, List.of());
        }

        static Reply fault(int number) {
            return new Reply(
                    500,
                    "",
                    "<s12:Fault><s12:Code><s12:Value>s12:Receiver</s12:Value></s12:Code><s12:Reason>"
                            + "<s12:Text xml:lang=\"de\">simuliert</s12:Text></s12:Reason><s12:Detail>"
                            + "<xta:XTAWSTechnicalProblemException><xta:errorCode><code>" + number
                            + "</code><name>simuliert</name></xta:errorCode></xta:XTAWSTechnicalProblemException>"
                            + "</s12:Detail></s12:Fault>",
                    List.of());
        }

        static Reply none() {
            return new Reply(0, "", "", List.of());
        }
    }

    private final HttpsServer server;
    private final Control control;
    private final Journal journal;
    private final Clock clock;
    private final Set<String> given = new HashSet<>();
    private final Set<String> sent = new HashSet<>();
    private final Map<String, byte[]> box = new LinkedHashMap<>();

    XtaGateway(int port, int holdMillis, Journal journal, Clock clock, SSLContext tls) throws IOException {
        this.journal = journal;
        this.clock = clock;
        this.server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                var wanted = tls.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", this::handle);
        server.start();
        var faults = new TreeSet<>(
                Set.of("send-unanswered", "report-late", "report-red", "deliver-again", "close-unanswered"));
        NUMBERS.forEach(number -> faults.add("fault-" + number));
        this.control = new Control(0, holdMillis, faults, Map.of("deliver", this::deliver));
    }

    int port() {
        return server.getAddress().getPort();
    }

    int controlPort() {
        return control.port();
    }

    /**
     * Makes {@code server.p12}, {@code client.p12} (for the account) and {@code gateway.pem} (whom the account has to trust) in a folder.
     */
    static SSLContext tls(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        Files.createDirectories(folder);
        keytool(folder, "server.p12", "CN=Gateway");
        keytool(folder, "client.p12", "CN=Pirna");
        var own = store(folder.resolve("server.p12"));
        var accounts = KeyStore.getInstance("PKCS12");
        accounts.load(null, null);
        accounts.setCertificateEntry("account", certificate(store(folder.resolve("client.p12"))));
        Files.writeString(
                folder.resolve("gateway.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(certificate(own).getEncoded())
                        + "\n-----END CERTIFICATE-----\n",
                US_ASCII);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD.toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(accounts);
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return tls;
    }

    private static Certificate certificate(KeyStore of) throws GeneralSecurityException, IOException {
        var certificate = of.getCertificate("k");
        if (certificate == null) {
            throw new IOException("no certificate was made");
        }
        return certificate;
    }

    private static KeyStore store(Path file) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private static void keytool(Path folder, String file, String subject) throws IOException, InterruptedException {
        Files.deleteIfExists(folder.resolve(file));
        var words = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "k",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                subject,
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                file,
                "-storepass",
                PASSWORD);
        var process = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(said);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var bytes = exchange.getRequestBody().readNBytes(MOST);
            Request request;
            try {
                request = request(bytes, exchange.getRequestHeaders().getFirst("Content-Type"));
            } catch (IOException e) {
                journal.note("unreadable", "why", String.valueOf(e.getMessage()));
                send(exchange, "", Reply.fault(9020));
                return;
            }
            var reply = answer(request);
            if (reply.status() == 0) {
                control.hold();
                return;
            }
            send(exchange, request.question(), reply);
        }
    }

    private synchronized Reply answer(Request request) {
        return switch (request.action().substring(request.action().lastIndexOf('/') + 1)) {
            case "CheckAccountActive" -> Reply.ok("");
            case "IsServiceAvailable" ->
                Reply.ok("<xta:LookupServiceResponse><xta:LookupServiceResultList><xta:LookupServiceResult>"
                        + "<xta:IsServiceAvailableValue><xta:ServiceIsAvailable>true</xta:ServiceIsAvailable>"
                        + "</xta:IsServiceAvailableValue></xta:LookupServiceResult></xta:LookupServiceResultList>"
                        + "</xta:LookupServiceResponse>");
            case "CreateMessageID" -> {
                var id = "urn:de:xta:messageid:simulator:" + UUID.randomUUID();
                given.add(id);
                journal.note("id", "key", id);
                yield Reply.ok("<wsa:MessageID>" + id + "</wsa:MessageID>");
            }
            case "SendMessage" -> taken(request);
            case "GetTransportReport" -> report(SafeParser.text(request.body(), "MessageID"));
            case "MsgBoxStatusListRequest" -> list();
            case "MsgBoxFetchRequest" -> fetch(SafeParser.text(request.body(), "MessageID"));
            case "MsgBoxCloseRequest" -> close(SafeParser.text(request.body(), "LastMsgReceived"));
            default -> Reply.fault(9000);
        };
    }

    private Reply taken(Request request) {
        var identification = request.header().getElementsByTagNameNS(META, "MsgIdentification");
        var id = identification.getLength() == 0 ? "" : SafeParser.text(identification.item(0), "MessageID");
        for (var number : NUMBERS) {
            if (control.due("fault-" + number)) {
                journal.note("fault", "key", id, "number", number);
                return Reply.fault(number);
            }
        }
        if (!given.contains(id)) {
            journal.note("refused", "key", id, "number", 9070);
            return Reply.fault(9070);
        }
        if (!sent.add(id)) {
            journal.note("repeated", "key", id);
            return Reply.fault(9024);
        }
        journal.note(
                "message",
                "key",
                id,
                "case",
                SafeParser.text(request.header(), "Requester"),
                "parts",
                request.parts().size(),
                "sha512",
                request.parts().isEmpty() ? "" : Journal.sha512(request.parts().get(0)));
        return control.due("send-unanswered") ? Reply.none() : Reply.ok("");
    }

    private Reply report(String id) {
        if (!sent.contains(id)) {
            return Reply.fault(9070);
        }
        var status = control.due("report-late") ? "0" : control.due("report-red") ? "3" : "1";
        journal.note("report", "key", id, "status", status);
        return Reply.ok("<xta:TransportReport>" + meta(id) + "<xta:ReportTime>" + clock.instant()
                + "</xta:ReportTime><xta:XTAServerIdentity>simulator</xta:XTAServerIdentity><xta:MessageStatus>"
                + "<xta:Status>" + status + "</xta:Status></xta:MessageStatus></xta:TransportReport>");
    }

    private Reply list() {
        if (box.isEmpty()) {
            return new Reply(
                    200,
                    "<osci:MsgBoxResponse MsgBoxRequestID=\"urn:simulator:list\"><osci:NoMessageAvailable reason=\""
                            + OSCI + "/urn/NoMessageAvailable/NoMatch\"/></osci:MsgBoxResponse>",
                    "",
                    List.of());
        }
        var all = new StringBuilder("<osci:MsgStatusList>");
        box.keySet().stream().limit(20).forEach(id -> all.append(meta(id)));
        return new Reply(200, iterator("list"), all + "</osci:MsgStatusList>", List.of());
    }

    private Reply fetch(String id) {
        var content = box.get(id);
        if (content == null) {
            return Reply.fault(9070);
        }
        journal.note("fetched", "key", id);
        return new Reply(
                200,
                iterator(id) + meta(id),
                "<xta:GenericContentContainer><xta:ContentContainer><xta:Message contentType=\"text/xml\""
                        + " filename=\"nachricht.xml\"><xop:Include href=\"cid:part0%40simulator\"/></xta:Message>"
                        + "</xta:ContentContainer></xta:GenericContentContainer>",
                List.of(content));
    }

    private Reply close(String id) {
        var again = control.due("deliver-again");
        journal.note(again ? "closed-in-vain" : "closed", "key", id);
        if (!again) {
            box.remove(id);
        }
        return control.due("close-unanswered") ? Reply.none() : Reply.ok("");
    }

    /** Somebody has sent the account a message; the answer is its MessageID. */
    private synchronized String deliver(Map<String, String> words) {
        var id = "urn:de:xta:messageid:simulator:" + UUID.randomUUID();
        var content = ("<nachricht xmlns=\"urn:example\">" + words.getOrDefault("text", "x") + "</nachricht>")
                .getBytes(UTF_8);
        box.put(id, content);
        journal.note("delivered", "key", id, "sha512", Journal.sha512(content));
        return id;
    }

    private static String iterator(String id) {
        return "<osci:MsgBoxResponse MsgBoxRequestID=\"urn:simulator:" + Journal.sha256(id.getBytes(UTF_8))
                + "\"><osci:ItemsPending>1</osci:ItemsPending></osci:MsgBoxResponse>";
    }

    private static String meta(String id) {
        return "<oscimeta:MessageMetaData><oscimeta:DeliveryAttributes/><oscimeta:Originators><oscimeta:Author>"
                + "<oscimeta:Identifier type=\"XTA_ID\">gericht</oscimeta:Identifier></oscimeta:Author>"
                + "</oscimeta:Originators><oscimeta:Destinations><oscimeta:Reader><oscimeta:Identifier type=\"XTA_ID\">"
                + "pirna</oscimeta:Identifier></oscimeta:Reader></oscimeta:Destinations><oscimeta:MsgIdentification>"
                + "<wsa:MessageID>" + id + "</wsa:MessageID></oscimeta:MsgIdentification><oscimeta:Qualifier>"
                + "<oscimeta:Service>urn:example:dienst</oscimeta:Service><oscimeta:BusinessScenario>"
                + "<oscimeta:Undefined>unbestimmt</oscimeta:Undefined></oscimeta:BusinessScenario>"
                + "<oscimeta:MessageType listURI=\"urn:example:liste\" listVersionID=\"1\""
                + " payloadSchema=\"urn:example\"><code>nachricht.1</code></oscimeta:MessageType></oscimeta:Qualifier>"
                + "</oscimeta:MessageMetaData>";
    }

    /** A package as RFC 2387 has it: the envelope first, and each further part as bytes. */
    private static Request request(byte[] bytes, @org.jspecify.annotations.Nullable String type) throws IOException {
        var boundary = (type == null ? "" : type).replaceAll("(?s).*boundary=\"?([^\";]+).*", "$1");
        var text = new String(bytes, ISO_8859_1); // one character a byte
        var parts = new ArrayList<byte[]>();
        var mark = "--" + boundary;
        for (var from = text.indexOf(mark); from >= 0; ) {
            var to = text.indexOf("\r\n" + mark, from + mark.length());
            var head = text.indexOf("\r\n\r\n", from);
            if (to < 0 || head < 0 || head > to) {
                break;
            }
            parts.add(text.substring(head + 4, to).getBytes(ISO_8859_1));
            from = to + 2;
        }
        if (parts.isEmpty()) {
            throw new IOException("no package of parts");
        }
        var envelope = SafeParser.parse(parts.get(0)).getDocumentElement();
        if (!SOAP.equals(envelope.getNamespaceURI()) || !"Envelope".equals(envelope.getLocalName())) {
            throw new IOException("not SOAP 1.2");
        }
        var header = child(envelope, "Header");
        return new Request(
                SafeParser.text(header, "Action"),
                text(header, ADDRESSING, "MessageID"),
                header,
                child(envelope, "Body"),
                parts.subList(1, parts.size()));
    }

    private static Element child(Element of, String name) throws IOException {
        for (Node node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && name.equals(element.getLocalName())) {
                return element;
            }
        }
        throw new IOException("no " + name);
    }

    /** Of a child, not of something below: the metadata have a MessageID of their own. */
    private static String text(Element of, String namespace, String name) throws IOException {
        for (Node node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (namespace.equals(node.getNamespaceURI()) && name.equals(node.getLocalName())) {
                return node.getTextContent().strip();
            }
        }
        throw new IOException("no " + name);
    }

    private static void send(HttpExchange exchange, String question, Reply reply) throws IOException {
        var out = new ByteArrayOutputStream();
        var relates = question.isEmpty() ? "" : "<wsa:RelatesTo>" + question + "</wsa:RelatesTo>";
        out.writeBytes(("--b\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"application/soap+xml\"\r\n"
                        + "Content-ID: <root@simulator>\r\n\r\n<s12:Envelope xmlns:s12=\"" + SOAP + "\" xmlns:wsa=\""
                        + ADDRESSING + "\" xmlns:xta=\"" + XTA + "\" xmlns:osci=\"" + OSCI + "\" xmlns:oscimeta=\""
                        + META + "\" xmlns:xop=\"" + XOP + "\"><s12:Header>" + relates + reply.header()
                        + "</s12:Header><s12:Body>" + reply.body() + "</s12:Body></s12:Envelope>")
                .getBytes(UTF_8));
        for (int i = 0; i < reply.parts().size(); i++) {
            out.writeBytes(("\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-ID: <part" + i
                            + "@simulator>\r\nContent-Transfer-Encoding: binary\r\n\r\n")
                    .getBytes(UTF_8));
            out.writeBytes(reply.parts().get(i));
        }
        out.writeBytes("\r\n--b--\r\n".getBytes(UTF_8));
        exchange.getResponseHeaders()
                .set(
                        "Content-Type",
                        "multipart/related; type=\"application/xop+xml\"; boundary=b; start=\"<root@simulator>\"");
        // The JDK's server may reset a line that only the other side wants to end.
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(reply.status(), out.size());
        exchange.getResponseBody().write(out.toByteArray());
    }

    @Override
    public void close() {
        control.close();
        server.stop(0);
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(List.of(words), Set.of("port", "journal", "hold", "tls"), Set.of());
        var clock = Clock.systemUTC();
        try (var journal = new Journal(options.path("journal"), clock);
                var gateway = new XtaGateway(
                        options.number("port", 0),
                        options.number("hold", 5_000),
                        journal,
                        clock,
                        tls(options.path("tls")))) {
            journal.note("ready", "port", gateway.port(), "control", gateway.controlPort());
            new CountDownLatch(1).await();
        }
    }
}
