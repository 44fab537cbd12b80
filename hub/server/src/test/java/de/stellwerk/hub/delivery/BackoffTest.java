package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.Retry;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff = new Backoff(new Random(1));
    private final Retry retry = new Retry(8, Duration.ofSeconds(10), Duration.ofMinutes(5));

    @Test
    void theWaitDoublesVariesByAFifthAndIsBounded() {
        for (int attempt = 1; attempt <= 40; attempt++) {
            var plain = Math.min(10_000L << Math.min(attempt - 1, 20), 300_000L);
            for (int i = 0; i < 100; i++) {
                assertThat(backoff.after(attempt, retry).toMillis())
                        .isBetween((long) (plain * 0.79), (long) (plain * 1.21));
            }
        }
    }

    @Test
    void retriesDoNotMarchInStep() {
        assertThat(java.util.stream.IntStream.range(0, 50)
                        .mapToObj(i -> backoff.after(3, retry))
                        .distinct()
                        .count())
                .isGreaterThan(40);
    }
}
