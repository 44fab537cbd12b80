package de.stellwerk.hub.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.config.BrokerConfig;
import de.stellwerk.hub.config.BrokerConfig.Door;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a local system may do at its door, over the network as it comes. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class DoorTest {
    private static final Door REGISTER = new Door("14713000.trade-register", "leipzig-register", "geheim-1");
    private static final Door FINANCE = new Door("14628270.finance", "pirna-finance", "geheim-2");

    private static final String WITHOUT_QUEUE = "without.queue";

    @TempDir
    Path folder;

    private int port;
    private Broker broker = new Broker(new BrokerConfig("127.0.0.1", 0, List.of()), Path.of(""));

    @BeforeEach
    void open() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        broker = start();
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private Broker start() {
        Broker started = new Broker(new BrokerConfig("127.0.0.1", port, List.of(REGISTER, FINANCE)), folder, told -> {
            told.setMessageExpiryScanPeriod(100);
            told.getAddressSettings().get(REGISTER.queue()).setRedeliveryDelay(0);
            told.addAddressConfiguration(
                    new CoreAddressConfiguration().setName(WITHOUT_QUEUE).addRoutingType(RoutingType.ANYCAST));
        });
        started.start();
        return started;
    }

    @Test
    void aDoorsUserSendsToAndReadsFromItsQueue() throws Exception {
        try (Connection connection = connect(REGISTER);
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            send(session, REGISTER.queue(), "id;Straße");
            session.commit();
            await().untilAsserted(() -> assertThat(broker.depth(REGISTER)).isEqualTo(1));

            connection.start();
            assertThat(receive(session, REGISTER.queue())).isEqualTo("id;Straße");
            session.commit();
            await().untilAsserted(() -> assertThat(broker.depth(REGISTER)).isZero());
        }
    }

    @Test
    void aMessageLargerThanTheBuffersGoesThrough() throws Exception {
        byte[] large = "Müller;".repeat(200_000).getBytes(UTF_8);
        try (Connection connection = connect(REGISTER);
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            BytesMessage message = session.createBytesMessage();
            message.writeBytes(large);
            session.createProducer(session.createQueue(REGISTER.queue())).send(message);
            session.commit();

            connection.start();
            BytesMessage received = (BytesMessage) session.createConsumer(session.createQueue(REGISTER.queue()))
                    .receive(5_000);
            byte[] bytes = new byte[(int) received.getBodyLength()];
            received.readBytes(bytes);
            assertThat(bytes).isEqualTo(large);
            session.commit();
        }
    }

    @Test
    void nobodyComesInWithoutTheRightPassword() {
        assertThatThrownBy(() -> connect(REGISTER.user(), "falsch").close()).isInstanceOf(JMSSecurityException.class);
        assertThatThrownBy(() -> connect("", "").close()).isInstanceOf(JMSSecurityException.class);
        assertThatThrownBy(() -> connect("admin", "admin").close()).isInstanceOf(JMSSecurityException.class);
    }

    @Test
    void aDoorsUserTouchesNothingElse() throws Exception {
        try (ServerLocator locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + port);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session =
                        factory.createSession(REGISTER.user(), REGISTER.password(), false, true, true, false, 0)) {
            for (String other : List.of(
                    FINANCE.queue(),
                    Lane.ROUTE.queue(),
                    Lane.DELIVERY.queue(),
                    BrokerSettings.DEAD_LETTERS,
                    BrokerSettings.EXPIRED,
                    "activemq.management",
                    "activemq.notifications",
                    "nobody.knows")) {
                forbidden("send to " + other, () -> session.createProducer(other)
                        .send(session.createMessage(true).putStringProperty("a", "b")));
            }
            for (String other :
                    List.of(FINANCE.queue(), Lane.ROUTE.queue(), BrokerSettings.DEAD_LETTERS, BrokerSettings.EXPIRED)) {
                forbidden("consume " + other, () -> session.createConsumer(other));
                forbidden("browse " + other, () -> session.createConsumer(other, true));
                forbidden("delete " + other, () -> session.deleteQueue(other));
            }
            forbidden("browse its own", () -> session.createConsumer(REGISTER.queue(), true));
            forbidden("delete its own", () -> session.deleteQueue(REGISTER.queue()));
            forbidden(
                    "create a queue",
                    () -> session.createQueue(QueueConfiguration.of("new")
                            .setRoutingType(RoutingType.ANYCAST)
                            .setAutoCreateAddress(true)));
            forbidden(
                    "create a queue on its own address",
                    () -> session.createQueue(QueueConfiguration.of("tap")
                            .setAddress(REGISTER.queue())
                            .setRoutingType(RoutingType.ANYCAST)));
            forbidden(
                    "create a temporary queue",
                    () -> session.createQueue(QueueConfiguration.of("temp")
                            .setDurable(false)
                            .setTemporary(true)
                            .setRoutingType(RoutingType.ANYCAST)));
            forbidden(
                    "tap another address",
                    () -> session.createQueue(QueueConfiguration.of("tap")
                            .setAddress(FINANCE.queue())
                            .setDurable(false)
                            .setTemporary(true)
                            .setRoutingType(RoutingType.MULTICAST)));
            forbidden(
                    "create an address",
                    () -> session.createAddress(SimpleString.of("new"), RoutingType.ANYCAST, false));
        }
        assertThat(broker.depth(FINANCE)).isZero();
        assertThat(broker.depth(Lane.ROUTE)).isZero();
    }

    private static void forbidden(String what, ThrowingCallable attempt) {
        assertThatThrownBy(attempt).as(what).isInstanceOfSatisfying(ActiveMQException.class, e -> assertThat(
                        e.getType())
                .isEqualTo(ActiveMQExceptionType.SECURITY_EXCEPTION));
    }

    @Test
    void aMessageForAnAddressThatIsNotThereOrHasNoQueueEndsInTheDeadLetters() throws Exception {
        try (ClientSession session = broker.session();
                ClientProducer producer = session.createProducer()) {
            producer.send("no.such.address", session.createMessage(true));
            producer.send(WITHOUT_QUEUE, session.createMessage(true));
        }
        await("the broker counts a moment later")
                .untilAsserted(() -> assertThat(broker.deadLetters()).isEqualTo(2));
    }

    @Test
    void aMessageThatIsRolledBackAgainAndAgainEndsInTheDeadLetters() throws Exception {
        try (Connection connection = connect(REGISTER);
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            send(session, REGISTER.queue(), "poison");
            session.commit();
            connection.start();
            try (MessageConsumer consumer = session.createConsumer(session.createQueue(REGISTER.queue()))) {
                for (int i = 0; i < 10; i++) {
                    assertThat(consumer.receive(5_000)).as("attempt " + (i + 1)).isNotNull();
                    session.rollback();
                }
                assertThat(consumer.receive(300)).isNull();
            }
        }
        await("the broker counts a moment later")
                .untilAsserted(() -> assertThat(broker.deadLetters()).isEqualTo(1));
        await().untilAsserted(() -> assertThat(broker.depth(REGISTER)).isZero());
        assertThat(broker.expired()).isZero();
    }

    @Test
    void aMessageNobodyReadsInTimeEndsInTheExpiredQueue() throws Exception {
        try (Connection connection = connect(REGISTER);
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(REGISTER.queue()))) {
            producer.setTimeToLive(1);
            producer.send(session.createTextMessage("too late"));
        }

        await().untilAsserted(() -> assertThat(broker.expired()).isEqualTo(1));
        await().untilAsserted(() -> assertThat(broker.depth(REGISTER)).isZero());
        assertThat(broker.deadLetters()).isZero();
    }

    @Test
    void aSecondMessageWithTheSameDuplicateIdIsNotSwallowed() throws Exception {
        try (ServerLocator locator = ActiveMQClient.createServerLocator("tcp://127.0.0.1:" + port);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session =
                        factory.createSession(REGISTER.user(), REGISTER.password(), false, true, true, false, 0)) {
            for (String text : List.of("one", "another")) {
                ClientMessage message = session.createMessage(true);
                message.putStringProperty(Message.HDR_DUPLICATE_DETECTION_ID.toString(), "same");
                message.getBodyBuffer().writeString(text);
                session.createProducer(REGISTER.queue()).send(message);
            }
        }

        await().untilAsserted(() -> assertThat(broker.depth(REGISTER)).isEqualTo(2));
    }

    @Test
    void aDurableMessageOutlivesTheBroker() throws Exception {
        try (Connection connection = connect(REGISTER);
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            send(session, REGISTER.queue(), "kept");
        }

        broker.close();
        broker = start();

        await().untilAsserted(() -> assertThat(broker.depth(REGISTER)).isEqualTo(1));
        try (Connection connection = connect(REGISTER);
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            assertThat(receive(session, REGISTER.queue())).isEqualTo("kept");
        }
    }

    @Test
    void theBrokerStopsSoonWithALocalSystemConnected() throws Exception {
        try (Connection connection = connect(REGISTER);
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue(REGISTER.queue()))) {
            connection.start();
            long begin = System.nanoTime();
            broker.close();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private Connection connect(Door door) throws JMSException {
        return connect(door.user(), door.password());
    }

    private Connection connect(String user, String password) throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
        return factory.createConnection(user, password);
    }

    private static void send(Session session, String queue, String text) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            producer.setDeliveryMode(DeliveryMode.PERSISTENT);
            producer.send(session.createTextMessage(text));
        }
    }

    private static String receive(Session session, String queue) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            return ((TextMessage) consumer.receive(5_000)).getText();
        }
    }
}
