package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.delivery.Target.Targets;
import de.stellwerk.hub.ledger.HeldMessage;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Ledger.Routed;
import de.stellwerk.hub.ledger.MessageState;
import de.stellwerk.hub.ledger.NewDelivery;
import de.stellwerk.hub.route.PlannedDelivery;
import de.stellwerk.hub.route.RouteInput;
import de.stellwerk.hub.route.RouteOutcome;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the routes of a set of messages and writes the outcomes in one transaction. */
final class Routing {

    private static final Logger LOG = LoggerFactory.getLogger(Routing.class);
    private static final Retry RETRY = new Retry(5, Duration.ofSeconds(2), Duration.ofMinutes(1));

    /** Ids that a node keeps in memory: some seconds of work. What is more comes again. */
    private static final int MOST_WAITING = 20_000;

    private static final int LARGEST_SET = 32;

    private final Ledger ledger;
    private final ContentStore contents;
    private final Function<RouteInput, RouteOutcome> routes;
    private final Targets targets;
    private final Lanes lanes;
    private final Backoff backoff;
    private final Limits limits;
    private final Clock clock;
    private final FairQueue<UUID> queue = new FairQueue<>(MOST_WAITING);

    Routing(
            Ledger ledger,
            ContentStore contents,
            Function<RouteInput, RouteOutcome> routes,
            Targets targets,
            Lanes lanes,
            Backoff backoff,
            Limits limits,
            Clock clock) {
        this.ledger = ledger;
        this.contents = contents;
        this.routes = routes;
        this.targets = targets;
        this.lanes = lanes;
        this.backoff = backoff;
        this.limits = limits;
        this.clock = clock;
    }

    /** Takes what came along the route lane. */
    synchronized void add(List<String> texts) {
        for (var text : texts) {
            var each = Ledger.ToRoute.of(text);
            queue.add(each.municipality(), each.message());
        }
        lanes.waits(Lane.ROUTE, queue.waiting());
        notifyAll();
    }

    synchronized int waiting() {
        return queue.waiting();
    }

    /** The messages of the municipality whose turn it is; empty if there are none after that time. */
    private synchronized List<UUID> next(Duration patience, int workers) throws InterruptedException {
        if (queue.waiting() == 0 && !patience.isZero()) {
            wait(patience.toMillis());
        }
        var size = Math.max(1, Math.min(LARGEST_SET, queue.waiting() / workers));
        var ids = queue.next(size).map(FairQueue.Turn::ids).orElse(List.of());
        lanes.waits(Lane.ROUTE, queue.waiting());
        return ids;
    }

    private synchronized void done(List<UUID> ids) {
        queue.done(ids);
    }

    /**
     * Routes one set.
     *
     * @param patience how long to wait for one
     * @param workers how many share the work
     * @return false if there was none
     */
    boolean step(Duration patience, int workers) throws InterruptedException {
        var ids = next(patience, workers);
        if (ids.isEmpty()) {
            return false;
        }
        try {
            CrashPoint.ROUTE_TAKEN.pass();
            var set = ledger.claimMessages(ids);
            route(set);
            for (var suspect : set.suspects()) {
                route(ledger.claimMessages(List.of(suspect)));
            }
        } catch (RuntimeException e) {
            LOG.error("a set of {} messages could not be routed; they come again", ids.size(), e);
        } finally {
            done(ids);
        }
        return true;
    }

    private void route(Ledger.RouteSet set) {
        if (set.messages().isEmpty()) {
            return;
        }
        CrashPoint.ROUTE_CLAIMED.pass();
        var outcomes = new ArrayList<Routed>(set.messages().size());
        for (var message : set.messages()) {
            outcomes.add(route(message));
        }
        CrashPoint.ROUTE_RUN.pass();
        lanes.deliver(ledger.routed(set, outcomes));
    }

    private Routed route(HeldMessage message) {
        var held = message.parts().stream()
                .map(part -> (Content) contents.open(part))
                .toList();
        var outcome = routes.apply(new RouteInput(
                message.id().toString(),
                message.municipality(),
                message.kind(),
                message.service(),
                message.caseId(),
                message.answers(),
                message.headers(),
                held.get(0),
                held.subList(1, held.size())));
        try {
            return routed(message, outcome);
        } catch (IOException e) {
            LOG.warn("message {} could not be routed: its content was not stored; it is tried again", message.id(), e);
            return failed(message, "", "content.store", e.getClass().getSimpleName());
        }
    }

    private Routed routed(HeldMessage message, RouteOutcome outcome) throws IOException {
        var now = clock.instant();
        if (outcome instanceof RouteOutcome.Routed well) {
            var deliveries = new ArrayList<NewDelivery>();
            for (var planned : well.deliveries()) {
                deliveries.add(held(message, planned));
            }
            return Routed.well(message, well.route(), deliveries, well.notes(), hold(well.reports()), now);
        }
        if (outcome instanceof RouteOutcome.Quarantined no) {
            LOG.warn("message {} of {} quarantined: {}", message.id(), message.municipality(), no.code());
            return Routed.not(message, MessageState.QUARANTINED, no.route(), no.code(), no.reason(), now)
                    .reporting(hold(no.reports()));
        }
        if (outcome instanceof RouteOutcome.Failed failed) {
            return failed(message, failed.route(), failed.code(), failed.why());
        }
        LOG.warn("message {} of {} parked: no route for {}", message.id(), message.municipality(), message.kind());
        var none = (RouteOutcome.NoRoute) outcome;
        return Routed.not(message, MessageState.PARKED, "", "route.none", none.text(), now);
    }

    private Routed failed(HeldMessage message, String route, String code, String why) {
        if (message.attempt() >= RETRY.attempts()) {
            LOG.warn("message {} of {} parked: {}", message.id(), message.municipality(), code);
            return Routed.not(message, MessageState.PARKED, route, code, why, clock.instant());
        }
        var due = clock.instant().plus(backoff.after(message.attempt(), RETRY));
        return Routed.not(message, MessageState.RECEIVED, route, code, why, due);
    }

    private NewDelivery held(HeldMessage message, PlannedDelivery planned) throws IOException {
        return new NewDelivery(
                planned.id(),
                planned.connection(),
                planned.channel(),
                planned.kind(),
                planned.headers(),
                contents.hold(planned.body(), limits.part()),
                hold(planned.attachments()),
                orderKey(message, planned),
                lanes.hasRoom(Lane.DELIVERY));
    }

    /**
     * A header as it came with the message, since earlier messages that are not routed yet are compared by theirs. Without the header
     * that a connection orders by, a delivery has no turn to wait for.
     */
    private String orderKey(HeldMessage message, PlannedDelivery planned) {
        var order = targets.find(message.municipality(), planned.connection())
                .flatMap(target -> target.config().order())
                .orElse("");
        var value = order.equals("case") ? message.caseId() : message.headers().getOrDefault(order, "");
        return value.isEmpty() ? "" : order + " " + value;
    }

    private List<Part> hold(List<Content> all) throws IOException {
        var parts = new ArrayList<Part>();
        for (var content : all) {
            parts.add(contents.hold(content, limits.part()));
        }
        return parts;
    }
}
