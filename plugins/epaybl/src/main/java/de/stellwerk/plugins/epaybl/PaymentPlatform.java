package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.camel.NothingSent;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.camel.Unreadable;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Source;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/**
 * One Mandant's line to the payment platform. An order that may have arrived before is asked for first: the platform would recognise
 * it, but an order of money is not a thing to try out. Payments are asked for, not told: see {@link Confirmations}.
 */
final class PaymentPlatform extends CamelConnector implements Probe, Source {

    static final String STATUS = "payment.status";

    private static final int LARGEST_ANSWER = 1 << 20;
    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;
    private static final int TOO_MANY = 429;
    /** What a server says before it has read what it was sent: wrong address, unknown client. A person has to act. */
    private static final List<Integer> TURNED_AWAY = List.of(401, 403, 404, 405, 407, 415);

    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration UNTIL_IT_HAS_CALMED_DOWN = Duration.ofMinutes(1);

    private final Messages soap;
    private final Messages payments;
    private final Account account;
    private final Line line;
    private final String codeNotFound;
    private final Confirmations confirmations;

    PaymentPlatform(HubContext hub, Messages soap, Messages payments, Account account, Line line, String codeNotFound) {
        super(hub);
        this.soap = soap;
        this.payments = payments;
        this.account = account;
        this.line = line;
        this.codeNotFound = codeNotFound;
        this.confirmations = new Confirmations(this);
    }

    @Override
    protected void configure(RouteBuilder routes) throws Exception {
        var endpoint = line.endpoint() + "&httpClientConfigurer=" + bean("once", Line.once());
        if (line.certificate().isPresent()) {
            endpoint += "&sslContextParameters="
                    + bean("tls", Line.tls(line.certificate().get()));
        }
        routes.from(door("call"))
                .process(PaymentPlatform::address)
                .marshal(soap.tolerant())
                .to(endpoint)
                .process(PaymentPlatform::answered)
                .unmarshal(soap.tolerant());
        routes.from(door("order")).unmarshal(payments.strict().orReject("pay.unreadable: not a payment-order"));
        routes.from(door("status")).marshal(payments.strict());
    }

