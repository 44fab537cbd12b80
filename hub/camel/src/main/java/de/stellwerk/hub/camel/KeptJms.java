package de.stellwerk.hub.camel;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.time.Duration;
import org.springframework.jms.connection.CachingConnectionFactory;

/**
 * One JMS connection that is opened when first needed, kept, and opened anew after trouble. Camel's own way would be a new connection
 * for every message.
 */
public final class KeptJms implements AutoCloseable {

    /** The hub calls a connection from as many threads at a time; more make a session of their own. */
    private static final int SESSIONS = 8;

    private final CachingConnectionFactory kept;

    /** @param target knows the address, the user and all time limits */
    public KeptJms(ConnectionFactory target) {
        kept = new CachingConnectionFactory(target);
        kept.setSessionCacheSize(SESSIONS);
    }

    /** What Camel's endpoints are given. */
    public ConnectionFactory factory() {
        return kept;
    }

    /**
     * Makes sure that there is a connection. A route calls this before it sends, because a failure here, unlike one in sending, tells
     * that the broker has not seen the message.
     */
    public void connect() throws NothingSent {
        try {
            kept.createConnection().close(); // closing gives it back
        } catch (JMSException | RuntimeException e) {
            throw new NothingSent(
                    "the broker takes no connection: " + e.getClass().getSimpleName(), Duration.ZERO);
        }
    }

    /** Gives the connection up, as after a send of unknown outcome; the next one opens another. */
    public void forget() {
        kept.resetConnection();
    }

    @Override
    public void close() {
        kept.destroy();
    }
}
