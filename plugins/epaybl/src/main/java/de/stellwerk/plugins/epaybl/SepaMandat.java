package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.XmlType;
import org.jspecify.annotations.Nullable;

/** The operations on SEPA mandates that the platform administers itself. The order of the fields is the order of the parameters. */
final class SepaMandat {

    private SepaMandat() {}

    /** What an answer does not name is not there. */
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(
            propOrder = {
                "type",
                "referenz",
                "eShopKundenNr",
                "accountOwnerBic",
                "accountOwnerCity",
                "accountOwnerDiffers",
                "accountOwnerHousenumber",
                "accountOwnerIban",
                "accountOwnerLand",
                "accountOwnerName",
                "accountOwnerStreet",
                "accountOwnerSurname",
                "accountOwnerZip",
                "bewirtschafterNr",
                "datumUnterschrift",
                "glaeubigerID",
                "ortUnterschrift",
                "sequenceType",
                "dateOfLastUsage",
                "aktiv"
            })
    static final class Mandat {

        @Nullable
        String type;

        @Nullable
        String referenz;

        @Nullable
        String eShopKundenNr;

        @Nullable
        String accountOwnerBic;

        @Nullable
        String accountOwnerCity;

        @Nullable
        String accountOwnerDiffers;

        @Nullable
        String accountOwnerHousenumber;

        @Nullable
        String accountOwnerIban;

        @Nullable
        String accountOwnerLand;

        @Nullable
        String accountOwnerName;

        @Nullable
        String accountOwnerStreet;

        @Nullable
        String accountOwnerSurname;

        @Nullable
        String accountOwnerZip;

        @Nullable
        String bewirtschafterNr;

        @Nullable
        String datumUnterschrift;

        @Nullable
        String glaeubigerID;

        @Nullable
        String ortUnterschrift;

        @Nullable
        String sequenceType;

        @Nullable
        String dateOfLastUsage;

        @Nullable
        String aktiv;
    }

    @XmlRootElement(name = "anlegenSEPAMandat", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"mandantNr", "bewirtschafterNr", "mandat"})
    static final class Anlegen {

        @Nullable
        String mandantNr;

        @Nullable
        String bewirtschafterNr;

        @Nullable
        Mandat mandat;
    }

    @XmlRootElement(name = "leseSEPAMandat", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"mandantNr", "mandatReferenz"})
    static final class Lesen {

        @Nullable
        String mandantNr;

        @Nullable
        String mandatReferenz;
    }

    @XmlRootElement(name = "vervollstaendigenSEPAMandat", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"mandantNr", "mandatReferenz", "datumUnterschrift", "ortUnterschrift"})
    static final class Vervollstaendigen {

        @Nullable
        String mandantNr;

        @Nullable
        String mandatReferenz;

        @Nullable
        String datumUnterschrift;

        @Nullable
        String ortUnterschrift;
    }

    /** The platform's own spelling. */
    @XmlRootElement(name = "deaktiviernSEPAMandat", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(propOrder = {"mandantNr", "eShopKundenNr", "mandatReferenz"})
    static final class Deaktivieren {

        @Nullable
        String mandantNr;

        @Nullable
        String eShopKundenNr;

        @Nullable
        String mandatReferenz;
    }

    /** How it went, and the mandate as the platform knows it; completing one tells no mandate. */
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Return {

        Ergebnis ergebnis = new Ergebnis();

        @Nullable
        Mandat sepaMandat;
    }

    /** An answer, whichever operation it is to. */
    interface Answer {
        @Nullable
        Return result();
    }

    @XmlRootElement(name = "anlegenSEPAMandatResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Angelegt implements Answer {

        @XmlElement(name = "anlegenSEPAMandatReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }

    @XmlRootElement(name = "leseSEPAMandatResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Gelesen implements Answer {

        @XmlElement(name = "leseSEPAMandatReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }

    @XmlRootElement(name = "vervollstaendigenSEPAMandatResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Vervollstaendigt implements Answer {

        @XmlElement(name = "vervollstaendigenSEPAMandatReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }

    @XmlRootElement(name = "deaktiviernSEPAMandatResponse", namespace = Envelope.EPAYMENT)
    @XmlAccessorType(XmlAccessType.FIELD)
    @XmlType(name = "")
    static final class Deaktiviert implements Answer {

        @XmlElement(name = "deaktiviernSEPAMandatReturn")
        private @Nullable Return result;

        @Override
        public @Nullable Return result() {
            return result;
        }
    }
}
