package de.stellwerk.hub.plugin;

/** How much memory the calls of one connection have allocated, counted by the minute. Memory that was allocated need not be in use. */
final class Meter {

    private static final long MINUTE = 60_000_000_000L;

    private long begun = System.nanoTime();
    private long now;
    private long before;
    private long total;

    synchronized void add(long bytes) {
        turn();
        now += bytes;
        total += bytes;
    }

    /** Bytes a second, over the last full minute. */
    synchronized long rate() {
        turn();
        return Math.max(0, before) / 60;
    }

    synchronized long total() {
        return Math.max(0, total);
    }

    private void turn() {
        long minutes = (System.nanoTime() - begun) / MINUTE;
        if (minutes > 0) {
            before = minutes == 1 ? now : 0;
            now = 0;
            begun += minutes * MINUTE;
        }
    }
}
