package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import org.jspecify.annotations.Nullable;

/**
 * Creates a Kassenzeichen that is debited by a SEPA mandate which the platform administers. The order of the fields is the order of the
 * parameters; what comes after them, {@code pin} and {@code buchungslisteParameterSet}, may be left out.
 */
@XmlRootElement(name = Abbuchen.OPERATION, namespace = Envelope.EPAYMENT)
@XmlAccessorType(XmlAccessType.FIELD)
@XmlType(propOrder = {"mandantNr", "eShopKundenNr", "mandatReferenz", "buchungsListe"})
final class Abbuchen {

    static final String OPERATION = "abbuchenMitSEPAMandatreferenzMitBLP";

    @Nullable
    String mandantNr;

    @Nullable
    String eShopKundenNr;

    @Nullable
    String mandatReferenz;

    Anlegen.@Nullable BuchungsListe buchungsListe;

    @XmlRootElement(name = OPERATION + "Response", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "") // every operation has one
    static final class Response {

        @XmlElement(name = OPERATION + "Return")
        Anlegen.@Nullable Return result;
    }
}
