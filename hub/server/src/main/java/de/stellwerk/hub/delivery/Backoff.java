package de.stellwerk.hub.delivery;

import de.stellwerk.hub.config.Retry;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** When to try again: the wait doubles with each attempt, is bounded, and varies by a fifth so that retries do not march in step. */
record Backoff(RandomGenerator random) {

    /** @param attempt the one that has failed, counted from 1 */
    Duration after(int attempt, Retry retry) {
        var wait = retry.first();
        for (int i = 1; i < attempt && wait.compareTo(retry.longest()) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        if (wait.compareTo(retry.longest()) > 0) {
            wait = retry.longest();
        }
        return Duration.ofMillis((long) (wait.toMillis() * (0.8 + 0.4 * random.nextDouble())));
    }
}
