package de.stellwerk.plugins.epaybl;

import org.jspecify.annotations.Nullable;

/** Texts of the platform, made fit for a ledger: one short line. */
final class Plain {

    private static final int LONGEST = 120;
    /** Two letters, two digits, then 11 to 30 more, in groups or not; rather too much than too little. */
    private static final String IBAN = "\\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,30}\\b";

    private Plain() {}

    /** What somebody has written: it may quote whose account it is about, and nobody else is to read that. */
    static String prose(@Nullable String foreign) {
        return text(foreign == null ? "" : foreign.replaceAll(IBAN, "(IBAN)"));
    }

    static String text(@Nullable String foreign) {
        var line = foreign == null
                ? ""
                : foreign.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
