package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Tested;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.activemq.artemis.api.core.ActiveMQDuplicateIdException;

/**
 * Lays deliveries into a queue: each attachment as a message of its own, the body as the last one, all in one transaction, so that the
 * reader sees all or nothing. The delivery's id stands in a property, and where an Artemis broker looks for it to know a repeat.
 */
final class Outgoing implements Probe, Tested {

    static final String CHANNEL = "out";
    static final String DELIVERY = "deliveryId";
    /** Counted from 1 for attachments; the body has 0. */
    static final String INDEX = "index";

    static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

    private final Broker broker;
    private final String queue;
    private final boolean isText;
    private final int limit;

    /**
     * @param isText whether the body becomes a text message; otherwise it keeps its bytes
     * @param limit the most bytes a body or an attachment has
     */
    Outgoing(Broker broker, String queue, boolean isText, int limit) {
        this.broker = broker;
        this.queue = queue;
        this.isText = isText;
        this.limit = limit;
    }

    @Override
    public List<Check> test() {
        return QueueTest.of(broker, queue);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        if (!isPlain(delivery)) {
            return new Rejected("jms.id: the delivery's id is not what the hub gives");
        }
        Session session;
        try {
            session = broker.session(true, Session.SESSION_TRANSACTED);
        } catch (JMSException e) {
            return notSent("jms.unreachable", e);
        }
        try {
            var sent = send(session, delivery);
            sent.get(broker.timeout().toMillis(), TimeUnit.MILLISECONDS);
            return commit(session, delivery);
        } catch (ExecutionException e) {
            return isRepeat(e) ? new Delivered(delivery.id()) : notSent("jms.refused", e); // nothing was committed
        } catch (TimeoutException e) {
            return notSent("jms.unconfirmed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return notSent("jms.interrupted", e);
        } catch (Refused e) {
            return new Rejected(e.code() + ": " + e.german());
        } catch (IOException | JMSException | RuntimeException e) {
            return notSent("jms.send", e); // nothing of it was committed
        } finally {
            Broker.end(session);
        }
    }

    private static boolean isPlain(Delivery delivery) {
        return delivery.id().matches("[0-9a-f]{64}");
    }

    private static NotSent notSent(String code, Exception why) {
        return new NotSent(code + ": " + why.getClass().getSimpleName() + ": " + why.getMessage(), Duration.ZERO);
    }

    /** Of a message that the broker refuses the commit says nothing: so each is confirmed before. */
    private Future<?> send(Session session, Delivery delivery) throws JMSException, IOException, Refused {
        var sent = new ArrayList<CompletableFuture<Void>>();
        var producer = session.createProducer(session.createQueue(queue));
        producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        var index = 0;
        for (var attachment : delivery.attachments()) {
            index++;
            var message = part(binary(session, bytes(attachment)), delivery, index, attachment);
            message.setStringProperty("name", attachment.name());
            sent.add(Broker.send(producer, message));
        }
        var bytes = bytes(delivery.body());
        var body = isText ? session.createTextMessage(text(bytes)) : binary(session, bytes);
        part(body, delivery, 0, delivery.body());
        body.setIntProperty("attachments", index);
        body.setStringProperty("kind", delivery.kind());
        sent.add(Broker.send(producer, body));
        return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
    }

    private static Message part(Message message, Delivery delivery, int index, Content content) throws JMSException {
        message.setJMSCorrelationID(delivery.caseId());
        message.setStringProperty(DELIVERY, delivery.id());
        message.setStringProperty(DUPLICATE_ID, index == 0 ? delivery.id() : delivery.id() + "-" + index);
        message.setIntProperty(INDEX, index);
        message.setStringProperty("mediaType", content.mediaType());
        return message;
    }

    private static Message binary(Session session, byte[] bytes) throws JMSException {
        var message = session.createBytesMessage();
        message.writeBytes(bytes);
        return message;
    }

    private byte[] bytes(Content content) throws IOException, Refused {
        try (var in = content.open()) {
            var bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new Refused("jms.too-large", "Body or attachment is larger than the setting 'max-size' allows.");
            }
            return bytes;
        }
    }

    private static String text(byte[] bytes) throws Refused {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refused("jms.not-utf-8", "With 'format: text' a body must be UTF-8; this one is not.");
        }
    }

    private static DeliveryResult commit(Session session, Delivery delivery) {
        try {
            session.commit();
            return new Delivered(delivery.id());
        } catch (JMSException | RuntimeException e) {
            if (isRepeat(e)) {
                return new Delivered(delivery.id()); // an earlier attempt was committed, and whole
            }
            return e instanceof TransactionRolledBackException
                    ? notSent("jms.rolled-back", e)
                    : new Unknown("jms.commit: " + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private static boolean isRepeat(Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ActiveMQDuplicateIdException) {
                return true;
            }
        }
        return false;
    }

    /** The body is looked for in the queue. That it is not there says nothing: its reader may be quick. */
    @Override
    public DeliveryResult probe(Delivery delivery) throws JMSException {
        if (!isPlain(delivery)) {
            return new Unknown("jms.id: the delivery's id is not what the hub gives");
        }
        var session = broker.session(false, Session.AUTO_ACKNOWLEDGE);
        try (var browser = session.createBrowser(
                session.createQueue(queue), DELIVERY + " = '" + delivery.id() + "' AND " + INDEX + " = 0")) {
            return browser.getEnumeration().hasMoreElements()
                    ? new Delivered(delivery.id())
                    : new Unknown("jms.probe: it is not in the queue; perhaps its reader has taken it");
        } finally {
            Broker.end(session);
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
