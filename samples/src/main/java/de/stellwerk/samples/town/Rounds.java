package de.stellwerk.samples.town;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Does the same small piece of work again and again, as the old systems around a town hall do. */
final class Rounds {

    interface Work {
        void once() throws Exception;
    }

    private Rounds() {}

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
