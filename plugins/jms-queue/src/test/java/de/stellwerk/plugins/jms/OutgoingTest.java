package de.stellwerk.plugins.jms;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static de.stellwerk.hub.testkit.TestHub.withAttachment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.TestHub;
import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker knows a repeat by its duplicate id. */
class OutgoingTest implements SinkContract {

    private static TestBroker broker;

    private String queue = "not-opened";

    @BeforeAll
    static void startTheBroker() throws Exception {
        broker = new TestBroker();
    }

    @AfterAll
    static void stopTheBroker() throws Exception {
        broker.close();
    }

    @Test
    void aDeliveryIsOneDurableMessageThatNamesItsCaseKindAndId(@TempDir Path directory) throws Exception {
        var entry = acceptable("one");
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            assertThat(sink.deliver(entry)).isEqualTo(new Delivered(entry.id()));
        }
        var message = (BytesMessage) broker.messages(queue).get(0);
        assertThat(message.getBody(byte[].class)).isEqualTo(TestHub.bytes(entry.body()));
        assertThat(message.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(message.getJMSCorrelationID()).isEqualTo(entry.caseId());
        assertThat(message.getStringProperty("deliveryId")).isEqualTo(entry.id());
        assertThat(message.getStringProperty("_AMQ_DUPL_ID")).isEqualTo(entry.id());
        assertThat(message.getStringProperty("kind")).isEqualTo("form.submission");
        assertThat(message.getStringProperty("mediaType")).isEqualTo("application/xml");
        assertThat(message.getIntProperty("attachments")).isZero();
    }

