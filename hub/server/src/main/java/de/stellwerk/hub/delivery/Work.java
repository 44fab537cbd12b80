package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.Broker;
import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.Routes;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the work going: consumes both lanes, and sweeps. The sweeper puts whatever is due and not in flight on its lane, oldest
 * first, in a bounded window: never the whole backlog. The broker's data can therefore be deleted without losing a message.
 */
public final class Work implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Work.class);
    private static final int ROUTE_CONSUMERS = 16;
    private static final int DELIVERY_CONSUMERS = 2;
    private static final int WINDOW = 2_000;
    private static final long SWEEP_MILLIS = 250;
    private static final int TAKE_OVER_EVERY = 8;

    private final Broker broker;
    private final Ledger ledger;
    private final Lanes lanes;
    private final Routing routing;
    private final Dispatcher dispatcher;
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(work -> {
        var thread = new Thread(work, "sweeper");
        thread.setDaemon(true);
        return thread;
    });
    private long rounds;

    public Work(
            Broker broker,
            Ledger ledger,
            Lanes lanes,
            ContentStore contents,
            Routes routes,
            Connections connections,
            Limits limits,
            Clock clock) {
        var backoff = new Backoff(RandomGenerator.getDefault());
        this.broker = broker;
        this.ledger = ledger;
        this.lanes = lanes;
        this.routing = new Routing(ledger, contents, routes, lanes, backoff, limits, clock);
        this.dispatcher = new Dispatcher(ledger, contents, connections, backoff, clock);
    }

    public void start() {
        broker.consume(Lane.ROUTE, ROUTE_CONSUMERS, routing::run);
        broker.consume(Lane.DELIVERY, DELIVERY_CONSUMERS, dispatcher::add);
        sweeper.scheduleWithFixedDelay(this::sweep, 0, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        try {
            routing.giveBackUnwritten();
            dispatcher.writeUnwritten();
            var messages = WINDOW - broker.depth(Lane.ROUTE);
            if (messages > 0) {
                lanes.route(ledger.sweepMessages((int) messages));
            }
            var deliveries = WINDOW - broker.depth(Lane.DELIVERY) - dispatcher.waiting();
            if (deliveries > 0) {
                lanes.deliver(ledger.sweepDeliveries((int) deliveries));
            }
            if (rounds++ % TAKE_OVER_EVERY == 0) {
                dispatcher.takeOverOpenAttempts();
            }
        } catch (RuntimeException e) {
            LOG.error("a sweep failed; the next one does its work", e);
        }
    }

    /** Ends sweeping and waits for what is under way; what is left stays due in the ledger. */
    @Override
    public void close() {
        sweeper.shutdownNow();
        dispatcher.close();
    }
}
