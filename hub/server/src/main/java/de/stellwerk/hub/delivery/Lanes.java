package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.BrokerFailure;
import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.ledger.Address;
import de.stellwerk.hub.ledger.Ledger.ToRoute;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts ids on the broker's lanes after the commit that made them due, joined with what others put there meanwhile. If the broker does not
 * take them, nothing is lost: a sweep puts them there when their time in flight is over.
 */
public final class Lanes {

    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

    /** When so many ids wait in this node's memory, new ones are left to the sweeps, which keep the municipalities' shares. */
    private static final int ROOM = 4_000;

    private final Transport transport;
    private final Executor publishing;
    private final Map<Lane, Queue<String>> queues = new EnumMap<>(Lane.class);
    private final Map<Lane, AtomicLong> queued = new EnumMap<>(Lane.class);
    private final Map<Lane, AtomicLong> waiting = new EnumMap<>(Lane.class);
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong refused = new AtomicLong();

    /** @param publishing runs one task at a time; a task takes as long as the broker takes to answer */
    public Lanes(Transport transport, Executor publishing) {
        this.transport = transport;
        this.publishing = publishing;
        for (var lane : Lane.values()) {
            queues.put(lane, new ConcurrentLinkedQueue<>());
            queued.put(lane, new AtomicLong());
            waiting.put(lane, new AtomicLong());
        }
    }

    /** Whether what becomes due now should be put on the lane at once. */
    public boolean hasRoom(Lane lane) {
        return waiting(lane).get() + queued(lane).get() < ROOM;
    }

    /** Tells how many ids of a lane wait in this node's memory. */
    void waits(Lane lane, int ids) {
        waiting(lane).set(ids);
    }

    /** Returns at once, and never throws. */
    public void route(List<ToRoute> messages) {
        put(Lane.ROUTE, messages.stream().map(ToRoute::text).toList());
    }

    /** Returns at once, and never throws. */
    public void deliver(List<Address> deliveries) {
        put(Lane.DELIVERY, deliveries.stream().map(Address::text).toList());
    }

    private void put(Lane lane, List<String> ids) {
        // A broker that is away for long must not fill the memory: a sweep brings what is left out here.
        if (!ids.isEmpty() && queued(lane).get() < ROOM) {
            queued(lane).addAndGet(ids.size());
            queue(lane).addAll(ids);
            publishSoon();
        }
    }

    private void publishSoon() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                publishing.execute(this::publishAll);
            } catch (RejectedExecutionException e) {
                LOG.debug("the hub ends; what is due is put on its lane after the next start");
            }
        }
    }

    private void publishAll() {
        scheduled.set(false);
        for (var lane : Lane.values()) {
            var queue = queue(lane);
            var ids = new ArrayList<String>();
            for (var id = queue.poll(); id != null; id = queue.poll()) {
                ids.add(id);
            }
            if (!ids.isEmpty()) {
                queued(lane).addAndGet(-ids.size());
                publish(lane, ids);
            }
        }
    }

    private void publish(Lane lane, List<String> ids) {
        if (lane == Lane.ROUTE) {
            CrashPoint.INTAKE_UNPUBLISHED.pass();
        } else {
            CrashPoint.ROUTE_COMMITTED.pass();
        }
        try {
            transport.publish(lane, ids);
        } catch (BrokerFailure e) {
            if (refused.getAndIncrement() % 1_000 == 0) {
                LOG.warn("the broker took no ids ({}); nothing is lost, they are put there again", e.code());
            }
        }
    }

    private Queue<String> queue(Lane lane) {
        return java.util.Objects.requireNonNull(queues.get(lane));
    }

    private AtomicLong waiting(Lane lane) {
        return java.util.Objects.requireNonNull(waiting.get(lane));
    }

    private AtomicLong queued(Lane lane) {
        return java.util.Objects.requireNonNull(queued.get(lane));
    }
}