    @Test
    void attachmentsComeFirstEachWithItsNumber(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            sink.deliver(withAttachment(
                    withAttachment(acceptable("one"), Content.of("a.pdf", "application/pdf", new byte[] {1})),
                    Content.of("b.pdf", "application/pdf", new byte[0])));
        }
        var all = broker.messages(queue);
        assertThat(all).hasSize(3);
        assertThat(all.get(0).getBody(byte[].class)).containsExactly(1);
        assertThat(all.get(0).getStringProperty("name")).isEqualTo("a.pdf");
        assertThat(all.get(1).getIntProperty("index")).isEqualTo(2);
        assertThat(all.get(2).getIntProperty("index")).isZero();
        assertThat(all.get(2).getIntProperty("attachments")).isEqualTo(2);
    }

    @Test
    void withFormatTextTheBodyIsATextAndWhatIsNoUtf8IsRejected(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).with("format", "text").open(factory, Sink.class)) {
            sink.deliver(delivery("one", "form.submission", "<a>Budyšin</a>"));
            assertThat(((TextMessage) broker.messages(queue).get(0)).getText()).isEqualTo("<a>Budyšin</a>");
            var latin = Content.of("a", "application/xml", "<a>ü</a>".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(sink.deliver(delivery("two", "form.submission", latin))).isInstanceOf(Rejected.class);
            assertThat(arrived()).isEqualTo(1);
        }
    }

    /** A transaction would be committed without it, and nobody told. */
    @Test
    void whatTheBrokerRefusesIsNotCalledDelivered(@TempDir Path directory) throws Exception {
        var entry = acceptable("one");
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            try (var refused = broker.refusing(entry.id())) {
                assertThat(sink.deliver(entry)).isInstanceOf(NotSent.class);
                assertThat(refused).isNotNull();
            }
            assertThat(broker.messages(queue)).isEmpty();
            assertThat(sink.deliver(entry)).isInstanceOf(Delivered.class);
        }
    }

    @Test
    void whatIsLargeArrivesWhole(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).with("max-size", "3").open(factory, Sink.class)) {
            var scan = Content.of("scan.pdf", "application/pdf", new byte[3 << 20]);
            assertThat(sink.deliver(withAttachment(acceptable("one"), scan))).isInstanceOf(Delivered.class);
            int read = broker.work(session -> session.createConsumer(session.createQueue(queue))
                    .receive(5_000)
                    .getBody(byte[].class)
                    .length);
            assertThat(read).isEqualTo(3 << 20);
        }
    }

    @Test
    void whatIsTooLargeIsRejectedAndNothingOfItIsSent(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).with("max-size", "1").open(factory, Sink.class)) {
            var small = Content.of("a", "application/pdf", new byte[1 << 20]);
            var large = Content.of("b", "application/pdf", new byte[(1 << 20) + 1]);
            assertThat(sink.deliver(withAttachment(withAttachment(acceptable("one"), small), large)))
                    .isInstanceOf(Rejected.class);
            assertThat(broker.messages(queue)).isEmpty();
        }
    }

    @Test
    void aBrokerThatIsAwayIsNotSentAndABrokerThatComesBackIsFoundAgain(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            assertThat(sink.deliver(acceptable("before"))).isInstanceOf(Delivered.class);
            unreachable();
            assertThat(sink.deliver(acceptable("while"))).isInstanceOf(NotSent.class);
            reachable();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> sink.deliver(acceptable("while")) instanceof Delivered);
            assertThat(arrived()).isEqualTo(2);
        }
    }

    @Test
    void askedTheSinkFindsWhatLiesInTheQueueAndClaimsNothingAboutTheRest(@TempDir Path directory) throws Exception {
        try (var factory = new JmsQueue();
                var sink = hub(directory).open(factory, Probe.class)) {
            var one = acceptable("one");
            assertThat(sink.probe(one)).isInstanceOf(Unknown.class);
            sink.deliver(one);
            assertThat(sink.probe(one)).isEqualTo(new Delivered(one.id()));
            assertThat(sink.probe(acceptable("two"))).isInstanceOf(Unknown.class);
            broker.empty(queue);
            assertThat(sink.probe(one)).isInstanceOf(Unknown.class);
        }
    }

    /** The broker remembers the id after the reader has taken the message. */
    @Test
    void aRepeatThatComesAfterTheReaderIsNoSecondMessage(@TempDir Path directory) throws Exception {
        try (var factory = factory();
                var sink = hub(directory).open(factory, Sink.class)) {
            var first = sink.deliver(acceptable("one"));
            broker.empty(queue);
            assertThat(sink.deliver(acceptable("one"))).isEqualTo(first);
            assertThat(broker.messages(queue)).isEmpty();
        }
    }

    @Test
    void whetherTheReaderKnowsARepeatIsTheConnectorsName() {
        assertThat(new JmsQueue().descriptor().recognisesRepeats()).isFalse();
        assertThat(new JmsQueueOnce().descriptor().recognisesRepeats()).isTrue();
    }

    @Test
    void oneConnectionReadsAndWrites(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        hub.with("in", queue + ".in").with("rejected", queue + ".abgelehnt").with("kind", "form.submission");
        broker.put(queue + ".in", session -> session.createTextMessage("<a/>"));
        try (var factory = factory();
                Connector both = hub.open(factory)) {
            hub.poll((Source) both);
            assertThat(((Sink) both).deliver(acceptable("one"))).isInstanceOf(Delivered.class);
        }
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(arrived()).isEqualTo(1);
    }

    @Test
    void settingsThatCannotWorkAreNamed(@TempDir Path directory) throws Exception {
        for (var wrong : List.of("out=a?b", "out=", "format=xml", "max-size=0")) {
            var setting = wrong.split("=", 2);
            try (var factory = factory()) {
                var hub = hub(directory).with(setting[0], setting[1]);
                assertThatThrownBy(() -> hub.open(factory)).as(wrong).hasMessageContaining("'" + setting[0] + "'");
            }
        }
    }

    @Override
    public ConnectorFactory factory() {
        return new JmsQueueOnce();
    }

    @Override
    public TestHub hub(Path directory) {
        queue = "14713000." + UUID.randomUUID();
        return broker.hub(directory).with("out", queue);
    }

    @Override
    public Delivery acceptable(String id) {
        return delivery(id, "form.submission", "<a>" + id + "</a>");
    }

    /** Bodies, each as often as it lies there: the broker has to know the repeats. */
    @Override
    public int arrived() throws JMSException {
        var bodies = 0;
        for (var message : broker.messages(queue)) {
            if (message.getIntProperty("index") == 0) {
                bodies++;
            }
        }
        return bodies;
    }

    @Override
    public boolean arrived(byte[] attachment) throws JMSException {
        for (var message : broker.messages(queue)) {
            if (message.getIntProperty("index") > 0 && Arrays.equals(message.getBody(byte[].class), attachment)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void unreachable() throws Exception {
        broker.unreachable();
    }

    @Override
    public void reachable() throws Exception {
        broker.reachable();
    }
}
