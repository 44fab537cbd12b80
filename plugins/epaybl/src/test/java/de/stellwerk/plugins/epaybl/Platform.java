package de.stellwerk.plugins.epaybl;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** A payment platform for tests: as small as it can be, with the answers written by hand from the README. */
final class Platform implements AutoCloseable {

    /** What it answers instead of the operation's answer. */
    record Instead(int status, String type, String body) {}

    static {
        // Otherwise every answer on a kept connection waits 40 ms for more to send.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final String ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";

    final List<String> requests = new ArrayList<>();
    final List<String> actions = new ArrayList<>();
    final Map<String, String> kassenzeichen = new LinkedHashMap<>();
    final Map<String, String> paid = new LinkedHashMap<>();

    /** Place by customer. */
    final Map<String, String> customers = new java.util.concurrent.ConcurrentHashMap<>();

    /** The elements of a mandate by its reference. */
    final Map<String, String> mandates = new java.util.concurrent.ConcurrentHashMap<>();

    boolean versionTwo;

    private final Map<String, Instead> instead = new LinkedHashMap<>();
    private final int port;
    private CountDownLatch patience = new CountDownLatch(0);
    private boolean silent;
    private HttpServer server;

    Platform() throws IOException {
        server = start(0);
        port = server.getAddress().getPort();
    }

    private HttpServer start(int on) throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), on), 0);
        made.setExecutor(Executors.newCachedThreadPool());
        made.createContext("/soap", this::handle);
        made.start();
        return made;
    }

    String url() {
        return "http://127.0.0.1:" + port + "/soap";
    }

    /** From now on this operation is answered so. */
    void answers(String operation, int status, String type, String body) {
        instead.put(operation, new Instead(status, type, body));
    }

    void refuses(String operation, String code) {
        answers(operation, 200, "text/xml; charset=utf-8", response(operation, ergebnis(false, code)));
    }

    /** Operations are done, and nobody is told. */
    void silent(boolean value) {
        silent = value;
    }

    void normal() {
        instead.clear();
        silent = false;
        patience.countDown();
        patience = new CountDownLatch(0);
    }

    void slow() {
        patience = new CountDownLatch(1);
    }

    void stop() {
        server.stop(0);
    }

    void restart() throws IOException {
        server = start(port);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var operation = operation(parse(text));
            var name = String.valueOf(operation.getLocalName());
            final Instead answer;
            synchronized (this) {
                requests.add(text);
                actions.add(exchange.getRequestHeaders().getFirst("SOAPAction") + " "
                        + exchange.getRequestHeaders().getFirst("Content-Type"));
                answer = instead.containsKey(name)
                        ? instead.get(name)
                        : new Instead(200, "text/xml; charset=utf-8", response(name, result(name, operation)));
            }
            if (!patience.await(20, TimeUnit.SECONDS)) {
                throw new IOException("the test has forgotten the slow platform");
            }
            if (silent && !name.startsWith("lese")) {
                return;
            }
            var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String result(String name, Element operation) {
        return switch (name) {
            case "isAlive" -> ergebnis(true, "0000");
            case "lesenTransaktion" -> {
                var found = kassenzeichen.get(text(operation, "eShopTransaktionsNr"));
                yield found == null
                        ? ergebnis(false, "-0600")
                        : ergebnis(true, "0000") + "<kassenzeichen>" + found + "</kassenzeichen>";
            }
            case "lesenKunde" -> ergebnis(customers.containsKey(text(operation, "eShopKundenNr")));
            case "anlegenKunde", "aendernKunde" -> {
                var number = text(operation, "EShopKundenNr");
                if (name.startsWith("anlegen") == customers.containsKey(number)) {
                    throw new IllegalStateException(name + " of " + number);
                }
                customers.put(number, text(operation, "ort"));
                yield ergebnis(true);
            }
            case "loeschenKunde" -> ergebnis(customers.remove(text(operation, "eShopKundenNr")) != null);
            case "leseSEPAMandat" -> mandate(text(operation, "mandatReferenz"));
            case "anlegenSEPAMandat" -> {
                var reference = text(operation, "referenz");
                if (mandates.containsKey(reference)) {
                    throw new IllegalStateException(name + " of " + reference);
                }
                mandates.put(
                        reference,
                        "<referenz>" + reference + "</referenz><eShopKundenNr>" + text(operation, "eShopKundenNr")
                                + "</eShopKundenNr><accountOwnerIban>" + text(operation, "accountOwnerIban")
                                + "</accountOwnerIban><datumUnterschrift>" + text(operation, "datumUnterschrift")
                                + "</datumUnterschrift><aktiv>true</aktiv>");
                yield mandate(reference);
            }
            case "vervollstaendigenSEPAMandat" -> {
                mandates.computeIfPresent(
                        text(operation, "mandatReferenz"),
                        (key, was) -> was.replace(
                                "<datumUnterschrift></datumUnterschrift>",
                                "<datumUnterschrift>" + text(operation, "datumUnterschrift") + "</datumUnterschrift>"));
                yield ergebnis(true);
            }
            case "deaktiviernSEPAMandat" -> {
                mandates.computeIfPresent(
                        text(operation, "mandatReferenz"), (key, was) -> was.replace(">true<", ">false<"));
                yield mandate(text(operation, "mandatReferenz"));
            }
            case "lesenKassenzeichenInfo" -> info(text(operation, "kassenzeichen"));
            default -> {
                var number = kassenzeichen.computeIfAbsent(
                        text(operation, "EShopTransaktionsNr"),
                        transaction -> String.valueOf(100_000_000_000L + kassenzeichen.size()));
                yield ergebnis(true, "0000") + "<buchungsListe><betrag>" + text(operation, "betrag")
                        + "</betrag><kassenzeichen>" + number
                        + "</kassenzeichen><neuesFeld>1</neuesFeld></buchungsListe>";
            }
        };
    }

    private String info(String number) {
        var amounts = paid.get(number);
        if (amounts == null) {
            return ergebnis(false, "-0601");
        }
        var both = amounts.split(" of ");
        return ergebnis(true, "0000") + "<kassenzeichen>" + number
                + "</kassenzeichen><zahlverfahren>GIROPAY</zahlverfahren>"
                + "<betragZahlungseingaenge>" + both[0] + "</betragZahlungseingaenge><betragHauptforderungen>" + both[1]
                + "</betragHauptforderungen><saldo>0.00</saldo><waehrung>EUR</waehrung>";
    }

    private String mandate(String reference) {
        var known = mandates.get(reference);
        return known == null
                ? ergebnisIn(false, "-5201")
                : ergebnisIn(true, "0000") + "<sepaMandat>" + known + "<neuesFeld>1</neuesFeld></sepaMandat>";
    }

    /** How an operation on a customer went. */
    private String ergebnis(boolean known) {
        return ergebnisIn(known, known ? "0000" : "-0199");
    }

    /** In the form of the version. */
    private String ergebnisIn(boolean known, String code) {
        return versionTwo
                ? "<ergebnis><EPaymentId>EP-1</EPaymentId><istOK>" + known + "</istOK><code>" + code
                        + "</code><kurzText>kurz</kurzText></ergebnis>"
                : ergebnis(known, code);
    }

    static String ergebnis(boolean ok, String code) {
        return "<ergebnis><EPaymentId>EP-1</EPaymentId><istOK>" + ok + "</istOK><text><code>" + code
                + "</code><kurzText>kurz</kurzText><langText>lang</langText></text></ergebnis>";
    }

    static String response(String operation, String result) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"" + ENVELOPE
                + "\"><s:Header/><s:Body><p:"
                + operation + "Response xmlns:p=\"http://www.bff.bund.de/ePayment\"><" + operation + "Return>" + result
                + "</" + operation + "Return></p:" + operation + "Response></s:Body></s:Envelope>";
    }

    static String fault() {
        return "<s:Envelope xmlns:s=\"" + ENVELOPE + "\"><s:Body><s:Fault><faultcode>s:Server</faultcode>"
                + "<faultstring>database not reachable</faultstring></s:Fault></s:Body></s:Envelope>";
    }

    Document lastRequest() throws IOException {
        return parse(requests.get(requests.size() - 1));
    }

    static Element operation(Document request) {
        return (Element) request.getElementsByTagNameNS(Envelope.EPAYMENT, "*").item(0);
    }

    /** The text of the first element of that name without a namespace; empty if there is none. */
    static String text(Element in, String name) {
        var all = in.getElementsByTagNameNS(null, name);
        return all.getLength() == 0 ? "" : all.item(0).getTextContent();
    }

    private static Document parse(@Nullable String xml) throws IOException {
        try {
            var factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            return factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(String.valueOf(xml).getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        patience.countDown();
        server.stop(0);
    }
}
