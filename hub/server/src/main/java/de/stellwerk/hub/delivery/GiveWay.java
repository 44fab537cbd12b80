package de.stellwerk.hub.delivery;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What was taken can wait, who hands in something waits for the yes: a worker behind the doors pauses after each set while somebody waits
 * at one, for {@link #TIMES} times as long as the set took at most. So it keeps a sixteenth of its time however great the rush is, and all
 * of it when there is none.
 */
final class GiveWay {

    static final int TIMES = 15;

    private static final long LONGEST = Duration.ofMillis(500).toNanos();
    private static final long LOOK = Duration.ofMillis(1).toNanos();

    private final BooleanSupplier rush;
    private final LongSupplier nanos;

    /** @param rush whether somebody waits for a yes at this moment */
    GiveWay(BooleanSupplier rush) {
        this(rush, System::nanoTime);
    }

    GiveWay(BooleanSupplier rush, LongSupplier nanos) {
        this.rush = rush;
        this.nanos = nanos;
    }

    /** @param worked how long the set took that has just ended, in nanoseconds */
    void after(long worked) throws InterruptedException {
        var begun = nanos.getAsLong();
        var most = Math.min(LONGEST, TIMES * worked);
        while (rush.getAsBoolean() && nanos.getAsLong() - begun < most) {
            TimeUnit.NANOSECONDS.sleep(LOOK);
        }
    }
}
