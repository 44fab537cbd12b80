package de.stellwerk.hub.plugin;

import java.time.Instant;

/**
 * What became of one swap of versions.
 *
 * @param municipality the AGS of the one that used the new version first; empty if all did at once
 * @param begun when the first calls went to the new version
 * @param ended when it was decided
 * @param delivered deliveries of the connections concerned that were delivered in that time
 * @param lost those attempts of the version before which no outcome was ever written of, and deliveries that ended without an entry
 * @param twice deliveries that were entered as delivered more than once
 * @param text why, in English
 * @param german the same in German
 */
public record SwapReport(
        String plugin,
        String from,
        String to,
        String municipality,
        Result result,
        Instant begun,
        Instant ended,
        long delivered,
        long lost,
        long twice,
        String text,
        String german) {

    public enum Result {
        /** The new version has stood its watch. */
        KEPT,
        /** It did worse, and the version before has taken over again. */
        RETURNED,
        /** Another decision came before the watch was over. */
        CUT_SHORT
    }

    /** Says from the ledger what happened to the deliveries of connections. */
    public interface Book {

        /**
         * Counts.
         *
         * @param connections {@code AGS/name} of each
         * @param switched attempts that began before were those of the version before
         */
        Count count(java.util.List<String> connections, Instant begun, Instant switched, Instant ended);

        /** Deliveries. */
        record Count(long delivered, long lost, long twice) {}
    }

    /** One line for the log and for people. */
    public String line() {
        return delivered + " delivered, " + lost + " lost, " + twice + " twice";
    }
}
