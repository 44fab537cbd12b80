package de.stellwerk.samples.town;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * The state's payment platform, SOAP 1.1, in the wire format that the README of the {@code epaybl} connector describes: it gives out a
 * Kassenzeichen an order, and a payer pays it a little later. The pair of Mandant and EShopTransaktionsNr is the key: the same pair again
 * is answered with the same Kassenzeichen. What it knows of orders lives in memory and in its journal, from which it
 * starts again; {@link Debtors} live in memory.
 */
final class PaymentPlatform implements AutoCloseable {

    static final String NAMESPACE = "http://www.bff.bund.de/ePayment";
    private static final String ORDER = "anlegenKassenzeichenMitZahlverfahrenlisteMitBLP";
    private static final String DEBIT = "abbuchenMitSEPAMandatreferenzMitBLP";
    private static final int SMALLEST_DELAY_MILLIS = 500;
    private static final int LARGEST_DELAY_MILLIS = 3_000;
    private static final int LARGEST_REQUEST = 1 << 20;

    /**
     * How it goes wrong, if it does.
     *
     * @param wrongPayers the orders, counted from 1, whose payers pay another amount: too little and too much in turn
     * @param slowMillis the wait before every answer
     * @param faultEvery every n-th request for a new Kassenzeichen, customer or mandate is answered with a fault and not done; 0 for never
     * @param lostEvery every n-th such request is done, but the connection is closed without an answer; 0 for never
     */
    record Misbehaviour(List<Integer> wrongPayers, int slowMillis, int faultEvery, int lostEvery) {

        static Misbehaviour none() {
            return new Misbehaviour(List.of(), 0, 0, 0);
        }
    }

    private record Order(
            String mandant,
            String transaction,
            String customer,
            String kassenzeichen,
            long cents,
            String currency,
            int number) {}

    static final class Refused extends Exception {
        private final String code;

        Refused(String code, String text) {
            super(text);
            this.code = code;
        }
    }

    private final HttpServer server;
    private final Journal journal;
    private final Clock clock;
    private final long seed;
    private final Misbehaviour misbehaviour;
    private final ScheduledExecutorService payers = Executors.newScheduledThreadPool(1);
    private final AtomicInteger creations = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private final Debtors debtors;
    private final Map<String, Order> byTransaction = new HashMap<>();
    private final Map<String, Order> byKassenzeichen = new HashMap<>();
    private final Map<String, Long> paid = new HashMap<>();

    /** @param known the journal's lines so far */
    PaymentPlatform(
            int port, Journal journal, List<Journal.Line> known, Clock clock, long seed, Misbehaviour misbehaviour)
            throws IOException {
        this.journal = journal;
        this.debtors = new Debtors(journal);
        this.clock = clock;
        this.seed = seed;
        this.misbehaviour = misbehaviour;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/", this::handle);
        remember(known);
    }

