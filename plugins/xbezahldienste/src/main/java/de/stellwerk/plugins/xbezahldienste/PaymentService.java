package de.stellwerk.plugins.xbezahldienste;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.util.JSONObjectUtils;
import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.camel.NothingSent;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import de.stellwerk.hub.spi.Text;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/**
 * One online service's line to a payment service. A transaction can be asked for by the id the service gave it, and by nothing else: where
 * that id is known a repeat asks, otherwise the order is sent again under the same {@code requestId}, which makes no second payment.
 */
final class PaymentService extends CamelConnector implements Sink, Source, Tested {

    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration UNTIL_IT_HAS_CALMED_DOWN = Duration.ofMinutes(1);

    private final Messages payments;
    private final Account account;
    private final URI url;
    private final Http http;
    private final Optional<Token> token;
    private final Notes notes;
    private final Clock clock;
    private final Confirmations confirmations;
    /** Deliveries none of whose attempts, up to this one, has arrived. Lost at the hub's end; then nothing is certain any more. */
    private final Map<String, Integer> notArrived = new ConcurrentHashMap<>();

    PaymentService(
            HubContext hub,
            Messages payments,
            Account account,
            URI url,
            Http http,
            Optional<Token> token,
            Notes notes) {
        super(hub);
        this.payments = payments;
        this.account = account;
        this.url = url;
        this.http = http;
        this.token = token;
        this.notes = notes;
        this.clock = hub.clock();
        this.confirmations = new Confirmations(this);
    }

    @Override
    protected void configure(RouteBuilder routes) {
        routes.from(door("order")).unmarshal(payments.strict().orReject("pay.unreadable: not a payment-order"));
        routes.from(door("status")).marshal(payments.strict());
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        if (!delivery.attachments().isEmpty()) {
            return new Rejected("pay.attachment: the payment service takes no attachments");
        }
        Map<String, Object> request;
        try {
            var order = ask(door("order"), delivery.body(), PaymentOrder.class);
            request = account.request(order, delivery, clock.instant());
        } catch (Exception e) {
            return outcome(e);
        }
        var certain = delivery.attempt() == 1 || notArrived.getOrDefault(delivery.id(), 0) == delivery.attempt() - 1;
        var result = attempt(delivery, request);
        if (certain && result instanceof NotSent) {
            notArrived.put(delivery.id(), delivery.attempt());
        } else {
            notArrived.remove(delivery.id());
        }
        return certain ? result : unlessDelivered(result);
    }

    /** What is certain of this attempt says nothing of those before it. */
    private static DeliveryResult unlessDelivered(DeliveryResult result) {
        if (result instanceof NotSent nothing) {
            return new Unknown(nothing.why() + "; an attempt before this one may have arrived");
        }
        if (result instanceof Rejected no) {
            return new Unknown(no.reason() + "; an attempt before this one may have arrived");
        }
        return result;
    }

