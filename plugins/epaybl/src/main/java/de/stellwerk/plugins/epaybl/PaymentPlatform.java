package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.camel.Messages;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Source;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/**
 * One Mandant's line to the payment platform. An order that may have arrived before is asked for first: the platform would recognise
 * it, but an order of money is not a thing to try out. Payments are asked for, not told: see {@link Confirmations}.
 */
final class PaymentPlatform extends SoapConnector implements Probe, Source {

    static final String STATUS = "payment.status";

    private final Messages payments;
    private final Account account;
    private final String codeNotFound;
    private final Confirmations confirmations;

    PaymentPlatform(HubContext hub, Messages soap, Messages payments, Account account, Line line, String codeNotFound) {
        super(hub, soap, line, account.mandant());
        this.payments = payments;
        this.account = account;
        this.codeNotFound = codeNotFound;
        this.confirmations = new Confirmations(this);
    }

    @Override
    protected void configure(RouteBuilder routes) throws Exception {
        super.configure(routes);
        routes.from(door("order")).unmarshal(payments.strict().orReject("pay.unreadable: not a payment-order"));
        routes.from(door("status")).marshal(payments.strict());
    }

    @Override
    DeliveryResult bring(Delivery delivery) throws Exception {
        var order = ask(door("order"), delivery.body(), PaymentOrder.class);
        var request = order.mandate == null ? account.order(order, delivery) : account.debit(order, delivery);
        if (delivery.attempt() > 1) {
            var before = probe(delivery);
            if (!(before instanceof NotSent)) {
                return before;
            }
        }
        return create(request);
    }

    private DeliveryResult create(Object request) throws Exception {
        var result = there(
                request instanceof Abbuchen
                        ? call(request, Abbuchen.Response.class).result
                        : call(request, Anlegen.Response.class).result);
        if (result.ergebnis.ok()) {
            return new Delivered(kassenzeichen(result.buchungsListe.kassenzeichen));
        }
        return refused(result.ergebnis);
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
}
