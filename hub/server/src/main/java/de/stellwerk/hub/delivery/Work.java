package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.BrokerFailure;
import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.delivery.Target.Targets;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.RouteInput;
import de.stellwerk.hub.route.RouteOutcome;
import de.stellwerk.hub.route.Routes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the work going: threads that take from both lanes, and the sweeps. */
public final class Work implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Work.class);

    /** Routes wait for nothing but the database: more threads would only make those at the doors wait for a processor. */
    private static final int ROUTE_THREADS = 1 + Runtime.getRuntime().availableProcessors();

    private static final int CALL_THREADS = 64;
    private static final long SWEEP_MILLIS = 250;
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final int CLOSING_SECONDS = 20;

    private final Transport transport;
    private final Routing routing;
    private final Dispatcher dispatcher;
    private final Sweeper sweeper;
    private final List<Thread> routers = new ArrayList<>();
    private final ExecutorService calls;
    private final ScheduledExecutorService sweeps =
            Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "sweeper"));
    private final ScheduledExecutorService tending =
            Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "tender"));
    private volatile boolean closed;

    /** @param rush whether somebody waits for a yes at this moment */
    public Work(
            Transport transport,
            Ledger ledger,
            Nodes nodes,
            Lanes lanes,
            ContentStore contents,
            Routes routes,
            Connections connections,
            Limits limits,
            BooleanSupplier rush,
            Clock clock) {
        this(transport, ledger, nodes, lanes, contents, routes::run, Targets.of(connections), limits, rush, clock);
    }

    Work(
            Transport transport,
            Ledger ledger,
            Nodes nodes,
            Lanes lanes,
            ContentStore contents,
            Function<RouteInput, RouteOutcome> routes,
            Targets targets,
            Limits limits,
            BooleanSupplier rush,
            Clock clock) {
        var backoff = new Backoff(RandomGenerator.getDefault());
        this.transport = transport;
        this.calls = Executors.newFixedThreadPool(CALL_THREADS, work -> daemon(work, "deliver"));
        this.routing = new Routing(ledger, contents, routes, targets, lanes, backoff, limits, clock, new GiveWay(rush));
        this.dispatcher = new Dispatcher(
                ledger, contents, targets, lanes, backoff, clock, Dispatcher.Tenure.of(nodes), this::call);
        this.sweeper = new Sweeper(ledger, lanes, transport, routing, dispatcher, clock, new Sweeper.Standing() {
            @Override
            public boolean sweeps() {
                return nodes.leads();
            }

            @Override
            public boolean wasAlone() {
                return nodes.wasAlone();
            }
        });
    }

    private void call(Runnable work) {
        try {
            calls.execute(work);
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
            // What is not begun when the hub stops stays due in the ledger.
        }
    }

    public void start() {
        for (int i = 0; i < ROUTE_THREADS; i++) {
            var router = daemon(this::routeAgainAndAgain, "route-" + i);
            router.start();
            routers.add(router);
        }
        transport.consume(Lane.ROUTE, routing::add);
        transport.consume(Lane.DELIVERY, dispatcher::add);
        tending.scheduleWithFixedDelay(this::tend, 0, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        sweeps.scheduleWithFixedDelay(this::sweep, 0, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void routeAgainAndAgain() {
        while (!closed) {
            try {
                routing.step(PATIENCE, ROUTE_THREADS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (StackOverflowError e) {
                LOG.error("routing a set ended in a stack overflow; its messages come again, each alone", e);
            }
        }
    }

    private void tend() {
        try {
            sweeper.tend(System.nanoTime());
        } catch (RuntimeException e) {
            LOG.error("what other nodes left open could not be looked after; the next round does it", e);
        }
    }

    private void sweep() {
        try {
            sweeper.sweep();
        } catch (BrokerFailure e) {
            LOG.warn("the broker does not answer ({}); what is due is put on its lane when it does", e.code());
        } catch (RuntimeException e) {
            LOG.error("a sweep failed; the next one does its work", e);
        }
    }

    /** What was taken can wait, who hands in something waits: where the system obeys, the doors come first, and this still gets its share. */
    private static Thread daemon(Runnable work, String name) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        return thread;
    }

    /**
     * Begins nothing new and waits up to twenty seconds for the routes and as long again for the calls that are under way; what is left
     * stays due in the ledger.
     */
    @Override
    public void close() {
        closed = true;
        tending.shutdownNow();
        sweeps.shutdownNow();
        dispatcher.close();
        calls.shutdown();
        try {
            var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSING_SECONDS);
            for (var router : routers) {
                router.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            }
            if (!calls.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("calls to sinks are still under way; their attempts stay open in the ledger");
            }
            dispatcher.writeUnwritten();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
