package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Asks what has been paid for a Kassenzeichen. */
@XmlRootElement(name = LesenKassenzeichenInfo.OPERATION, namespace = Envelope.EPAYMENT)
@XmlAccessorType(XmlAccessType.FIELD)
@XmlType(propOrder = {"mandantNr", "kassenzeichen"})
final class LesenKassenzeichenInfo {

    static final String OPERATION = "lesenKassenzeichenInfo";

    @Nullable
    String mandantNr;

    @Nullable
    String kassenzeichen;

    static LesenKassenzeichenInfo of(String mandant, String kassenzeichen) {
        var made = new LesenKassenzeichenInfo();
        made.mandantNr = mandant;
        made.kassenzeichen = kassenzeichen;
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

    /** Paid is what has come in; there is no flag for it. */
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "") // every operation has one
    static final class Return {

        Ergebnis ergebnis = new Ergebnis();

        @Nullable
        String kassenzeichen;

        @Nullable
        BigDecimal betragZahlungseingaenge;

        @Nullable
        BigDecimal betragHauptforderungen;

        @Nullable
        String waehrung;
    }
}
