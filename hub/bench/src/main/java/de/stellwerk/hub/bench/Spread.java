package de.stellwerk.hub.bench;

import java.util.stream.LongStream;

/** How long something took, in milliseconds. */
record Spread(double p50, double p95, double p99, double most) {

    static final Spread NONE = new Spread(0, 0, 0, 0);

    static Spread of(LongStream nanos) {
        var sorted = nanos.sorted().toArray();
        if (sorted.length == 0) {
            return NONE;
        }
        return new Spread(at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), at(sorted, 1));
    }

    private static double at(long[] sorted, double share) {
        var place = (int) Math.ceil(share * sorted.length) - 1;
        return sorted[Math.max(0, Math.min(sorted.length - 1, place))] / 1e6;
    }
}
