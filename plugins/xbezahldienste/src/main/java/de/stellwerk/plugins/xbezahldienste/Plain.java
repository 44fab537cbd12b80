package de.stellwerk.plugins.xbezahldienste;

import org.jspecify.annotations.Nullable;

/** Texts of the service, made fit for a ledger: one short line. */
final class Plain {

    private static final int LONGEST = 120;

    private Plain() {}

    static String text(@Nullable String foreign) {
        var line = foreign == null
                ? ""
                : foreign.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
