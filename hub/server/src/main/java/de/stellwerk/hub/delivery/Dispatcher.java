package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.config.Bounds;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.delivery.Target.Targets;
import de.stellwerk.hub.ledger.Address;
import de.stellwerk.hub.ledger.DeliveryState;
import de.stellwerk.hub.ledger.DueDelivery;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Ledger.Outcome;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.plugin.Connection.Closed;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls sinks. Each connection has a lane of its own with a bounded number of calls at a time, so that a slow target fills its own
 * lane and no other; the lanes take turns. What is due for a connection that takes no calls now is put off, and holds up no lane. Where
 * the target recognises a repeat, a call takes a set of deliveries, which are claimed and concluded together, and first attempts among them
 * are handed over as one batch to a connector that takes such; elsewhere one, so that a kill leaves no more than one in doubt.
 */
final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(1);
    private static final int USUAL_CALLS = Bounds.defaults().calls();
    private static final int LARGEST_SET = 16;
    private static final int TAKEN_OVER_AT_ONCE = 100;
    private static final Duration LATEST_COMMIT = Duration.ofMinutes(10);
    private static final int MOST_WAITING_OF_A_CONNECTION = 5_000;

    /** Whether what this node has claimed is still its own. */
    interface Tenure {
        /** To be read before a claim. */
        int term();

        /** Whether a call outside may begin of what was claimed in this term. */
        boolean valid(int claimedIn);

        static Tenure of(Nodes nodes) {
            return new Tenure() {
                @Override
                public int term() {
                    return nodes.term();
                }

                @Override
                public boolean valid(int claimedIn) {
                    return nodes.valid(claimedIn);
                }
            };
        }
    }

    private final Ledger ledger;
    private final ContentStore contents;
    private final Targets targets;
    private final Lanes lanes;
    private final Backoff backoff;
    private final Clock clock;
    private final Tenure tenure;
    private final Executor threads;
    private final Map<String, ConnectionLane> byConnection = new ConcurrentHashMap<>();
    private final Queue<Outcome> unwritten = new ConcurrentLinkedQueue<>();
    /** The connections whose open attempts a thread is asking about at this moment. */
    private final Set<String> asking = ConcurrentHashMap.newKeySet();

    private final Map<String, Instant> notBegun = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;

    /**
     * @param tenure for how long this node may begin the calls it has claimed
     * @param threads runs the calls
     */
    Dispatcher(
            Ledger ledger,
            ContentStore contents,
            Targets targets,
            Lanes lanes,
            Backoff backoff,
            Clock clock,
            Tenure tenure,
            Executor threads) {
        this.ledger = ledger;
        this.contents = contents;
        this.targets = targets;
        this.lanes = lanes;
        this.backoff = backoff;
        this.clock = clock;
        this.tenure = tenure;
        this.threads = threads;
    }

    private final class ConnectionLane {

        private final String municipality;
        private final String connection;
        private final String name;
        private final FairQueue<String> ids = new FairQueue<>(MOST_WAITING_OF_A_CONNECTION);
        private int running;
        private Instant lastBegun = Instant.EPOCH;

        ConnectionLane(String municipality, String connection) {
            this.municipality = municipality;
            this.connection = connection;
            this.name = Lanes.group(municipality, connection);
        }

        synchronized void add(String id) {
            if (ids.add("", id)) {
                waiting.incrementAndGet();
                lanes.waits(Lane.DELIVERY, name, ids.waiting());
            }
            beginAnother();
        }

        /** Where they go out together, what comes while one call is under way is the next one's, unless that is full or has to wait. */
        private void beginAnother() {
            if (ids.waiting() > 0
                    && running < places()
                    && (running == 0 || !takesBatches() || ids.waiting() >= LARGEST_SET || isLong())) {
                running++;
                lastBegun = clock.instant();
                threads.execute(this::work);
            }
        }

        /** Whether it is some time that the last call began. */
        private boolean isLong() {
            return Duration.between(lastBegun, clock.instant()).abs().compareTo(LONG) > 0;
        }

        /** One set; what is left waits behind the other lanes' sets. */
        private void work() {
            var set = next();
            if (set.isEmpty()) {
                return;
            }
            try {
                CrashPoint.DELIVERY_TAKEN.pass();
                var closed = target().flatMap(Target::closed);
                if (closed.isPresent()) {
                    ledger.putOff(set, clock.instant().plus(closed.get().pause()));
                } else {
                    deliver(set);
                }
            } catch (RuntimeException e) {
                LOG.error("{} deliveries could not be carried out; they stay due or open in the ledger", set.size(), e);
            } finally {
                done(set);
                threads.execute(this::work);
            }
        }

        private synchronized List<String> next() {
            var places = places();
            var together = takesBatches();
            var share = together ? ids.waiting() : ids.waiting() / places;
            var size = takesSets() ? Math.max(1, Math.min(LARGEST_SET, share)) : 1;
            var set = closed || running > places
                    ? List.<String>of()
                    : ids.next(size).ids();
            if (set.isEmpty()) {
                running--;
            }
            waiting.addAndGet(-set.size());
            lanes.waits(Lane.DELIVERY, name, ids.waiting());
            if (!set.isEmpty()) {
                lastBegun = clock.instant();
                if (!together) {
                    beginAnother(); // it may have taken them together when these came
                }
            }
            return set;
        }

        private synchronized void done(List<String> set) {
            ids.done(set);
        }

        synchronized boolean knows(String id) {
            return ids.knows(id);
        }

        private boolean takesSets() {
            return target().filter(Target::steady)
                    .flatMap(Target::descriptor)
                    .map(ConnectorDescriptor::recognisesRepeats)
                    .orElse(false);
        }

        private boolean takesBatches() {
            return takesSets() && target().map(Target::takesBatches).orElse(false);
        }

        /** One stays in any case, to put off what nobody can take. */
        private int places() {
            return Math.max(1, target().map(Target::places).orElse(USUAL_CALLS));
        }

        private Optional<Target> target() {
            return targets.find(municipality, connection);
        }
    }

    /** Takes what came along the delivery lane. */
    void add(List<String> texts) {
        for (var text : texts) {
            var address = Address.of(text);
            byConnection
                    .computeIfAbsent(
                            key(address), key -> new ConnectionLane(address.municipality(), address.connection()))
                    .add(address.delivery());
        }
    }

    /** How many deliveries wait in memory for a free call. */
    int waiting() {
        return waiting.get();
    }

    private void deliver(List<String> ids) {
        var outcomes = new ArrayList<Outcome>(ids.size());
        var term = tenure.term();
        var claimed = claim(ids);
        if (claimed.isEmpty()) {
            return;
        }
        CrashPoint.DELIVERY_CLAIMED.pass();
        var notBegunHere = new ArrayList<DueDelivery>();
        var batch = batchOf(claimed, term);
        batch.map(this::together).ifPresent(outcomes::addAll);
        for (var due : claimed) {
            if (batch.isEmpty() || !isFirst(due)) {
                attempt(due, term).ifPresentOrElse(outcomes::add, () -> notBegunHere.add(due));
            }
        }
        CrashPoint.DELIVERY_ANSWERED.pass();
        if (!notBegunHere.isEmpty()) {
            giveBack(notBegunHere);
        }
        if (!outcomes.isEmpty()) {
            write(outcomes);
        }
    }

    /** The target has stopped to answer, or is being tried by somebody else. */
    private void giveBack(List<DueDelivery> claimed) {
        // Should the database not do it, it is found as an open attempt, and must not count as begun.
        claimed.forEach(due -> notBegun.put(due.id(), clock.instant()));
        var first = claimed.get(0);
        var pause = targets.find(first.municipality(), first.connection())
                .flatMap(Target::closed)
                .map(Closed::pause)
                .orElse(TRY_AGAIN);
        ledger.giveBack(claimed, clock.instant().plus(pause));
        claimed.forEach(due -> notBegun.remove(due.id()));
    }

    private List<DueDelivery> claim(List<String> ids) {
        try {
            var claimed = ledger.claimDeliveries(ids);
            claimed.forEach(due -> notBegun.remove(due.id()));
            return claimed;
        } catch (RuntimeException e) {
            // It may have been written all the same; what is certain is that nothing was sent.
            ids.forEach(id -> notBegun.put(id, clock.instant()));
            throw e;
        }
    }

    /** To a target whose permit to begin one call has been taken. */
    private record Batch(Target target, List<DueDelivery> deliveries) {}

    /** The first attempts among them, if their target takes such together. */
    private Optional<Batch> batchOf(List<DueDelivery> claimed, int term) {
        var first = claimed.stream().filter(Dispatcher::isFirst).toList();
        return first.size() < 2
                ? Optional.empty()
                : targets.find(first.get(0).municipality(), first.get(0).connection())
                        .filter(Target::takesBatches)
                        .filter(target -> tenure.valid(term) && target.begin())
                        .map(target -> new Batch(target, first));
    }

    private static boolean isFirst(DueDelivery due) {
        return due.attempt() == 1;
    }

    private List<Outcome> together(Batch batch) {
        var target = batch.target();
        var all = batch.deliveries();
        var begun = clock.instant();
        var outcomes = new ArrayList<Outcome>(all.size());
        try {
            var results = target.deliver(
                    all.stream().map(due -> delivery(due, target)).toList());
            for (int i = 0; i < all.size(); i++) {
                outcomes.add(outcome(all.get(i), target, results.get(i)));
            }
            return outcomes;
        } finally {
            target.ended(outcomes.stream().anyMatch(Dispatcher::isAnswered), Duration.between(begun, clock.instant()));
        }
    }

    private static boolean isAnswered(Outcome outcome) {
        return outcome.state() == DeliveryState.DELIVERED || outcome.state() == DeliveryState.REJECTED;
    }

    /** Empty if it was not begun. */
    private Optional<Outcome> attempt(DueDelivery due, int term) {
        var found = targets.find(due.municipality(), due.connection());
        if (found.isEmpty()) {
            return Optional.of(retryOrPark(
                    due,
                    Retry.defaults(),
                    "connection.unknown",
                    "no connection of this name is configured",
                    Duration.ZERO));
        }
        var target = found.get();
        if (!tenure.valid(term)) {
            return Optional.of(
                    later(due, "node.stalled", "this node could not renew its epoch; nothing was sent", target));
        }
        if (!target.begin()) {
            return Optional.empty();
        }
        var begun = clock.instant();
        var answered = false;
        try {
            var called = call(due, target);
            answered = isAnswered(called);
            return Optional.of(called);
        } finally {
            target.ended(answered, Duration.between(begun, clock.instant()));
        }
    }

    private Outcome call(DueDelivery due, Target target) {
        if (due.lastCode().equals("outcome.unknown")) {
            // Nobody knows how the attempt before ended: where one can ask, one asks before one repeats.
            var said = target.probe(delivery(due, target));
            if (said.isPresent() && !(bare(said.get()) instanceof DeliveryResult.NotSent)) {
                return bare(said.get()) instanceof DeliveryResult.Unknown unknown
                        ? retryOrPark(due, target.config().retry(), "outcome.unknown", unknown.why(), Duration.ZERO)
                        : outcome(due, target, said.get());
            }
        }
        return outcome(due, target, target.deliver(delivery(due, target)));
    }

    private void write(List<Outcome> outcomes) {
        try {
            var concluded = ledger.concluded(outcomes);
            CrashPoint.DELIVERY_COMMITTED.pass();
            lanes.deliver(concluded.next());
            if (concluded.written().size() < outcomes.size()) {
                LOG.warn(
                        "{} outcomes do not count: another node has taken their attempts over",
                        outcomes.size() - concluded.written().size());
            }
        } catch (RuntimeException e) {
            LOG.error(
                    "the outcomes of {} deliveries could not be written; they are kept and written later",
                    outcomes.size(),
                    e);
            unwritten.addAll(outcomes);
        }
    }

    /**
     * Writes outcomes that could not be written, as soon as the database takes them. One that it does not take goes to the end of the
     * queue, and holds up neither the others nor the sweep.
     */
    void writeUnwritten() {
        for (var outcome = unwritten.peek(); outcome != null; outcome = unwritten.peek()) {
            try {
                lanes.deliver(ledger.concluded(List.of(outcome)).next());
                unwritten.remove();
            } catch (RuntimeException e) {
                LOG.warn(
                        "{} outcomes could not be written yet, {} among them",
                        unwritten.size(),
                        outcome.delivery().id(),
                        e);
                unwritten.add(outcome);
                unwritten.remove();
                return;
            }
        }
    }

    private Outcome outcome(DueDelivery due, Target target, DeliveryResult result) {
        if (result instanceof DeliveryResult.WithReceipts with) {
            return outcome(due, target, with.result())
                    .proved(with.receipts().stream().map(ProvedBy::part).toList());
        }
        if (result instanceof DeliveryResult.Delivered delivered) {
            return Outcome.delivered(due, delivered.reference(), answered(due, target), clock.instant());
        }
        if (result instanceof DeliveryResult.Rejected rejected) {
            LOG.warn("delivery {} of {}/{} rejected", due.id(), due.municipality(), due.connection());
            return Outcome.not(due, DeliveryState.REJECTED, "target.rejected", rejected.reason(), clock.instant());
        }
        if (result instanceof DeliveryResult.NotSent notSent) {
            return retryOrPark(due, target.config().retry(), "target.unreachable", notSent.why(), notSent.retryAfter());
        }
        return unknown(due, target, ((DeliveryResult.Unknown) result).why());
    }

    private static DeliveryResult bare(DeliveryResult result) {
        return result instanceof DeliveryResult.WithReceipts with ? with.result() : result;
    }

    /** Repeats where a repeat is recognised; otherwise asks the target; otherwise a person has to. */
    private Outcome unknown(DueDelivery due, Target target, String why) {
        if (target.descriptor().map(ConnectorDescriptor::recognisesRepeats).orElse(false)) {
            return retryOrPark(due, target.config().retry(), "outcome.unknown", why, Duration.ZERO);
        }
        var answer = target.probe(delivery(due, target));
        if (answer.isPresent() && !(bare(answer.get()) instanceof DeliveryResult.Unknown)) {
            return outcome(due, target, answer.get());
        }
        LOG.warn("delivery {} of {}/{} is in doubt", due.id(), due.municipality(), due.connection());
        return Outcome.not(due, DeliveryState.IN_DOUBT, "outcome.unknown", why, clock.instant());
    }

    private Outcome retryOrPark(DueDelivery due, Retry retry, String code, String why, Duration atLeast) {
        if (due.tries() >= retry.attempts()) {
            LOG.warn("delivery {} of {}/{} parked: {}", due.id(), due.municipality(), due.connection(), code);
            return Outcome.not(due, DeliveryState.PARKED, code, why, clock.instant());
        }
        var wait = backoff.after(due.tries(), retry);
        return Outcome.not(
                due,
                DeliveryState.WAITING,
                code,
                why,
                clock.instant().plus(wait.compareTo(atLeast) > 0 ? wait : atLeast));
    }

    private Outcome later(DueDelivery due, String code, String why, Target target) {
        // An earlier attempt of unknown outcome must stay recognisable.
        var kept = due.lastCode().equals("outcome.unknown") ? due.lastCode() : code;
        var wait = backoff.after(due.tries(), target.config().retry());
        return Outcome.notBegun(due, kept, why, clock.instant().plus(wait));
    }

    /**
     * Attempts that a killed hub left open: nobody knows how they ended. A connection whose connector is not there yet is left for later,
     * since what follows depends on it.
     */
    void takeOverOpenAttempts() {
        for (var address : ledger.connectionsWithOpenAttempts()) {
            var target = targets.find(address.municipality(), address.connection());
            if (target.isPresent() && target.get().descriptor().isEmpty()) {
                continue;
            }
            ask(key(address), () -> {
                var open =
                        ledger.takeOverOpenAttempts(address.municipality(), address.connection(), TAKEN_OVER_AT_ONCE);
                CrashPoint.TAKEOVER_CLAIMED.pass();
                return open.stream()
                        .map(due -> target.map(known -> unknown(due, known, "the hub stopped during this attempt"))
                                .orElseGet(() -> notConfiguredAnyMore(due)))
                        .toList();
            });
        }
    }

    /** A target that is asked may hang: that holds up nothing but what is asked of it. */
    private void ask(String connection, Supplier<List<Outcome>> work) {
        if (!asking.add(connection)) {
            return;
        }
        try {
            threads.execute(() -> {
                try {
                    var outcomes = work.get();
                    if (!outcomes.isEmpty()) {
                        write(outcomes);
                    }
                } catch (RuntimeException e) {
                    LOG.error("open attempts of {} could not be concluded; it is tried again", connection, e);
                } finally {
                    asking.remove(connection);
                }
            });
        } catch (RejectedExecutionException e) {
            asking.remove(connection);
            throw e;
        }
    }

    private Outcome notConfiguredAnyMore(DueDelivery due) {
        return Outcome.not(
                due,
                DeliveryState.IN_DOUBT,
                "connection.unknown",
                "the hub stopped during this attempt, and the connection is not configured any more",
                clock.instant());
    }

    /**
     * This node's own attempts that are open in the ledger and that nobody here works on: the database did a claim and could not say so,
     * or an error ended the work. Where no call was made they are due again, otherwise nobody knows how they ended.
     */
    void concludeAbandoned() {
        var open = new LinkedHashMap<String, List<DueDelivery>>();
        for (var due : ledger.openAttempts(this::isAbandoned)) {
            open.computeIfAbsent(Lanes.group(due.municipality(), due.connection()), key -> new ArrayList<>())
                    .add(due);
        }
        open.forEach((connection, all) -> targets.find(
                        all.get(0).municipality(), all.get(0).connection())
                .filter(each -> each.descriptor().isPresent())
                .ifPresent(target -> ask(
                        connection,
                        () -> all.stream().map(due -> abandoned(due, target)).toList())));
        // A commit that hung may show later; one that does not within this time never does.
        notBegun.values().removeIf(at -> at.isBefore(clock.instant().minus(LATEST_COMMIT)));
    }

    private Outcome abandoned(DueDelivery due, Target target) {
        // A claim of ours that failed says nothing of an attempt that was there before it.
        return notBegun.remove(due.id()) != null && !due.takenOver()
                ? later(
                        due,
                        "ledger.unanswered",
                        "the database did not say whether the attempt was noted; nothing was sent",
                        target)
                : unknown(due, target, "an error ended the work on this attempt");
    }

    private boolean isAbandoned(Address open) {
        var lane = byConnection.get(key(open));
        // In this order: an outcome is among the unwritten ones before its delivery is done with.
        return !asking.contains(key(open))
                && (lane == null || !lane.knows(open.delivery()))
                && unwritten.stream()
                        .noneMatch(outcome -> outcome.delivery().id().equals(open.delivery()));
    }

    private static String key(Address address) {
        return Lanes.group(address.municipality(), address.connection());
    }

    private static boolean answered(DueDelivery due, Target target) {
        return target.descriptor()
                .map(descriptor -> descriptor.channels().stream()
                        .anyMatch(channel -> channel.name().equals(channelOf(due, descriptor)) && channel.answered()))
                .orElse(false);
    }

    /** A route that was written before the connector was there names no channel: then it is the connector's only outgoing one. */
    private static String channelOf(DueDelivery due, ConnectorDescriptor descriptor) {
        if (!due.channel().isEmpty()) {
            return due.channel();
        }
        var out = descriptor.channels().stream()
                .filter(channel -> channel.direction() == Channel.Direction.OUT)
                .toList();
        return out.size() == 1 ? out.get(0).name() : "";
    }

    private Delivery delivery(DueDelivery due, Target target) {
        var channel = Optional.of(due.channel())
                .filter(name -> !name.isEmpty())
                .or(() -> target.descriptor().map(descriptor -> channelOf(due, descriptor)))
                .orElse("");
        return new Delivery(
                due.id(),
                due.number(),
                due.municipality(),
                channel,
                due.kind(),
                due.caseId(),
                due.headers(),
                contents.open(due.body()),
                due.attachments().stream()
                        .map(part -> (Content) contents.open(part))
                        .toList(),
                due.attempt());
    }

    /** Starts no more calls. */
    void close() {
        closed = true;
    }
}
