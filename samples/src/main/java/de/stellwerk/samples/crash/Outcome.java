package de.stellwerk.samples.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run has shown.
 *
 * @param books one a channel and target
 * @param acknowledged how many messages senders were told are taken
 * @param wrong what does not fit beside the books: illegal states, work that does not end
 */
record Outcome(
        long seed, List<Kill> kills, List<Book.Tally> books, int acknowledged, List<String> wrong, Duration time) {

    int lost() {
        return books.stream().mapToInt(Book.Tally::lost).sum();
    }

    int doubled() {
        return books.stream().mapToInt(Book.Tally::doubled).sum();
    }

    int inDoubt() {
        return books.stream().mapToInt(Book.Tally::inDoubt).sum();
    }

    /** Everything that must not be, in words; empty if the promise was kept and every kill was what it should be. */
    List<String> problems() {
        var all = new ArrayList<>(wrong);
        books.forEach(book -> all.addAll(book.wrong()));
        kills.stream()
                .filter(kill -> !kill.reached())
                .forEach(kill -> all.add("kill " + kill.number() + " at " + kill.where() + " on " + kill.channel()
                        + " was not what ended the hub (status " + kill.status() + ")"));
        return all;
    }

    /**
     * Where the run was smaller than it had to be, in words: what was not tried has shown nothing.
     *
     * @param points of which each has to have ended a hub
     */
    List<String> tooSmall(int leastKills, int leastMessages, List<String> points) {
        var all = new ArrayList<String>();
        var real = kills.stream().filter(Kill::reached).count();
        if (real < leastKills) {
            all.add("only " + real + " kills happened, not " + leastKills);
        }
        if (acknowledged < leastMessages) {
            all.add("only " + acknowledged + " messages were taken, not " + leastMessages);
        }
        points.stream()
                .filter(point -> kills.stream()
                        .noneMatch(kill -> kill.reached() && kill.where().equals(point)))
                .forEach(point -> all.add("no hub was ended at " + point));
        return all;
    }

    boolean good() {
        return problems().isEmpty() && lost() == 0 && doubled() == 0;
    }

    /** The one line that scripts read. */
    String line() {
        return "kills=" + kills.size() + " acknowledged=" + acknowledged + " lost=" + lost() + " doubled=" + doubled()
                + " in_doubt=" + inDoubt() + " seed=" + seed;
    }
}
