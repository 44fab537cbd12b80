package de.stellwerk.hub.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The configuration cannot be used: everything that is wrong with it, at once. */
public final class ConfigProblems extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    ConfigProblems(List<Problem> problems) {
        super(summary(Locale.ENGLISH, problems));
        this.problems = List.copyOf(problems);
    }

    /** In the order of files, lines and columns; never empty. */
    public List<Problem> problems() {
        return problems;
    }

    /** What happened, what is safe, and one line a problem. German for a German locale, otherwise English. */
    public String text(Locale locale) {
        return summary(locale, problems);
    }

    private static String summary(Locale locale, List<Problem> problems) {
        var head = locale.getLanguage().equals("de")
                ? "Die Konfiguration kann nicht verwendet werden (Probleme: " + problems.size()
                        + "). Es wurde nichts geändert."
                : "The configuration cannot be used (problems: " + problems.size() + "). Nothing was changed.";
        return problems.stream()
                .map(problem -> System.lineSeparator() + "  - " + problem.text(locale))
                .collect(Collectors.joining("", head, ""));
    }
}
