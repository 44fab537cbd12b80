package de.stellwerk.hub;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.broker.Broker;
import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.delivery.Lanes;
import de.stellwerk.hub.delivery.Work;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.intake.Rounds;
import de.stellwerk.hub.ledger.ApiKeys;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.security.Keys;
import de.stellwerk.hub.signature.Seal;
import de.stellwerk.hub.signature.SignatureVerifier;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All rooms, built in the order in which they need each other, started in it, and closed against it. */
final class House implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(House.class);

    private final HikariDataSource database;
    private final Broker broker;
    private final ContentStore contents;
    private final Search search;
    private final Operator operator;
    private final Keys keys;
    private final Ledger ledger;
    private final Receipts receipts;
    private final Connections connections;
    private final Routes routes;
    private final Intake intake;
    private final Rounds rounds;
    private final Work work;
    private final HubConfig config;
    private final ScheduledExecutorService housekeeping = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "housekeeping");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean ready;

    /** @param database migrated; it and the broker are closed with the house */
    House(HubConfig config, HikariDataSource database, Broker broker, CamelContext camel, Clock clock)
            throws IOException {
        var data = config.home().resolve("data");
        this.config = config;
        this.database = database;
        this.broker = broker;
        this.contents =
                new ContentStore(data.resolve("content"), config.limits().inline(), clock);
        this.search = new Search(database);
        this.operator = new Operator(database, clock);
        this.keys = new Keys(new ApiKeys(database, clock), clock);
        var ids = new Ids(clock);
        this.ledger = new Ledger(database, clock, ids);
        this.receipts = new Receipts(search, new Seal(data.resolve("keys"), clock));
        this.connections = new Connections(
                config.home().resolve("plugins"),
                data.resolve("plugins"),
                config.home(),
                config.municipalities().values(),
                clock);
        var verifier = new SignatureVerifier(config.home().resolve("config/trust"), clock);
        this.routes = new Routes(
                config.home().resolve("routes"), camel, new RouteDoors(verifier, ledger, receipts, connections), clock);
        var lanes = new Lanes(broker, ledger);
        this.intake = new Intake(config, contents, ledger, ids, clock, id -> lanes.route(List.of(id)));
        this.rounds = new Rounds(connections, intake, ledger, clock);
        this.work = new Work(broker, ledger, lanes, contents, routes, connections, config.limits(), clock);
    }

    void start() throws IOException {
        keys.createFirst(config.home().resolve("data/first-api-key"));
        connections.start();
        routes.start();
        work.start();
        rounds.start();
        housekeeping.scheduleWithFixedDelay(this::collectContent, 1, 24, TimeUnit.HOURS);
        ready = true;
    }

    private void collectContent() {
        try {
            LOG.info(
                    "{} files of the content store that nothing names were deleted",
                    contents.collect(search::namesStored));
        } catch (IOException | RuntimeException e) {
            LOG.warn("the content store could not be tidied; it is tried again tomorrow", e);
        }
    }

    boolean isReady() {
        return ready;
    }

    ContentStore contents() {
        return contents;
    }

    Search search() {
        return search;
    }

    Operator operator() {
        return operator;
    }

    Keys keys() {
        return keys;
    }

    Ledger ledger() {
        return ledger;
    }

    Receipts receipts() {
        return receipts;
    }

    Connections connections() {
        return connections;
    }

    Routes routes() {
        return routes;
    }

    Intake intake() {
        return intake;
    }

    Rounds rounds() {
        return rounds;
    }

    /** Takes nothing new, lets finish what is under way, and leaves the rest in the ledger for the next start. */
    @Override
    public void close() {
        ready = false;
        housekeeping.shutdownNow();
        rounds.close();
        work.close();
        routes.close();
        connections.close();
        broker.close();
        ledger.close();
        database.close();
        LOG.info("stopped; what was not finished waits in the ledger");
    }
}
