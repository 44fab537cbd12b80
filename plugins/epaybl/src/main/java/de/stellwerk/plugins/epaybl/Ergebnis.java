package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlElement;
import org.jspecify.annotations.Nullable;

/** How an operation went. Version 3 has the code in {@code text}, version 2 in the element itself. */
@XmlAccessorType(XmlAccessType.FIELD)
final class Ergebnis {

    /** The platform's own number of this answer: what its operators ask for. */
    @XmlElement(name = "EPaymentId")
    @Nullable
    String ePaymentId;

    @Nullable
    String istOK;

    private @Nullable Text text;

    private @Nullable String code;
    private @Nullable String kurzText;

    @XmlAccessorType(XmlAccessType.FIELD)
    private static final class Text {

        private @Nullable String code;
        private @Nullable String kurzText;
    }

    /** @throws NoAnswer if it says neither yes nor no */
    boolean ok() throws NoAnswer {
        return switch (Plain.text(istOK)) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new NoAnswer("pay.answer: the platform says neither yes nor no");
        };
    }

    String code() {
        return Plain.text(text != null ? text.code : code);
    }

    /** For people: the code, what it means, and the number to ask the platform's operators about. */
    String inWords() {
        var known = Codes.meaning(code());
        var meaning = known.orElseGet(() -> Plain.prose(text != null ? text.kurzText : kurzText));
        return "the platform says " + code() + " (" + meaning + "), its number is " + Plain.text(ePaymentId);
    }
}
