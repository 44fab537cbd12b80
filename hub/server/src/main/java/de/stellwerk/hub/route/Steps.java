package de.stellwerk.hub.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.gate.HeaderGate;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.validation.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/** The hub's own steps. */
final class Steps {

    private static final Pattern CENTS = Pattern.compile("[1-9][0-9]{0,14}");

    private Steps() {}

    /** {@code hub:validate/<file.xsd>}. */
    record Validate(XmlSchema schema) implements Step {

        @Override
        public void run(Exchange exchange, Run run) throws Exception {
            var body = Body.in(exchange);
            schema.check(body);
            exchange.getMessage().setBody(body);
        }
    }

    /** {@code xslt:<file.xsl>}: message headers and the hub's variables are the stylesheet's parameters. */
    record Transform(Stylesheet stylesheet) implements Step {

        @Override
        public void run(Exchange exchange, Run run) throws Exception {
            var parameters = new HashMap<String, String>();
            headers(exchange).forEach(parameters::put);
            exchange.getVariables().forEach((name, value) -> {
                if (value instanceof String text) parameters.put(name, text);
            });
            exchange.getMessage().setBody(stylesheet.transform(Body.in(exchange), parameters));
        }
    }

    /** After a step of Camel's own has set the body: what reads it next reads it through the hub's gate. */
    record Anew() implements Step {

        @Override
        public void run(Exchange exchange, Run run) throws Exception {
            exchange.getMessage().setBody(Body.in(exchange));
        }
    }

    /** {@code hub:check/<kind>}. */
    record Check(Doors doors, String kind) implements Step {

        @Override
        public void run(Exchange exchange, Run run) throws Exception {
            var outcome = doors.check(kind, Body.in(exchange).content());
            if (outcome.result() != Outcome.Result.OK) throw new Quarantine(outcome.code(), outcome.text());
        }
    }

    /**
     * {@code hub:verify} and {@code hub:verify/<policy>}. What is accepted is covered by the signatures to the last byte, so the whole of it
     * goes on; of what is not, nothing does.
     */
    record Verify(Doors doors, Optional<String> policy) implements Step {

        @Override
        public void run(Exchange exchange, Run run) throws Exception {
            var body = Body.in(exchange).content();
            var attachments = run.input().attachments();
            var verdict = policy.map(name -> doors.verify(name, body, attachments))
                    .orElseGet(() -> doors.verify(body, attachments));
            run.report(verdict.report());
            verdict.etsi().ifPresent(run::keep);
            run.keep(verdict.readable());
            if (!verdict.accepted()) throw new Quarantine(verdict.code(), verdict.text());
        }
    }

    /** {@code hub:match/<connection>?same=amount-cents,currency}. */
    record Match(Doors doors, String connection, List<String> same) implements Step {

        @Override
        public void run(Exchange exchange, Run run) {
            var order = run.input()
                    .answers()
                    .flatMap(reference -> doors.order(run.input().municipality(), connection, reference))
                    .orElseThrow(() -> new Quarantine(
                            "pay.unknown",
                            "The message answers no delivery of connection '" + connection
                                    + "'. Nothing was booked. Find the order it belongs to."));
            var headers = headers(exchange);
            for (var name : same) {
                var is = Optional.ofNullable(headers.get(name));
                var was = Optional.ofNullable(order.headers().get(name));
                if (name.endsWith("-cents")) {
                    amount(name, is);
                    amount(name, was);
                }
                if (is.isEmpty() || !is.equals(was))
                    throw new Quarantine(
                            "pay.mismatch",
                            "The header '" + name
                                    + "' is not what the order says. Nothing was booked. Compare the order and"
                                    + " the notice, then decide.");
            }
        }

        /** One way to write an amount, so that equal text is equal money. */
        private static void amount(String name, Optional<String> value) {
            if (value.filter(text -> !CENTS.matcher(text).matches()).isPresent())
                throw new Quarantine(
                        "pay.amount",
                        "The header '" + name
                                + "' is not a whole number of cents above zero, without sign, comma, point or"
                                + " exponent. Nothing was booked. Ask the sender.");
        }
    }

    /** {@code hub:transliterate/<charset>}. */
    record Transliterate(Transliteration transliteration) implements Step {

        @Override
        public void run(Exchange exchange, Run run) throws Exception {
            exchange.getMessage().setBody(transliteration.apply(Body.in(exchange), run));
        }
    }

