package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import org.jspecify.annotations.Nullable;

/** Asks whether the platform works. */
@XmlRootElement(name = IsAlive.OPERATION, namespace = Envelope.EPAYMENT)
@XmlAccessorType(XmlAccessType.FIELD)
final class IsAlive {

    static final String OPERATION = "isAlive";

    @Nullable
    String mandantNr;

    static IsAlive of(String mandant) {
        var made = new IsAlive();
        made.mandantNr = mandant;
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
    }
}