    private static void address(Exchange exchange) throws Exception {
        var operation = body(exchange, Envelope.class).operation();
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "text/xml; charset=utf-8");
        exchange.getMessage().setHeader("SOAPAction", "\"" + Envelope.EPAYMENT + "/" + operation + "\"");
    }

    /** Lets only XML through, of a bounded size; the rest of HTTP ends here. */
    private static void answered(Exchange exchange) throws Exception {
        var message = exchange.getMessage();
        int status = Objects.requireNonNullElse(message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class), 0);
        var type = Plain.text(message.getHeader(Exchange.CONTENT_TYPE, String.class))
                .toLowerCase(Locale.ROOT);
        if (TURNED_AWAY.contains(status)) {
            throw new NothingSent(
                    "pay.refused: the platform's door says HTTP " + status + "; check 'url' and the client certificate",
                    UNTIL_SOMEBODY_HAS_ACTED);
        }
        if (status == TOO_MANY) {
            throw new NothingSent("pay.busy: the platform says HTTP 429, too many requests", UNTIL_IT_HAS_CALMED_DOWN);
        }
        // A SOAP fault comes as 500.
        if ((status != OK && status != SERVER_ERROR) || !type.matches("(text|application)/(soap\\+)?xml\\b.*")) {
            throw new NoAnswer("pay.answer: HTTP " + status + " with '" + type + "' is not an answer in SOAP");
        }
        try (var stream = body(exchange, InputStream.class)) {
            var bytes = stream.readNBytes(LARGEST_ANSWER + 1);
            if (bytes.length > LARGEST_ANSWER) {
                throw new NoAnswer("pay.answer: the platform's answer is larger than 1 MiB");
            }
            message.setBody(bytes);
        }
    }

    <T> T call(Object operation, Class<T> answer) throws Exception {
        try {
            return ask(door("call"), Envelope.around(operation), Envelope.class).answer(answer);
        } catch (Unreadable e) {
            throw new NoAnswer("pay.answer: the platform's answer cannot be read, " + e.getMessage());
        }
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        if (!delivery.attachments().isEmpty()) {
            return new Rejected("pay.attachment: the payment platform takes no attachments");
        }
        try {
            var order = ask(door("order"), delivery.body(), PaymentOrder.class);
            var request = account.order(order, delivery);
            if (delivery.attempt() > 1) {
                var before = probe(delivery);
                if (!(before instanceof NotSent)) {
                    return before;
                }
            }
            return create(request);
        } catch (NoAnswer e) {
            return new Unknown(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return outcome(e);
        }
    }

    private DeliveryResult create(Anlegen request) throws Exception {
        var result = there(call(request, Anlegen.Response.class).result);
        if (result.ergebnis.ok()) {
            return new Delivered(kassenzeichen(result.buchungsListe.kassenzeichen));
        }
        var words = result.ergebnis.inWords();
        // A code nobody has told us about may be a passing one; the next attempt asks before it repeats.
        return Codes.meaning(result.ergebnis.code()).isPresent()
                ? new Rejected("pay.rejected: " + words)
                : new Unknown("pay.code: " + words);
    }

    /** Trouble in asking never means that there is no order: an attempt before this one may have made it. */
    @Override
    public DeliveryResult probe(Delivery delivery) throws RejectedByTarget {
        var question = LesenTransaktion.of(account.mandant(), Account.transaction(delivery));
        try {
            var result = there(call(question, LesenTransaktion.Response.class).result);
            if (result.ergebnis.ok()) {
                return new Delivered(kassenzeichen(result.kassenzeichen));
            }
            return result.ergebnis.code().equals(codeNotFound)
                    ? new NotSent("the platform does not know the transaction", Duration.ZERO)
                    : new Unknown("pay.code: " + result.ergebnis.inWords());
        } catch (NoAnswer e) {
            return new Unknown(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return outcome(e) instanceof NotSent nothing ? new Unknown(nothing.why()) : outcome(e);
        }
    }

    private static String kassenzeichen(@Nullable String given) throws NoAnswer {
        if (given == null || !given.matches("[A-Za-z0-9./-]{2,30}")) {
            throw new NoAnswer("pay.answer: the platform says yes, but names no Kassenzeichen");
        }
        return given;
    }

    @Override
    public void poll(Inbox inbox) throws Exception {
        confirmations.poll(inbox);
    }

    /** @throws NoAnswer if the platform does not say yes */
    void alive() throws Exception {
        var result = there(call(IsAlive.of(account.mandant()), IsAlive.Response.class).result);
        if (!result.ergebnis.ok()) {
            throw new NoAnswer("pay.code: " + result.ergebnis.inWords());
        }
    }

    /** What has been paid for a Kassenzeichen, if anything. */
    Optional<PaymentStatus> status(String kassenzeichen) throws Exception {
        var question = LesenKassenzeichenInfo.of(account.mandant(), kassenzeichen);
        var result = there(call(question, LesenKassenzeichenInfo.Response.class).result);
        if (!result.ergebnis.ok()) {
            throw new NoAnswer("pay.code: " + result.ergebnis.inWords());
        }
        return PaymentStatus.of(kassenzeichen, result);
    }

    Message message(PaymentStatus status) throws Exception {
        var xml = ask(door("status"), status, byte[].class);
        var id = status.kassenzeichen + ":" + status.state + ":" + status.cents;
        return Message.of(id, STATUS, Content.of("payment-status.xml", "application/xml", xml))
                .header("kassenzeichen", status.kassenzeichen)
                .header("state", status.state.name())
                .header("amount-cents", Long.toString(status.cents))
                .header("currency", status.currency);
    }

    private static <T> T there(@Nullable T result) throws NoAnswer {
        if (result == null) {
            throw new NoAnswer("pay.answer: the platform's answer is empty");
        }
        return result;
    }
}
