package de.stellwerk.hub.delivery;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What was taken can wait, who hands in something waits for the yes: a worker behind the doors pauses after each set while somebody waits
 * at one, for {@link #TIMES} times as long as the set took at most. So it keeps a sixteenth of its time however great the rush is, and all
 * of it when there is none. Where somebody waits without a break for longer than {@link #LONGEST_RUSH}, that is no rush but more than the
 * machine can do: then nobody gives way, and what comes in slows down to what the machine can do.
 */
final class GiveWay {

    static final int TIMES = 15;
    static final Duration LONGEST_RUSH = Duration.ofMinutes(1);

    private static final long LONGEST_PAUSE = Duration.ofMillis(500).toNanos();
    private static final long LOOK = Duration.ofMillis(1).toNanos();

    private final BooleanSupplier rush;
    private final LongSupplier nanos;
    private long begun;
    private boolean rushing;

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
        var now = nanos.getAsLong();
        var most = now + Math.min(LONGEST_PAUSE, TIMES * worked);
        while (isRush(now) && now < most) {
            TimeUnit.NANOSECONDS.sleep(LOOK);
            now = nanos.getAsLong();
        }
    }

    /** Whether somebody waits, and has not for long. */
    private synchronized boolean isRush(long now) {
        var before = rushing;
        rushing = rush.getAsBoolean();
        if (rushing && !before) {
            begun = now;
        }
        return rushing && now - begun < LONGEST_RUSH.toNanos();
    }
}
