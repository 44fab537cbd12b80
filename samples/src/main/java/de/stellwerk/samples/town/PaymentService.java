package de.stellwerk.samples.town;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A payment service by XBezahldienste 1.0: token endpoint, payment transactions, status. Somebody pays when the control path says so
 * ({@code /do/pay?id=…&status=PAYED}). A requestId that is there already is answered with PAYMENT_EXISTS.
 *
 * <p>It misbehaves: {@code order-unanswered} (taken, and no answer), {@code status-late} (INITIAL, whatever has been paid), {@code
 * unavailable} (503, Retry-After one second), and the error codes {@code CALCULATION_ERROR}, {@code BOOKING_DATA_MISSING}, {@code
 * VALIDATION_ERROR} (422), {@code FORBIDDEN} (403), {@code UNSPECIFIED} (500), with which an order is refused.
 */
final class PaymentService implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, Integer> CODES = Map.of(
            "CALCULATION_ERROR", 422,
            "BOOKING_DATA_MISSING", 422,
            "VALIDATION_ERROR", 422,
            "FORBIDDEN", 403,
            "UNSPECIFIED", 500);
    private static final Set<String> FAULTS = Set.of(
            "order-unanswered",
            "status-late",
            "unavailable",
            "CALCULATION_ERROR",
            "BOOKING_DATA_MISSING",
            "VALIDATION_ERROR",
            "FORBIDDEN",
            "UNSPECIFIED");
    private static final String ORDERS = "/paymenttransaction/";

    private record Transaction(String id, JsonNode request, String status) {}

    private final HttpServer server;
    private final Control control;
    private final Journal journal;
    private final Clock clock;
    private final Tokens tokens;
    private final Map<String, Transaction> byId = new LinkedHashMap<>();
    private final Map<String, String> byRequest = new HashMap<>();

    PaymentService(int port, int holdMillis, Journal journal, Clock clock, Tokens tokens) throws IOException {
        this.journal = journal;
        this.clock = clock;
        this.tokens = tokens;
        this.server = Control.server(port);
        server.createContext("/", this::handle);
        server.start();
        this.control = new Control(0, holdMillis, FAULTS, Map.of("pay", this::pay));
    }

    int port() {
        return server.getAddress().getPort();
    }

    int controlPort() {
        return control.port();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            Reply reply;
            try {
                reply = answer(exchange, body);
            } catch (JacksonException e) {
                reply = problem(400, "VALIDATION_ERROR");
            }
            if (reply.status() == 0) {
                control.hold();
            }
            reply.send(exchange);
        }
    }

    private static Reply problem(int status, String code) {
        return Reply.problem(status, "about:blank", Map.of("functionalCode", code, "functionalText", "simulated"));
    }

    private Reply answer(HttpExchange exchange, String body) {
        var path = exchange.getRequestURI().getPath();
        var method = exchange.getRequestMethod();
        if (path.equals("/token")) {
            return tokens.give(body).map(token -> Reply.json(200, token)).orElseGet(() -> Reply.json(401, Map.of()));
        }
        if (!tokens.good(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return problem(401, "FORBIDDEN");
        }
        if (control.due("unavailable")) {
            journal.note("unavailable", "call", method);
            return problem(503, "UNSPECIFIED").later(1);
        }
        if (method.equals("GET") && path.matches("/status/[\\w-]{1,36}/[\\w-]{1,36}")) {
            return Reply.json(200, Map.of("status", "OK"));
        }
        if (method.equals("POST") && path.matches(ORDERS + "[\\w-]{1,36}/[\\w-]{1,36}")) {
            return order(JSON.readTree(body));
        }
        if (method.equals("GET") && path.matches(ORDERS + "[\\w-]{1,36}/[\\w-]{1,36}/[\\w-]{1,36}")) {
            return state(path.substring(path.lastIndexOf('/') + 1));
        }
        return problem(404, "NO_VALID_ORIGINATOR_OR_ENDPOINT");
    }

    private synchronized Reply order(JsonNode request) {
        var key = request.path("requestId").asString("");
        for (var code : CODES.entrySet()) {
            if (control.due(code.getKey())) {
                journal.note("refused", "key", key, "code", code.getKey());
                return problem(code.getValue(), code.getKey());
            }
        }
        if (byRequest.containsKey(key)) {
            journal.note("repeated", "key", key);
            return problem(409, "PAYMENT_EXISTS");
        }
        var amount = request.path("grosAmount").decimalValue();
        var sum = BigDecimal.ZERO;
        for (var item : request.path("items")) {
            sum = sum.add(item.path("totalNetAmount").decimalValue())
                    .add(item.path("totalTaxAmount").decimalValue());
        }
        if (key.isEmpty() || !request.path("currency").asString("").equals("EUR") || sum.compareTo(amount) != 0) {
            journal.note("refused", "key", key, "code", "CALCULATION_ERROR");
            return problem(422, "CALCULATION_ERROR");
        }
        var made = new Transaction("T-" + (byId.size() + 1), request, "INITIAL");
        byId.put(made.id(), made);
        byRequest.put(key, made.id());
        journal.note(
                "order",
                "key",
                key,
                "transaction",
                made.id(),
                "cents",
                amount.movePointRight(2).longValueExact());
        return control.due("order-unanswered") ? Reply.none() : Reply.json(201, json(made, made.status()));
    }

    private synchronized Reply state(String id) {
        var known = byId.get(id);
        if (known == null) {
            return problem(404, "VALIDATION_ERROR");
        }
        var late = !known.status().equals("INITIAL") && control.due("status-late");
        journal.note(late ? "asked-too-early" : "asked", "key", id, "status", known.status());
        return Reply.json(200, json(known, late ? "INITIAL" : known.status()));
    }

    private Map<String, Object> json(Transaction of, String status) {
        return Map.of(
                "paymentInformation",
                Map.of(
                        "transactionUrl",
                        "https://pay.example.org/" + of.id(),
                        "transactionRedirectUrl",
                        "https://pay.example.org/go/" + of.id(),
                        "transactionId",
                        of.id(),
                        "transactionReference",
                        "KZ-" + of.id(),
                        "transactionTimestamp",
                        clock.instant().toString(),
                        "paymentMethod",
                        "CREDITCARD",
                        "status",
                        status),
                "paymentRequest",
                of.request());
    }

    private synchronized String pay(Map<String, String> words) throws IOException {
        var known = byId.get(words.getOrDefault("id", ""));
        if (known == null) {
            throw new IOException("no such transaction");
        }
        var status = words.getOrDefault("status", "PAYED");
        byId.put(known.id(), new Transaction(known.id(), known.request(), status));
        journal.note("payment", "key", known.id(), "status", status);
        return status;
    }

    @Override
    public void close() {
        control.close();
        server.stop(0);
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(List.of(words), Set.of("port", "journal", "hold", "client", "secret"), Set.of());
        var clock = Clock.systemUTC();
        try (var journal = new Journal(options.path("journal"), clock);
                var service = new PaymentService(
                        options.number("port", 0),
                        options.number("hold", 5_000),
                        journal,
                        clock,
                        new Tokens(options.text("client"), options.text("secret"), clock))) {
            journal.note("ready", "port", service.port(), "control", service.controlPort());
            new CountDownLatch(1).await();
        }
    }
}
