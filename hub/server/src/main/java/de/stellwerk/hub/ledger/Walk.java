package de.stellwerk.hub.ledger;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a sweep stands: for each municipality or connection the last row it has seen. A walk begins anew when it has come to its end, or
 * after {@link #IN_FLIGHT}; a row is then published again if nobody has concluded it, which does no harm. One thread uses it.
 */
public final class Walk {

    /** How long something that was put on a lane counts as in flight before a sweep puts it there again. */
    public static final java.time.Duration IN_FLIGHT = java.time.Duration.ofSeconds(20);

    record Position(Instant due, String id) {}

    private final Map<String, Position> positions = new LinkedHashMap<>();
    private Instant begun = Instant.MIN;
    private boolean all;

    /** @param all at the first walk of a node that is alone: nothing is in flight, whatever an earlier one has noted */
    public Walk(boolean all) {
        this.all = all;
    }

    /** Begins anew where it is time to; true if it did. */
    boolean beginIfDone(Instant now) {
        if (positions.isEmpty() || now.isBefore(begun) || now.isAfter(begun.plus(IN_FLIGHT))) {
            if (!begun.equals(Instant.MIN)) {
                all = false;
            }
            positions.clear();
            begun = now;
            return true;
        }
        return false;
    }

    boolean all() {
        return all;
    }

    Map<String, Position> positions() {
        return positions;
    }
}
