package de.stellwerk.plugins.register.csv;

import de.stellwerk.hub.camel.KeptJms;
import de.stellwerk.hub.camel.NothingSent;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** The broker on which the register's queue is: one connection to it, with an end to every waiting. */
final class Broker implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Broker.class.getName());

    private final ActiveMQConnectionFactory client;
    private final KeptJms kept;
    private final Duration timeout;

    Broker(String url, String user, String password, Duration timeout) {
        client = new ActiveMQConnectionFactory(url, user, password);
        // Sending returns when the broker has it on disk.
        client.setBlockOnDurableSend(true);
        // Without it nobody is told what became of a send that did not wait. In bytes.
        client.setConfirmationWindowSize(1 << 20);
        client.setCallTimeout(timeout.toMillis());
        client.setClientFailureCheckPeriod(timeout.toMillis());
        client.setConnectionTTL(2 * timeout.toMillis());
        // Trying again is the hub's work: here it would only hide that the broker is away.
        client.setInitialConnectAttempts(1);
        client.setReconnectAttempts(0);
        kept = new KeptJms(client);
        this.timeout = timeout;
    }

    ConnectionFactory factory() {
        return kept.factory();
    }

    /** Sends lines to a queue without waiting for each; it is for one thread and one batch. */
    static final class Lines implements AutoCloseable {

        private final Connection connection;
        private final Session session;
        private final MessageProducer producer;

        private Lines(Connection connection, String queue) throws JMSException {
            this.connection = connection;
            this.session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            this.producer = session.createProducer(session.createQueue(queue));
            producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        }

        /** @return ends when the broker has it on disk, or with why it does not have it */
        CompletableFuture<Void> send(String line, String correlation, Map<String, String> properties)
                throws JMSException {
            var message = session.createTextMessage(line);
            message.setJMSCorrelationID(correlation);
            for (var property : properties.entrySet()) {
                message.setStringProperty(property.getKey(), property.getValue());
            }
            var confirmed = new CompletableFuture<Void>();
            producer.send(message, new CompletionListener() {
                @Override
                public void onCompletion(Message sent) {
                    confirmed.complete(null);
                }

                @Override
                public void onException(Message sent, Exception why) {
                    confirmed.completeExceptionally(why);
                }
            });
            return confirmed;
        }

        /** All three go back to be used again. What was sent is known by then, and closing changes nothing about it. */
        @Override
        public void close() {
            for (var each : List.<AutoCloseable>of(producer, session, connection)) {
                try {
                    each.close();
                } catch (Exception e) {
                    LOG.log(
                            Level.DEBUG,
                            "not closed in order: {0}",
                            e.getClass().getSimpleName());
                }
            }
        }
    }

    Lines lines(String queue) throws NothingSent {
        connect();
        try {
            var connection = kept.factory().createConnection();
            try {
                return new Lines(connection, queue);
            } catch (JMSException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (JMSException | RuntimeException e) {
            kept.forget();
            throw new NothingSent("the broker opens no session: " + e.getClass().getSimpleName(), Duration.ZERO);
        }
    }

    Duration timeout() {
        return timeout;
    }

    void connect() throws NothingSent {
        kept.connect();
    }

    void forget() {
        kept.forget();
    }

    @Override
    public void close() {
        kept.close();
        client.close();
    }
}
