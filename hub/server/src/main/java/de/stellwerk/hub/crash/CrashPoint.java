package de.stellwerk.hub.crash;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The boundaries between two steps of the hub's work. With the system property {@code stellwerk.crashpoint=NAME:N} the process ends at
 * the N-th time the named point is passed, at once and without any clean-up; without the property a point does nothing.
 *
 * <p>What happens between the points is in other hands: the database's, the broker's, a connector's.
 */
public enum CrashPoint {
    /** The parts are held, nothing is in the database. */
    INTAKE_HELD,
    /** All rows are written, the transaction is open. */
    INTAKE_UNCOMMITTED,
    /** Committed; the sender has not been told. */
    INTAKE_COMMITTED,
    /** Committed, the sender may have been told; the id is not on the route lane. */
    INTAKE_UNPUBLISHED,
    /** A source has its receipt and has not acknowledged outside. */
    SOURCE_UNACKNOWLEDGED,
    /** An id has left the route lane and is not claimed. */
    ROUTE_TAKEN,
    /** Claimed; the route has not run. */
    ROUTE_CLAIMED,
    /** The route has run, nothing of it is written. */
    ROUTE_RUN,
    /** The route's outcome is written, the transaction is open. */
    ROUTE_UNCOMMITTED,
    /** The route's outcome is committed, its deliveries are not on the lane. */
    ROUTE_COMMITTED,
    /** An id has left the delivery lane and is not claimed. */
    DELIVERY_TAKEN,
    /** The attempt is committed, the target has not been called. */
    DELIVERY_CLAIMED,
    /** The target has answered, nothing of it is written. */
    DELIVERY_ANSWERED,
    /** The outcome is written, the transaction is open. */
    DELIVERY_UNCOMMITTED,
    /** The outcome is committed. */
    DELIVERY_COMMITTED,
    /** What is due was found and is not on a lane. */
    SWEEP_MARKED,
    /** What is due is on its lane. */
    SWEEP_PUBLISHED,
    /** Attempts of a dead hub are ours now, and nothing has been decided about them. */
    TAKEOVER_CLAIMED,
    /** A large part is in its temporary file, not forced to disk. */
    CONTENT_WRITTEN,
    /** Forced, not yet under its name. */
    CONTENT_FORCED,
    /** Under its name, the folder not forced. */
    CONTENT_RENAMED,
    /** The folder forced, nothing in the database names it. */
    CONTENT_KEPT,
    /** A dropped jar of new bytes is copied and forced, not yet under its name. */
    PLUGIN_COPIED,
    /** The copy is under its name, nobody has looked into it. */
    PLUGIN_KEPT,
    /** Checked, and newer than what runs; nothing of it is loaded. */
    PLUGIN_EXAMINED,
    /** Loaded beside the version that runs, not tried. */
    PLUGIN_OPENED,
    /** It has proved itself, the version before still takes all calls. */
    PLUGIN_TRIED,
    /** One municipality uses it, and that is not noted: the next start begins the swap anew. */
    PLUGIN_CANARY,
    /** That one municipality uses it is noted; the others have the version before. */
    PLUGIN_CANARY_NOTED,
    /** New calls go to it, and that is not noted: the next start goes on from what was noted last. */
    PLUGIN_SWITCHED,
    /** Noted; the version before is not told to end. */
    PLUGIN_NOTED,
    /** Its watch is over and nothing of that is noted. */
    PLUGIN_WATCHED,
    /** It does worse, calls go to the version before again, and that is not noted: the next start watches it anew. */
    PLUGIN_RETURNED,
    /** That it was given back is noted; it is still loaded. */
    PLUGIN_RETURN_NOTED,
    /** Nobody is inside the version before, nothing of it is closed. */
    PLUGIN_DRAINED,
    /** The version before is closed, its copy still lies there. */
    PLUGIN_CLOSED;

    /** The status a hub ends with here: the one of a process ended by signal 9. */
    public static final int STATUS = 137;

    private static final @Nullable CrashPoint CHOSEN;
    private static final AtomicInteger LEFT = new AtomicInteger();

    static {
        var told = System.getProperty("stellwerk.crashpoint", "");
        if (told.isEmpty()) {
            CHOSEN = null;
        } else {
            var colon = told.indexOf(':');
            CHOSEN = valueOf(colon < 0 ? told : told.substring(0, colon));
            LEFT.set(colon < 0 ? 1 : Integer.parseInt(told.substring(colon + 1)));
        }
    }

    /** Ends the process here, if it is told to. */
    public void pass() {
        if (this == CHOSEN && LEFT.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(STATUS);
        }
    }
}
