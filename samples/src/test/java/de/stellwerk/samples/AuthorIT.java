package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** An author's way as the guide tells it, each of its blocks executed as it stands there, by the command anybody can run. */
class AuthorIT {

    /** What the guide promises. */
    private static final Duration PROMISED = Duration.ofMinutes(10);

    private static final int SOMETHING_IS_MISSING = 77;

    @Test
    void theGuideLeadsFromAnArchetypeToTheFirstDeliveredMessage() throws Exception {
        var checkout = BuiltCheckout.require().folder();
        var work = Path.of("target/it/author").toAbsolutePath();
        var log = Files.createDirectories(work.getParent()).resolve("author.log");
        var process = new ProcessBuilder(checkout.resolve("bin/author-test").toString(), work.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(PROMISED.toSeconds(), TimeUnit.SECONDS))
                    .as("within ten minutes: %s", log)
                    .isTrue();
        } finally {
            process.destroy(); // it ends the hub it has started
        }
        var said = Files.readString(log);
        assumeThat(process.exitValue()).as(said).isNotEqualTo(SOMETHING_IS_MISSING);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said.lines()).last().asString().contains("drop_to_first_message_s=", "total_s=");
    }
}
