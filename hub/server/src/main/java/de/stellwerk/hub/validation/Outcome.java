package de.stellwerk.hub.validation;

import de.stellwerk.hub.gate.BadInput;
import java.util.Set;

/**
 * What was found of a message.
 *
 * @param code empty when in order, else stable and for machines, such as {@code xml.schema}
 * @param version of the format, as far as it could be told; else empty
 * @param line where it is, counted from 1; 0 where that is not known
 * @param column the same within the line
 * @param text what was checked, or what happened, what is safe, what to do next; quotes nothing of the message
 */
public record Outcome(Result result, String code, String version, int line, int column, String text) {

    /** The ends that a message may come to. */
    public enum Result {
        OK,
        /** The sender must send another one. */
        REJECTED,
        /** Kept until a person decides: another version or route may take it. */
        QUARANTINED
    }

    private static final Set<String> FOR_A_PERSON = Set.of(
            "version.unknown",
            "xml.mojibake",
            "type.mismatch",
            "file.empty",
            "mail.encrypted",
            "mail.unsigned",
            "mail.malformed");

    static Outcome good(String version, String checked) {
        return new Outcome(Result.OK, "", version, 0, 0, checked);
    }

    static Outcome bad(String version, BadInput why) {
        var result = FOR_A_PERSON.contains(why.code()) ? Result.QUARANTINED : Result.REJECTED;
        return new Outcome(result, why.code(), version, why.line(), why.column(), why.text());
    }
}
