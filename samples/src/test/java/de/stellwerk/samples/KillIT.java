package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The promise under kill -9: nothing lost, nothing doubled, in doubt only what a mailbox cannot recognise. */
class KillIT {

    private static final int KILLS = 8;

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void nothingIsLostOrDoubledWhenTheHubIsKilledUnderTraffic() throws Exception {
        var day = new Day(120, 11, KILLS, false, Path.of("target/it/kill"));

        var outcome = Demo.play(
                day,
                BuiltCheckout.require(),
                Clock.systemUTC(),
                new PrintStream(System.out, true, StandardCharsets.UTF_8));

        assertThat(outcome.kills()).hasSize(KILLS);
        assertThat(outcome.kills().stream().filter(Demo.Kill::somethingInFlight).count())
                .as("kills with something in flight, of " + outcome.kills())
                .isGreaterThanOrEqualTo(KILLS / 2);
        assertThat(outcome.books().wrong()).isEmpty();
        assertThat(outcome.books().missing()).isEmpty();
        assertThat(outcome.balance().even()).as(outcome.balance().toString()).isTrue();
        assertThat(outcome.balance().at("inDoubt")).isLessThanOrEqualTo((long) KILLS * Day.SENDERS);
        assertThat(outcome.books().chain().forms()).isGreaterThan(100);
        assertThat(outcome.good()).isTrue();
    }
}
