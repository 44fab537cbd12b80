package de.stellwerk.samples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.reliability.Rows;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@code bin/crashtest}: every crash point once, every channel at least once, and kills at any time. */
class CrashMatrixIT {

    private static final int MESSAGES = 10_000;
    private static final int LEAST_KILLS = 30;
    private static final int ANY_TIME = 9;
    private static final int HAND_OVERS = 3;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    @Test
    @Timeout(value = 25, unit = TimeUnit.MINUTES)
    void whatWasAcknowledgedArrivesOnceWhereverTheHubIsKilled() throws Exception {
        var seed = Long.getLong("stellwerk.seed", System.currentTimeMillis() % 1_000_000);
        out.println("seed=" + seed);
        var checkout = Checkout.above(Path.of(""));
        var points = CrashPoints.of(checkout);
        var matrix = new Matrix(points, Channels.all(), seed);
        assertThat(matrix.passedByNobody())
                .as("crash points that no channel comes to")
                .isEmpty();
        var plan = new ArrayList<>(matrix.everyPointOnceAndEveryChannelOnce());
        var absence = Tracer.absence(Path.of("target"));
        if (absence.isEmpty()) {
            plan.addAll(matrix.handOvers(HAND_OVERS));
        } else {
            out.println("without kills as a file is handed over: " + absence);
        }
        var before = plan.size();
        new Rows(checkout.folder(), "crash").begin();
        plan.addAll(matrix.anyTime(ANY_TIME));

        Outcome outcome;
        try (var run = CrashRun.begin(Path.of("target/it/crash"), checkout, Channels.all(), seed, out)) {
            for (var i = 0; i < plan.size(); i++) {
                var taken = i < before ? 0 : MESSAGES * (i - before + 1) / ANY_TIME;
                run.kill(plan.get(i), taken, Duration.ofMillis(matrix.pauseMillis()));
            }
            outcome = run.settle();
        }

        outcome.books().forEach(book -> out.println(book.inWords()));
        out.println(outcome.line() + " seconds=" + outcome.time().toSeconds());
        report(checkout, outcome);
        assertThat(outcome.problems()).isEmpty();
        assertThat(outcome.tooSmall(LEAST_KILLS, MESSAGES, points)).isEmpty();
        assertThat(outcome.good()).isTrue();
        assertThat(outcome.books()).allSatisfy(book -> assertThat(book.arrived())
                .as("messages that arrived on " + book.name())
                .isPositive());
    }

    private static void report(Checkout checkout, Outcome outcome) throws Exception {
        var rows = new Rows(checkout.folder(), "crash");
        var result = String.format(
                Locale.ROOT,
                "%d lost, %d doubled of %,d acknowledged on %d channels; %d in doubt, each decided by a person; %s",
                outcome.lost(),
                outcome.doubled(),
                outcome.acknowledged(),
                Channels.all().size(),
                outcome.inDoubt(),
                outcome.good() ? "bytes, tenants, order, cents and ledger chain in order" : "NOT IN ORDER");
        for (var how : List.of(
                Map.entry(
                        Kill.How.POINT,
                        "the process ends itself at each crash point of intake, route, delivery, sweeper, content"),
                Map.entry(
                        Kill.How.SWAP,
                        "the process ends itself at each step of a plugin's swap, a newer jar in the inbox"),
                Map.entry(Kill.How.SYSCALL, "signal 9 as a thread gives a file its name (strace)"),
                Map.entry(Kill.How.RANDOM, "signal 9 to the hub at any time, all channels sending"),
                Map.entry(Kill.How.MACHINE, "signal 9 to hub and database together, all channels sending"))) {
            var kills = outcome.kills().stream()
                    .collect(Collectors.groupingBy(Kill::how, Collectors.counting()))
                    .getOrDefault(how.getKey(), 0L);
            if (kills > 0) {
                rows.add(
                        "what was acknowledged survives kill -9, and takes effect once",
                        how.getValue() + "; short form",
                        kills.intValue(),
                        result,
                        outcome.seed());
            }
        }
    }
}
