package de.stellwerk.hub.signal;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the requests that are being worked on, so that neither one sender nor all together can take every thread. A quarter of the places
 * is kept from each way in for the other: whoever has no key can call a hook, and must not be able to shut out those who have one.
 */
public final class Visitors {

    /** How a sender comes in. */
    public enum Way {
        KEY,
        HOOK
    }

    /**
     * Who sends.
     *
     * @param name of the key, or of the connection whose hook it is
     */
    public record Sender(Way way, String name) {}

    private final int most;
    private final int mostOfAWay;
    private final int mostOfOne;
    private final int[] inside = new int[Way.values().length];
    private final Map<Sender, Integer> each = new ConcurrentHashMap<>();

    /**
     * @param most requests at a time
     * @param mostOfOne requests of one sender at a time
     */
    public Visitors(int most, int mostOfOne) {
        this.most = most;
        this.mostOfAWay = Math.max(1, most - (most + 3) / 4);
        this.mostOfOne = mostOfOne;
    }

    /** Lets a request in, or says why not. One that was let in has to {@link #leave}. */
    public Optional<Halt> enter(Sender sender) {
        if (!takePlace(sender.way())) {
            return Optional.of(Halt.busy());
        }
        if (each.merge(sender, 1, Integer::sum) > mostOfOne) {
            leave(sender);
            return Optional.of(Halt.sender());
        }
        return Optional.empty();
    }

    private synchronized boolean takePlace(Way way) {
        var all = 0;
        for (var count : inside) {
            all += count;
        }
        if (all >= most || inside[way.ordinal()] >= mostOfAWay) {
            return false;
        }
        inside[way.ordinal()]++;
        return true;
    }

    public void leave(Sender sender) {
        each.computeIfPresent(sender, (key, count) -> count > 1 ? count - 1 : null);
        synchronized (this) {
            inside[sender.way().ordinal()]--;
        }
    }
}
