package de.stellwerk.plugins.jms;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** One connection to the broker, made when first needed and made anew after it broke, with an end to every waiting. */
final class Broker implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Broker.class.getName());

    private final ActiveMQConnectionFactory client;
    private Optional<Connection> connection = Optional.empty();

    Broker(String url, String user, String password, Duration timeout) {
        client = new ActiveMQConnectionFactory(url, user, password);
        // Sending and acknowledging return when the broker has it on disk.
        client.setBlockOnDurableSend(true);
        client.setBlockOnAcknowledge(true);
        // No message lies in our memory unasked: when the hub dies, one message has used up an attempt, not hundreds.
        client.setConsumerWindowSize(0);
        client.setCallTimeout(timeout.toMillis());
        client.setClientFailureCheckPeriod(timeout.toMillis());
        client.setConnectionTTL(2 * timeout.toMillis());
        // Trying again is the hub's work: here it would only hide that the broker is away.
        client.setInitialConnectAttempts(1);
        client.setReconnectAttempts(0);
    }

    /** A session of its own for the caller. */
    synchronized Session session(boolean transacted, int acknowledging) throws JMSException {
        if (connection.isPresent()) {
            try {
                return connection.get().createSession(transacted, acknowledging);
            } catch (JMSException e) {
                LOG.log(Level.INFO, "The connection to the broker is gone, another one is made: {0}", e.getMessage());
                hangUp();
            }
        }
        var fresh = client.createConnection();
        connection = Optional.of(fresh);
        fresh.start();
        return fresh.createSession(transacted, acknowledging);
    }

    private void hangUp() {
        connection.ifPresent(Broker::end);
        connection = Optional.empty();
    }

    /** Closes what may be broken. What was done with it before is known by then, and closing changes nothing about it. */
    private static void end(Connection broken) {
        try {
            broken.close();
        } catch (JMSException e) {
            LOG.log(Level.DEBUG, "A broken connection did not close in order: {0}", e.getMessage());
        }
    }

    /** The same for a session. */
    static void end(Session session) {
        try {
            session.close();
        } catch (JMSException e) {
            LOG.log(Level.DEBUG, "A session did not close in order: {0}", e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        hangUp();
        client.close();
    }
}
