package de.stellwerk.hub.intake;

import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.plugin.Connection;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.ConnectorFailed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every source for messages at its own pace: never twice at a time, and after a failure more and more slowly, up to once in five
 * minutes. A slow source keeps one of a bounded number of threads, and no other source from being asked.
 */
public final class Rounds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);
    private static final int THREADS = 16;
    private static final Duration LEASES = Duration.ofSeconds(1);
    private static final Duration SLOWEST = Duration.ofMinutes(5);

    /**
     * How a source has been doing.
     *
     * @param failure why the last poll failed; empty if it did not
     */
    public record Round(Instant at, int failures, Optional<String> failure) {}

    private final Connections connections;
    private final Intake intake;
    private final Ledger ledger;
    private final Clock clock;
    private final Map<Connection, Round> rounds = new ConcurrentHashMap<>();
    private final Set<Connection> underway = ConcurrentHashMap.newKeySet();
    private final Nodes nodes;
    private final BooleanSupplier clear;
    private final ScheduledExecutorService timer;
    private final ExecutorService threads;
    private final ScheduledExecutorService leases =
            Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "leases"));

    /**
     * @param nodes lends the leases: a source is asked by the one node that holds its lease
     * @param clear whether messages may come in at this moment; else no source is asked
     */
    public Rounds(
            Connections connections, Intake intake, Ledger ledger, Nodes nodes, BooleanSupplier clear, Clock clock) {
        this.nodes = nodes;
        this.clear = clear;
        this.connections = connections;
        this.intake = intake;
        this.ledger = ledger;
        this.clock = clock;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "rounds"));
        this.threads = Executors.newFixedThreadPool(THREADS, work -> daemon(work, "poll"));
    }

    public void start() {
        timer.scheduleWithFixedDelay(this::lookForDue, 100, 100, TimeUnit.MILLISECONDS);
        leases.scheduleWithFixedDelay(this::shareSources, 0, LEASES.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How the source of a connection has been doing; empty if it was never asked. */
    public Optional<Round> last(Connection connection) {
        return Optional.ofNullable(rounds.get(connection));
    }

    private void shareSources() {
        try {
            var sources = new HashMap<Nodes.Source, Connection>();
            for (var connection : connections.all()) {
                if (connection.isSource()) {
                    sources.put(source(connection), connection);
                }
            }
            nodes.share(sources.keySet(), source -> {
                var connection = sources.get(source);
                return connection != null && underway.contains(connection);
            });
        } catch (RuntimeException e) {
            LOG.warn("the leases of the sources could not be looked at; it is tried again", e);
        }
    }

    private static Nodes.Source source(Connection connection) {
        return new Nodes.Source(connection.municipality(), connection.name());
    }

    private void lookForDue() {
        try {
            if (!clear.getAsBoolean()) {
                return;
            }
            for (var connection : connections.all()) {
                if (due(connection)
                        && connection.isSource()
                        && nodes.holds(source(connection))
                        && underway.add(connection)) {
                    threads.execute(() -> ask(connection));
                }
            }
        } catch (RuntimeException e) {
            LOG.error("looking for due sources failed; it is tried again", e);
        }
    }

    private boolean due(Connection connection) {
        var round = rounds.get(connection);
        if (round == null) {
            return true;
        }
        var wait = connection.config().poll();
        for (int i = 0; i < round.failures() && wait.compareTo(SLOWEST) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        var longest = SLOWEST.compareTo(connection.config().poll()) > 0
                ? SLOWEST
                : connection.config().poll();
        var now = clock.instant();
        // A clock that was set back must not make a source wait until the hours have come again.
        return now.isBefore(round.at()) || !now.isBefore(round.at().plus(wait.compareTo(longest) < 0 ? wait : longest));
    }

    private void ask(Connection connection) {
        var failures = last(connection).map(Round::failures).orElse(0);
        try {
            // Looked at after it counts as under way: a lease is not given back while its source is being asked.
            if (!nodes.holds(source(connection))) {
                return;
            }
            connection.poll(new ConnectionInbox(connection, intake, ledger, true));
            rounds.put(connection, new Round(clock.instant(), 0, Optional.empty()));
            if (failures > 0) {
                LOG.info("source {}/{} answers again", connection.municipality(), connection.name());
            }
        } catch (ConnectorFailed | RuntimeException e) {
            var why = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
            rounds.put(connection, new Round(clock.instant(), failures + 1, Optional.of(why)));
            if (failures == 0) {
                LOG.warn(
                        "source {}/{} could not be asked: {}; it is asked again, nothing is lost",
                        connection.municipality(),
                        connection.name(),
                        why);
            }
        } finally {
            underway.remove(connection);
        }
    }

    /** Asks no more sources and waits up to ten seconds for those that are being asked. */
    @Override
    public void close() {
        timer.shutdownNow();
        leases.shutdownNow();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(Runnable work, String name) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
