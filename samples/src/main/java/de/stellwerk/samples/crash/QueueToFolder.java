package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.core.transaction.TransactionOperationAbstract;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a queue on a municipality's own broker, which runs here and not in the hub; the hub says yes by acknowledging. The sender
 * hears of it from the broker, when the acknowledgement is committed.
 */
record QueueToFolder() implements Channel {

    private static final String PLUGIN = "jms-queue";
    private static final String NUMBER = "nummer";

    @Override
    public String name() {
        return "jms";
    }

    @Override
    public boolean passes(String point) {
        return !Matrix.ofASwap(point);
    }

    @Override
    public boolean handsOverFiles() {
        return true;
    }

    @Override
    public int senders() {
        return 8;
    }

    @Override
    public void furnish(Scratch scratch) throws IOException {
        Files.copy(
                scratch.checkout().plugin(PLUGIN),
                scratch.home().folder().resolve("plugins/inbox").resolve(PLUGIN + ".jar"));
        scratch.secret("jms-user");
        for (var tenant : Scratch.TENANTS) {
            scratch.connection(
                    tenant, "jms-office", """
                    connector: jms-queue
                    settings:
                      broker-url: tcp://127.0.0.1:%d
                      user: crash
                      password: { secret: jms-user }
                      in: %s
                      rejected: %s
                      kind: crash.jms
                    """.formatted(scratch.port(name()), queue(tenant), rejected(tenant)));
        }
        scratch.shelf("jms-store", name());
        scratch.route("crash.jms", "- to: hub:deliver/jms-store");
    }

    private static String queue(String tenant) {
        return tenant + ".an-den-hub";
    }

    private static String rejected(String tenant) {
        return tenant + ".abgelehnt";
    }

    @Override
    public Ends open(Scratch scratch, HubClient hub) throws IOException {
        return new QueueEnds(scratch);
    }

    private final class QueueEnds implements Ends {

        private final Numbered numbered;
        private final Journal journal;
        private final Tail told;
        private final Shelf shelf;
        private final Book book = new Book(name(), true);
        private final Map<Integer, CountDownLatch> waiting = new ConcurrentHashMap<>();
        private final EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        private final ActiveMQConnectionFactory client;
        private final Connection connection;

        QueueEnds(Scratch scratch) throws IOException {
            numbered = new Numbered(scratch.seed(), name());
            journal = new Journal(scratch.journal("jms-told"), Clock.systemUTC());
            told = new Tail(scratch.journal("jms-told"));
            shelf = Shelf.open(scratch, name());
            var url = "tcp://127.0.0.1:" + scratch.port(name());
            client = new ActiveMQConnectionFactory(url);
            try {
                var configuration = new ConfigurationImpl()
                        .setPersistenceEnabled(false)
                        .setSecurityEnabled(false)
                        // A message that is under way at ten kills is none that somebody should look at.
                        .addAddressSetting("#", new AddressSettings().setMaxDeliveryAttempts(-1))
                        .addAcceptorConfiguration("door", url);
                configuration.registerBrokerPlugin(new Acknowledged());
                broker.setConfiguration(configuration);
                broker.start();
                connection = client.createConnection();
            } catch (Exception e) { // what a broker's start throws
                throw new IOException("the municipality's broker does not start", e);
            }
        }

        @Override
        public void send(int number) throws IOException, InterruptedException {
            var taken = new CountDownLatch(1);
            waiting.put(number, taken);
            try (var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
                var message = session.createBytesMessage();
                message.writeBytes(numbered.xml(number));
                message.setIntProperty(NUMBER, number);
                session.createProducer(session.createQueue(queue(Scratch.tenant(number))))
                        .send(message);
            } catch (JMSException e) {
                throw new IOException("the municipality's broker takes nothing", e);
            }
            taken.await();
            waiting.remove(number);
            journal.note("told", "n", number);
        }

        @Override
        public void read() throws IOException {
            for (var line : told.more()) {
                book.told((int) line.number("n"));
            }
            shelf.read(book, numbered::is);
        }

        @Override
        public Optional<String> uneven() {
            for (var tenant : Scratch.TENANTS) {
                var refused = broker.getActiveMQServer().locateQueue(rejected(tenant));
                if (refused != null && refused.getMessageCount() > 0) {
                    return Optional.of(refused.getMessageCount() + " messages of " + tenant + " were refused");
                }
            }
            return Optional.empty();
        }

        @Override
        public List<Book> books() {
            return List.of(book);
        }

        @Override
        public void close() throws IOException {
            try {
                connection.close();
                client.close();
                broker.stop();
            } catch (Exception e) { // what a broker's stop throws
                throw new IOException("the municipality's broker does not stop", e);
            } finally {
                shelf.close();
                journal.close();
            }
        }

        /** Tells the senders what the broker has committed. */
        private final class Acknowledged implements ActiveMQServerMessagePlugin {

            @Override
            public void messageAcknowledged(
                    @Nullable Transaction transaction,
                    MessageReference reference,
                    AckReason reason,
                    ServerConsumer consumer) {
                var number = reference.getMessage().getIntProperty(NUMBER);
                if (transaction == null) {
                    tell(number);
                } else {
                    transaction.addOperation(new TransactionOperationAbstract() {
                        @Override
                        public void afterCommit(Transaction committed) {
                            tell(number);
                        }
                    });
                }
            }

            private void tell(int number) {
                var sender = waiting.get(number);
                if (sender != null) {
                    sender.countDown();
                }
            }
        }
    }
}
