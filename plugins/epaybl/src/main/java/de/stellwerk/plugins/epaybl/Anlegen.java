package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.JAXBElement;
import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlAnyElement;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates a Kassenzeichen. The order of the fields is the order of the parameters. */
@XmlRootElement(name = Anlegen.OPERATION, namespace = Envelope.EPAYMENT)
@XmlAccessorType(XmlAccessType.FIELD)
@XmlType(propOrder = {"mandantNr", "eShopKundenNr", "buchungsListe", "buchungsText", "zahlverfahrenListe"})
final class Anlegen {

    static final String OPERATION = "anlegenKassenzeichenMitZahlverfahrenlisteMitBLP";

    @Nullable
    String mandantNr;

    @Nullable
    String eShopKundenNr;

    @Nullable
    BuchungsListe buchungsListe;

    @Nullable
    String buchungsText;

    @XmlAnyElement
    List<JAXBElement<?>> zahlverfahrenListe = List.of();

    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(
            propOrder = {
                "betrag",
                "waehrungskennzeichen",
                "faelligkeitsdatum",
                "buchungen",
                "bewirtschafterNr",
                "kennzeichenMahnverfahren",
                "eShopTransaktionsNr"
            })
    static final class BuchungsListe {

        @Nullable
        BigDecimal betrag;

        @Nullable
        String waehrungskennzeichen;

        @Nullable
        String faelligkeitsdatum;

        @XmlAnyElement
        List<JAXBElement<?>> buchungen = List.of();

        @Nullable
        String bewirtschafterNr;

        @Nullable
        String kennzeichenMahnverfahren;

        @XmlElement(name = "EShopTransaktionsNr")
        @Nullable
        String eShopTransaktionsNr;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"haushaltsstelle", "objektnummer", "buchungstext", "betrag", "belegNr"})
    static final class Buchung {

        @Nullable
        String haushaltsstelle;

        @Nullable
        String objektnummer;

        @Nullable
        String buchungstext;

        @Nullable
        BigDecimal betrag;

        @Nullable
        String belegNr;
    }

    /** The array of version 3. */
    @XmlAccessorType(XmlAccessType.FIELD)
    static final class BuchungList {

        List<Buchung> item = List.of();

        static BuchungList of(List<Buchung> all) {
            var made = new BuchungList();
            made.item = all;
            return made;
        }
    }

    /** The array of version 3. */
    @XmlAccessorType(XmlAccessType.FIELD)
    static final class StringList {

        List<String> item = List.of();

        static StringList of(List<String> all) {
            var made = new StringList();
            made.item = all;
            return made;
        }
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
        Angelegt buchungsListe = new Angelegt();
    }

    /** The list as it comes back; only what is new in it. */
    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Angelegt {

        @Nullable
        String kassenzeichen;
    }
}
