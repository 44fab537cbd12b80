package de.stellwerk.plugins.xta;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A gateway in this process that asks for a client certificate, keeps its books in memory, and fails on request. */
final class FakeGateway implements AutoCloseable {

    private static final String PASSWORD = "changeit";

    /** Message ids it gave out, and those it has a message under. */
    final List<String> given = new CopyOnWriteArrayList<>();

    final Map<String, List<byte[]>> sent = new ConcurrentHashMap<>();
    final Map<String, byte[]> box = Collections.synchronizedMap(new LinkedHashMap<>());
    final List<String> actions = new CopyOnWriteArrayList<>();
    /** Envelopes that came and went, with their parts. */
    final List<Wire> wire = new CopyOnWriteArrayList<>();

    record Wire(String envelope, List<byte[]> parts) {}

    final Map<String, Integer> faults = new HashMap<>();
    volatile boolean losesAnswers;
    volatile int status = 1;

    private final Path folder;
    private final SSLContext tls;
    private HttpsServer server;
    private int port;

    FakeGateway(Path folder) throws Exception {
        this.folder = folder;
        keytool(
                "-genkeypair",
                "-alias",
                "k",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=Gateway",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                "server.p12");
        keytool(
                "-genkeypair",
                "-alias",
                "k",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=Pirna",
                "-keystore",
                "client.p12");
        keytool("-exportcert", "-rfc", "-alias", "k", "-keystore", "server.p12", "-file", "server.pem");
        keytool("-exportcert", "-rfc", "-alias", "k", "-keystore", "client.p12", "-file", "client.pem");
        keytool("-importcert", "-noprompt", "-alias", "c", "-keystore", "trust.p12", "-file", "client.pem");
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store("server.p12"), PASSWORD.toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store("trust.p12"));
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        start();
        port = server.getAddress().getPort();
    }

