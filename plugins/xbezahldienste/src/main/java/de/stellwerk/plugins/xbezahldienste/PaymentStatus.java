package de.stellwerk.plugins.xbezahldienste;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Message;
import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import org.jspecify.annotations.Nullable;

/** The hub's own message: how a payment stands. For {@code PAID} it is the same as ePayBL's. */
@XmlRootElement(name = "payment-status", namespace = PaymentOrder.NAMESPACE)
@XmlAccessorType(XmlAccessType.FIELD)
@XmlType(propOrder = {"kassenzeichen", "state", "cents", "orderedCents", "currency", "payAt"})
final class PaymentStatus {

    /** Each has a kind of its own: a route that books what was paid must not meet what was not. */
    enum State {
        OPEN("payment.open"),
        PAID("payment.status"),
        FAILED("payment.failed"),
        CANCELED("payment.failed");

        final String kind;

        State(String kind) {
            this.kind = kind;
        }
    }

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    String kassenzeichen = "";

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    State state = State.OPEN;

    @XmlElement(name = "amount-cents", namespace = PaymentOrder.NAMESPACE)
    long cents;

    @XmlElement(name = "ordered-cents", namespace = PaymentOrder.NAMESPACE)
    long orderedCents;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    String currency = "";

    /** Where whoever owes it can pay; only while it is open. */
    @XmlElement(name = "pay-at", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String payAt;

    static PaymentStatus of(Transaction transaction) {
        var made = new PaymentStatus();
        made.kassenzeichen = transaction.kassenzeichen();
        made.state = transaction.state();
        made.orderedCents = transaction.cents();
        made.cents = made.state == State.PAID ? made.orderedCents : 0;
        made.currency = Account.CURRENCY;
        if (made.state == State.OPEN) {
            made.payAt = transaction.payAt();
        }
        return made;
    }

    /** The link may be another one each time it is asked for, and must then not be the same message. */
    Message message(String transactionId, byte[] xml) {
        var id = transactionId + ":" + state + ":"
                + (payAt == null ? Long.toString(cents) : Integer.toHexString(payAt.hashCode()));
        return Message.of(id, state.kind, Content.of("payment-status.xml", "application/xml", xml))
                .header("kassenzeichen", kassenzeichen)
                .header("transaction", transactionId)
                .header("state", state.name())
                .header("amount-cents", Long.toString(cents))
                .header("currency", currency);
    }
}
