package de.stellwerk.hub.config;

import java.util.Collection;
import java.util.Optional;

/** Finds what somebody meant who mistyped a name. */
final class Nearest {

    private Nearest() {}

    /** The known name at the smallest edit distance, unless even that one is too far away to be meant. */
    static Optional<String> to(String found, Collection<String> known) {
        if (found.length() > 64) {
            return Optional.empty();
        }
        var best = Optional.<String>empty();
        // Two changes are one pair of swapped letters; in a very short name they would fit anything.
        int smallest = Math.min(Math.max(2, found.length() / 3) + 1, found.length());
        for (var name : known) {
            int distance = distance(found, name);
            if (distance < smallest) {
                smallest = distance;
                best = Optional.of(name);
            }
        }
        return best;
    }

    /** Levenshtein's distance, by rows. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
