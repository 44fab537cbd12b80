package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import org.jspecify.annotations.Nullable;

/** The hub's own message: somebody owes this much until then. */
@XmlRootElement(name = "payment-order", namespace = PaymentOrder.NAMESPACE)
@XmlAccessorType(XmlAccessType.FIELD)
final class PaymentOrder {

    static final String NAMESPACE = "urn:stellwerk:payment:1";

    @XmlElement(name = "case", namespace = NAMESPACE)
    @Nullable
    String caseId;

    @XmlElement(name = "amount-cents", namespace = NAMESPACE)
    @Nullable
    Long cents;

    @XmlElement(namespace = NAMESPACE)
    @Nullable
    String currency;

    @XmlElement(namespace = NAMESPACE)
    @Nullable
    String text;

    /** Such as 2026-12-24. */
    @XmlElement(namespace = NAMESPACE)
    @Nullable
    String due;

    /** Reference of the SEPA mandate that the money is debited by; without one the payer chooses among the ways to pay. */
    @XmlElement(namespace = NAMESPACE)
    @Nullable
    String mandate;
}
