package de.stellwerk.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.samples.Checkout;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@code bin/plugin-acceptance}. */
class PluginAcceptanceIT {

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void whatThePluginPlatformPromisesHoldsOnARunningHub() throws Exception {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

        var outcome = Acceptance.run(
                Acceptance.Size.small(), Checkout.above(Path.of("")), Path.of("target/it/plugin-acceptance"), out);

        out.println(outcome.line());
        assertThat(outcome.problems()).isEmpty();
        assertThat(outcome.line()).contains("lost=0 doubled=0 broken_refused=10/10");
    }
}
