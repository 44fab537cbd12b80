package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeipzigRegisterTest {

    private static final String QUEUE = "14713000.trade-register";

    @TempDir
    private Path folder;

    private int port;
    private EmbeddedActiveMQ broker;
    private Journal journal;
    private Thread worker;
    private LeipzigRegister register;

    @BeforeEach
    void start() throws Exception {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        startBroker();
        journal = new Journal(journalFile(), Clock.systemUTC());
        startRegister();
    }

    @AfterEach
    void stop() throws Exception {
        stopRegister();
        broker.stop();
        journal.close();
    }

    @Test
    void aLineIsEnteredOnceTogetherWithItsAttachment() throws Exception {
        send("d1");
        send("d1");
        send("d2");

        await().untilAsserted(() -> assertThat(lines("entry")).hasSize(2));
        await().untilAsserted(() -> assertThat(lines("repeated")).hasSize(1));
        assertThat(lines("entry").get(0).text("case")).isEqualTo("LEJ-d1");
        assertThat(lines("attachment")).hasSize(2);
        assertThat(lines("repeated attachment")).hasSize(1);
        assertThat(lines("unreadable")).isEmpty();
    }

    @Test
    void itComesBackWhenTheBrokerWasAway() throws Exception {
        send("d1");
        await().untilAsserted(() -> assertThat(lines("entry")).hasSize(1));
        broker.stop();
        startBroker();

        send("d2");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(lines("entry")).hasSize(2));
        assertThat(lines("connected")).hasSize(2);
    }

    @Test
    void afterARestartItKnowsItsEntriesFromTheJournal() throws Exception {
        send("d1");
        await().untilAsserted(() -> assertThat(lines("entry")).hasSize(1));
        stopRegister();
        startRegister();

        send("d1");

        await().untilAsserted(() -> assertThat(lines("repeated")).hasSize(1));
        assertThat(lines("entry")).hasSize(1);
    }

    @Test
    void aQuotedValueMayHoldSemicolonsAndQuotes() {
        assertThat(LeipzigRegister.columns("1;\"Bücher; Karten\";\"die \"\"Eule\"\"\";"))
                .containsExactly("1", "Bücher; Karten", "die \"Eule\"", "");
    }

    private void startBroker() throws Exception {
        var configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .addAcceptorConfiguration("tcp", address())
                .addQueueConfiguration(QueueConfiguration.of(QUEUE)
                        .setAddress(QUEUE)
                        .setRoutingType(RoutingType.ANYCAST)
                        .setDurable(true));
        broker = new EmbeddedActiveMQ().setConfiguration(configuration);
        broker.start();
    }

    private void startRegister() throws IOException {
        register = new LeipzigRegister(address(), QUEUE, "leipzig", "geheim", journal, Journal.read(journalFile()));
        worker = new Thread(register::work);
        worker.start();
    }

    private void stopRegister() throws InterruptedException {
        register.close();
        worker.interrupt();
        worker.join();
    }

    private String address() {
        return "tcp://127.0.0.1:" + port;
    }

    private Path journalFile() {
        return folder.resolve("leipzig.jsonl");
    }

    private List<Journal.Line> lines(String event) throws IOException {
        return Journal.read(journalFile(), event);
    }

    private void send(String id) throws JMSException {
        try (var factory = new ActiveMQConnectionFactory(address());
                var connection = factory.createConnection();
                var session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                var producer = session.createProducer(session.createQueue(QUEUE))) {
            var attachment = session.createBytesMessage();
            attachment.writeBytes(new byte[] {1, 2, 3});
            attachment.setStringProperty("deliveryId", id);
            attachment.setIntProperty("index", 1);
            producer.send(attachment);
            producer.send(session.createTextMessage(
                    "id;vorgang;firma;anlagen\r\n" + id + ";LEJ-" + id + ";\"Šołta; Đặng\";1\r\n"));
        }
    }
}
