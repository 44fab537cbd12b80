package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import org.apache.activemq.artemis.api.jms.ActiveMQJMSConstants;

/**
 * Takes messages from a queue, one after the other: a message is acknowledged when the hub holds it, or when it lies in the queue for
 * what was rejected. Until then it is the broker's. One that the hub cannot take now goes back without having used up one of the attempts
 * after which the broker would put it aside; only a hub that dies uses one up.
 */
final class Incoming implements Source, Tested {

    static final String CHANNEL = "in";
    static final int MESSAGES_A_POLL = 100;

    static final String CODE = "rejectedCode";
    static final String REASON = "rejectedReason";
    static final String ORIGINAL = "rejectedId";

    /**
     * Which queue is read, and how.
     *
     * @param rejected the queue for what the hub does not take
     */
    record Rules(String queue, String rejected, Reading reading) {}

    private final Rules rules;
    private final Broker broker;

    Incoming(Rules rules, Broker broker) {
        this.rules = rules;
        this.broker = broker;
    }

    @Override
    public List<Check> test() {
        return QueueTest.of(broker, rules.queue(), rules.rejected());
    }

    /** The session lasts as long as the poll: a node of the hub that polls no more holds no message back. */
    @Override
    public void poll(Inbox inbox) throws JMSException {
        var session = broker.session(false, ActiveMQJMSConstants.INDIVIDUAL_ACKNOWLEDGE);
        try {
            // First, so that a queue that is not there is told at once and not at the first message that is refused.
            var refused = session.createProducer(session.createQueue(rules.rejected()));
            refused.setDeliveryMode(DeliveryMode.PERSISTENT);
            var consumer = session.createConsumer(session.createQueue(rules.queue()));
            for (var taken = 0; taken < MESSAGES_A_POLL; taken++) {
                var message = consumer.receiveNoWait();
                if (message == null) {
                    return;
                }
                settle(message, inbox, refused);
                message.acknowledge();
            }
        } finally {
            Broker.end(session);
        }
    }

    private void settle(Message message, Inbox inbox, MessageProducer refused) throws JMSException {
        try {
            var receipt = inbox.accept(CHANNEL, rules.reading().message(message));
            if (receipt.outcome() == Receipt.Outcome.REJECTED) {
                throw new Refused(receipt.code(), receipt.text());
            }
        } catch (Refused e) {
            putAside(message, e, refused);
        }
    }

    /**
     * The message as it came, with three more properties. If the hub dies before it can acknowledge, the second copy has the same
     * duplicate id, and the broker drops it.
     */
    private static void putAside(Message message, Refused why, MessageProducer refused) throws JMSException {
        var id = String.valueOf(message.getJMSMessageID());
        var properties = new HashMap<String, Object>();
        for (var name : Collections.list(names(message))) {
            if (!name.startsWith("JMSX") && !name.startsWith("_AMQ")) {
                properties.put(name, message.getObjectProperty(name));
            }
        }
        message.clearProperties();
        for (var property : properties.entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        message.setStringProperty(CODE, why.code());
        message.setStringProperty(REASON, why.german());
        message.setStringProperty(ORIGINAL, id);
        message.setStringProperty(Outgoing.DUPLICATE_ID, "rejected " + id);
        refused.send(message);
    }

    @SuppressWarnings("unchecked") // JMS is older than generics; property names are strings
    private static Enumeration<String> names(Message message) throws JMSException {
        return message.getPropertyNames();
    }

    @Override
    public void close() {
        broker.close();
    }
}
