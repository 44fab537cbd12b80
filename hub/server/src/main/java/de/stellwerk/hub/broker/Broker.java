package de.stellwerk.hub.broker;

import de.stellwerk.hub.config.BrokerConfig;
import de.stellwerk.hub.config.BrokerConfig.Door;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnectorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.TransportConstants;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded broker: two lanes for ids, and one durable queue for each local system that speaks JMS.
 *
 * <p>Ids are not durable. The database is the truth, and whatever is lost here, by a restart, a full lane or a consumer
 * that died, is published again by the sweeper. What comes through a door is durable when its sender is told so.
 */
public final class Broker implements Transport {

    static {
        // From Java 24 on Netty gives up the memory access that Artemis frees its journal buffers with: an existing
        // journal
        // could not be opened again.
        if (System.getProperty("io.netty.noUnsafe") == null) {
            System.setProperty("io.netty.noUnsafe", "false");
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final AtomicInteger SERVER_IDS = new AtomicInteger(1);

    private static final long FULL = BrokerSettings.LANE_IDS * 9 / 10;

    /** No call to the broker, which is in this process, takes longer than this. */
    private static final Duration CALL = Duration.ofSeconds(10);

    private static final Duration HANDLERS_END = Duration.ofSeconds(5);

    private final BrokerConfig config;
    private final Path folder;
    private final Consumer<Configuration> alteration;
    private final String user = "hub " + secret(9);
    private final String password = secret(32);
    private final List<LaneConsumer> consumers = new CopyOnWriteArrayList<>();
    private volatile @Nullable Running running;

    /** What there is between start and close. */
    private record Running(
            ActiveMQServer server, ServerLocator locator, ClientSessionFactory connection, Publishers publishers) {}

    /**
     * @param folder {@code <home>/data/broker}; may be deleted while the hub is down, but then what local systems have
     *     sent through the doors and nobody has read is gone
     */
    public Broker(BrokerConfig config, Path folder) {
        this(config, folder, told -> {});
    }

    /** @param alteration changes the settings behind the hub's back, as a test of what the hub then does */
    Broker(BrokerConfig config, Path folder, Consumer<Configuration> alteration) {
        this.config = config;
        this.folder = folder;
        this.alteration = alteration;
    }

    /**
     * Starts the broker and reads its settings back.
     *
     * @throws BrokerFailure with a code, if it does not start or would be able to lose a message
     */
    public void start() {
        if (running != null) {
            throw new IllegalStateException("a broker is started once");
        }
        long begin = System.nanoTime();
        int serverId = SERVER_IDS.getAndIncrement();
        BrokerSettings settings = new BrokerSettings(config, folder, serverId);
        makeFolder();
        checkPort();
        Configuration told = settings.configuration();
        alteration.accept(told);
        ActiveMQServer server = new ActiveMQServerImpl(told, null, security());
        server.setIdentity("stellwerk");
        try {
            start(server);
            List<String> differences = settings.differences(server);
            if (!differences.isEmpty()) {
                throw new BrokerFailure(
                        "broker.unsafe",
                        "the broker's settings in force are not the hub's: " + String.join("; ", differences)
                                + ". Nothing was sent or taken. Remove system properties that begin with "
                                + "'brokerconfig.'; if there are none, the broker's stored settings in " + folder
                                + "/bindings were changed: restore that folder from the backup.");
            }
            running = connect(server, serverId);
        } catch (RuntimeException | Error e) {
            stop(server);
            throw e;
        }
        if (config.port() > 0 && !isLoopback()) {
            LOG.warn("The JMS doors listen on {}: passwords travel in clear there", config.address());
        }
        LOG.info(
                "Broker started in {} ms, {} doors, {}",
                Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                config.doors().size(),
                config.port() > 0 ? "port " + config.port() : "closed");
    }

    private void makeFolder() {
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new BrokerFailure(
                    "broker.start",
                    "the broker's folder " + folder + " cannot be used (" + e + "). Taken messages are safe in the "
                            + "database. Check free space, owner and rights of the folder and start the hub again.",
                    e);
        }
    }

    private void checkPort() {
        if (config.port() == 0) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(config.address(), config.port()), 1);
        } catch (IOException e) {
            throw new BrokerFailure(
                    "broker.port",
                    "the JMS doors cannot listen on " + config.address() + ":" + config.port() + " (" + e.getMessage()
                            + "). Nothing was lost. End the program that has the port, or change broker.port in "
                            + "hub.yaml, and start the hub again.",
                    e);
        }
    }

    private boolean isLoopback() {
        InetAddress address = new InetSocketAddress(config.address(), config.port()).getAddress();
        return address != null && address.isLoopbackAddress();
    }

    private ActiveMQJAASSecurityManager security() {
        SecurityConfiguration known = new SecurityConfiguration();
        known.addUser(user, password);
        known.addRole(user, BrokerSettings.HUB_ROLE);
        for (Door door : config.doors()) {
            known.addUser(door.user(), door.password());
            known.addRole(door.user(), BrokerSettings.roleOf(door));
        }
        return new ActiveMQJAASSecurityManager(InVMLoginModule.class.getName(), known);
    }

    private void start(ActiveMQServer server) {
        AtomicReference<@Nullable Exception> reason = new AtomicReference<>();
        server.registerActivationFailureListener(reason::set);
        try {
            server.start();
        } catch (Exception e) {
            reason.set(e);
        }
        Exception cause = reason.get();
        if (cause != null || !server.isActive()) {
            boolean locked = String.valueOf(cause).contains("lock");
            throw new BrokerFailure(
                    locked ? "broker.locked" : "broker.start",
                    (locked
                                    ? "another hub uses the broker's folder " + folder
                                    : "the broker does not start (" + cause + ")")
                            + ". Taken messages are safe in the database. "
                            + (locked ? "Stop the other hub" : "Remove the cause")
                            + " and start this one again.",
                    cause == null ? new IllegalStateException("not active") : cause);
        }
    }

    private Running connect(ActiveMQServer server, int serverId) {
        ServerLocator locator = ActiveMQClient.createServerLocatorWithoutHA(new TransportConfiguration(
                        InVMConnectorFactory.class.getName(), Map.of(TransportConstants.SERVER_ID_PROP_NAME, serverId)))
                // pools of its own end with it, and cannot be used up by another client in this process
                .setUseGlobalPools(false)
                .setThreadPoolMaxSize(-1)
                .setCallTimeout(CALL.toMillis())
                .setBlockOnNonDurableSend(false)
                // No credits: waiting for them has no end. A full lane fails the commit instead.
                .setProducerWindowSize(-1)
                .setReconnectAttempts(0);
        try {
            ClientSessionFactory connection = locator.createSessionFactory();
            return new Running(server, locator, connection, new Publishers(connection, user, password));
        } catch (Exception e) {
            locator.close();
            throw new BrokerFailure(
                    "broker.start",
                    "the broker runs, but does not take the hub's own connection. Taken messages are safe in the "
                            + "database. Start the hub again.",
                    e);
        }
    }

    @Override
    public void publish(Lane lane, List<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        // The broker's own limit is behind this one, for publishers that come at the same moment; it is not the first,
        // because Artemis logs a stack trace for every single id it refuses.
        long waiting = depth(lane);
        if (waiting + Publishers.bundles(ids.size()) > FULL) {
            throw new BrokerFailure(
                    "broker.publish",
                    "the lane " + lane + " is full (" + waiting
                            + " bundles of ids wait). Nothing is lost: the ids are due in the "
                            + "database and are published again. If it stays full, look for what is slow.");
        }
        running().publishers().publish(lane, ids);
    }

    @Override
    public void consume(Lane lane, Consumer<List<String>> handler) {
        LaneConsumer consumer = new LaneConsumer(lane, running().connection(), user, password, handler);
        consumers.add(consumer);
        consumer.start("lane-" + lane.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public long depth(Lane lane) {
        return depth(lane.queue());
    }

    /** How many messages of local systems nobody could process, or that had no queue to go to. */
    public long deadLetters() {
        return depth(BrokerSettings.DEAD_LETTERS);
    }

    /** How many messages of local systems were not read before the time their sender had set. */
    public long expired() {
        return depth(BrokerSettings.EXPIRED);
    }

    /** How many messages wait in a door's queue. */
    public long depth(Door door) {
        return depth(door.queue());
    }

    private long depth(String name) {
        Queue queue = running().server().locateQueue(SimpleString.of(name));
        if (queue == null) {
            throw new IllegalArgumentException("there is no queue " + name);
        }
        return queue.getMessageCount();
    }

    /** A session with the hub's own rights. */
    ClientSession session() throws ActiveMQException {
        return running().connection().createSession(user, password, false, true, true, false, 0);
    }

    /** The kind of session ids are published with. */
    ClientSession transactedSession() throws ActiveMQException {
        return Publishers.session(running().connection(), user, password);
    }

    private Running running() {
        Running now = running;
        if (now == null) {
            throw new BrokerFailure(
                    "broker.closed",
                    "the broker is not running. Taken messages are safe in the database and go on when the hub runs.");
        }
        return now;
    }

    /** Lets handlers at work end, within 5 seconds, and stops. Ids left on the lanes are gone, door messages stay. */
    @Override
    public void close() {
        Running now = running;
        if (now == null) {
            return;
        }
        running = null;
        List<LaneConsumer> ending = new ArrayList<>(consumers);
        consumers.clear();
        ending.forEach(LaneConsumer::stop);
        long deadline = System.nanoTime() + HANDLERS_END.toNanos();
        ending.forEach(consumer -> consumer.awaitEnd(Duration.ofNanos(deadline - System.nanoTime())));
        now.publishers().close();
        now.connection().close();
        now.locator().close();
        stop(now.server());
    }

    private static void stop(ActiveMQServer server) {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.error("The broker did not stop in good order. Taken messages are safe; no action is needed", e);
        }
    }

    private static String secret(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
