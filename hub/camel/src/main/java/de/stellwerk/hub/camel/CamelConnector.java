package de.stellwerk.hub.camel;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.HubContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose work is done by Camel routes. A subclass writes its routes in {@link #configure}, starting at {@linkplain #door
 * doors}, and implements {@link de.stellwerk.hub.spi.Sink} or {@link de.stellwerk.hub.spi.Source} by calling them with {@link #send} and
 * {@link #ask}. Routes, beans and doors of one connection carry its municipality and name, so that two connections in one context
 * never meet; all are taken away when the connection closes.
 *
 * <p>Let a route have one effect outside, and have it last. Then an exception says what it seems to say: a target that takes no
 * connection has seen nothing.
 */
public abstract class CamelConnector implements Connector {

    private static final String DELIVERY = "stellwerk.delivery";

    private static final AtomicLong OPENED = new AtomicLong();

    /** Never the same twice: one that is still being closed, late, must not take the doors of its successor with it. */
    private final String prefix;

    private final List<String> routes = new ArrayList<>();
    private final List<String> lent = new ArrayList<>();
    private @Nullable Beans beans;
    private @Nullable CamelContext context;
    private @Nullable ProducerTemplate template;

    protected CamelConnector(HubContext hub) {
        prefix = hub.municipality() + "." + hub.connection() + "." + OPENED.incrementAndGet() + ".";
    }

    /** Writes the routes of this connection. They have no error handler: what goes wrong is the answer of the call. */
    protected abstract void configure(RouteBuilder routes) throws Exception;

    /** The address of a door of this connection: where a route starts, and what {@link #send} and {@link #ask} call. */
    protected final String door(String name) {
        return "direct:" + prefix + name;
    }

    /**
     * Lends an object, such as a connection factory, to the endpoints of this connection. To be called in {@link #configure}.
     *
     * @return how an endpoint's option names it: {@code "jms:queue:in?connectionFactory=" + bean("jms", factory)}
     */
    protected final String bean(String name, Object object) {
        open(beans).bind(prefix + name, object);
        lent.add(prefix + name);
        return "#" + prefix + name;
    }

    /**
     * Sends a delivery through a route. The route's body is the delivery's, as a stream; {@link #delivery} is the delivery itself. The
     * body at the end is the answer: a {@link DeliveryResult}, or a text, which is then the reference.
     *
     * <p>{@link RejectedByTarget} thrown in the route is {@code Rejected}; {@link NothingSent}, or a target that could not be connected
     * to, is {@code NotSent}; everything else is {@code Unknown}.
     *
     * @param headers the headers of the delivery the route may see; the others stay outside, as do all that would steer Camel
     */
    protected final DeliveryResult send(String door, Delivery delivery, String... headers) {
        try {
            return result(call(door, delivery.body(), delivery, headers));
        } catch (Exception e) {
            return outcome(e);
        }
    }

    /** What an exception thrown in a route says about a delivery, for a connector that calls its routes with {@link #ask}. */
    protected static DeliveryResult outcome(Exception thrown) {
        return Outcome.of(thrown);
    }

    /**
     * Calls a route with any body, and throws what it throws. A {@link Content} is given to the route as a stream.
     *
     * @param answer what the route's last body must be, or can be converted to
     */
    protected final <T> T ask(String door, Object body, Class<T> answer) throws Exception {
        return body(call(door, body, null), answer);
    }

    /** In a route called with {@link #send}: the delivery it is about. */
    protected static Delivery delivery(Exchange exchange) {
        var delivery = exchange.getProperty(DELIVERY, Delivery.class);
        if (delivery == null) {
            throw new IllegalStateException("this route was not called with a delivery");
        }
        return delivery;
    }

    /** The body as it is now, converted if need be. */
    protected static <T> T body(Exchange exchange, Class<T> type) throws InvalidPayloadException {
        return exchange.getMessage().getMandatoryBody(type);
    }

    private Exchange call(String door, Object body, @Nullable Delivery delivery, String... headers) throws Exception {
        var endpoint = open(context).getEndpoint(door);
        var exchange = endpoint.createExchange(ExchangePattern.InOut);
        if (delivery != null) {
            exchange.setProperty(DELIVERY, delivery);
            for (var header : headers) {
                var value = delivery.headers().get(header);
                if (value != null && !steersCamel(header)) {
                    exchange.getMessage().setHeader(header, value);
                }
            }
        }
        if (body instanceof Content content) {
            try (var stream = content.open()) {
                exchange.getMessage().setBody(stream);
                open(template).send(endpoint, exchange);
            }
        } else {
            exchange.getMessage().setBody(body);
            open(template).send(endpoint, exchange);
        }
        var thrown = exchange.getException();
        if (thrown != null) {
            throw thrown;
        }
        return exchange;
    }

    /** Camel reads its headers without regard to case, so ours, in lower-case letters, could be among them. */
    private static boolean steersCamel(String header) {
        var name = header.toLowerCase(Locale.ROOT);
        return name.startsWith("camel") || name.startsWith("org.apache.camel") || name.startsWith("jms");
    }

    private static DeliveryResult result(Exchange done) {
        var body = done.getMessage().getBody();
        if (body instanceof DeliveryResult result) {
            return result;
        }
        if (body instanceof String reference) {
            return new DeliveryResult.Delivered(reference);
        }
        return new DeliveryResult.Unknown("the route ended without a reference");
    }

    final void start(CamelContext shared, Beans lends) throws Exception {
        context = shared;
        beans = lends;
        template = shared.createProducerTemplate();
        shared.addRoutes(new RouteBuilder(shared) {
            @Override
            public void configure() throws Exception {
                errorHandler(noErrorHandler());
                CamelConnector.this.configure(this);
                for (var route : getRouteCollection().getRoutes()) {
                    routes.add(prefix + (routes.size() + 1));
                    route.routeId(routes.get(routes.size() - 1));
                    route.setNodePrefixId(prefix);
                }
            }
        });
    }

    @Override
    public void close() throws Exception {
        if (context == null || beans == null || template == null) {
            return;
        }
        for (var route : routes) {
            context.getRouteController().stopRoute(route);
            context.removeRoute(route);
        }
        lent.forEach(beans::unbind);
        routes.clear();
        lent.clear();
        template.close();
        template = null;
    }

    private static <T> T open(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the connection is not open");
        }
        return part;
    }
}
