package de.stellwerk.plugins.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.hub.testkit.TestInbox.Mode;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncomingTest implements SourceContract {

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
    void theIdIsTheOneThatTheClientOfTheOtherSideGave(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        put("one");
        var id = broker.messages(queue).get(0).getJMSMessageID();
        poll(hub);
        assertThat(hub.inbox().messages()).extracting(Message::id).containsExactly(id);
    }

    @Test
    void bytesStayAsTheyAre(@TempDir Path directory) throws Exception {
        var latin =
                "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>Müller</a>".getBytes(StandardCharsets.ISO_8859_1);
        var hub = hub(directory);
        broker.put(queue, session -> {
            var message = session.createBytesMessage();
            message.writeBytes(latin);
            return message;
        });
        poll(hub);
        assertThat(TestHub.bytes(hub.inbox().messages().get(0).body())).isEqualTo(latin);
    }

    @Test
    void aTextIsWrittenInUtf8AndItsXmlDeclarationSaysSo(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        broker.put(
                queue,
                session -> session.createTextMessage("<?xml version='1.0' encoding='ISO-8859-1'?><a>Budyšin</a>"));
        poll(hub);
        assertThat(TestHub.text(hub.inbox().messages().get(0).body()))
                .isEqualTo("<?xml version='1.0' encoding='UTF-8'?><a>Budyšin</a>");
    }

    @Test
    void propertiesThatAreNamedBecomeIdCaseAndHeaders(@TempDir Path directory) throws Exception {
        var hub = hub(directory)
                .with("id-property", "belegNr")
                .with("case-property", "JMSCorrelationID")
                .with("headers", "Betrag_Cent, fehlt");
        broker.put(queue, session -> {
            var message = session.createTextMessage("<a/>");
            message.setStringProperty("belegNr", "B-17");
            message.setIntProperty("Betrag_Cent", 2600);
            message.setJMSCorrelationID("PIR-2026-000009");
            return message;
        });
        poll(hub);
        var taken = hub.inbox().messages().get(0);
        assertThat(taken.id()).isEqualTo("B-17");
        assertThat(taken.caseId()).contains("PIR-2026-000009");
        assertThat(taken.headers()).isEqualTo(Map.of("betrag-cent", "2600"));
    }

    /** The other side sends anew under another JMSMessageID, as it does after a lost answer of its own broker. */
    @Test
    void theSameBusinessIdTwiceIsOneMessage(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("id-property", "belegNr");
        for (var i = 0; i < 2; i++) {
            broker.put(queue, session -> {
                var message = session.createTextMessage("<a/>");
                message.setStringProperty("belegNr", "B-17");
                return message;
            });
        }
        poll(hub);
        assertThat(hub.inbox().offered()).hasSize(2);
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(waiting()).isZero();
    }

    @Test
    void whatIsRejectedLiesInItsQueueAsItCameWithTheReason(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        hub.inbox().mode(Mode.REJECT);
        broker.put(queue, session -> {
            var message = session.createTextMessage("<a/>");
            message.setStringProperty("amt", "Ordnungsamt");
            return message;
        });
        var id = broker.messages(queue).get(0).getJMSMessageID();
        poll(hub);
        var kept = (TextMessage) broker.messages(rejected()).get(0);
        assertThat(kept.getText()).isEqualTo("<a/>");
        assertThat(kept.getStringProperty("amt")).isEqualTo("Ordnungsamt");
        assertThat(kept.getStringProperty(Incoming.CODE)).isEqualTo("test.rejected");
        assertThat(kept.getStringProperty(Incoming.REASON)).isNotBlank();
        assertThat(kept.getStringProperty(Incoming.ORIGINAL)).isEqualTo(id);
    }

    @Test
    void whatCanNeverBecomeAMessageIsPutAsideAndDoesNotHoldUpTheNext(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("max-size", "1");
        broker.put(queue, session -> session.createObjectMessage("never unpacked"));
        broker.put(queue, session -> session.createMapMessage());
        broker.putNameless(queue, session -> session.createTextMessage("<nameless/>"));
        broker.put(queue, session -> session.createTextMessage("x".repeat((1 << 20) + 1)));
        broker.put(queue, session -> {
            var message = session.createBytesMessage();
            message.writeBytes(new byte[(1 << 20) + 1]);
            return message;
        });
        put("good");
        poll(hub);
        assertThat(hub.inbox().messages()).hasSize(1);
        assertThat(waiting()).isZero();
        var codes = broker.messages(rejected()).stream().map(IncomingTest::code).toList();
        assertThat(codes).containsExactly("jms.type", "jms.type", "jms.no-id", "jms.too-large", "jms.too-large");
        assertThat(((BytesMessage) broker.messages(rejected()).get(4)).getBodyLength())
                .isEqualTo((1 << 20) + 1);
    }

    @Test
    void aMessageWithoutTheBusinessIdIsPutAside(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("id-property", "belegNr");
        put("one");
        poll(hub);
        assertThat(broker.messages(rejected())).extracting(IncomingTest::code).containsExactly("jms.no-id");
    }

    /** Otherwise a night without a database would end with what the broker does to poison: here it would be thrown away. */
    @Test
    void aHubThatCannotTakeAnythingUsesUpNoAttemptOfTheBroker(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        put("one");
        put("two");
        hub.inbox().mode(Mode.REFUSE);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            for (var i = 0; i < 4 * TestBroker.ATTEMPTS; i++) {
                assertThatThrownBy(() -> hub.poll(source)).isInstanceOf(RuntimeException.class);
            }
            hub.inbox().mode(Mode.TAKE);
            hub.poll(source);
        }
        assertThat(hub.inbox().messages()).hasSize(2);
        assertThat(waiting()).isZero();
    }

    @Test
    void settingsThatCannotWorkAreNamed(@TempDir Path directory) throws Exception {
        for (var wrong : List.of(
                "in=a?b",
                "in=",
                "rejected=",
                "rejected=a b",
                "kind=",
                "kind=A.B",
                "max-size=0",
                "max-size=9999",
                "headers=a-b",
                "id-property=a b",
                "broker-url=vm://0")) {
            var setting = wrong.split("=", 2);
            try (var factory = factory()) {
                var hub = hub(directory).with(setting[0], setting[1]);
                assertThatThrownBy(() -> hub.open(factory)).as(wrong).hasMessageContaining("'" + setting[0] + "'");
            }
        }
        try (var factory = factory()) {
            var same = hub(directory);
            assertThatThrownBy(() -> same.with("rejected", queue).open(factory)).hasMessageContaining("'rejected'");
            var round = hub(directory);
            assertThatThrownBy(() -> round.with("out", queue).open(factory)).hasMessageContaining("'out'");
        }
    }

    private void poll(TestHub hub) throws Exception {
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            hub.poll(source);
        }
    }

    private static String code(jakarta.jms.Message message) {
        try {
            return message.getStringProperty(Incoming.CODE);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private String rejected() {
        return queue + ".abgelehnt";
    }

    @Override
    public ConnectorFactory factory() {
        return new JmsQueue();
    }

    @Override
    public TestHub hub(Path directory) {
        queue = "14713000." + UUID.randomUUID();
        return broker.hub(directory)
                .with("in", queue)
                .with("rejected", rejected())
                .with("kind", "form.submission");
    }

    @Override
    public void put(String name) throws JMSException {
        broker.put(queue, session -> session.createTextMessage("<a>" + name + "</a>"));
    }

    @Override
    public int waiting() {
        return broker.count(queue);
    }

    @Override
    public int keptRejected() {
        return broker.count(rejected());
    }

    @Override
    public int mostAtOnce() {
        return Incoming.MESSAGES_A_POLL;
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
