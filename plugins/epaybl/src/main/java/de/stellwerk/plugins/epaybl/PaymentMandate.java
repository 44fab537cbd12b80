package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import org.jspecify.annotations.Nullable;

/** The hub's own message: the mandate by which somebody lets money be debited from their account, or its end. */
@XmlRootElement(name = "payment-mandate", namespace = PaymentOrder.NAMESPACE)
@XmlAccessorType(XmlAccessType.FIELD)
final class PaymentMandate {

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

    /** Of whoever owns the account, as are the other names and places. */
    @XmlElement(name = "first-name", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String firstName;

    @XmlElement(name = "last-name", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String lastName;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String street;

    @XmlElement(name = "house-number", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String houseNumber;

    @XmlElement(name = "postal-code", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String postalCode;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String city;

    /** Three letters by ISO 3166-1; DEU if it is left out. */
    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String country;
}
