package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The hub's own message: this much has been paid. */
@XmlRootElement(name = "payment-status", namespace = PaymentOrder.NAMESPACE)
@XmlAccessorType(XmlAccessType.FIELD)
@XmlType(propOrder = {"kassenzeichen", "state", "cents", "orderedCents", "currency"})
final class PaymentStatus {

    enum State {
        PAID,
        PARTIAL,
        OVERPAID
    }

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    String kassenzeichen = "";

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    State state = State.PARTIAL;

    @XmlElement(name = "amount-cents", namespace = PaymentOrder.NAMESPACE)
    long cents;

    @XmlElement(name = "ordered-cents", namespace = PaymentOrder.NAMESPACE)
    long orderedCents;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    String currency = "";

    /**
     * What the platform's answer says; nothing while nothing is paid.
     *
     * @throws NoAnswer if an amount is missing or is no whole number of cents, or it is about another Kassenzeichen
     */
    static Optional<PaymentStatus> of(String kassenzeichen, LesenKassenzeichenInfo.Return info) throws NoAnswer {
        if (!kassenzeichen.equals(info.kassenzeichen)) {
            throw new NoAnswer("pay.answer: the platform's answer is about another Kassenzeichen");
        }
        var made = new PaymentStatus();
        made.kassenzeichen = kassenzeichen;
        made.cents = cents(info.betragZahlungseingaenge);
        made.orderedCents = cents(info.betragHauptforderungen);
        made.currency = Plain.text(info.waehrung);
        var more = Long.compare(made.cents, made.orderedCents);
        made.state = more == 0 ? State.PAID : more > 0 ? State.OVERPAID : State.PARTIAL;
        return made.cents > 0 ? Optional.of(made) : Optional.empty();
    }

    private static long cents(@Nullable BigDecimal amount) throws NoAnswer {
        if (amount == null) {
            throw new NoAnswer("pay.answer: the platform names no amount");
        }
        try {
            return amount.movePointRight(2).longValueExact();
        } catch (ArithmeticException e) {
            throw new NoAnswer("pay.answer: the platform's amount is not a whole number of cents");
        }
    }
}
