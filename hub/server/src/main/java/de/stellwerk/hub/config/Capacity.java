package de.stellwerk.hub.config;

/**
 * How much the hub takes on.
 *
 * @param diskReserve bytes that stay free on each disk of the data folder; below, nothing new is taken; by default 1 GiB
 * @param requests how many requests that bring messages are worked on at a time, by default 128
 * @param requestsPerKey how many of one API key or hook, by default 64
 * @param pushes bytes of all large requests to hooks that are worked on at a time, by default 64 MiB; one connection has half of them
 */
public record Capacity(long diskReserve, int requests, int requestsPerKey, long pushes) {

    /** The largest request that one connection may take. */
    public long largestPush() {
        return pushes / 2;
    }

    public static Capacity defaults() {
        return new Capacity(1L << 30, 128, 64, 64L << 20);
    }
}
