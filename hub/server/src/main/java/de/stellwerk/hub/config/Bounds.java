package de.stellwerk.hub.config;

import java.time.Duration;

/**
 * What one connection may take of the hub.
 *
 * @param calls so many calls into its connector at a time, by default 8: deliveries, and as many pushes; a call that was given up and
 *     still runs keeps its place
 * @param timeLimit after which a call is given up, by default 5 minutes: a delivery's outcome is then unknown
 * @param push the largest request to its web door, in bytes, by default 1 MiB
 */
public record Bounds(int calls, Duration timeLimit, long push) {

    public static Bounds defaults() {
        return new Bounds(8, Duration.ofMinutes(5), 1 << 20);
    }
}
