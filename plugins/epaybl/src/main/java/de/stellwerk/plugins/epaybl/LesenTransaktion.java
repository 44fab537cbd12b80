package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import org.jspecify.annotations.Nullable;

/** Asks for the Kassenzeichen of a transaction: whether an order has arrived. */
@XmlRootElement(name = LesenTransaktion.OPERATION, namespace = Envelope.EPAYMENT)
@XmlAccessorType(XmlAccessType.FIELD)
@XmlType(propOrder = {"mandantNr", "eShopTransaktionsNr"})
final class LesenTransaktion {

    static final String OPERATION = "lesenTransaktion";

    @Nullable
    String mandantNr;

    @Nullable
    String eShopTransaktionsNr;

    static LesenTransaktion of(String mandant, String transaction) {
        var made = new LesenTransaktion();
        made.mandantNr = mandant;
        made.eShopTransaktionsNr = transaction;
        return made;
    }

    @XmlRootElement(name = OPERATION + "Response", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "") // every operation has one
    static final class Response {

        @XmlElement(name = OPERATION + "Return")
        @Nullable
        Return result;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "") // every operation has one
    static final class Return {

        Ergebnis ergebnis = new Ergebnis();

        @Nullable
        String kassenzeichen;
    }
}
