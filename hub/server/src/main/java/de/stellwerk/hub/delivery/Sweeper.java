package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Walk;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts whatever is due and not in flight on its lane, in a bounded window and in fair shares: never the whole backlog. The broker's data
 * can therefore be deleted without losing a message. It also takes over what dead nodes left open. One thread sweeps, and another one
 * tends: a broker that does not answer holds up the sweeps only.
 */
final class Sweeper {

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    /** Ids that may wait in memory and on the lane: enough for the time until the next sweep that finds some, few enough to keep shares fair. */
    private static final int WINDOW = 2_000;

    /** Found in any case: where the window is full of those who have much, it is for the others. */
    private static final int LEAST = 200;

    private static final int A_MUNICIPALITYS_SHARE = 1_000;
    private static final int A_CONNECTIONS_SHARE = 500;

    /** Bundles that wait on a lane mean that nobody fetches: more of them help nobody. */
    private static final int MOST_BUNDLES = 100;

    private static final int TAKE_OVER_EVERY = 8;
    private static final Duration CLOCK_SET = Duration.ofSeconds(30);

    /** What is due later may have been written by a clock that stood ahead, and is looked at. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(6);

    /** This node among the others. */
    interface Standing {
        /** Whether this node is the one that sweeps. */
        boolean sweeps();

        /** Whether no other node was alive when this one began. */
        boolean wasAlone();
    }

    private final Ledger ledger;
    private final Lanes lanes;
    private final Transport transport;
    private final Routing routing;
    private final Dispatcher dispatcher;
    private final Clock clock;
    private final Standing standing;
    private final Walk messages;
    private final Walk deliveries;
    private final Looks messageLooks = new Looks();
    private final Looks deliveryLooks = new Looks();
    private long rounds;
    private @Nullable Instant lastTime;
    private long lastNanos;

    Sweeper(
            Ledger ledger,
            Lanes lanes,
            Transport transport,
            Routing routing,
            Dispatcher dispatcher,
            Clock clock,
            Standing standing) {
        this.ledger = ledger;
        this.lanes = lanes;
        this.transport = transport;
        this.routing = routing;
        this.dispatcher = dispatcher;
        this.clock = clock;
        this.standing = standing;
        this.messages = new Walk(standing.wasAlone(), group -> lanes.hasRoom(Lane.ROUTE, group));
        this.deliveries = new Walk(standing.wasAlone(), group -> lanes.hasRoom(Lane.DELIVERY, group));
    }

    /**
     * What needs the database only.
     *
     * @param nanos of a clock that nobody sets
     */
    void tend(long nanos) {
        dispatcher.writeUnwritten();
        routing.release();
        lookAtTheClock(nanos);
        if (rounds++ % TAKE_OVER_EVERY == 0) {
            takeOver();
        }
    }

    /** What is due goes to the broker. Where nothing was left to be found, the next looks are left out: each costs what was done since. */
    void sweep() {
        if (!standing.sweeps()) {
            return;
        }
        if (messageLooks.isDue() && transport.depth(Lane.ROUTE) < MOST_BUNDLES) {
            var room = Math.max(LEAST, WINDOW - routing.waiting());
            var due = ledger.dueMessages(messages, A_MUNICIPALITYS_SHARE, room);
            CrashPoint.SWEEP_MARKED.pass();
            lanes.route(due);
            messageLooks.looked(due.isEmpty() && messages.isDone());
        }
        if (deliveryLooks.isDue() && transport.depth(Lane.DELIVERY) < MOST_BUNDLES) {
            var room = Math.max(LEAST, WINDOW - dispatcher.waiting());
            var due = ledger.dueDeliveries(deliveries, A_CONNECTIONS_SHARE, room);
            lanes.deliver(due);
            CrashPoint.SWEEP_PUBLISHED.pass();
            deliveryLooks.looked(due.isEmpty() && deliveries.isDone());
        }
    }

    /** When to look again: at the next round, or some rounds later if there was nothing. */
    private static final class Looks {

        private static final int LEFT_OUT = 3;

        private int leftOut = LEFT_OUT;

        boolean isDue() {
            return leftOut++ >= LEFT_OUT;
        }

        void looked(boolean nothing) {
            leftOut = nothing ? 0 : LEFT_OUT;
        }
    }

    private void takeOver() {
        var parked = ledger.suspectDeadRoutes();
        if (!parked.isEmpty()) {
            LOG.warn("parked: {} messages of whose routes the hub ended again and again: {}", parked.size(), parked);
        }
        dispatcher.takeOverOpenAttempts();
        dispatcher.concludeAbandoned();
    }

    /** A clock that was set back leaves due times behind that lie days ahead. */
    private void lookAtTheClock(long nanos) {
        var now = clock.instant();
        var before = lastTime;
        if (before == null
                || Duration.between(before.plusNanos(nanos - lastNanos), now)
                                .abs()
                                .compareTo(CLOCK_SET)
                        > 0) {
            var changed = ledger.pullForward(now.plus(LONGEST_WAIT));
            if (before != null || changed > 0) {
                LOG.warn("the clock was set: it is {} now; {} due times that lay far ahead are due now", now, changed);
            }
        }
        lastTime = now;
        lastNanos = nanos;
    }
}