    private DeliveryResult attempt(Delivery delivery, Map<String, Object> request) {
        try {
            var requestId = Account.requestId(delivery);
            var before = notes.of(delivery.id());
            if (before.isPresent()) {
                var asked = call("GET", transaction(before.get()), null);
                return new Delivered(Transaction.id(Json.parse(asked.body()), requestId));
            }
            var body = JSONObjectUtils.toJSONString(request).getBytes(UTF_8);
            var id = Transaction.id(
                    Json.parse(call("POST", path("/paymenttransaction"), body).body()), requestId);
            keep(delivery, id);
            return new Delivered(id);
        } catch (NoAnswer e) {
            return new Unknown(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return outcome(e);
        }
    }

    @SuppressWarnings("EmptyCatch") // a payment that was taken must not be called unknown because of a full disk
    private void keep(Delivery delivery, String id) {
        try {
            notes.put(delivery.id(), id);
        } catch (IOException e) {
            // The hub writes the id into its ledger next; the note is for the case that it dies before.
        }
    }

    private URI transaction(String id) {
        return URI.create(path("/paymenttransaction") + "/" + id);
    }

    private URI path(String resource) {
        return URI.create(url.toString().replaceAll("/+$", "") + resource + "/" + account.originator() + "/"
                + account.endpoint());
    }

    private Http.Answer call(String method, URI uri, byte @Nullable [] body)
            throws IOException, NothingSent, NoAnswer, RejectedByTarget {
        var headers = new HashMap<>(Map.of("Accept", "application/json, application/problem+json"));
        if (token.isPresent()) {
            headers.put("Authorization", "Bearer " + token.get().value());
        }
        if (body != null) {
            headers.put("Content-Type", "application/json");
        }
        var answer = http.call(method, uri, headers, body);
        if (answer.status() == 401) {
            token.ifPresent(Token::forget);
        }
        return answer.good() ? answer : refused(Problem.of(answer), answer.retryAfter());
    }

    private static Http.Answer refused(Problem problem, Duration retryAfter)
            throws NothingSent, NoAnswer, RejectedByTarget {
        var words = problem.inWords();
        int status = problem.status();
        if (problem.code().equals(Problem.EXISTS)) {
            throw new NoAnswer("pay.exists: " + words + "; it was taken, and its transactionId got lost with the"
                    + " answer. Ask the service's operator for it under the delivery's first 36 characters,"
                    + " then cancel the delivery here; do not order it anew");
        }
        if (status == 401 || status == 403 || problem.code().equals(Problem.FORBIDDEN)) {
            throw new NothingSent(
                    "pay.refused: the service says " + words
                            + "; check the client's rights, its secret or its certificate",
                    UNTIL_SOMEBODY_HAS_ACTED);
        }
        if (status == 429 || status == 503) {
            throw new NothingSent(
                    "pay.busy: the service says " + words, retryAfter.isZero() ? UNTIL_IT_HAS_CALMED_DOWN : retryAfter);
        }
        if (status >= 400 && status <= 499 && status != 408) {
            throw new RejectedByTarget("pay.rejected: the service says " + words);
        }
        throw new NoAnswer("pay.answer: the service says " + words);
    }

    @Override
    public void poll(Inbox inbox) throws Exception {
        confirmations.poll(inbox);
    }

    /** @throws NoAnswer if the service does not say how it stands */
    Transaction asked(String id) throws IOException, NothingSent, NoAnswer, RejectedByTarget {
        if (!id.matches(Transaction.ID)) {
            throw new NoAnswer("pay.reference: the delivery's reference is not a transactionId");
        }
        return Transaction.of(Json.parse(call("GET", transaction(id), null).body()), id);
    }

    Message message(Transaction transaction) throws Exception {
        var status = PaymentStatus.of(transaction);
        return status.message(transaction.id(), ask(door("status"), status, byte[].class));
    }

    /** @throws Exception if the service does not say yes for this online service and authority */
    void alive() throws IOException, NothingSent, NoAnswer, RejectedByTarget {
        call("GET", path("/status"), null);
    }

    /** The service's own question whether it works for this online service and authority; it makes nothing there. */
    @Override
    public List<Check> test() {
        try {
            alive();
            return List.of(new Check(
                    "echo",
                    Outcome.PASSED,
                    new Text(
                            "Der Dienst arbeitet und kennt Onlinedienst und Behörde.",
                            "The service works and knows online service and authority."),
                    new Text("", "")));
        } catch (Exception e) {
            var why = why(e);
            return List.of(new Check(
                    "echo",
                    Outcome.FAILED,
                    new Text("Der Dienst sagt nicht ja: " + why, "The service does not say yes: " + why),
                    new Text(
                            "Adresse, 'originator', 'endpoint' und Zugang mit dem Betreiber des Dienstes abgleichen.",
                            "Compare address, 'originator', 'endpoint' and access with whoever runs the service.")));
        }
    }

    /** What may be shown of it. */
    static String why(Exception e) {
        return e instanceof NoAnswer || e instanceof NothingSent || e instanceof RejectedByTarget
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName();
    }
}
