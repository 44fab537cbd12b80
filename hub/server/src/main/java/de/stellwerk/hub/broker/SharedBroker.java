package de.stellwerk.hub.broker;

import de.stellwerk.hub.config.BrokerConfig.External;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker of its own that several nodes share: the nodes compete for what travels on the lanes. It needs the two anycast queues
 * {@code lane.route} and {@code lane.delivery}, made by its operator and not automatically; {@code config/broker-shared.xml} shows how.
 */
public final class SharedBroker implements Transport {

    private static final Logger LOG = LoggerFactory.getLogger(SharedBroker.class);
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofMillis(500);
    private static final Duration HANDLERS_END = Duration.ofSeconds(5);

    private final External config;
    private final ServerLocator locator;
    private final ClientSessionFactory connection;
    private final Publishers publishers;
    private final List<LaneConsumer> consumers = new CopyOnWriteArrayList<>();

    private SharedBroker(
            External config, ServerLocator locator, ClientSessionFactory connection, Publishers publishers) {
        this.config = config;
        this.locator = locator;
        this.connection = connection;
        this.publishers = publishers;
    }

    /**
     * Connects, and looks whether the lanes are there and safe.
     *
     * @throws BrokerFailure with a code, if they are not
     */
    public static SharedBroker connect(External config) {
        ServerLocator locator = locator(config);
        try {
            ClientSessionFactory connection = locator.createSessionFactory();
            try (ClientSession session =
                    connection.createSession(config.user(), config.password(), false, true, true, true, 0)) {
                check(session);
            }
            return new SharedBroker(
                    config, locator, connection, new Publishers(connection, config.user(), config.password()));
        } catch (BrokerFailure e) {
            locator.close();
            throw e;
        } catch (Exception e) {
            locator.close();
            throw new BrokerFailure(
                    "broker.connect",
                    "the broker at " + config.url() + " does not take the hub's connection (" + e.getMessage()
                            + "). Taken messages are safe in the database. Start the broker, or correct broker.url, user"
                            + " and password in hub.yaml, and start the hub again.",
                    e);
        }
    }

    private static ServerLocator locator(External config) {
        try {
            return ActiveMQClient.createServerLocator(config.url())
                    .setUseGlobalPools(false)
                    .setThreadPoolMaxSize(-1)
                    .setCallTimeout(CALL.toMillis())
                    .setCallFailoverTimeout(CALL.toMillis())
                    .setBlockOnNonDurableSend(false)
                    // For ever: the hub goes on while the broker is away, and its lanes go on when it is back.
                    .setReconnectAttempts(-1)
                    .setInitialConnectAttempts(20)
                    .setRetryInterval(AGAIN.toMillis());
        } catch (Exception e) {
            throw new BrokerFailure(
                    "broker.url",
                    "broker.url in hub.yaml is no address of a broker (" + e.getMessage()
                            + "). Nothing was started. Write it like tcp://host:61616.",
                    e);
        }
    }

    private static void check(ClientSession session) throws ActiveMQException {
        List<String> wrong = new ArrayList<>();
        for (Lane lane : Lane.values()) {
            ClientSession.QueueQuery queue = session.queueQuery(SimpleString.of(lane.queue()));
            if (!queue.isExists()) {
                wrong.add("there is no queue " + lane.queue());
            } else if (queue.isAutoDelete()) {
                wrong.add("the queue " + lane.queue() + " is deleted automatically");
            }
        }
        if (!wrong.isEmpty()) {
            throw new BrokerFailure(
                    "broker.lanes",
                    String.join("; ", wrong) + ". Nothing was started. Make the lanes in the broker as"
                            + " config/broker-shared.xml shows, and start the hub again.");
        }
    }

    @Override
    public void publish(Lane lane, List<String> ids) {
        if (!ids.isEmpty()) {
            publishers.publish(lane, ids);
        }
    }

    @Override
    public void consume(Lane lane, Consumer<List<String>> handler) {
        LaneConsumer consumer = new LaneConsumer(lane, connection, config.user(), config.password(), handler);
        consumers.add(consumer);
        consumer.start("lane-" + lane.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public long depth(Lane lane) {
        try (ClientSession session =
                connection.createSession(config.user(), config.password(), false, true, true, true, 0)) {
            return session.queueQuery(SimpleString.of(lane.queue())).getMessageCount();
        } catch (ActiveMQException e) {
            throw new BrokerFailure(
                    "broker.away",
                    "the broker at " + config.url()
                            + " does not answer. Taken messages are safe in the database and go on"
                            + " when it is back.",
                    e);
        }
    }

    @Override
    public void close() {
        consumers.forEach(LaneConsumer::stop);
        long deadline = System.nanoTime() + HANDLERS_END.toNanos();
        consumers.forEach(consumer -> consumer.awaitEnd(Duration.ofNanos(deadline - System.nanoTime())));
        publishers.close();
        connection.close();
        locator.close();
        LOG.info("left the broker at {}", config.url());
    }
}
