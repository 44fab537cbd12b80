package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every hostile input has its outcome, and the form after it passes. */
class HostileIT {

    @TestFactory
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    Stream<DynamicTest> everyHostileInputHasItsOutcome() throws Exception {
        var day = new Day(20, 5, 0, false, Path.of("target/it/hostile"));

        var outcome = Demo.play(
                day,
                BuiltCheckout.require(),
                Clock.systemUTC(),
                new PrintStream(System.out, true, StandardCharsets.UTF_8));

        var inputs = outcome.hostile().stream()
                .map(each -> dynamicTest(each.input().name(), () -> {
                    assertThat(each.asExpected())
                            .as("expected " + each.wanted() + ", got " + each.got())
                            .isTrue();
                    assertThat(each.nextPassed())
                            .as("the form after it was taken")
                            .isTrue();
                }));
        var books = dynamicTest("nothing of it has arrived anywhere", () -> {
            assertThat(outcome.hostile()).isNotEmpty();
            assertThat(outcome.books().wrong()).isEmpty();
            assertThat(outcome.books().missing()).isEmpty();
        });
        return Stream.concat(inputs, Stream.of(books));
    }
}
