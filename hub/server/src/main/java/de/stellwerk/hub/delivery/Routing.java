package de.stellwerk.hub.delivery;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.ledger.HeldMessage;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.NewDelivery;
import de.stellwerk.hub.route.PlannedDelivery;
import de.stellwerk.hub.route.RouteInput;
import de.stellwerk.hub.route.RouteOutcome;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a message's route and writes its outcome in one transaction. */
public final class Routing {

    private static final Logger LOG = LoggerFactory.getLogger(Routing.class);
    private static final Retry RETRY = new Retry(5, Duration.ofSeconds(2), Duration.ofMinutes(1));

    private final Ledger ledger;
    private final ContentStore contents;
    private final Routes routes;
    private final Lanes lanes;
    private final Backoff backoff;
    private final Limits limits;
    private final Clock clock;
    private final Queue<HeldMessage> unwritten = new ConcurrentLinkedQueue<>();

    Routing(
            Ledger ledger,
            ContentStore contents,
            Routes routes,
            Lanes lanes,
            Backoff backoff,
            Limits limits,
            Clock clock) {
        this.ledger = ledger;
        this.contents = contents;
        this.routes = routes;
        this.lanes = lanes;
        this.backoff = backoff;
        this.limits = limits;
        this.clock = clock;
    }

    /** Takes an id from the route lane. */
    void run(String id) {
        ledger.claimMessage(UUID.fromString(id)).ifPresent(message -> {
            try {
                route(message);
            } catch (RuntimeException e) {
                LOG.error("the outcome of message {} could not be written; it is routed again", message.id(), e);
                unwritten.add(message);
            }
        });
    }

    /** Gives back messages whose outcome could not be written, as soon as the database takes it. */
    void giveBackUnwritten() {
        for (var message = unwritten.peek(); message != null; message = unwritten.peek()) {
            ledger.routeLater(message, "", "database.failed", "the outcome could not be written", clock.instant());
            unwritten.remove();
        }
    }

    private void route(HeldMessage message) {
        var held = message.parts().stream()
                .map(part -> (Content) contents.open(part))
                .toList();
        var outcome = routes.run(new RouteInput(
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
            write(message, outcome);
        } catch (IOException e) {
            LOG.warn("message {} could not be routed: its content was not stored; it is tried again", message.id(), e);
            failed(message, "", "content.store", e.getClass().getSimpleName());
        }
    }

    private void write(HeldMessage message, RouteOutcome outcome) throws IOException {
        if (outcome instanceof RouteOutcome.Routed routed) {
            var deliveries = new ArrayList<NewDelivery>();
            for (var planned : routed.deliveries()) {
                deliveries.add(held(planned));
            }
            lanes.deliver(ledger.routed(message, routed.route(), deliveries, routed.notes(), hold(routed.reports())));
        } else if (outcome instanceof RouteOutcome.Quarantined no) {
            LOG.warn("message {} of {} quarantined: {}", message.id(), message.municipality(), no.code());
            ledger.quarantined(message, no.route(), no.code(), no.reason(), hold(no.reports()));
        } else if (outcome instanceof RouteOutcome.NoRoute none) {
            LOG.warn("message {} of {} parked: no route for {}", message.id(), message.municipality(), message.kind());
            ledger.parked(message, "", "route.none", none.text());
        } else if (outcome instanceof RouteOutcome.Failed failed) {
            failed(message, failed.route(), failed.code(), failed.why());
        }
    }

    private void failed(HeldMessage message, String route, String code, String why) {
        if (message.attempt() >= RETRY.attempts()) {
            LOG.warn("message {} of {} parked: {}", message.id(), message.municipality(), code);
            ledger.parked(message, route, code, why);
        } else {
            ledger.routeLater(message, route, code, why, clock.instant().plus(backoff.after(message.attempt(), RETRY)));
        }
    }

    private NewDelivery held(PlannedDelivery planned) throws IOException {
        return new NewDelivery(
                planned.id(),
                planned.connection(),
                planned.channel(),
                planned.kind(),
                planned.headers(),
                contents.hold(planned.body(), limits.part()),
                hold(planned.attachments()));
    }

    private List<Part> hold(List<Content> all) throws IOException {
        var parts = new ArrayList<Part>();
        for (var content : all) {
            parts.add(contents.hold(content, limits.part()));
        }
        return parts;
    }
}
