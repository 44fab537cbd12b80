package de.stellwerk.hub.signal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that are being worked on, so that neither one sender nor all together can take every thread. */
public final class Visitors {

    private final int most;
    private final int mostOfOne;
    private final AtomicInteger all = new AtomicInteger();
    private final Map<String, Integer> each = new ConcurrentHashMap<>();

    /**
     * @param most requests at a time
     * @param mostOfOne requests of one sender at a time
     */
    public Visitors(int most, int mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** Lets a request in, or says why not. One that was let in has to {@link #leave}. */
    public Optional<Halt> enter(String sender) {
        if (all.incrementAndGet() > most) {
            all.decrementAndGet();
            return Optional.of(Halt.busy());
        }
        if (each.merge(sender, 1, Integer::sum) > mostOfOne) {
            leave(sender);
            return Optional.of(Halt.sender());
        }
        return Optional.empty();
    }

    public void leave(String sender) {
        each.computeIfPresent(sender, (key, count) -> count > 1 ? count - 1 : null);
        all.decrementAndGet();
    }
}
