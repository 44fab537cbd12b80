package de.stellwerk.hub;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.delivery.Lanes;
import de.stellwerk.hub.delivery.Work;
import de.stellwerk.hub.directory.Directory;
import de.stellwerk.hub.evidence.EvidencePacks;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.intake.Rounds;
import de.stellwerk.hub.ledger.ApiKeys;
import de.stellwerk.hub.ledger.CaseExtracts;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Sealer;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.ledger.ServiceDirectory;
import de.stellwerk.hub.ledger.SqlLedger;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.PluginDirectory;
import de.stellwerk.hub.plugin.PluginInbox;
import de.stellwerk.hub.plugin.SwapReport;
import de.stellwerk.hub.postgres.Pulse;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.security.Keys;
import de.stellwerk.hub.signal.EntrySignal;
import de.stellwerk.hub.signal.Visitors;
import de.stellwerk.hub.signal.Watch;
import de.stellwerk.hub.signature.Seal;
import de.stellwerk.hub.signature.SignatureVerifier;
import de.stellwerk.hub.signature.TimeStamps;
import de.stellwerk.hub.signature.TokenKeys;
import de.stellwerk.hub.testcase.TestCases;
import de.stellwerk.hub.validation.MessageKinds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
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
    private final HikariDataSource heartbeat;
    private final Transport broker;
    private final ContentStore contents;
    private final Search search;
    private final ServiceDirectory directoryBook;
    private final Directory directory;
    private final Operator operator;
    private final Keys keys;
    private final Sealer sealer;
    private final Nodes nodes;
    private final SqlLedger ledger;
    private final Receipts receipts;
    private final EvidencePacks evidence;
    private final Connections connections;
    private final PluginInbox pluginInbox;
    private final PluginDirectory pluginDirectory;
    private final Routes routes;
    private final Intake intake;
    private final Rounds rounds;
    private final Work work;
    private final EntrySignal signal;
    private final Visitors visitors;
    private final HubConfig config;
    private final ScheduledExecutorService housekeeping =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "housekeeping"));
    private final ExecutorService publishing = Executors.newSingleThreadExecutor(task -> daemon(task, "publish"));
    private volatile boolean ready;

    /** @param database migrated; it and the broker are closed with the house */
    House(HubConfig config, String node, HikariDataSource database, Transport broker, CamelContext camel, Clock clock)
            throws IOException {
        var data = config.data();
        this.config = config;
        this.database = database;
        this.broker = broker;
        this.contents = new ContentStore(config.content(), config.limits().inline(), clock);
        this.search = new Search(database);
        this.directoryBook = new ServiceDirectory(database, clock);
        this.directory = new Directory(directoryBook, config.municipalities(), clock);
        this.operator = new Operator(database, clock);
        this.keys = new Keys(new ApiKeys(database, clock), clock);
        var ids = new Ids(clock);
        this.heartbeat = heartbeat(database);
        this.nodes = new Nodes(heartbeat, clock, node);
        var seal = new Seal(
                config.seals().resolve("keys"), config.timeStamps().map(given -> new TimeStamps(given, clock)), clock);
        // Before the ledger, for it looks whether this cluster's transactions count on from the sealed ones.
        this.sealer = new Sealer(database, config.seals().resolve("checkpoints"), seal::seal, clock, nodes::leads);
        this.ledger = new SqlLedger(database, clock, ids, nodes);
        this.receipts = new Receipts(search, seal);
        this.evidence = new EvidencePacks(
                search, contents, new CaseExtracts(database, config.seals().resolve("checkpoints")), seal, clock);
        this.connections = new Connections(
                config.home().resolve("plugins"),
                data,
                config.home(),
                config.municipalities().values(),
                config.plugins(),
                (names, begun, switched, ended) -> {
                    var count = search.ofSwap(names, begun, switched, ended);
                    return new SwapReport.Book.Count(count.delivered(), count.lost(), count.twice());
                },
                clock);
        this.pluginInbox = new PluginInbox(config.home().resolve("plugins/inbox"));
        this.pluginDirectory = new PluginDirectory(config.home(), config.plugins(), pluginInbox, clock);
        var verifier = new SignatureVerifier(config.home().resolve("config/trust"), clock);
        this.routes = new Routes(
                config.home().resolve("routes"),
                camel,
                new RouteDoors(
                        verifier,
                        new RouteDoors.Policies(config.home().resolve("config/signatures"), clock),
                        new RouteDoors.Kinds(
                                new MessageKinds(config.home(), Optional.empty(), TokenKeys.of(List.of(), false))),
                        ledger,
                        receipts,
                        connections,
                        directory),
                clock);
        var lanes = new Lanes(broker, publishing);
        this.intake = new Intake(config, contents, ledger, ids, clock, new Intake.RouteLane() {
            @Override
            public boolean hasRoom(String municipality) {
                return lanes.hasRoom(municipality);
            }

            @Override
            public boolean isBehind(String municipality) {
                return lanes.isBehind(municipality);
            }

            @Override
            public void put(UUID message, String municipality) {
                lanes.route(List.of(new Ledger.ToRoute(message, municipality)));
            }
        });
        this.signal = new EntrySignal(
                data, config.content(), config.capacity().diskReserve(), Watch.database(new Pulse(database)));
        this.rounds = new Rounds(connections, intake, ledger, nodes, signal::isClear, clock);
        this.visitors =
                new Visitors(config.capacity().requests(), config.capacity().requestsPerKey());
        this.work = new Work(
                broker, ledger, nodes, lanes, contents, routes, connections, config.limits(), intake::isRush, clock);
    }

    /** Connections of its own: a node that has much to do must not be declared dead because all others are busy. */
    static HikariDataSource heartbeat(HikariDataSource database) {
        var own = new HikariDataSource();
        database.copyStateTo(own);
        own.setPoolName("heartbeat");
        own.setMaximumPoolSize(2);
        own.setMinimumIdle(1);
        return own;
    }

    void start() throws IOException {
        keys.createFirst(config.data().resolve("first-api-key"));
        sealer.start();
        connections.start();
        routes.start();
        signal.start();
        work.start();
        rounds.start();
        housekeeping.scheduleWithFixedDelay(this::collectContent, 1, 24, TimeUnit.HOURS);
        ready = true;
    }

    private static Thread daemon(Runnable task, String name) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
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

    Directory directory() {
        return directory;
    }

    ServiceDirectory directoryBook() {
        return directoryBook;
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

    EvidencePacks evidence() {
        return evidence;
    }

    Connections connections() {
        return connections;
    }

    Path home() {
        return config.home();
    }

    TestCases testCases() {
        return new TestCases(config.data(), config.home().resolve("routes"));
    }

    PluginInbox pluginInbox() {
        return pluginInbox;
    }

    PluginDirectory pluginDirectory() {
        return pluginDirectory;
    }

    Routes routes() {
        return routes;
    }

    EntrySignal signal() {
        return signal;
    }

    Visitors visitors() {
        return visitors;
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
        signal.close();
        work.close();
        routes.close();
        connections.close();
        publishing.shutdown();
        broker.close();
        ledger.close();
        sealer.close();
        nodes.close();
        heartbeat.close();
        database.close();
        LOG.info("stopped; what was not finished waits in the ledger");
    }
}
