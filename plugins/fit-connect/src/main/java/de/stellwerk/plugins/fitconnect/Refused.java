package de.stellwerk.plugins.fitconnect;

import java.util.List;

/** A submission that does not stand its verification: its sender is told. */
final class Refused extends Exception {

    private static final long serialVersionUID = 1;

    final transient List<Problem> problems;

    Refused(List<Problem> problems) {
        super(problems.get(0).slug());
        this.problems = List.copyOf(problems);
    }

    Refused(Problem problem) {
        this(List.of(problem));
    }
}
