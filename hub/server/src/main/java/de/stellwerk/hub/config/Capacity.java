package de.stellwerk.hub.config;

/**
 * How much the hub takes on.
 *
 * @param diskReserve bytes that stay free on each disk of the data folder; below, nothing new is taken; by default 1 GiB
 * @param requests how many requests that bring messages are worked on at a time, by default 128
 * @param requestsPerKey how many of one API key or hook, by default 64
 */
public record Capacity(long diskReserve, int requests, int requestsPerKey) {

    public static Capacity defaults() {
        return new Capacity(1L << 30, 128, 64);
    }
}
