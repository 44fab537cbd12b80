package de.stellwerk.hub;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Lets work on one file take so long and no longer. A thread cannot be ended from outside: one that holds on is left to the end
 * of the process, which should come soon.
 */
final class Deadline {

    private final Duration limit;
    private Duration spent;
    private boolean stuck;

    /**
     * @param spent what the process needed before its first file; it counts as that file's
     */
    Deadline(Duration limit, Duration spent) {
        this.limit = limit;
        this.spent = spent;
    }

    /** Whether a thread is still at work on a file that was given up. */
    boolean isStuck() {
        return stuck;
    }

    /**
     * @param stopped makes the answer where the work was given up: of {@code limit.time}, {@code limit.memory} or {@code limit.depth}
     * @throws ExecutionException with what the work threw
     */
    <T> T call(Callable<T> work, Function<String, T> stopped) throws ExecutionException, InterruptedException {
        var task = new FutureTask<>(work);
        var thread = new Thread(task, "file");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(Math.max(1, limit.minus(spent).toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            stuck = true;
            return stopped.apply("limit.time");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutOfMemoryError) return stopped.apply("limit.memory");
            if (e.getCause() instanceof StackOverflowError) return stopped.apply("limit.depth");
            throw e;
        } finally {
            spent = Duration.ZERO;
        }
    }
}
