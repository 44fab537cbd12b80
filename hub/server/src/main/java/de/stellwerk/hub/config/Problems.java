package de.stellwerk.hub.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong, so that it can be told all at once. */
final class Problems {

    /** A place in a file of the home folder; line and column are counted from 1, 0 means the whole file. */
    record Place(String file, int line, int column) {

        static Place file(String file) {
            return new Place(file, 0, 0);
        }
    }

    private final List<Problem> found = new ArrayList<>();

    void add(ProblemCode code, Place place, String found, String expected) {
        this.found.add(new Problem(code.id, place.file, place.line, place.column, shown(found), expected));
    }

    /** In the order of files, lines and columns. */
    List<Problem> all() {
        return found.stream()
                .sorted(Comparator.comparing(Problem::file)
                        .thenComparing(Problem::line)
                        .thenComparing(Problem::column))
                .toList();
    }

    void check() throws ConfigProblems {
        if (!found.isEmpty()) {
            throw new ConfigProblems(all());
        }
    }

    /** Short and on one line, so that a hostile or broken file cannot forge lines of a log. */
    private static String shown(String text) {
        var clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return clean.length() <= 120 ? clean : clean.substring(0, 119) + "…";
    }
}