    /**
     * {@code hub:deliver/<connection>?channel=…&kind=…&attachments=…}.
     *
     * @param connection empty: the one that the service directory leads to
     * @param ordinal which of the route's deliver steps to this connection it is, counted from 0
     * @param channel empty: the connection's single outgoing one
     * @param kind empty: header {@code kind}, or the message's own
     */
    record Deliver(
            Doors doors,
            String route,
            String connection,
            int ordinal,
            String channel,
            String kind,
            boolean withAttachments)
            implements Step {

        @Override
        public void run(Exchange exchange, Run run) throws Exception {
            var input = run.input();
            var headers = headers(exchange);
            var target = connection.isEmpty() ? byDirectory(input, run) : connection;
            var card = doors.connection(input.municipality(), target)
                    .orElseThrow(() -> new IllegalStateException("connection " + target + " is gone"));
            var out = channel(card, channel);
            var chosenKind = !kind.isEmpty() ? kind : headers.getOrDefault("kind", input.kind());
            if (!takes(card, out, chosenKind))
                throw new Quarantine(
                        "route.kind",
                        "The connection '" + target
                                + "' does not take the kind the route gives the delivery. Nothing was"
                                + " forwarded. Name a kind in the route's deliver step.");
            var attachments = new ArrayList<Content>();
            if (withAttachments) {
                attachments.addAll(input.attachments());
                attachments.addAll(run.reports());
            }
            var split = exchange.getProperty(Exchange.SPLIT_INDEX, String.class);
            run.plan(new PlannedDelivery(
                    id(input.messageId(), target, split == null ? "" : split),
                    target,
                    out,
                    chosenKind,
                    headers,
                    Body.in(exchange).content(),
                    attachments));
        }

        private String byDirectory(RouteInput input, Run run) {
            var way = doors.way(input.municipality(), input.service());
            var found = way.connection().orElseThrow(() -> new Quarantine(way.code(), way.text()));
            run.note("The service directory leads to connection " + found + ".");
            return found;
        }

        /** The same at every run of the same message; the route's version is not part of it. */
        private String id(String messageId, String target, String split) {
            // What the directory chose is told from what the route names: both may mean the same connection.
            var chosen = connection.isEmpty() ? "*" + target : target;
            var text = String.join("\n", messageId, route, chosen, Integer.toString(ordinal), split);
            return HexFormat.of().formatHex(Assets.sha256().digest(text.getBytes(UTF_8)));
        }

        /** The channel to take; empty if it cannot be known yet. */
        static String channel(ConnectionCard card, String wanted) {
            if (!wanted.isEmpty()) return wanted;
            var out = outgoing(card);
            if (out.size() > 1 || out.isEmpty() && !card.channels().isEmpty())
                throw new IllegalStateException("the connector no longer has a single outgoing channel");
            return out.isEmpty() ? "" : out.get(0);
        }

        static List<String> outgoing(ConnectionCard card) {
            return card.channels().stream()
                    .filter(channel -> channel.direction() == Channel.Direction.OUT)
                    .map(Channel::name)
                    .toList();
        }

        static boolean takes(ConnectionCard card, String channel, String kind) {
            return card.channels().stream()
                    .filter(known -> known.direction() == Channel.Direction.OUT
                            && known.name().equals(channel))
                    .allMatch(known -> known.kinds().isEmpty() || known.kinds().contains(kind));
        }
    }

    /** {@code hub:receipt}: the body becomes the hub's sealed receipt for the message. */
    record Receipt(Doors doors) implements Step {

        @Override
        public void run(Exchange exchange, Run run) {
            exchange.getMessage().setBody(Body.of(doors.receipt(run.input().messageId())));
        }
    }

    /** {@code hub:quarantine?code=…&reason=…}. */
    record SetAside(String code, String reason) implements Step {

        @Override
        public void run(Exchange exchange, Run run) {
            throw new Quarantine(code, reason);
        }
    }

    /** The headers that may leave the hub: never one of Camel's own, whatever its spelling. */
    static Map<String, String> headers(Exchange exchange) {
        var text = new HashMap<String, String>();
        for (var name : exchange.getMessage().getHeaders().keySet()) {
            var value = exchange.getMessage().getHeader(name, String.class);
            if (value != null) text.put(name, value);
        }
        return HeaderGate.pass(text);
    }
}
