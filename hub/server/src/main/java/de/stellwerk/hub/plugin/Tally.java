package de.stellwerk.hub.plugin;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * How the calls of one plugin version ended. Failed are those that threw, hung, were rejected or ended unknown, and connections that could
 * not be opened. A target that was not reached speaks against no version: such a call went well.
 */
final class Tally {

    /** As it stood at one moment. */
    record Count(long calls, long failed, long nanos) {

        double share() {
            return calls == 0 ? 0 : (double) failed / calls;
        }

        Duration mean() {
            return calls == 0 ? Duration.ZERO : Duration.ofNanos(nanos / calls);
        }
    }

    private final LongAdder calls = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void add(boolean well, long took) {
        calls.increment();
        nanos.add(took);
        if (!well) {
            failed.increment();
        }
    }

    Count count() {
        return new Count(calls.sum(), failed.sum(), nanos.sum());
    }
}
