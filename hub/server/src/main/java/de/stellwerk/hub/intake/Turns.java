package de.stellwerk.hub.intake;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Slows a municipality down that brings much at a time while others are there, and refuses nothing: what is more than
 * {@link #AT_A_TIME} of it waits for its own, and so do those while its messages wait for their routes, both for {@link #PATIENCE} at
 * most. Alone it may use the whole machine. Without this, the messages of the others would wait behind the flood's for a processor, at
 * each step anew.
 */
final class Turns {

    /** So many and their messages further on keep a machine busy; each one more only waits for a processor, and the others with it. */
    static final int AT_A_TIME = Runtime.getRuntime().availableProcessors();

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Whoever brought something so recently counts as there. */
    private static final long RECENTLY = Duration.ofSeconds(1).toNanos();

    /** Nobody tells when routes have caught up: those of a municipality that have their turn, and wait, look so often. */
    private static final long LOOK = Duration.ofMillis(5).toNanos();

    private final Predicate<String> behind;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition caughtUp = lock.newCondition();
    private final Map<String, Party> parties = new HashMap<>();
    private volatile int heldBack;
    private @Nullable Visit last;
    private @Nullable Visit lastOfAnother;

    private record Visit(String municipality, long nanos) {}

    /** What one municipality brings at this moment. */
    private static final class Party {
        private final Condition turn;
        private int inside;
        private int working;

        Party(Condition turn) {
            this.turn = turn;
        }
    }

    /** @param behind whether messages of a municipality wait for their routes already */
    Turns(Predicate<String> behind) {
        this.behind = behind;
    }

    /** A turn that was taken; closed when its work is done. */
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /** @param asked whether somebody waits for the answer; what is read from a source waits in it as well as here */
    Turn take(String municipality, boolean asked) {
        lock.lock();
        try {
            var party = parties.computeIfAbsent(municipality, key -> new Party(lock.newCondition()));
            party.inside++;
            var begun = System.nanoTime();
            note(municipality, begun);
            waitWhile(
                    () -> party.working >= AT_A_TIME && isAnotherThere(municipality),
                    party.turn,
                    PATIENCE.toNanos(),
                    begun,
                    asked);
            party.working++;
            waitWhile(() -> behind.test(municipality) && isAnotherThere(municipality), caughtUp, LOOK, begun, asked);
            return () -> leave(municipality, party);
        } finally {
            lock.unlock();
        }
    }

    private void note(String municipality, long begun) {
        if (last != null && !last.municipality.equals(municipality)) {
            lastOfAnother = last;
        }
        last = new Visit(municipality, begun);
    }

    private void waitWhile(BooleanSupplier busy, Condition told, long look, long begun, boolean asked) {
        if (!busy.getAsBoolean()) {
            return;
        }
        heldBack += asked ? 1 : 0;
        try {
            for (long left = left(begun); left > 0 && busy.getAsBoolean(); left = left(begun)) {
                told.awaitNanos(Math.min(look, left));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            heldBack -= asked ? 1 : 0;
        }
    }

    /** Whether somebody who wants an answer is held back at this moment since others are there. */
    boolean holdBack() {
        return heldBack > 0;
    }

    private static long left(long begun) {
        return PATIENCE.toNanos() - (System.nanoTime() - begun);
    }

    private boolean isAnotherThere(String municipality) {
        var other = last != null && !last.municipality.equals(municipality) ? last : lastOfAnother;
        return other != null && System.nanoTime() - other.nanos < RECENTLY;
    }

    private void leave(String municipality, Party party) {
        lock.lock();
        try {
            party.inside--;
            party.working--;
            party.turn.signal();
            if (party.inside == 0) {
                parties.remove(municipality);
            }
        } finally {
            lock.unlock();
        }
    }
}
