package de.stellwerk.plugins.as4;

import java.util.Optional;

/** Texts of strangers, made fit for a line of a ledger or a field of a message. */
final class Plain {

    private static final int LONGEST_NAME = 120;

    private Plain() {}

    /** A file name without a way to it; empty if nothing is left. */
    static Optional<String> fileName(String foreign) {
        var last = foreign.substring(Math.max(foreign.lastIndexOf('/'), foreign.lastIndexOf('\\')) + 1);
        var plain = last.replaceAll("[^\\p{L}\\p{M}\\p{N}._ ()-]+", "_").replaceFirst("^[. -]+", "");
        var start = Math.max(0, plain.length() - LONGEST_NAME);
        return Optional.of(plain.substring(start).strip()).filter(name -> !name.isEmpty());
    }

    static String mediaType(String foreign) {
        return foreign.matches("[A-Za-z0-9.+-]{1,80}/[A-Za-z0-9.+-]{1,80}") ? foreign : "application/octet-stream";
    }
}
