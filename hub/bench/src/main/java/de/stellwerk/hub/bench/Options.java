package de.stellwerk.hub.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be measured.
 *
 * @param brief the short form: it stays under five minutes, but its figures move more
 * @param backlog how many messages wait in another town while the way is measured once more
 * @param out where the results go, without ending
 * @param profile where the hub's flight recording goes, if one is made
 */
record Options(boolean brief, int backlog, Path work, Path out, Optional<Path> profile, Set<Part> parts) {

    private static final int SHORT_BACKLOG = 5_000;
    private static final int LONG_BACKLOG = 100_000;

    static final String HELP = """
            bench [--short] [--only TEIL,TEIL] [--backlog N] [--out DATEI] [--work ORDNER] [--profile DATEI.jfr]
            bench --jmh [MUSTER]
            bench --nodes --help
              misst den ganzen Weg durch den Hub neben dem, was Datenbank und Broker allein schaffen
              measures the whole way through the hub beside what its database and its broker can do alone
              --short    unter fünf Minuten / under five minutes
              --only     nur diese Teile / these parts only: broker, few, small, half, medium, large, backlog, fair
              --backlog  wie viele Nachrichten warten / how many messages wait (100000, short: 5000)
              --out      Ergebnis als DATEI.json und DATEI.md / the result (target/bench/result)
              --work     Arbeitsordner / folder to work in (target/bench)
              --profile  Aufzeichnung des Hubs / flight recording of the hub
              --jmh      kleine Messungen mit JMH / micro benchmarks by JMH
            """;

    /** A part of the run that can be left out. The commits are always measured: everything is compared with them. */
    enum Part {
        /** durable sends of the broker alone */
        BROKER,
        /** 2 KiB with 1 and 16 senders */
        FEW,
        /** 2 KiB with 64 senders */
        SMALL,
        /** 2 KiB at half of the rate that was delivered before */
        HALF,
        /** 20 KiB */
        MEDIUM,
        /** attachments of 5 MiB */
        LARGE,
        /** with and without others waiting */
        BACKLOG,
        /** twenty towns, one of which floods */
        FAIR
    }

    boolean has(Part part) {
        return parts.contains(part);
    }

    /** @throws IllegalArgumentException with a text for the user */
    static Options of(String... words) {
        var brief = false;
        var backlog = -1;
        var work = Path.of("target/bench");
        Optional<Path> out = Optional.empty();
        Optional<Path> profile = Optional.empty();
        Set<Part> parts = EnumSet.allOf(Part.class);
        var left = new ArrayList<>(List.of(words));
        while (!left.isEmpty()) {
            var word = left.remove(0);
            switch (word) {
                case "--short" -> brief = true;
                case "--only" -> {
                    parts = EnumSet.noneOf(Part.class);
                    for (var part : next(word, left).split(",")) {
                        parts.add(part(part));
                    }
                }
                case "--backlog" -> backlog = number(word, next(word, left));
                case "--out" -> out = Optional.of(Path.of(next(word, left).replaceAll("\\.(json|md)$", "")));
                case "--work" -> work = Path.of(next(word, left));
                case "--profile" -> profile = Optional.of(Path.of(next(word, left)));
                default ->
                    throw new IllegalArgumentException(
                            "'" + word + "' gibt es hier nicht / is not known here\n" + HELP);
            }
        }
        return new Options(
                brief,
                backlog >= 0 ? backlog : brief ? SHORT_BACKLOG : LONG_BACKLOG,
                work.toAbsolutePath().normalize(),
                out.orElse(work.resolve("result")).toAbsolutePath().normalize(),
                profile.map(file -> file.toAbsolutePath().normalize()),
                parts);
    }

    private static String next(String word, List<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException("Nach " + word + " fehlt etwas / a value is missing\n" + HELP);
        }
        return left.remove(0);
    }

    private static Part part(String name) {
        try {
            return Part.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Den Teil '" + name + "' gibt es nicht / no such part\n" + HELP, e);
        }
    }

    private static int number(String word, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Nach " + word + " fehlt eine Zahl / a number is missing\n" + HELP, e);
        }
    }
}
