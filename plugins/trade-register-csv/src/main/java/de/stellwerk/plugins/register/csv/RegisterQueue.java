package de.stellwerk.plugins.register.csv;

import de.stellwerk.hub.camel.CamelConnector;
import de.stellwerk.hub.camel.NothingSent;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.camel.Unreadable;
import de.stellwerk.hub.spi.BatchSink;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.HubContext;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;

/**
 * One register's queue. A delivery becomes one text message with CSV; its attachments are sent before it, each as a bytes message with
 * the properties {@code deliveryId}, {@code name} and {@code index} (from 1), so that they lie ready when the line is read. The line's
 * column {@code id} is the delivery's id: by it the register recognises a repeat, and by {@code deliveryId} and {@code index} that of
 * an attachment. Deliveries without attachments that come together are one transaction.
 */
final class RegisterQueue extends CamelConnector implements BatchSink {

    private static final int MEBIBYTE = 1 << 20;
    private static final int LONGEST_NAME = 200;

    private final Broker broker;
    private final String queue;
    private final Table table;
    private final int limit;

    /** One JMS message to be: text or bytes, and its properties. */
    private record Part(Object body, Map<String, Object> properties) {}

    RegisterQueue(HubContext hub, Broker broker, String queue, Table table, int limit) {
        super(hub);
        this.broker = broker;
        this.queue = queue;
        this.table = table;
        this.limit = limit * MEBIBYTE;
    }

    @Override
    protected void configure(RouteBuilder routes) {
        var register =
                "jms:queue:" + queue + "?deliveryPersistent=true&connectionFactory=" + bean("broker", broker.factory());
        routes.from(door("entry"))
                .process(this::parts)
                .split(routes.body())
                .stopOnException()
                .process(RegisterQueue::part)
                .to(ExchangePattern.InOnly, register)
                .end()
                .process(exchange ->
                        exchange.getMessage().setBody(delivery(exchange).id()));
    }

    @Override
    public List<DeliveryResult> deliver(List<Delivery> batch) {
        // The broker holds what is not committed in its memory, so what has attachments goes alone.
        return batch.stream().allMatch(each -> each.attachments().isEmpty())
                ? together(batch)
                : batch.stream()
                        .flatMap(each -> together(List.of(each)).stream())
                        .toList();
    }

    private List<DeliveryResult> together(List<Delivery> batch) {
        var results = new ArrayList<DeliveryResult>(batch.size());
        try {
            broker.connect();
            broker.together(() -> {
                batch.forEach(each -> results.add(send(door("entry"), each)));
                return results.stream().allMatch(RegisterQueue::isAnswer);
            });
        } catch (NothingSent | CannotCreateTransactionException e) {
            return Collections.nCopies(
                    batch.size(),
                    new DeliveryResult.NotSent(
                            "the broker takes no connection: " + e.getClass().getSimpleName(), Duration.ZERO));
        } catch (TransactionException e) {
            broker.forget();
            return instead(
                    results,
                    new DeliveryResult.Unknown("the broker did not say that it has committed: "
                            + e.getClass().getSimpleName()));
        }
        if (results.stream().allMatch(RegisterQueue::isAnswer)) {
            return results;
        }
        broker.forget();
        return instead(
                results,
                new DeliveryResult.NotSent("another of the same transaction could not be sent", Duration.ZERO));
    }

    private static boolean isAnswer(DeliveryResult result) {
        return result instanceof DeliveryResult.Delivered || result instanceof DeliveryResult.Rejected;
    }

    private static List<DeliveryResult> instead(List<DeliveryResult> results, DeliveryResult ofThoseSent) {
        return results.stream()
                .map(each -> each instanceof DeliveryResult.Delivered ? ofThoseSent : each)
                .toList();
    }

    private void parts(Exchange exchange) throws Exception {
        var delivery = delivery(exchange);
        var parts = new ArrayList<Part>();
        for (var attachment : delivery.attachments()) {
            var properties = Map.<String, Object>of(
                    "deliveryId", delivery.id(), "name", name(attachment), "index", parts.size() + 1);
            parts.add(new Part(bytes(attachment), properties));
        }
        parts.add(new Part(
                line(body(exchange, InputStream.class), delivery),
                Map.of("deliveryId", delivery.id(), "JMSCorrelationID", delivery.caseId())));
        exchange.getMessage().setBody(parts);
    }

    private String line(InputStream xml, Delivery delivery) throws IOException, RejectedByTarget {
        try {
            return table.line(xml, delivery.id(), delivery.attachments().size());
        } catch (Unreadable e) {
            throw new RejectedByTarget("register.unreadable: " + e.getMessage());
        }
    }

    private byte[] bytes(Content attachment) throws IOException, RejectedByTarget {
        try (var in = attachment.open()) {
            var bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new RejectedByTarget("register.attachment: an attachment is larger than 'attachment-limit', "
                        + limit / MEBIBYTE + " MiB");
            }
            return bytes;
        }
    }

    private static String name(Content attachment) {
        var plain = attachment.name().replaceAll("\\p{Cntrl}", "");
        return plain.length() <= LONGEST_NAME ? plain : plain.substring(0, LONGEST_NAME);
    }

    private static void part(Exchange exchange) throws Exception {
        var part = body(exchange, Part.class);
        exchange.getMessage().setHeaders(new HashMap<>(part.properties()));
        exchange.getMessage().setBody(part.body());
    }

    @Override
    public void close() throws Exception {
        super.close();
        broker.close();
    }
}
