package de.stellwerk.hub.delivery;

import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.ledger.Address;
import de.stellwerk.hub.ledger.DueDelivery;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.plugin.Connection;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls sinks. Each connection has a lane of its own with a bounded number of calls at a time, so that a slow target fills its own
 * lane and no other.
 */
public final class Dispatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int THREADS = 48;
    private static final int CALLS_PER_CONNECTION = 8;
    private static final int TAKEN_OVER_AT_ONCE = 100;

    private final Ledger ledger;
    private final ContentStore contents;
    private final Connections connections;
    private final Backoff backoff;
    private final Clock clock;
    private final ExecutorService threads;
    private final Map<String, ConnectionLane> lanes = new ConcurrentHashMap<>();
    private final Queue<Attempted> unwritten = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    Dispatcher(Ledger ledger, ContentStore contents, Connections connections, Backoff backoff, Clock clock) {
        this.ledger = ledger;
        this.contents = contents;
        this.connections = connections;
        this.backoff = backoff;
        this.clock = clock;
        this.threads = Executors.newFixedThreadPool(THREADS, work -> {
            var thread = new Thread(work, "deliver");
            thread.setDaemon(true);
            return thread;
        });
    }

    private record Attempted(DueDelivery due, Connection connection, DeliveryResult result) {}

    private final class ConnectionLane {

        private final Queue<String> ids = new ArrayDeque<>();
        private int running;

        synchronized void add(String id) {
            ids.add(id);
            if (running < CALLS_PER_CONNECTION) {
                running++;
                threads.execute(this::work);
            }
        }

        private void work() {
            for (var id = next(); !id.isEmpty(); id = next()) {
                try {
                    deliver(id);
                } catch (RuntimeException e) {
                    LOG.error("delivery {} could not be carried out; it stays due or open in the ledger", id, e);
                }
            }
        }

        private synchronized String next() {
            var id = closed ? null : ids.poll();
            if (id == null) {
                running--;
                return "";
            }
            waiting.decrementAndGet();
            return id;
        }
    }

    /** Takes an address from the delivery lane. */
    void add(String text) {
        var address = Address.of(text);
        waiting.incrementAndGet();
        lanes.computeIfAbsent(address.municipality() + "/" + address.connection(), key -> new ConnectionLane())
                .add(address.delivery());
    }

    /** How many deliveries wait in memory for a free call. */
    int waiting() {
        return waiting.get();
    }

    private void deliver(String id) {
        ledger.claimDelivery(id).ifPresent(due -> {
            var connection = connections.find(due.municipality(), due.connection());
            if (connection.isEmpty()) {
                retryOrPark(
                        due,
                        Retry.defaults(),
                        "connection.unknown",
                        "no connection of this name is configured",
                        Duration.ZERO);
            } else {
                write(new Attempted(due, connection.get(), connection.get().deliver(delivery(due))));
            }
        });
    }

    private void write(Attempted attempted) {
        try {
            conclude(attempted.due(), attempted.connection(), attempted.result());
        } catch (RuntimeException e) {
            LOG.error(
                    "the outcome of delivery {} could not be written; it is kept and written later",
                    attempted.due().id(),
                    e);
            unwritten.add(attempted);
        }
    }

    /** Writes outcomes that could not be written, as soon as the database takes them. */
    void writeUnwritten() {
        for (var attempted = unwritten.peek(); attempted != null; attempted = unwritten.peek()) {
            conclude(attempted.due(), attempted.connection(), attempted.result());
            unwritten.remove();
        }
    }

    private void conclude(DueDelivery due, Connection connection, DeliveryResult result) {
        if (result instanceof DeliveryResult.Delivered delivered) {
            ledger.delivered(due, delivered.reference(), answered(due, connection));
        } else if (result instanceof DeliveryResult.Rejected rejected) {
            LOG.warn("delivery {} of {}/{} rejected", due.id(), due.municipality(), due.connection());
            ledger.rejected(due, rejected.reason());
        } else if (result instanceof DeliveryResult.NotSent notSent) {
            retryOrPark(due, connection.config().retry(), "target.unreachable", notSent.why(), notSent.retryAfter());
        } else if (result instanceof DeliveryResult.Unknown unknown) {
            unknown(due, connection, unknown.why());
        }
    }

    /** Repeats where a repeat is recognised; otherwise asks the target; otherwise a person has to. */
    private void unknown(DueDelivery due, Connection connection, String why) {
        if (connection.descriptor().map(ConnectorDescriptor::recognisesRepeats).orElse(false)) {
            retryOrPark(due, connection.config().retry(), "outcome.unknown", why, Duration.ZERO);
            return;
        }
        var answer = connection.probe(delivery(due));
        if (answer.isPresent() && !(answer.get() instanceof DeliveryResult.Unknown)) {
            conclude(due, connection, answer.get());
            return;
        }
        LOG.warn("delivery {} of {}/{} is in doubt", due.id(), due.municipality(), due.connection());
        ledger.inDoubt(due, why);
    }

    private void retryOrPark(DueDelivery due, Retry retry, String code, String why, Duration atLeast) {
        if (due.tries() >= retry.attempts()) {
            LOG.warn("delivery {} of {}/{} parked: {}", due.id(), due.municipality(), due.connection(), code);
            ledger.parked(due, code, why);
            return;
        }
        var wait = backoff.after(due.tries(), retry);
        ledger.deliverLater(due, code, why, clock.instant().plus(wait.compareTo(atLeast) > 0 ? wait : atLeast));
    }

    /**
     * Attempts that a killed hub left open: nobody knows how they ended. Only where the connector is there, since what follows
     * depends on it.
     */
    void takeOverOpenAttempts() {
        for (var address : ledger.connectionsWithOpenAttempts()) {
            connections
                    .find(address.municipality(), address.connection())
                    .filter(each -> each.descriptor().isPresent())
                    .ifPresent(connection -> ledger.takeOverOpenAttempts(
                                    address.municipality(), address.connection(), TAKEN_OVER_AT_ONCE)
                            .forEach(due -> unknown(due, connection, "the hub stopped during this attempt")));
        }
    }

    private boolean answered(DueDelivery due, Connection connection) {
        return connection
                .descriptor()
                .map(descriptor -> descriptor.channels().stream()
                        .anyMatch(channel -> channel.name().equals(channelOf(due, descriptor)) && channel.answered()))
                .orElse(false);
    }

    /** A route that was written before the connector was there names no channel: then it is the connector's only outgoing one. */
    private static String channelOf(DueDelivery due, ConnectorDescriptor descriptor) {
        if (!due.channel().isEmpty()) {
            return due.channel();
        }
        var out = descriptor.channels().stream()
                .filter(channel -> channel.direction() == Channel.Direction.OUT)
                .toList();
        return out.size() == 1 ? out.get(0).name() : "";
    }

    private Delivery delivery(DueDelivery due) {
        var channel = connections
                .find(due.municipality(), due.connection())
                .flatMap(Connection::descriptor)
                .map(descriptor -> channelOf(due, descriptor))
                .orElse(due.channel());
        return new Delivery(
                due.id(),
                due.number(),
                due.municipality(),
                channel,
                due.kind(),
                due.caseId(),
                due.headers(),
                contents.open(due.body()),
                due.attachments().stream()
                        .map(part -> (Content) contents.open(part))
                        .toList(),
                due.attempt());
    }

    /** Starts no more calls and waits up to twenty seconds for those under way. */
    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(20, TimeUnit.SECONDS)) {
                LOG.warn("calls to sinks are still under way; their attempts stay open in the ledger");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
