package de.stellwerk.hub.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A few sessions that put ids on the lanes, lent to one thread at a time. */
final class Publishers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Publishers.class);
    private static final int SESSIONS = 8;
    private static final int WAIT_SECONDS = 10;

    /** Sends within a transaction are not answered one by one, the commit answers for all of them. */
    private static final int BUNDLES_A_COMMIT = 20;

    /** Ids travel in bundles: what is committed together is claimed together. */
    private static final int IDS_A_BUNDLE = 64;

    static final String BETWEEN = "\n";

    static int bundles(int ids) {
        return (ids + IDS_A_BUNDLE - 1) / IDS_A_BUNDLE;
    }

    private final ClientSessionFactory connection;
    private final String user;
    private final String password;
    private final Semaphore lendable = new Semaphore(SESSIONS);
    private final ConcurrentLinkedDeque<Publisher> idle = new ConcurrentLinkedDeque<>();

    Publishers(ClientSessionFactory connection, String user, String password) {
        this.connection = connection;
        this.user = user;
        this.password = password;
    }

    private record Publisher(ClientSession session, ClientProducer producer) {}

    void publish(Lane lane, List<String> ids) {
        try {
            if (!lendable.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw failed(lane, new ActiveMQException("all sessions busy for " + WAIT_SECONDS + " s"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(lane, e);
        }
        try {
            publishNow(lane, ids);
        } finally {
            lendable.release();
        }
    }

    private void publishNow(Lane lane, List<String> ids) {
        Publisher publisher = null;
        boolean healthy = false;
        try {
            Publisher waiting = idle.pollFirst();
            publisher = waiting == null ? open() : waiting;
            int open = 0;
            for (int from = 0; from < ids.size(); from += IDS_A_BUNDLE) {
                List<String> bundle = ids.subList(from, Math.min(from + IDS_A_BUNDLE, ids.size()));
                ClientMessage message = publisher.session().createMessage(false);
                message.getBodyBuffer().writeString(String.join(BETWEEN, bundle));
                publisher.producer().send(lane.queue(), message);
                if (++open == BUNDLES_A_COMMIT) {
                    publisher.session().commit();
                    open = 0;
                }
            }
            if (open > 0) {
                publisher.session().commit();
            }
            healthy = true;
        } catch (ActiveMQException e) {
            throw failed(lane, e);
        } finally {
            if (healthy && publisher != null) {
                idle.addFirst(publisher);
            } else if (publisher != null) {
                close(publisher);
            }
        }
    }

    static ClientSession session(ClientSessionFactory connection, String user, String password)
            throws ActiveMQException {
        return connection.createSession(user, password, false, false, true, false, 0);
    }

    private Publisher open() throws ActiveMQException {
        ClientSession session = session(connection, user, password);
        return new Publisher(session, session.createProducer());
    }

    private static BrokerFailure failed(Lane lane, Exception cause) {
        return new BrokerFailure(
                "broker.publish",
                "not all ids could be put on the lane " + lane + " (" + cause.getMessage()
                        + "). Nothing is lost: they are due in the database and are published again.",
                cause);
    }

    private static void close(Publisher publisher) {
        try {
            publisher.session().close();
        } catch (ActiveMQException e) {
            LOG.debug("A broken session could not be closed; the broker drops it by itself", e);
        }
    }

    @Override
    public void close() {
        List<Publisher> all = new ArrayList<>();
        for (Publisher next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            all.add(next);
        }
        all.forEach(Publishers::close);
    }
}
