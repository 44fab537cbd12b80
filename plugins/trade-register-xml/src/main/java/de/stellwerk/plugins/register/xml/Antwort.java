package de.stellwerk.plugins.register.xml;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlEnum;
import jakarta.xml.bind.annotation.XmlRootElement;
import org.jspecify.annotations.Nullable;

/** What the register answers, some time later. */
@XmlRootElement(name = "antwort")
@XmlAccessorType(XmlAccessType.FIELD)
final class Antwort {

    @XmlEnum
    enum Status {
        ANGENOMMEN,
        ABGELEHNT
    }

    /** The name of the file it answers: our reference. */
    @Nullable
    String datei;

    @Nullable
    String vorgang;

    @Nullable
    Status status;

    @Nullable
    Long gebuehrCent;

    @Nullable
    String registernummer;

    @Nullable
    String grund;
}
