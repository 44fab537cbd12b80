package de.stellwerk.plugins.xbezahldienste;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hub's own message: somebody owes this much until then. The same as for ePayBL, and items may say what for. */
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

    /** Such as 2026-12-24. XBezahldienste has no place for it. */
    @XmlElement(namespace = NAMESPACE)
    @Nullable
    String due;

    /** None: the whole is one. */
    @XmlElement(name = "item", namespace = NAMESPACE)
    List<Item> items = new ArrayList<>();

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Item {

        @XmlElement(namespace = NAMESPACE)
        @Nullable
        String text;

        @XmlElement(name = "amount-cents", namespace = NAMESPACE)
        @Nullable
        Long cents;
    }
}
