package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demo as a user starts it, smaller. */
class DemoDayIT {

    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void aDayInTheTownEndsWithBooksThatAgree() throws Exception {
        var checkout = BuiltCheckout.require();
        var home = Path.of("target/it/day").toAbsolutePath();
        var log = Path.of("target/it/day.log").toAbsolutePath();
        Files.createDirectories(log.getParent());

        var demo = new ProcessBuilder(
                        checkout.folder().resolve("bin/stellwerk").toString(),
                        "demo",
                        "--cases",
                        "60",
                        "--seed",
                        "4",
                        "--home",
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var exit = demo.waitFor();

        var said = Files.readString(log);
        assertThat(exit).as(said).isZero();
        assertThat(said)
                .contains("Vom Formular zur Buchung")
                .contains("Feindliche Eingaben")
                .contains("taken")
                .contains("Wo nachsehen")
                .doesNotContain("✗");
        assertThat(Files.readAllLines(home.resolve("ergebnis.csv"))).hasSizeGreaterThan(60);
    }
}
