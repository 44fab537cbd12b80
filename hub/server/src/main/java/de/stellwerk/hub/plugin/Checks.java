package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.Check.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What is known so far of one jar, line by line, in the order in which it is found out. */
final class Checks {

    enum Line {
        COMPLETE,
        SIGNATURE,
        MANIFEST,
        CODE,
        REFERENCES,
        PLACE,
        CONNECTORS,
        SELF_TEST;

        String title() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Map<Line, Check> done = new EnumMap<>(Line.class);

    synchronized void passed(Line line, String english, String german) {
        done.put(line, new Check(line.title(), Outcome.PASSED, "", english, german));
    }

    synchronized void warned(Line line, Reason why) {
        done.put(line, new Check(line.title(), Outcome.WARNING, why.code(), why.english(), why.german()));
    }

    synchronized void failed(Line line, Reason why) {
        done.put(line, new Check(line.title(), Outcome.FAILED, why.code(), why.english(), why.german()));
    }

    synchronized void skipped(Line line, String english, String german) {
        done.put(line, new Check(line.title(), Outcome.NOT_REACHED, "", english, german));
    }

    synchronized boolean isDone(Line line) {
        return done.containsKey(line);
    }

    /** The first line of which nothing is known yet has failed. */
    synchronized void failed(Reason why) {
        Stream.of(Line.values())
                .filter(line -> !done.containsKey(line))
                .findFirst()
                .ifPresent(line -> failed(line, why));
    }

    /** Every line, those that were not reached too. */
    synchronized List<Check> all() {
        return Stream.of(Line.values())
                .map(line -> done.getOrDefault(line, new Check(line.title(), Outcome.NOT_REACHED, "", "", "")))
                .toList();
    }
}
