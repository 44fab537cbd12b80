package de.stellwerk.hub.config;

import java.time.Duration;

/**
 * How often and how soon a delivery is tried again before it is parked.
 *
 * @param attempts in all, at least 1
 * @param first the wait after the first attempt; it doubles each time, with jitter
 * @param longest the wait never exceeds this
 */
public record Retry(int attempts, Duration first, Duration longest) {

    public static Retry defaults() {
        return new Retry(12, Duration.ofSeconds(5), Duration.ofHours(1));
    }
}
