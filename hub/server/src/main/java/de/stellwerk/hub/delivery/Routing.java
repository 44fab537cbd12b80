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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
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
    private static final int FEW = 16;

    /** A few messages wait so long for others: each set costs some statements, however small it is. */
    private static final long COMPANY = Duration.ofMillis(20).toNanos();

    /** A suspect is run alone, and nothing else is begun meanwhile; one that takes longer no longer holds up the others. */
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(30);

    /** What was taken longer ago than that gives way to nothing new: senders bring more than the machine can do, and that is no rush. */
    static final Duration LONGEST_RUSH = Duration.ofMinutes(1);

    private final Ledger ledger;
    private final ContentStore contents;
    private final Function<RouteInput, RouteOutcome> routes;
    private final Targets targets;
    private final Lanes lanes;
    private final Backoff backoff;
    private final Limits limits;
    private final Clock clock;
    private final GiveWay giveWay;
    private final FairQueue<UUID> queue = new FairQueue<>(MOST_WAITING);
    private final Set<UUID> suspects = new LinkedHashSet<>();
    private final Queue<Ledger.RouteSet> unreleased = new ConcurrentLinkedQueue<>();
    private Instant heldSince = Instant.MIN;
    private int running;
    private boolean suspectRuns;
    /** Whether somebody's next message may be waiting at the door for what waits here. */
    private boolean companyEnough;

    /**
     * What a thread does next.
     *
     * @param suspect whether it is one of those that run one at a time
     * @param alone whether nothing else was under way when it began
     */
    private record Turn(List<UUID> ids, boolean suspect, boolean alone) {
        private static final Turn NONE = new Turn(List.of(), false, false);
    }

    Routing(
            Ledger ledger,
            ContentStore contents,
            Function<RouteInput, RouteOutcome> routes,
            Targets targets,
            Lanes lanes,
            Backoff backoff,
            Limits limits,
            Clock clock,
            GiveWay giveWay) {
        this.ledger = ledger;
        this.contents = contents;
        this.routes = routes;
        this.targets = targets;
        this.lanes = lanes;
        this.backoff = backoff;
        this.limits = limits;
        this.clock = clock;
        this.giveWay = giveWay;
    }

    /** Takes what came along the route lane. */
    synchronized void add(List<String> texts) {
        for (var text : texts) {
            var each = Ledger.ToRoute.of(text);
            if (queue.add(each.municipality(), each.message())) {
                tell(each.municipality());
                companyEnough |= lanes.isBehind(each.municipality());
            }
        }
        notifyAll();
    }

    synchronized int waiting() {
        return queue.waiting();
    }

    /** The messages whose turn it is, or a suspect; none if there are none after that time. */
    private synchronized Turn next(Duration patience, int workers) throws InterruptedException {
        if (!patience.isZero() && !suspectMayRun() && (isHeld() || queue.waiting() == 0)) {
            wait(patience.toMillis());
            waitForCompany();
        }
        var turn = suspectMayRun() ? suspect() : isHeld() ? Turn.NONE : set(workers);
        if (!turn.ids().isEmpty()) {
            running++;
        }
        return turn;
    }

    private void waitForCompany() throws InterruptedException {
        long begun = System.nanoTime();
        for (long left = COMPANY; left > 0 && queue.waiting() > 0 && queue.waiting() < FEW && !companyEnough; ) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = COMPANY - (System.nanoTime() - begun);
        }
    }

    private boolean suspectMayRun() {
        return !suspects.isEmpty() && !suspectRuns && (running == 0 || !isHeld());
    }

    /** Where a route does not come to its end, nobody waits for it again. */
    private Turn suspect() {
        var first = suspects.iterator();
        var turn = new Turn(List.of(first.next()), true, running == 0);
        first.remove();
        suspectRuns = true;
        if (turn.alone()) {
            heldSince = clock.instant();
        }
        return turn;
    }

    private Turn set(int workers) {
        var size = Math.max(FEW, Math.min(LARGEST_SET, queue.waiting() / workers));
        companyEnough = false;
        var next = queue.next(size);
        next.groups().forEach(this::tell);
        return new Turn(next.ids(), false, false);
    }

    private void tell(String municipality) {
        lanes.waits(Lane.ROUTE, Lanes.group(municipality, ""), queue.waiting(municipality));
    }

    /** Whether nothing may begin beside a suspect, or before one that waits for the others to end. */
    private boolean isHeld() {
        return (suspectRuns || !suspects.isEmpty())
                && Duration.between(heldSince, clock.instant()).abs().compareTo(LONGEST_HOLD) < 0;
    }

    private synchronized void waitForTheirTurn(List<UUID> ids) {
        if (!ids.isEmpty()) {
            if (suspects.isEmpty() && !suspectRuns) {
                heldSince = clock.instant();
            }
            suspects.addAll(ids);
        }
    }

    private synchronized void done(Turn turn) {
        queue.done(turn.ids().stream().filter(id -> !suspects.contains(id)).toList());
        running--;
        if (turn.suspect()) {
            suspectRuns = false;
            if (running == 0) {
                heldSince = clock.instant();
            }
        }
        if (turn.suspect() || !suspects.isEmpty()) {
            notifyAll();
        }
    }

    /**
     * Routes one set.
     *
     * @param patience how long to wait for one
     * @param workers how many share the work
     * @return false if there was none
     */
    boolean step(Duration patience, int workers) throws InterruptedException {
        var turn = next(patience, workers);
        if (turn.ids().isEmpty()) {
            return false;
        }
        var begun = System.nanoTime();
        var late = false;
        try {
            CrashPoint.ROUTE_TAKEN.pass();
            if (turn.suspect()) {
                route(ledger.claimSuspect(turn.ids().get(0), turn.alone()));
            } else {
                var set = ledger.claimMessages(turn.ids());
                waitForTheirTurn(set.suspects());
                late = isLate(set);
                route(set);
            }
        } catch (RuntimeException e) {
            LOG.error(
                    "a set of {} messages could not be routed; they come again",
                    turn.ids().size(),
                    e);
        } finally {
            done(turn);
        }
        if (!late) {
            giveWay.after(System.nanoTime() - begun);
        }
        return true;
    }

    /** Whether even the youngest has waited for long: an old one among new ones comes again after a failure. */
    private boolean isLate(Ledger.RouteSet set) {
        return set.messages().stream()
                .map(HeldMessage::takenAt)
                .max(Comparator.naturalOrder())
                .filter(youngest -> youngest.isBefore(clock.instant().minus(LONGEST_RUSH)))
                .isPresent();
    }

    private void route(Ledger.RouteSet set) {
        if (set.messages().isEmpty()) {
            return;
        }
        CrashPoint.ROUTE_CLAIMED.pass();
        var outcomes = new ArrayList<Routed>(set.messages().size());
        var written = false;
        try {
            for (var message : set.messages()) {
                outcomes.add(route(message));
            }
            CrashPoint.ROUTE_RUN.pass();
            lanes.deliver(ledger.routed(set, outcomes));
            written = true;
        } finally {
            if (!written) {
                unreleased.add(set);
            }
        }
    }

    /** Sets whose routes ended and were not written: should this node die later, then not of these. */
    void release() {
        for (var set = unreleased.peek(); set != null; set = unreleased.peek()) {
            ledger.routed(set, List.of());
            unreleased.remove();
        }
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
                lanes.hasRoom(message.municipality(), planned.connection()));
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
