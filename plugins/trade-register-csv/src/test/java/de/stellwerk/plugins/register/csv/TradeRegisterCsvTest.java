package de.stellwerk.plugins.register.csv;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.BatchSink;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerPlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TradeRegisterCsvTest implements SinkContract {

    private static final EmbeddedActiveMQ BROKER = new EmbeddedActiveMQ();
    private static String url = "not-started";

    private String queue = "not-opened";

    @BeforeAll
    static void startTheBroker() throws Exception {
        try (var free = new ServerSocket(0)) {
            url = "tcp://127.0.0.1:" + free.getLocalPort();
        }
        BROKER.setConfiguration(new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .addAcceptorConfiguration("door", url));
        BROKER.start();
    }

    @AfterAll
    static void stopTheBroker() throws Exception {
        BROKER.stop();
    }

    @Test
    void anEntryIsOneDurableTextMessageThatNamesItsCaseAndDelivery(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            var entry = acceptable("one");
            assertThat(sink.deliver(entry)).isEqualTo(new Delivered(entry.id()));
            var message = (TextMessage) messages().get(0);
            assertThat(message.getText())
                    .isEqualTo("id;vorgang;firma;anlagen\r\n" + entry.id() + ";LEI-2026-000001;one;0\r\n");
            assertThat(message.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
            assertThat(message.getJMSCorrelationID()).isEqualTo(entry.caseId());
            assertThat(message.getStringProperty("deliveryId")).isEqualTo(entry.id());
        }
    }

    @Test
    void attachmentsComeFirstEachWithItsNumber(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            sink.deliver(withAttachment(
                    withAttachment(acceptable("one"), Content.of("a\r\n.pdf", "application/pdf", new byte[] {1})),
                    Content.of("b.pdf", "application/pdf", new byte[0])));
            var all = messages();
            assertThat(all).hasSize(3);
            assertThat(all.get(0).getBody(byte[].class)).containsExactly(1);
            assertThat(all.get(0).getStringProperty("name")).isEqualTo("a.pdf");
            assertThat(all.get(1).getIntProperty("index")).isEqualTo(2);
            assertThat(((TextMessage) all.get(2)).getText()).endsWith(";2\r\n");
        }
    }

    @Test
    void ofABatchWhatIsNoEntryIsRejectedAndTheOthersArrive(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = (BatchSink) hub(directory).open(factory, Sink.class)) {
            var one = acceptable("one");
            var two = acceptable("two");
            var results = sink.deliver(List.of(one, delivery("broken", "form.submission", "<a/>"), two));
            assertThat(results.get(0)).isEqualTo(new Delivered(one.id()));
            assertThat(results.get(1)).isInstanceOf(Rejected.class);
            assertThat(results.get(2)).isEqualTo(new Delivered(two.id()));
            assertThat(messages()).hasSize(2);
        }
    }

    @Test
    void whatBreaksOffInABatchTakesNoOtherWithIt(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = (BatchSink) hub(directory).open(factory, Sink.class)) {
            var broken = TestHub.withBody(
                    acceptable("two"), Content.of("gone.xml", "application/xml", directory.resolve("gone.xml")));
            var results = sink.deliver(List.of(acceptable("one"), broken, acceptable("three")));
            assertThat(results.get(0)).isInstanceOf(Delivered.class);
            assertThat(results.get(1)).isInstanceOf(Unknown.class);
            assertThat(results.get(2)).isInstanceOf(Delivered.class);
            assertThat(messages()).hasSize(2);
        }
    }

    /** As a plugin of the broker may. A transaction would be committed without it, and nobody told. */
    @Test
    void whatTheBrokerRefusesIsNotCalledDelivered(@TempDir Path directory) throws Exception {
        var refusing = new ActiveMQServerPlugin() {
            @Override
            public void beforeSend(
                    ServerSession session,
                    Transaction transaction,
                    org.apache.activemq.artemis.api.core.Message message,
                    boolean direct,
                    boolean noAutoCreateQueue)
                    throws ActiveMQException {
                if (acceptable("two").id().equals(message.getStringProperty("deliveryId"))) {
                    throw new ActiveMQException("not this one");
                }
            }
        };
        try (var factory = factory();
                var sink = (BatchSink) hub(directory).open(factory, Sink.class)) {
            BROKER.getActiveMQServer().registerBrokerPlugin(refusing);
            try {
                var results = sink.deliver(List.of(acceptable("one"), acceptable("two")));
                assertThat(results.get(0)).isInstanceOf(Delivered.class);
                assertThat(results.get(1)).isInstanceOf(Unknown.class);
                assertThat(sink.deliver(acceptable("two"))).isInstanceOf(Unknown.class);
            } finally {
                BROKER.getActiveMQServer().unRegisterBrokerPlugin(refusing);
            }
            assertThat(messages()).hasSize(1);
            assertThat(sink.deliver(acceptable("two"))).isInstanceOf(Delivered.class);
        }
    }

    @Test
    void anAttachmentThatDoesNotGoTogetherWithOthersGoesBehindThem(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = (BatchSink) hub(directory).open(factory, Sink.class)) {
            var scan = Content.of("a.pdf", "application/pdf", new byte[] {1});
            var batch = List.of(withAttachment(acceptable("one"), scan), acceptable("two"), acceptable("three"));
            assertThat(sink.deliver(batch))
                    .containsExactly(
                            new Delivered(batch.get(0).id()),
                            new Delivered(batch.get(1).id()),
                            new Delivered(batch.get(2).id()));
            assertThat(messages()).hasSize(4);
        }
    }

    @Test
    void anAttachmentAboveTheLimitIsRejectedBeforeAnythingIsSent(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).with("attachment-limit", "1").open(factory, Sink.class)) {
            var small = Content.of("a", "application/pdf", new byte[1 << 20]);
            var large = Content.of("b", "application/pdf", new byte[(1 << 20) + 1]);
            assertThat(sink.deliver(withAttachment(withAttachment(acceptable("one"), small), large)))
                    .isInstanceOf(Rejected.class);
            assertThat(messages()).isEmpty();
        }
    }

    @Test
    void aBrokerThatIsAwayIsNotSentAndABrokerThatComesBackIsFoundAgain(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            assertThat(sink.deliver(acceptable("before"))).isInstanceOf(Delivered.class);
            unreachable();
            assertThat(sink.deliver(acceptable("while"))).isNotInstanceOfAny(Delivered.class, Rejected.class);
            assertThat(sink.deliver(acceptable("while"))).isInstanceOf(NotSent.class);
            reachable();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> sink.deliver(acceptable("while")) instanceof Delivered);
            assertThat(arrived()).isEqualTo(2);
        }
    }

    @Test
    void connectionsThatAreOpenedUsedAndClosedAtOnceDoNotMeet(@TempDir Path directory) throws Exception {
        try (var factory = factory()) {
            var threads = Executors.newFixedThreadPool(16);
            try {
                var all = new ArrayList<Callable<Void>>();
                for (int i = 0; i < 400; i++) {
                    var hub = hub(directory);
                    var name = "at-once-" + i;
                    all.add(() -> {
                        try (var sink = hub.open(factory, Sink.class)) {
                            assertThat(sink.deliver(acceptable(name))).isInstanceOf(Delivered.class);
                        }
                        return null;
                    });
                }
                for (var each : threads.invokeAll(all)) {
                    each.get();
                }
            } finally {
                threads.shutdown();
            }
        }
    }

    @Test
    void whatIsNoEntryIsRejected(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            for (var broken : List.of("", "<a/>", "<!DOCTYPE a><a/>")) {
                assertThat(sink.deliver(delivery("one", "form.submission", broken)))
                        .isInstanceOf(Rejected.class);
            }
        }
    }

    @Test
    void settingsThatCannotWorkAreNamed(@TempDir Path directory) throws Exception {
        for (var wrong : List.of("queue=a?b", "attachment-limit=0", "attachment-limit=9999", "columns=a,a")) {
            var setting = wrong.split("=");
            try (var factory = factory()) {
                var hub = hub(directory).with(setting[0], setting[1]);
                assertThatThrownBy(() -> hub.open(factory)).hasMessageContaining("'" + setting[0] + "'");
            }
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new TradeRegisterCsv();
    }

    @Override
    public TestHub hub(Path directory) {
        queue = "14713000." + UUID.randomUUID();
        return new TestHub(directory)
                .with("broker-url", url)
                .with("user", "leipzig")
                .with("password", "secret")
                .with("queue", queue)
                .with("columns", "vorgang,firma")
                .with("timeout", "3s");
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(
                id,
                "form.submission",
                "<register-entry xmlns='urn:stellwerk:sample:leipzig-register:1'><vorgang>LEI-2026-000001</vorgang><firma>"
                        + id + "</firma></register-entry>");
    }

    /** As Leipzig does: the column id is the key. */
    @Override
    public int arrived() throws JMSException {
        var ids = new HashSet<String>();
        for (var message : messages()) {
            if (message instanceof TextMessage text) {
                ids.add(text.getText().lines().skip(1).findFirst().orElseThrow().split(";")[0]);
            }
        }
        return ids.size();
    }

    @Override
    public boolean arrived(byte[] attachment) throws JMSException {
        for (var message : messages()) {
            if (message instanceof BytesMessage && Arrays.equals(message.getBody(byte[].class), attachment)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void unreachable() throws Exception {
        BROKER.getActiveMQServer().getRemotingService().getAcceptor("door").stop();
    }

    @Override
    public void reachable() throws Exception {
        BROKER.getActiveMQServer().getRemotingService().getAcceptor("door").start();
    }

    private List<Message> messages() throws JMSException {
        try (var client = new ActiveMQConnectionFactory(url);
                var connection = client.createConnection();
                var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            var all = new ArrayList<Message>();
            session.createBrowser(session.createQueue(queue))
                    .getEnumeration()
                    .asIterator()
                    .forEachRemaining(message -> all.add((Message) message));
            return Collections.unmodifiableList(all);
        }
    }
}
