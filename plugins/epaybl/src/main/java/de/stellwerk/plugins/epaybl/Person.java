package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlTransient;
import org.jspecify.annotations.Nullable;

/** Somebody's name and address in the hub's own messages. */
@XmlTransient
@XmlAccessorType(XmlAccessType.FIELD)
abstract class Person {

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
