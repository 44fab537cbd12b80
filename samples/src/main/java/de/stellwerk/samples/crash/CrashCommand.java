package de.stellwerk.samples.crash;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.reliability.Rows;
import de.stellwerk.samples.town.Options;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** {@code bin/crashtest}: the long form. Its last line is for scripts; it ends with 0 only if the promise was kept. */
public final class CrashCommand {

    private static final int BAD = 1;
    private static final int NOT_RUN = 2;
    private static final int COMPARED_EVERY = 100;
    private static final int HAND_OVERS_EVERY = 25;

    private CrashCommand() {}

    public static void main(String[] words) throws InterruptedException {
        System.exit(run(List.of(words), new PrintStream(System.out, true, StandardCharsets.UTF_8)));
    }

    private static int run(List<String> words, PrintStream out) throws InterruptedException {
        try {
            var options = new Options(words, Set.of("kills", "messages", "seed", "home"), Set.of());
            var kills = atLeastOne(options, "kills", 1_000);
            var messages = atLeastOne(options, "messages", 1_000_000);
            var seed = options.number("seed", 1);
            var checkout = Checkout.above(Path.of(System.getProperty("stellwerk.checkout", "")));
            var home = Path.of(options.text(
                    "home", checkout.folder().resolve("target/crashtest").toString()));
            return run(home, checkout, kills, messages, seed, out);
        } catch (IllegalArgumentException e) {
            out.println("Nicht gestartet, eine Angabe stimmt nicht. Hilfe: bin/crashtest --help");
            out.println("Not started, nothing was changed: " + e.getMessage() + ". Help: bin/crashtest --help");
            return NOT_RUN;
        } catch (IOException e) {
            out.println("Abgebrochen: " + e.getMessage());
            out.println("Broken off; the promise was neither kept nor broken as far as this run can tell.");
            return NOT_RUN;
        }
    }

    private static int atLeastOne(Options options, String name, int fallback) {
        var number = options.number(name, fallback);
        if (number < 1) {
            throw new IllegalArgumentException("--" + name + " must be at least 1");
        }
        return number;
    }

    private static int run(Path home, Checkout checkout, int kills, int messages, long seed, PrintStream out)
            throws IOException, InterruptedException {
        var points = CrashPoints.of(checkout);
        var matrix = new Matrix(points, Channels.all(), seed);
        var absence = Tracer.absence(checkout.folder().resolve("target"));
        if (!absence.isEmpty()) {
            out.println("Ohne Abbrüche bei der Übergabe von Dateien: " + absence);
        }
        var plan = plan(matrix, kills, absence.isEmpty());
        out.printf(
                "%d Abbrüche, %,d Nachrichten, %d Kanäle, Startwert %d, Ordner %s%n",
                kills, messages, Channels.all().size(), seed, home);
        try (var run = CrashRun.begin(home, checkout, Channels.all(), seed, out)) {
            for (var i = 0; i < plan.size(); i++) {
                run.kill(plan.get(i), share(messages, i + 1, plan.size()), Duration.ofMillis(matrix.pauseMillis()));
                if ((i + 1) % COMPARED_EVERY == 0 && i + 1 < plan.size()) {
                    var so = run.settle();
                    out.println("Stand: " + so.line());
                    if (!so.good()) {
                        return end(checkout, so, List.of(), out);
                    }
                }
            }
            run.sendUntil(messages);
            var outcome = run.settle();
            // A short run cannot try every point; what it has planned it must have done.
            var planned = plan.stream()
                    .map(Matrix.Try::point)
                    .filter(point -> !point.isEmpty())
                    .distinct()
                    .toList();
            return end(checkout, outcome, outcome.tooSmall(kills, messages, planned), out);
        }
    }

    /** The whole matrix as far as the number goes, with kills at any time in between: each of them carries its share of the messages. */
    private static List<Matrix.Try> plan(Matrix matrix, int kills, boolean traced) {
        var points = matrix.everyPointOnEveryChannel();
        var others = Stream.concat(
                        traced ? matrix.handOvers(kills / HAND_OVERS_EVERY).stream() : Stream.empty(),
                        matrix.anyTime(kills).stream())
                .toList();
        var plan = new ArrayList<Matrix.Try>();
        for (var i = 0; plan.size() < kills; i++) {
            if (i < points.size()) {
                plan.add(points.get(i));
            }
            // A point that needs a kill before it gets it without another in between.
            var tied = i + 1 < points.size() && points.get(i + 1).point().equals("TAKEOVER_CLAIMED");
            if (!tied && i < others.size() && plan.size() < kills) {
                plan.add(others.get(i));
            }
        }
        return plan;
    }

    private static int share(int messages, int number, int of) {
        return (int) ((long) messages * number / of);
    }

    private static int end(Checkout checkout, Outcome outcome, List<String> tooSmall, PrintStream out)
            throws IOException {
        var problems =
                Stream.concat(outcome.problems().stream(), tooSmall.stream()).toList();
        outcome.books().forEach(book -> out.println("  " + book.inWords()));
        problems.forEach(problem -> out.println("FALSCH: " + problem));
        var good = outcome.good() && tooSmall.isEmpty();
        var rows = new Rows(checkout.folder(), "crashtest");
        rows.begin();
        rows.add(
                "what was acknowledged survives kill -9, and takes effect once",
                "signal 9 at points, at any time, with the database; long form, bin/crashtest",
                outcome.kills().size(),
                (good ? "kept; " : "BROKEN; ") + outcome.line(),
                outcome.seed());
        out.println(outcome.line());
        return good ? 0 : BAD;
    }
}
