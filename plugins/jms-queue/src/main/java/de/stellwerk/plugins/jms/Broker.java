package de.stellwerk.plugins.jms;

import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** One connection to the broker, made when first needed and made anew after it broke, with an end to every waiting. */
final class Broker implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Broker.class.getName());

    private final ActiveMQConnectionFactory client;
    private final Duration timeout;
    private Optional<Connection> connection = Optional.empty();

    Broker(String url, String user, String password, Duration timeout) {
        this.timeout = timeout;
        client = new ActiveMQConnectionFactory(url, user, password);
        // Sending and acknowledging return when the broker has it on disk.
        client.setBlockOnDurableSend(true);
        // Within a transaction a send never waits, and without this nobody is told what became of it. In bytes.
        client.setConfirmationWindowSize(1 << 20);
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

    Duration timeout() {
        return timeout;
    }

    /** @return ends when the broker has taken it, or with why it has not */
    static CompletableFuture<Void> send(MessageProducer producer, Message message) throws JMSException {
        var taken = new CompletableFuture<Void>();
        producer.send(message, new CompletionListener() {
            @Override
            public void onCompletion(Message sent) {
                taken.complete(null);
            }

            @Override
            public void onException(Message sent, Exception why) {
                taken.completeExceptionally(why);
            }
        });
        return taken;
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
