package de.stellwerk.plugins.register.xml;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlRootElement;
import jakarta.xml.bind.annotation.adapters.XmlJavaTypeAdapter;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the register is told: a business is registered, changed or given up. Dates are written 2026-11-24. */
@XmlRootElement(name = "gewerbeanzeige")
@XmlAccessorType(XmlAccessType.FIELD)
final class Gewerbeanzeige {

    @Nullable
    String vorgang;

    @Nullable
    String ags;

    @Nullable
    String art;

    Betrieb betrieb = new Betrieb();
    Person person = new Person();

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Betrieb {

        @Nullable
        String name;

        @Nullable
        String taetigkeit;

        @Nullable
        String strasse;

        @Nullable
        String hausnummer;

        @Nullable
        String plz;

        @Nullable
        String ort;

        @XmlJavaTypeAdapter(Day.class)
        @Nullable
        LocalDate beginn;
    }

    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Person {

        @Nullable
        String familienname;

        @Nullable
        String vorname;

        @XmlJavaTypeAdapter(Day.class)
        @Nullable
        LocalDate geburtsdatum;
    }

    /** The first field that the register insists on and that is not filled. */
    Optional<String> missing() {
        var needed = new LinkedHashMap<String, @Nullable String>();
        needed.put("vorgang", vorgang);
        needed.put("ags", ags);
        needed.put("art", art);
        needed.put("betrieb/name", betrieb.name);
        needed.put("person/familienname", person.familienname);
        return needed.entrySet().stream()
                .filter(field -> field.getValue() == null || field.getValue().isBlank())
                .map(field -> field.getKey())
                .findFirst();
    }
}
