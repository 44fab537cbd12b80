package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import org.jspecify.annotations.Nullable;

/** The operations on customers. The order of the fields is the order of the parameters. */
final class Kunden {

    private Kunden() {}

    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"eShopKundenNr", "vorname", "nachname", "eMailAdresse", "rechnungsAdresse", "status"})
    static final class Kunde {

        @XmlElement(name = "EShopKundenNr")
        @Nullable
        String eShopKundenNr;

        @Nullable
        String vorname;

        @Nullable
        String nachname;

        @XmlElement(name = "EMailAdresse")
        @Nullable
        String eMailAdresse;

        @Nullable
        Adresse rechnungsAdresse;

        @Nullable
        String status;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"strasse", "hausNr", "plz", "ort", "land", "status"})
    static final class Adresse {

        @Nullable
        String strasse;

        @Nullable
        String hausNr;

        @XmlElement(name = "PLZ")
        @Nullable
        String plz;

        @Nullable
        String ort;

        @Nullable
        String land;

        @Nullable
        String status;
    }

    /** Parameters of an operation that brings a customer. */
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"mandantNr", "kunde"})
    abstract static class MitKunde {

        @Nullable
        String mandantNr;

        @Nullable
        Kunde kunde;
    }

    /** Parameters of an operation that names one. */
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"mandantNr", "eShopKundenNr"})
    abstract static class MitNummer {

        @Nullable
        String mandantNr;

        @Nullable
        String eShopKundenNr;
    }

    /** Of every answer no more is read than how it went. */
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Return {

        Ergebnis ergebnis = new Ergebnis();
    }

    @XmlRootElement(name = "anlegenKunde", namespace = Envelope.EPAYMENT)
    static final class AnlegenKunde extends MitKunde {}

    @XmlRootElement(name = "aendernKunde", namespace = Envelope.EPAYMENT)
    static final class AendernKunde extends MitKunde {}

    @XmlRootElement(name = "lesenKunde", namespace = Envelope.EPAYMENT)
    static final class LesenKunde extends MitNummer {}

    @XmlRootElement(name = "loeschenKunde", namespace = Envelope.EPAYMENT)
    static final class LoeschenKunde extends MitNummer {}

    /** An answer, whichever operation it is to. */
    interface Answer {
        @Nullable
        Return result();
    }

    @XmlRootElement(name = "anlegenKundeResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Angelegt implements Answer {

        @XmlElement(name = "anlegenKundeReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }

    @XmlRootElement(name = "aendernKundeResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Geaendert implements Answer {

        @XmlElement(name = "aendernKundeReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }

    @XmlRootElement(name = "lesenKundeResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Gelesen implements Answer {

        @XmlElement(name = "lesenKundeReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }

    @XmlRootElement(name = "loeschenKundeResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Geloescht implements Answer {

        @XmlElement(name = "loeschenKundeReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }
}