    private KeyStore store(String name) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(folder.resolve(name))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private void keytool(String... words) throws Exception {
        var all = new ArrayList<String>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        all.addAll(List.of(words));
        all.addAll(List.of("-storepass", PASSWORD));
        var process = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(said);
        }
    }

    void start() throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
        server.setExecutor(Executors.newCachedThreadPool());
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
    }

    void stop() {
        server.stop(0);
    }

    String url() {
        return "https://127.0.0.1:" + port + "/";
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            List<byte[]> parts = new ArrayList<>();
            Node envelope;
            String xml;
            try (var read = Parts.read(
                    new ByteArrayInputStream(body),
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    folder,
                    50 << 20)) {
                xml = Files.readString(read.root().file());
                envelope = Node.read(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
                for (var part : read.others()) {
                    try (InputStream in = part.open()) {
                        parts.add(in.readAllBytes());
                    }
                }
            } catch (NoAnswer e) {
                return; // cut off by the sender: nothing arrived
            }
            wire.add(new Wire(xml, parts));
            var header = envelope.child(Names.SOAP, "Header").orElseThrow();
            var action = header.child(Names.ADDRESSING, "Action").orElseThrow().value();
            actions.add(action);
            var question =
                    header.child(Names.ADDRESSING, "MessageID").orElseThrow().value();
            var content = envelope.child(Names.SOAP, "Body").orElseThrow().children().stream()
                    .findFirst();
            int fault = faults.getOrDefault(action, 0);
            if (fault > 0) {
                send(exchange, 500, question, "", fault(fault), List.of());
                return;
            }
            switch (action) {
                case Names.CREATE_ID -> {
                    var id = "urn:de:xta:messageid:fake:" + UUID.randomUUID();
                    given.add(id);
                    send(exchange, 200, question, "", "<wsa:MessageID>" + id + "</wsa:MessageID>", List.of());
                }
                case Names.SEND -> {
                    var id = header.below(Names.META, "MessageMetaData", "MsgIdentification")
                            .orElseThrow()
                            .child(Names.ADDRESSING, "MessageID")
                            .orElseThrow()
                            .value();
                    if (sent.putIfAbsent(id, parts) != null) {
                        send(exchange, 500, question, "", fault(9024), List.of());
                    } else if (!losesAnswers) {
                        send(exchange, 200, question, "", "", List.of());
                    }
                }
                case Names.REPORT -> {
                    var id = content.orElseThrow().value();
                    send(
                            exchange,
                            sent.containsKey(id) ? 200 : 500,
                            question,
                            "",
                            sent.containsKey(id) ? report(id) : fault(9070),
                            List.of());
                }
                case Names.STATUS_LIST -> {
                    var ids = List.copyOf(box.keySet());
                    var list = new StringBuilder("<osci:MsgStatusList>");
                    ids.stream().limit(20).forEach(id -> list.append(meta(id)));
                    send(exchange, 200, question, iterator("list"), list + "</osci:MsgStatusList>", List.of());
                }
                case Names.FETCH -> {
                    var id = content.orElseThrow()
                            .below(Names.OSCI, "MsgSelector")
                            .orElseThrow()
                            .child(Names.ADDRESSING, "MessageID")
                            .orElseThrow()
                            .value();
                    send(
                            exchange,
                            200,
                            question,
                            iterator(id) + meta(id),
                            "<xta:GenericContentContainer><xta:ContentContainer><xta:Message contentType=\"text/xml\""
                                    + " filename=\"a.xml\"><xop:Include href=\"cid:p0%40fake\"/></xta:Message>"
                                    + "<xta:Attachment contentType=\"text/plain\">"
                                    + Base64.getEncoder().encodeToString("inline".getBytes(StandardCharsets.UTF_8))
                                    + "</xta:Attachment></xta:ContentContainer></xta:GenericContentContainer>",
                            List.of(box.get(id)));
                }
                case Names.CLOSE -> {
                    box.remove(content.orElseThrow()
                            .child(Names.OSCI, "LastMsgReceived")
                            .orElseThrow()
                            .value());
                    send(exchange, 200, question, "", "", List.of());
                }
                case Names.CHECK_ACCOUNT -> send(exchange, 200, question, "", "", List.of());
                default -> send(exchange, 500, question, "", fault(9000), List.of());
            }
        }
    }

    private static String iterator(String id) {
        return "<osci:MsgBoxResponse MsgBoxRequestID=\"urn:i:" + Names.hash(id)
                + "\"><osci:ItemsPending>1</osci:ItemsPending></osci:MsgBoxResponse>";
    }

    private static String meta(String id) {
        return "<oscimeta:MessageMetaData><oscimeta:DeliveryAttributes/><oscimeta:Originators><oscimeta:Author>"
                + "<oscimeta:Identifier type=\"XTA_ID\">court</oscimeta:Identifier></oscimeta:Author></oscimeta:Originators>"
                + "<oscimeta:Destinations><oscimeta:Reader><oscimeta:Identifier type=\"XTA_ID\">pirna</oscimeta:Identifier>"
                + "</oscimeta:Reader></oscimeta:Destinations><oscimeta:MsgIdentification><wsa:MessageID>" + id
                + "</wsa:MessageID></oscimeta:MsgIdentification><oscimeta:Qualifier><oscimeta:Service>urn:s</oscimeta:Service>"
                + "<oscimeta:BusinessScenario><oscimeta:Undefined>u</oscimeta:Undefined></oscimeta:BusinessScenario>"
                + "<oscimeta:MessageType listURI=\"urn:l\" listVersionID=\"1\" payloadSchema=\"urn:p\"><code>c</code>"
                + "</oscimeta:MessageType></oscimeta:Qualifier></oscimeta:MessageMetaData>";
    }

    private String report(String id) {
        return "<xta:TransportReport>" + meta(id)
                + "<xta:ReportTime>2026-11-26T10:00:00Z</xta:ReportTime><xta:XTAServerIdentity>fake</xta:XTAServerIdentity>"
                + "<xta:MessageStatus><xta:Status>" + status
                + "</xta:Status></xta:MessageStatus></xta:TransportReport>";
    }

    private static String fault(int number) {
        return "<s12:Fault><s12:Code><s12:Value>s12:Receiver</s12:Value></s12:Code><s12:Reason><s12:Text xml:lang=\"de\">"
                + "nein</s12:Text></s12:Reason><s12:Detail><xta:XTAWSTechnicalProblemException><xta:errorCode><code>"
                + number + "</code><name>n</name></xta:errorCode></xta:XTAWSTechnicalProblemException></s12:Detail>"
                + "</s12:Fault>";
    }

    private static void send(
            HttpExchange exchange, int status, String question, String header, String body, List<byte[]> parts)
            throws IOException {
        var out = new ByteArrayOutputStream();
        out.writeBytes(
                ("--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <r@fake>\r\n\r\n<s12:Envelope xmlns:s12=\""
                                + Names.SOAP + "\" xmlns:wsa=\"" + Names.ADDRESSING + "\" xmlns:xta=\"" + Names.XTA
                                + "\" xmlns:osci=\"" + Names.OSCI + "\" xmlns:oscimeta=\"" + Names.META
                                + "\" xmlns:xop=\""
                                + Names.XOP + "\"><s12:Header><wsa:RelatesTo>" + question + "</wsa:RelatesTo>" + header
                                + "</s12:Header><s12:Body>" + body + "</s12:Body></s12:Envelope>")
                        .getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < parts.size(); i++) {
            out.writeBytes(("\r\n--b\r\nContent-ID: <p" + i + "@fake>\r\nContent-Transfer-Encoding: binary\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            out.writeBytes(parts.get(i));
        }
        out.writeBytes("\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
        exchange.getResponseHeaders()
                .set("Content-Type", "multipart/related; type=\"application/xop+xml\"; boundary=b; start=\"<r@fake>\"");
        // The JDK's server may reset a line that only the other side wants to end.
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(status, out.size());
        try (var response = exchange.getResponseBody()) {
            response.write(out.toByteArray());
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
