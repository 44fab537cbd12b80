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
import jakarta.jms.JMSException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;

/**
 * One register's queue. A delivery becomes one text message with CSV; its attachments are sent before it, each as a bytes message with
 * the properties {@code deliveryId}, {@code name} and {@code index} (from 1), so that they lie ready when the line is read. The line's
 * column {@code id} is the delivery's id: by it the register recognises a repeat, and by {@code deliveryId} and {@code index} that of
 * an attachment. Lines without attachments that come together are sent one after the other without waiting, and each is confirmed.
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
                .process(exchange -> broker.connect())
                .split(routes.body())
                .stopOnException()
                .process(RegisterQueue::part)
                .to(ExchangePattern.InOnly, register)
                .end()
                .process(exchange ->
                        exchange.getMessage().setBody(delivery(exchange).id()));
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        var result = send(door("entry"), delivery);
        if (result instanceof DeliveryResult.Unknown) {
            broker.forget();
        }
        return result;
    }

    @Override
    public List<DeliveryResult> deliver(List<Delivery> batch) {
        var results = new IdentityHashMap<Delivery, DeliveryResult>();
        var lines = batch.stream().filter(each -> each.attachments().isEmpty()).toList();
        if (!lines.isEmpty()) {
            sendLines(lines, results);
        }
        for (var each : batch) {
            if (!results.containsKey(each)) {
                results.put(
                        each,
                        results.values().stream().allMatch(RegisterQueue::isAnswer)
                                ? deliver(each)
                                : new DeliveryResult.NotSent("one before it could not be sent", Duration.ZERO));
            }
        }
        return batch.stream().map(results::get).toList();
    }

    private static boolean isAnswer(DeliveryResult result) {
        return result instanceof DeliveryResult.Delivered || result instanceof DeliveryResult.Rejected;
    }

    private void sendLines(List<Delivery> batch, Map<Delivery, DeliveryResult> results) {
        try (var lines = broker.lines(queue)) {
            var sent = new IdentityHashMap<Delivery, Future<Void>>();
            for (var each : batch) {
                try (var xml = each.body().open()) {
                    sent.put(each, lines.send(line(xml, each), each.caseId(), Map.of("deliveryId", each.id())));
                } catch (IOException | JMSException | RejectedByTarget | RuntimeException e) {
                    results.put(each, outcome(e));
                }
            }
            var end = System.nanoTime() + broker.timeout().toNanos();
            sent.forEach((each, confirmation) -> results.put(each, confirmed(each, confirmation, end)));
        } catch (NothingSent e) {
            batch.forEach(each -> results.put(each, outcome(e)));
        }
        if (results.values().stream().anyMatch(DeliveryResult.Unknown.class::isInstance)) {
            broker.forget();
        }
    }

    private static DeliveryResult confirmed(Delivery delivery, Future<Void> confirmation, long end) {
        try {
            confirmation.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return new DeliveryResult.Delivered(delivery.id());
        } catch (TimeoutException e) {
            return new DeliveryResult.Unknown("the broker has not confirmed it in time");
        } catch (ExecutionException e) {
            return new DeliveryResult.Unknown("the broker did not take it: "
                    + (e.getCause() == null ? e : e.getCause()).getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new DeliveryResult.Unknown("the hub stops");
        }
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
