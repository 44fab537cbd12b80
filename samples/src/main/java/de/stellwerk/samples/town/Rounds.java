package de.stellwerk.samples.town;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Does the same small piece of work again and again, as the old systems around a town hall do. */
final class Rounds {

    interface Work {
        void once() throws Exception;
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    private Rounds() {}

    /** @throws IllegalStateException if it does not come true within this time */
    static void until(Duration patience, Condition condition) throws Exception {
        var start = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - start > patience.toNanos()) {
                throw new IllegalStateException("waited in vain for " + patience);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** Works until the process is ended; a failure ends it too, with its reason on standard error. */
    static void forever(long pauseMillis, Work work) throws Exception {
        var pace = Executors.newSingleThreadScheduledExecutor();
        try {
            pace.scheduleWithFixedDelay(
                            () -> {
                                try {
                                    work.once();
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            },
                            0,
                            pauseMillis,
                            TimeUnit.MILLISECONDS)
                    .get();
        } finally {
            pace.shutdownNow();
        }
    }
}
