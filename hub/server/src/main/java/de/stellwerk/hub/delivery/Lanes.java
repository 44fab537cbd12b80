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
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
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

    /**
     * Ids that wait in this node's memory. Where so many of one group or of all of them do, new ones are left to the sweeps, so that the
     * lane does not become the backlog. A group has a few in any case: the flood of one does not send the others to the sweeps.
     */
    private static final int ROOM = 4_000;

    private static final int ROOM_OF_A_GROUP = ROOM / 2;
    private static final int FEW = 50;
    /** As many as there are processors keep them busy. */
    private static final int BEHIND = Math.max(2, Runtime.getRuntime().availableProcessors());

    private static final int ROOM_WITH_THE_FEW = 4 * ROOM;

    private final Transport transport;
    private final Executor publishing;
    private final Map<Lane, Load> loads = new EnumMap<>(Lane.class);
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong refused = new AtomicLong();

    /** @param publishing runs one task at a time; a task takes as long as the broker takes to answer */
    public Lanes(Transport transport, Executor publishing) {
        this.transport = transport;
        this.publishing = publishing;
        for (var lane : Lane.values()) {
            loads.put(lane, new Load());
        }
    }

    /** What one lane has in this node's memory: ids that go to the broker, and, by group, such as came from it. */
    private static final class Load {

        private final Queue<String> queue = new ConcurrentLinkedQueue<>();
        private final AtomicLong queued = new AtomicLong();
        private final Map<String, Integer> waiting = new ConcurrentHashMap<>();
        private final AtomicLong allWaiting = new AtomicLong();

        boolean hasRoom(String group) {
            var own = waiting.getOrDefault(group, 0);
            var all = allWaiting.get() + queued.get();
            return own < FEW && all < ROOM_WITH_THE_FEW || own < ROOM_OF_A_GROUP && all < ROOM;
        }

        void waits(String group, int ids) {
            var before = ids == 0 ? waiting.remove(group) : waiting.put(group, ids);
            allWaiting.addAndGet(ids - (before == null ? 0 : before));
        }
    }

    /** Whether what becomes due of a municipality's messages now should be put on the lane at once; otherwise the next sweep brings it. */
    public boolean hasRoom(String municipality) {
        return hasRoom(Lane.ROUTE, group(municipality, ""));
    }

    /** Whether so many of a municipality's messages wait for their routes that more would only wait with them. */
    public boolean isBehind(String municipality) {
        return load(Lane.ROUTE).waiting.getOrDefault(group(municipality, ""), 0) >= BEHIND;
    }

    /** The same of a connection's deliveries. */
    boolean hasRoom(String municipality, String connection) {
        return hasRoom(Lane.DELIVERY, group(municipality, connection));
    }

    boolean hasRoom(Lane lane, String group) {
        return load(lane).hasRoom(group);
    }

    /** Tells how many ids of a municipality or connection wait in this node's memory. One thread at a time tells it of one group. */
    void waits(Lane lane, String group, int ids) {
        load(lane).waits(group, ids);
    }

    /** A municipality, or one of its connections, as a {@link de.stellwerk.hub.ledger.Walk} names them. */
    static String group(String municipality, String connection) {
        return municipality + "/" + connection;
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
        var load = load(lane);
        if (!ids.isEmpty() && load.queued.get() < ROOM) {
            load.queued.addAndGet(ids.size());
            load.queue.addAll(ids);
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
            var load = load(lane);
            var ids = new ArrayList<String>();
            for (var id = load.queue.poll(); id != null; id = load.queue.poll()) {
                ids.add(id);
            }
            if (!ids.isEmpty()) {
                load.queued.addAndGet(-ids.size());
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

    private Load load(Lane lane) {
        return Objects.requireNonNull(loads.get(lane));
    }
}
