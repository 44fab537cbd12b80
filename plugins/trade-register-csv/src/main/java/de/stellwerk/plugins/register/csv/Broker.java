package de.stellwerk.plugins.register.csv;

import de.stellwerk.hub.camel.KeptJms;
import de.stellwerk.hub.camel.NothingSent;
import jakarta.jms.ConnectionFactory;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** The broker on which the register's queue is: one connection to it, with an end to every waiting. */
final class Broker implements AutoCloseable {

    private final ActiveMQConnectionFactory client;
    private final KeptJms kept;

    Broker(String url, String user, String password, Duration timeout) {
        client = new ActiveMQConnectionFactory(url, user, password);
        // Everything is sent in a transaction, and its commit returns when the broker has all of it on disk.
        client.setBlockOnDurableSend(false);
        client.setCallTimeout(timeout.toMillis());
        client.setClientFailureCheckPeriod(timeout.toMillis());
        client.setConnectionTTL(2 * timeout.toMillis());
        // Trying again is the hub's work: here it would only hide that the broker is away.
        client.setInitialConnectAttempts(1);
        client.setReconnectAttempts(0);
        kept = new KeptJms(client);
    }

    ConnectionFactory factory() {
        return kept.factory();
    }

    void connect() throws NothingSent {
        kept.connect();
    }

    void together(BooleanSupplier sends) {
        kept.together(sends);
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
