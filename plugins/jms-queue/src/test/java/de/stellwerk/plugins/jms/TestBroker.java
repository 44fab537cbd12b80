package de.stellwerk.plugins.jms;

import de.stellwerk.hub.testkit.TestHub;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerPlugin;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A real broker on the loopback, of which a municipality's IT would say: it runs, we never touch it. It can be away. */
final class TestBroker implements AutoCloseable {

    /** After so many deliveries that were not acknowledged, the broker throws a message away: it has no dead-letter address. */
    static final int ATTEMPTS = 3;

    private final EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
    private final String url;

    TestBroker() throws Exception {
        try (var free = new ServerSocket(0)) {
            url = "tcp://127.0.0.1:" + free.getLocalPort();
        }
        broker.setConfiguration(new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .addAddressSetting("#", new AddressSettings().setMaxDeliveryAttempts(ATTEMPTS))
                .addAcceptorConfiguration("door", url));
        broker.start();
    }

    TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("broker-url", url)
                .with("user", "stellwerk")
                .with("password", "secret")
                .with("timeout", "3s");
    }

    /** What a program of the municipality does with the broker. */
    interface Work<T> {
        T with(Session session) throws JMSException;
    }

    <T> T work(Work<T> work) throws JMSException {
        try (var client = new ActiveMQConnectionFactory(url);
                var connection = client.createConnection();
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            return work.with(session);
        }
    }

    interface Making {
        Message in(Session session) throws JMSException;
    }

    void put(String queue, Making making) throws JMSException {
        work(session -> {
            producer(session, queue).send(making.in(session));
            return true;
        });
    }

    /** It sends no ids. */
    void putNameless(String queue, Making making) throws JMSException {
        work(session -> {
            var producer = producer(session, queue);
            producer.setDisableMessageID(true);
            producer.send(making.in(session));
            return true;
        });
    }

    private static MessageProducer producer(Session session, String queue) throws JMSException {
        return session.createProducer(session.createQueue(queue));
    }

    /** What lies in a queue; it stays there. */
    List<Message> messages(String queue) throws JMSException {
        return work(session -> {
            var all = new ArrayList<Message>();
            session.createBrowser(session.createQueue(queue))
                    .getEnumeration()
                    .asIterator()
                    .forEachRemaining(message -> all.add((Message) message));
            return List.copyOf(all);
        });
    }

    /** As a reader of the municipality does. */
    void empty(String queue) throws JMSException {
        work(session -> {
            var consumer = session.createConsumer(session.createQueue(queue));
            while (consumer.receiveNoWait() != null) {
                // taken
            }
            return true;
        });
    }

    /** With those that somebody holds and has not acknowledged. */
    int count(String queue) {
        var found = broker.getActiveMQServer().locateQueue(queue);
        return found == null ? 0 : (int) found.getMessageCount();
    }

    /** From now on a plugin of the broker's own refuses the messages of one delivery. */
    AutoCloseable refusing(String delivery) {
        var plugin = new ActiveMQServerPlugin() {
            @Override
            public void beforeSend(
                    ServerSession session,
                    Transaction transaction,
                    org.apache.activemq.artemis.api.core.Message message,
                    boolean direct,
                    boolean noAutoCreateQueue)
                    throws ActiveMQException {
                if (delivery.equals(message.getStringProperty("deliveryId"))) {
                    throw new ActiveMQException("not this one");
                }
            }
        };
        broker.getActiveMQServer().registerBrokerPlugin(plugin);
        return () -> broker.getActiveMQServer().unRegisterBrokerPlugin(plugin);
    }

    void unreachable() throws Exception {
        broker.getActiveMQServer().getRemotingService().getAcceptor("door").stop();
    }

    void reachable() throws Exception {
        broker.getActiveMQServer().getRemotingService().getAcceptor("door").start();
    }

    @Override
    public void close() throws Exception {
        broker.stop();
    }
}
