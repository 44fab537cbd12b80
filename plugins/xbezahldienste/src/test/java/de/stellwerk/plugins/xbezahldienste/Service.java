package de.stellwerk.plugins.xbezahldienste;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** A payment service for tests: as small as it can be, with the answers written by hand from the README. */
final class Service implements AutoCloseable {

    /** What it answers instead of the usual. */
    record Instead(int status, String type, String body, Map<String, String> headers) {}

    static {
        // Otherwise every answer on a kept connection waits 40 ms for more to send.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    /** Method, path and body of what came, tokens apart. */
    final List<String> requests = new ArrayList<>();

    final List<String> tokenRequests = new ArrayList<>();
    final List<String> authorizations = new ArrayList<>();
    /** Transactions by requestId. */
    final Map<String, String> transactions = new LinkedHashMap<>();
    /** The whole answer to a GET, by transactionId. */
    final Map<String, String> states = new HashMap<>();

    private final Map<String, Instead> instead = new HashMap<>();
    private final Optional<SSLContext> tls;
    private final int port;
    private CountDownLatch patience = new CountDownLatch(0);
    private boolean silent;
    private HttpServer server;

    Service() throws IOException {
        this(Optional.empty());
    }

    /** @param tls then only clients whose certificate it trusts are let in, and no tokens are asked for */
    Service(Optional<SSLContext> tls) throws IOException {
        this.tls = tls;
        server = start(0);
        port = server.getAddress().getPort();
    }

    private HttpServer start(int on) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), on);
        var made = tls.isPresent() ? secured(HttpsServer.create(address, 0), tls.get()) : HttpServer.create(address, 0);
        made.setExecutor(Executors.newCachedThreadPool());
        made.createContext("/xb", this::handle);
        made.createContext("/token", this::token);
        made.start();
        return made;
    }

    private static HttpServer secured(HttpsServer made, SSLContext context) {
        made.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                var wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        return made;
    }

    String url() {
        return (tls.isPresent() ? "https" : "http") + "://127.0.0.1:" + port + "/xb";
    }

    String tokens() {
        return "http://127.0.0.1:" + port + "/token";
    }

    /** From now on this method, or the {@code token}, or the {@code status}, is answered so. */
    void answers(String what, int status, String type, String body) {
        instead.put(what, new Instead(status, type, body, Map.of()));
    }

    void refuses(String what, int status, String code) {
        answers(what, status, PROBLEM, problem(status, code));
    }

    void busy(String what, int status, String retryAfter) {
        instead.put(
                what, new Instead(status, PROBLEM, problem(status, "UNSPECIFIED"), Map.of("Retry-After", retryAfter)));
    }

    /** Orders are taken, and nobody is told. */
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

    private void token(HttpExchange exchange) throws IOException {
        try (exchange) {
            var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Instead answer;
            synchronized (this) {
                tokenRequests.add(text);
                answer = instead.getOrDefault(
                        "token",
                        new Instead(
                                200,
                                JSON,
                                "{\"access_token\":\"t-" + tokenRequests.size()
                                        + "\",\"token_type\":\"Bearer\",\"expires_in\":300}",
                                Map.of()));
            }
            write(exchange, answer);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var path = exchange.getRequestURI().getPath();
            var method = exchange.getRequestMethod();
            var what = path.startsWith("/xb/status/") ? "status" : method;
            Instead answer;
            synchronized (this) {
                requests.add((method + " " + path + " " + text).strip());
                authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                var usual = usual(what, path, text);
                answer = instead.getOrDefault(what, usual);
            }
            if (!patience.await(20, TimeUnit.SECONDS)) {
                throw new IOException("the test has forgotten the slow service");
            }
            if (silent && what.equals("POST")) {
                return;
            }
            write(exchange, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Instead usual(String what, String path, String text) throws IOException {
        if (what.equals("status")) {
            return new Instead(200, JSON, "{\"status\":\"OK\"}", Map.of());
        }
        if (what.equals("GET")) {
            var found = states.get(path.substring(path.lastIndexOf('/') + 1));
            return found == null
                    ? new Instead(404, PROBLEM, problem(404, "VALIDATION_ERROR"), Map.of())
                    : new Instead(200, JSON, found, Map.of());
        }
        if (instead.containsKey("POST")) {
            return new Instead(500, PROBLEM, "", Map.of()); // what is answered instead has no effect
        }
        var order = order(text);
        var request = String.valueOf(order.get("requestId"));
        if (transactions.containsKey(request)) {
            return new Instead(409, PROBLEM, problem(409, "PAYMENT_EXISTS"), Map.of());
        }
        var id = "T-" + (transactions.size() + 1);
        transactions.put(request, id);
        var made = transaction(id, "INITIAL", text);
        states.put(id, made);
        return new Instead(201, JSON, made, Map.of());
    }

    private static void write(HttpExchange exchange, Instead answer) throws IOException {
        var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        // The JDK's server now and then resets a line whose client said this, if it does not say it too.
        exchange.getResponseHeaders().set("Connection", "close");
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    static Map<String, Object> order(String json) throws IOException {
        try {
            return JSONObjectUtils.parse(json);
        } catch (java.text.ParseException e) {
            throw new IOException(e);
        }
    }

    Map<String, Object> lastOrder() throws IOException {
        var post = requests.stream().filter(each -> each.startsWith("POST ")).toList();
        var last = post.get(post.size() - 1);
        return order(last.substring(last.indexOf('{')));
    }

    static String transaction(String id, String status, String request) {
        return "{\"paymentInformation\":{\"transactionUrl\":\"https://pay.example/" + id
                + "\",\"transactionRedirectUrl\":\"https://pay.example/go/" + id + "\",\"transactionId\":\"" + id
                + "\",\"transactionReference\":\"KZ-" + id
                + "\",\"transactionTimestamp\":\"2026-11-24T09:00:00Z\",\"paymentMethod\":\"CREDITCARD\",\"status\":\""
                + status + "\",\"newField\":1},\"paymentRequest\":" + request + "}";
    }

    static String request(String amount) {
        return "{\"requestId\":\"r-1\",\"currency\":\"EUR\",\"grosAmount\":" + amount + "}";
    }

    private static String problem(int status, String code) {
        return "{\"type\":\"about:blank\",\"title\":\"No\",\"status\":" + status + ",\"functionalCode\":\"" + code
                + "\",\"functionalText\":\"words of the service\"}";
    }

    @Override
    public void close() {
        patience.countDown();
        server.stop(0);
    }
}
