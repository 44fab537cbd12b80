package de.stellwerk.hub.route;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Everything wrong with a file, collected, so that it is all reported at once. */
final class Problems {

    private static final int MOST = 50;
    private static final int QUOTED = 120;

    private final List<RouteProblem> list = new ArrayList<>();

    void add(String code, Place place, String found, String expected) {
        if (list.size() < MOST) list.add(new RouteProblem(code, place, found, expected));
    }

    /** Something that is not among what there is: says what is meant most likely, and all there is. */
    void unknown(String code, Place place, String what, String name, Collection<String> options) {
        unknown(code, place, what, name, options, options);
    }

    /** The same, where what there is has a longer form than what is looked for. */
    void unknown(
            String code, Place place, String what, String name, Collection<String> options, Collection<String> forms) {
        add(code, place, what + " " + quoted(name), near(name, options) + "one of " + forms);
    }

    void addAll(List<RouteProblem> more) {
        more.stream().limit(MOST - list.size()).forEach(list::add);
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    int size() {
        return list.size();
    }

    List<RouteProblem> all() {
        return List.copyOf(list);
    }

    /** A value as it is quoted in a problem: short, on one line. */
    static String quoted(String value) {
        var line = value.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        return "'" + (line.length() > QUOTED ? line.substring(0, QUOTED) + "…" : line) + "'";
    }

    private static String near(String name, Collection<String> options) {
        var wanted = name.toLowerCase(Locale.ROOT);
        return options.stream()
                .filter(option -> distance(wanted, option.toLowerCase(Locale.ROOT)) <= Math.max(1, option.length() / 3))
                .min((a, b) -> Integer.compare(
                        distance(wanted, a.toLowerCase(Locale.ROOT)), distance(wanted, b.toLowerCase(Locale.ROOT))))
                .map(option -> "did you mean '" + option + "'? ")
                .orElse("");
    }

    /** The number of letters to insert, drop, change or swap with their neighbour, by Damerau. */
    private static int distance(String a, String b) {
        if (Math.abs(a.length() - b.length()) > 20) return Integer.MAX_VALUE;
        var above = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) above[j] = j;
        var higher = above;
        for (var i = 1; i <= a.length(); i++) {
            var row = new int[b.length() + 1];
            row[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var change = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above[j], row[j - 1]) + 1);
                var swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) row[j] = Math.min(row[j], higher[j - 2] + 1);
            }
            higher = above;
            above = row;
        }
        return above[b.length()];
    }
}
