package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import org.jspecify.annotations.Nullable;

/**
 * The hub's own message: the mandate by which somebody lets money be debited from their account, or its end. Name and address are those of
 * the account's owner.
 */
@XmlRootElement(name = "payment-mandate", namespace = PaymentOrder.NAMESPACE)
@XmlAccessorType(XmlAccessType.FIELD)
final class PaymentMandate extends Person {

    /** Whether it is to end; then the reference is enough. */
    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    Boolean end;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String reference;

    /** Whether a business gives it (SEPA B2B); SEPA Core if it is left out. */
    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    Boolean business;

    /** FRST, RCUR, FNAL or OOFF. */
    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String sequence;

    /** The day of the signature; a mandate without one can be completed later. */
    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String signed;

    @XmlElement(name = "signed-at", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String signedAt;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String iban;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String bic;
}
