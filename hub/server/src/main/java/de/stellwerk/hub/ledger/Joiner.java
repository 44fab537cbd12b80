package de.stellwerk.hub.ledger;

import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Joins what many threads want to write at the same moment into one transaction, since a commit costs the same for one row and for
 * fifty. A writer takes whatever is queued when it is free; where nobody outside waits for the answer, a few wait a moment for company.
 * If a joined transaction fails, its items are replayed one by one, so that one bad item fails alone.
 */
final class Joiner<T, R> implements AutoCloseable {

    private static final int LARGEST_BATCH = 200;
    private static final int COMPANY_ENOUGH = 32;

    /** Where nobody comes for so long, nobody waits on: it may be that all others wait for those. */
    private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(3);

    private static final int LONGEST_QUEUE = 5_000;
    private static final long LONGEST_WAIT_SECONDS = 10;
    private static final long LONGEST_COMMIT_SECONDS = 60;

    interface Work<T, R> {
        /** Writes all items in one transaction; one result an item, in the same order. */
        List<R> apply(List<T> items);
    }

    private record Waiting<T, R>(T item, CompletableFuture<R> done) {}

    private final BlockingQueue<Waiting<T, R>> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
    private final Work<T, R> work;
    private final long patience;
    private final List<Thread> writers = new ArrayList<>();
    private volatile boolean closed;

    /**
     * @param priority of the writers' threads, as {@link Thread#setPriority} takes it: lower where nobody outside waits
     * @param patience how long a few wait for company
     */
    Joiner(String name, int writers, int priority, Duration patience, Work<T, R> work) {
        this.work = work;
        this.patience = patience.toNanos();
        for (int i = 0; i < writers; i++) {
            var writer = new Thread(this::write, "ledger-" + name + "-" + i);
            writer.setDaemon(true);
            writer.setPriority(priority);
            writer.start();
            this.writers.add(writer);
        }
    }

    /**
     * Returns when the item's transaction has committed.
     *
     * @throws LedgerBusy if the queue stays full; nothing was written
     * @throws LedgerFailure if it was not written, or the database did not say so in time
     */
    R submit(T item) {
        return result(hand(item));
    }

    /** The same for several at a time; if one fails, so does this, and the others may have been written. */
    List<R> submitAll(List<T> items) {
        var waiting = new ArrayList<Waiting<T, R>>(items.size());
        try {
            items.forEach(item -> waiting.add(hand(item)));
            return waiting.stream().map(Joiner::result).toList();
        } catch (RuntimeException e) {
            // Nobody waits for the others any more: those that were not begun are not to be done.
            waiting.forEach(each -> each.done.cancel(false));
            throw e;
        }
    }

    private Waiting<T, R> hand(T item) {
        var waiting = new Waiting<T, R>(item, new CompletableFuture<>());
        try {
            if (closed || !queue.offer(waiting, LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new LedgerBusy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerBusy();
        }
        return waiting;
    }

    private static <T, R> R result(Waiting<T, R> waiting) {
        try {
            return waiting.done.get(LONGEST_COMMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            waiting.done.cancel(false);
            throw new LedgerFailure(
                    new SQLTimeoutException("no answer in time; whether it was written is not known", "08007", e));
        } catch (InterruptedException e) {
            waiting.done.cancel(false);
            Thread.currentThread().interrupt();
            throw new LedgerFailure(
                    new SQLTimeoutException("interrupted; whether it was written is not known", "08007", e));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void write() {
        var batch = new ArrayList<Waiting<T, R>>(LARGEST_BATCH);
        while (true) {
            batch.clear();
            try {
                var first = queue.poll(200, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (closed) {
                        return;
                    }
                    continue;
                }
                batch.add(first);
                waitForCompany(batch);
            } catch (InterruptedException e) {
                batch.forEach(each -> each.done.completeExceptionally(new LedgerBusy()));
                Thread.currentThread().interrupt();
                return;
            }
            queue.drainTo(batch, LARGEST_BATCH - 1);
            batch.removeIf(each -> each.done.isDone()); // given up by who waited for it
            if (!batch.isEmpty()) {
                apply(batch);
            }
        }
    }

    private void waitForCompany(List<Waiting<T, R>> batch) throws InterruptedException {
        long until = System.nanoTime() + patience;
        while (batch.size() + queue.size() < COMPANY_ENOUGH && !closed) {
            var next = queue.poll(Math.min(QUIET, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
        }
    }

    private void apply(List<Waiting<T, R>> batch) {
        try {
            var results = work.apply(batch.stream().map(Waiting::item).toList());
            for (int i = 0; i < results.size(); i++) {
                batch.get(i).done.complete(results.get(i));
            }
        } catch (RuntimeException | Error e) {
            // Where the database is gone, each item alone would only wait for it again.
            if (batch.size() == 1 || e instanceof LedgerFailure failure && failure.isUnreachable()) {
                batch.forEach(each -> each.done.completeExceptionally(e));
            } else {
                batch.forEach(each -> apply(List.of(each)));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (var writer : writers) {
            try {
                writer.join(TimeUnit.SECONDS.toMillis(LONGEST_WAIT_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
