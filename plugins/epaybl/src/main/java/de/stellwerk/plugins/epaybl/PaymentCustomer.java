package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import org.jspecify.annotations.Nullable;

/** The hub's own message: somebody who owes money, as the platform is to know them. */
@XmlRootElement(name = "payment-customer", namespace = PaymentOrder.NAMESPACE)
@XmlAccessorType(XmlAccessType.FIELD)
final class PaymentCustomer extends Person {

    /** Whether they are to be deleted at the platform; then nothing else is needed. */
    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    Boolean remove;

    @XmlElement(namespace = PaymentOrder.NAMESPACE)
    @Nullable
    String email;
}
