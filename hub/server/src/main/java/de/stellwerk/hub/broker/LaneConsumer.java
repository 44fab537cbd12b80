package de.stellwerk.hub.broker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that takes bundles of ids from a lane and has each handled. */
final class LaneConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(LaneConsumer.class);

    /** How many bytes of ids are fetched ahead. Those wait for this node even if another is free, so it is little. */
    private static final int AHEAD = 16_384;

    private static final int REOPEN_SECONDS = 1;

    private final Lane lane;
    private final ClientSessionFactory connection;
    private final String user;
    private final String password;
    private final Consumer<List<String>> handler;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;
    private volatile @Nullable ClientConsumer open;

    LaneConsumer(
            Lane lane, ClientSessionFactory connection, String user, String password, Consumer<List<String>> handler) {
        this.lane = lane;
        this.connection = connection;
        this.user = user;
        this.password = password;
        this.handler = handler;
    }

    void start(String name) {
        Thread created = new Thread(this::work, name);
        created.setDaemon(true);
        thread = created;
        created.start();
    }

    private void work() {
        while (!isStopping()) {
            // Acknowledged before it is handled: the database, not the broker, knows whether the work was done.
            try (ClientSession session = connection.createSession(user, password, false, true, true, true, 0);
                    ClientConsumer consumer =
                            session.createConsumer(SimpleString.of(lane.queue()), null, AHEAD, -1, false)) {
                open = consumer;
                session.start();
                takeAll(consumer);
            } catch (ActiveMQException | RuntimeException e) { // its reconnecting throws unchecked ones too
                if (!isStopping()) {
                    LOG.error("Lane {}: the connection to the broker broke; it is opened again", lane, e);
                    awaitReopen();
                }
            }
        }
    }

    private void takeAll(ClientConsumer consumer) throws ActiveMQException {
        while (!isStopping()) {
            ClientMessage message = consumer.receive();
            if (message == null) {
                return;
            }
            handle(message);
        }
    }

    private void handle(ClientMessage message) {
        try {
            handler.accept(List.of(message.getBodyBuffer().readString().split(Publishers.BETWEEN)));
        } catch (Throwable t) {
            // Also a StackOverflowError, and a message that somebody else has put there: none may stop the lane for the
            // others.
            LOG.error(
                    "Lane {}: a bundle of ids failed with {}",
                    lane,
                    t.getClass().getName());
        } finally {
            // an interrupt that was meant for the handler must not end this thread
            if (Thread.interrupted()) {
                LOG.debug("Lane {}: the handler of a bundle was interrupted", lane);
            }
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void awaitReopen() {
        try {
            if (stopping.await(REOPEN_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("Lane {} ends", lane);
            }
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }

    /** Takes no further id; the handler at work goes on. */
    void stop() {
        stopping.countDown();
        ClientConsumer consumer = open;
        if (consumer != null) {
            try {
                consumer.close();
            } catch (ActiveMQException e) {
                LOG.debug("Lane {}: a consumer was closed already", lane, e);
            }
        }
    }

    void awaitEnd(Duration limit) {
        Thread working = thread;
        if (working == null) {
            return;
        }
        try {
            working.join(Math.max(1, limit.toMillis()));
            if (working.isAlive()) {
                LOG.warn("Lane {}: a handler has not ended in time and is interrupted", lane);
                working.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
