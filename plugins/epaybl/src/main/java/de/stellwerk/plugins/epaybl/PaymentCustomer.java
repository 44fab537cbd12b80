package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import org.jspecify.annotations.Nullable;

/** The hub's own message: somebody who owes money, as the platform is to know them. */
@XmlRootElement(name = "payment-customer", namespace = PaymentOrder.NAMESPACE)
@XmlAccessorType(XmlAccessType.FIELD)
final class PaymentCustomer {

    /** Whether they are to be deleted at the platform; then nothing else is needed. */
    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    Boolean remove;

    @XmlElement(name = "first-name", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String firstName;

    @XmlElement(name = "last-name", namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String lastName;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String email;

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