    void start() {
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private synchronized void remember(List<Journal.Line> known) {
        for (var line : known) {
            if (line.event().equals("order")) {
                var order = new Order(
                        line.text("mandant"),
                        line.text("key"),
                        line.text("case"),
                        line.text("kassenzeichen"),
                        line.number("cents"),
                        line.text("currency"),
                        (int) line.number("number"));
                byTransaction.put(order.mandant() + "/" + order.transaction(), order);
                byKassenzeichen.put(order.kassenzeichen(), order);
            } else if (line.event().equals("payment")) {
                paid.merge(line.text("kassenzeichen"), line.number("cents"), Long::sum);
            }
        }
        byKassenzeichen.values().stream()
                .filter(order -> !paid.containsKey(order.kassenzeichen()))
                .forEach(this::expectPayment);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var bytes = exchange.getRequestBody().readNBytes(LARGEST_REQUEST);
            if (misbehaviour.slowMillis() > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(misbehaviour.slowMillis()));
            }
            Element operation;
            try {
                operation = operation(SafeParser.parse(bytes));
            } catch (IOException e) {
                send(exchange, 500, fault("soapenv:Client", "Anfrage nicht lesbar"));
                return;
            }
            var name = String.valueOf(operation.getLocalName());
            var creates = List.of(ORDER, DEBIT).contains(name) || Debtors.CREATING.contains(name);
            var number = creates ? creations.incrementAndGet() : 0;
            if (due(number, misbehaviour.faultEvery())) {
                journal.note("fault", "request", number);
                send(exchange, 500, fault("soapenv:Server", "Datenbank nicht erreichbar"));
                return;
            }
            var answer = answer(operation);
            if (due(number, misbehaviour.lostEvery())) {
                journal.note("lost", "request", number);
                return;
            }
            send(exchange, 200, answer);
        } catch (RuntimeException e) {
            journal.note("failure", "why", String.valueOf(e));
            throw e;
        }
    }

    private static boolean due(int number, int every) {
        return every > 0 && number > 0 && number % every == 0;
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/xml; charset=utf-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private String answer(Element operation) {
        var name = String.valueOf(operation.getLocalName());
        var content = new StringBuilder();
        try {
            var result =
                    switch (name) {
                        case ORDER -> create(operation);
                        case DEBIT -> {
                            debtors.debit(operation);
                            yield create(operation);
                        }
                        case "lesenKassenzeichenInfo" -> info(operation);
                        case "lesenTransaktion" -> transaction(operation);
                        case "isAlive" -> "";
                        default ->
                            debtors.answer(name, operation)
                                    .orElseThrow(() -> new Refused("-9999", "Operation unbekannt"));
                    };
            content.append(outcome("true", "0000", "OK")).append(result);
        } catch (Refused e) {
            content.append(outcome("false", e.code, String.valueOf(e.getMessage())));
        }
        return envelope("<ep:" + name + "Response xmlns:ep=\"" + NAMESPACE + "\"><" + name + "Return>" + content + "</"
                + name + "Return></ep:" + name + "Response>");
    }

    private static Element operation(Document request) throws IOException {
        var bodies = request.getElementsByTagNameNS("http://schemas.xmlsoap.org/soap/envelope/", "Body");
        for (var node = bodies.getLength() == 0 ? null : bodies.item(0).getFirstChild();
                node != null;
                node = node.getNextSibling()) {
            if (node instanceof Element element && NAMESPACE.equals(element.getNamespaceURI())) {
                return element;
            }
        }
        throw new IOException("no operation");
    }

    private synchronized String create(Element operation) throws Refused {
        var mandant = child(operation, "mandantNr");
        var list = children(operation, "buchungsListe").stream()
                .findFirst()
                .orElseThrow(() -> new Refused("-0500", "Buchungsliste fehlt"));
        var transaction = child(list, "EShopTransaktionsNr");
        var total = cents(child(list, "betrag"));
        var known = byTransaction.get(mandant + "/" + transaction);
        if (known != null && !transaction.isEmpty()) {
            journal.note(
                    "repeated",
                    "key",
                    transaction,
                    "kassenzeichen",
                    known.kassenzeichen(),
                    "cents",
                    total,
                    "same",
                    known.cents() == total);
            return created(known);
        }
        // v3 wraps the Buchungen in items, v2 repeats the element.
        var bookings = children(list, "buchungen").stream()
                .flatMap(each ->
                        children(each, "item").isEmpty() ? List.of(each).stream() : children(each, "item").stream())
                .toList();
        var sum = 0L;
        for (var booking : bookings) {
            sum += cents(child(booking, "betrag"));
        }
        if (bookings.isEmpty() || sum != total) {
            journal.note("refused", "key", transaction, "code", "-0506");
            throw new Refused("-0506", "Gesamtbetrag falsch");
        }
        if (total <= 0) {
            throw new Refused("-0510", "Betrag zu klein");
        }
        var number = byKassenzeichen.size() + 1;
        var order = new Order(
                mandant,
                transaction,
                child(operation, "eShopKundenNr"),
                kassenzeichen(number),
                total,
                child(list, "waehrungskennzeichen"),
                number);
        journal.note(
                "order",
                "key",
                transaction,
                "mandant",
                mandant,
                "case",
                order.customer(),
                "kassenzeichen",
                order.kassenzeichen(),
                "cents",
                total,
                "currency",
                order.currency(),
                "number",
                number);
        byTransaction.put(mandant + "/" + transaction, order);
        byKassenzeichen.put(order.kassenzeichen(), order);
        expectPayment(order);
        return created(order);
    }

    private static String created(Order order) {
        return "<buchungsListe><betrag>" + euros(order.cents()) + "</betrag><waehrungskennzeichen>"
                + escape(order.currency())
                + "</waehrungskennzeichen><kassenzeichen>" + order.kassenzeichen()
                + "</kassenzeichen><EShopTransaktionsNr>"
                + escape(order.transaction()) + "</EShopTransaktionsNr></buchungsListe>";
    }

    private synchronized String transaction(Element operation) throws Refused {
        var order = byTransaction.get(child(operation, "mandantNr") + "/" + child(operation, "eShopTransaktionsNr"));
        if (order == null) {
            throw new Refused("-0600", "Transaktion unbekannt");
        }
        return "<kassenzeichen>" + order.kassenzeichen() + "</kassenzeichen>";
    }

    private synchronized String info(Element operation) throws Refused {
        var order = Optional.ofNullable(byKassenzeichen.get(child(operation, "kassenzeichen")))
                .filter(found -> found.mandant().equals(child(operation, "mandantNr")))
                .orElseThrow(() -> new Refused("-0601", "Kassenzeichen unbekannt"));
        var received = paid.getOrDefault(order.kassenzeichen(), 0L);
        var balance = received - order.cents();
        return "<kassenzeichen>" + order.kassenzeichen() + "</kassenzeichen><EShopKundenNr>" + escape(order.customer())
                + "</EShopKundenNr><zahlverfahren>GIROPAY</zahlverfahren><betragZahlungseingaenge>" + euros(received)
                + "</betragZahlungseingaenge><betragHauptforderungen>" + euros(order.cents())
                + "</betragHauptforderungen><betragRuecklastschriften>0.00</betragRuecklastschriften>"
                + "<betragLastschriften>0.00</betragLastschriften><betragSonstigeBuchungen>0.00</betragSonstigeBuchungen>"
                + "<betragStornos>0.00</betragStornos><saldo>" + euros(balance) + "</saldo><waehrung>"
                + escape(order.currency())
                + "</waehrung><paypageStatus>" + (received == 0 ? "OFFEN" : "BEZAHLT") + "</paypageStatus>";
    }

    private void expectPayment(Order order) {
        var delay = SMALLEST_DELAY_MILLIS
                + new Random(seed * 31 + order.number()).nextInt(LARGEST_DELAY_MILLIS - SMALLEST_DELAY_MILLIS);
        payers.schedule(() -> pay(order), delay, TimeUnit.MILLISECONDS);
    }

    private synchronized void pay(Order order) {
        var amount = order.cents();
        if (misbehaviour.wrongPayers().contains(order.number())) {
            amount = misbehaviour.wrongPayers().indexOf(order.number()) % 2 == 0 ? amount - 100 : amount + 100;
        }
        journal.note(
                "payment",
                "key",
                order.kassenzeichen(),
                "kassenzeichen",
                order.kassenzeichen(),
                "case",
                order.customer(),
                "cents",
                amount,
                "ordered",
                order.cents());
        paid.merge(order.kassenzeichen(), amount, Long::sum);
    }

    private String outcome(String ok, String code, String text) {
        return "<ergebnis><EPaymentId>EP-" + String.format("%06d", answers.incrementAndGet())
                + "</EPaymentId><EPaymentTimestamp>"
                + clock.instant().truncatedTo(ChronoUnit.SECONDS) + "</EPaymentTimestamp><istOK>" + ok
                + "</istOK><text><code>" + code
                + "</code><kurzText>" + escape(text) + "</kurzText><langText>" + escape(text)
                + "</langText><sprache>de</sprache></text></ergebnis>";
    }

    private static String envelope(String body) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>" + body
                + "</soapenv:Body></soapenv:Envelope>\n";
    }

    private static String fault(String code, String text) {
        return envelope("<soapenv:Fault><faultcode>" + code + "</faultcode><faultstring>" + escape(text)
                + "</faultstring></soapenv:Fault>");
    }

    /** Eleven digits and a check digit (weights 3 and 1 in turn, modulo 10). */
    static String kassenzeichen(int number) {
        var digits = String.valueOf(10_000_000_000L + number);
        var sum = 0;
        for (var i = 0; i < digits.length(); i++) {
            sum += (digits.charAt(i) - '0') * (i % 2 == 0 ? 3 : 1);
        }
        return digits + (10 - sum % 10) % 10;
    }

    private static long cents(String amount) throws Refused {
        if (!amount.matches("[0-9]{1,13}\\.[0-9]{2}")) {
            throw new Refused("-0505", "Betrag ist keine Zahl mit zwei Nachkommastellen");
        }
        return new BigDecimal(amount).movePointRight(2).longValueExact();
    }

    private static String euros(long cents) {
        return String.format(Locale.ROOT, "%.2f", BigDecimal.valueOf(cents, 2));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String child(Element of, String name) {
        return children(of, name).stream()
                .findFirst()
                .map(Node::getTextContent)
                .map(String::strip)
                .orElse("");
    }

    private static List<Element> children(Element of, String name) {
        var found = new ArrayList<Element>();
        for (var node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && name.equals(element.getLocalName())) {
                found.add(element);
            }
        }
        return found;
    }

    @Override
    public void close() {
        payers.shutdownNow();
        server.stop(0);
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(
                List.of(words),
                Set.of(
                        "port",
                        "journal",
                        "seed",
                        "misbehave-wrong",
                        "misbehave-slow",
                        "misbehave-fault",
                        "misbehave-lost"),
                Set.of());
        var wrong = Arrays.stream(options.text("misbehave-wrong", "").split(","))
                .filter(each -> !each.isBlank())
                .map(Integer::valueOf)
                .collect(Collectors.toList());
        var path = options.path("journal");
        var known = Journal.read(path);
        try (var journal = new Journal(path, Clock.systemUTC());
                var platform = new PaymentPlatform(
                        options.number("port", 0),
                        journal,
                        known,
                        Clock.systemUTC(),
                        options.number("seed", 1),
                        new Misbehaviour(
                                wrong,
                                options.number("misbehave-slow", 0),
                                options.number("misbehave-fault", 0),
                                options.number("misbehave-lost", 0)))) {
            platform.start();
            journal.note("ready", "port", platform.port());
            new CountDownLatch(1).await();
        }
    }
}
