package de.stellwerk.hub.ledger;

import de.stellwerk.hub.ledger.MemoryStore.DeliveryRow;
import de.stellwerk.hub.ledger.MemoryStore.MessageRow;
import de.stellwerk.hub.ledger.MemoryStore.RouteRow;
import de.stellwerk.hub.ledger.MemoryStore.Sending;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One node's view of a {@link MemoryStore}: what {@link SqlLedger} is to the database, for one thread. */
public class MemoryLedger implements Ledger {

    private final MemoryStore store;
    private final Clock clock;
    private final LongSupplier epoch;

    /** @param epoch this node's, which all claims carry */
    public MemoryLedger(MemoryStore store, Clock clock, LongSupplier epoch) {
        this.store = store;
        this.clock = clock;
        this.epoch = epoch;
    }

    /** The database refused; {@code state} says why. */
    public static LedgerFailure failure(String state) {
        return new LedgerFailure(new SQLException("refused", state));
    }

    public static LedgerBusy busy() {
        return new LedgerBusy();
    }

    @Override
    public Taken take(NewMessage message) {
        var from = message.polledFrom().map(name -> new Nodes.Source(message.municipality(), name));
        if (from.isPresent() && !Long.valueOf(epoch.getAsLong()).equals(store.leases.get(from.get()))) {
            throw failure("SW001");
        }
        var caseId = answered(message)
                .orElseGet(() -> message.caseId().orElse(message.id().toString()));
        var digest = Digests.of(message);
        var conflict = Digests.conflictId(message, digest);
        var known = store.messages.values().stream()
                .filter(row -> isKnown(row, message))
                .toList();
        if (known.stream().noneMatch(row -> row.businessId.equals(message.businessId()))) {
            return insert(message, message.businessId(), caseId, message.quarantine());
        }
        var before = "";
        for (var row : known) {
            if (!row.businessId.equals(message.businessId()) && !row.businessId.equals(conflict)) {
                continue;
            }
            before = row.caseId;
            if (Arrays.equals(digest, row.digest)) {
                store.enter(message.municipality(), row.id, "", "DUPLICATE", "");
                var held = row.state == MessageState.QUARANTINED;
                return new Taken(
                        row.code.equals(Digests.CONFLICT.code()) ? Taken.Result.CONFLICT : Taken.Result.DUPLICATE,
                        row.id,
                        row.caseId,
                        row.message.acceptedAt(),
                        held ? row.code : "",
                        held ? row.reason : "");
            }
        }
        return insert(message, conflict, before, Optional.of(Digests.CONFLICT));
    }

    boolean isKnown(MessageRow row, NewMessage message) {
        return row.municipality().equals(message.municipality())
                && row.message.source().equals(message.source());
    }

    private Taken insert(NewMessage message, String businessId, String caseId, Optional<NewMessage.Reason> held) {
        var row = new MessageRow(message, store.next(), businessId, caseId, held);
        for (int no = 0; no < message.parts().size(); no++) {
            row.parts.put(
                    no,
                    new Parts.Numbered(
                            no, no == 0 ? "body" : "attachment", message.parts().get(no)));
        }
        store.messages.put(row.id, row);
        store.enter(row.municipality(), row.id, "", "TAKEN", "");
        held.ifPresent(why -> store.enter(row.municipality(), row.id, "", "QUARANTINED", why.code()));
        var result = held.isEmpty()
                ? Taken.Result.NEW
                : held.get().equals(Digests.CONFLICT) ? Taken.Result.CONFLICT : Taken.Result.QUARANTINED;
        return new Taken(result, row.id, caseId, message.acceptedAt(), row.code, row.reason);
    }

    private Optional<String> answered(NewMessage message) {
        Optional<String> caseId = Optional.empty();
        if (message.answers().isPresent()) {
            var answer = message.answers().get();
            for (var row : store.deliveries.values()) {
                if (row.isOf(message.municipality(), answer.connection())
                        && !row.reference.isEmpty()
                        && row.reference.equals(answer.reference())) {
                    row.awaited = false;
                    caseId = caseId.or(() -> Optional.of(row.message.caseId()));
                }
            }
        }
        return caseId;
    }

    @Override
    public void refused(String municipality, String source, String code, String text) {
        store.enter(municipality, null, "", "REFUSED", code);
    }

    @Override
    public RouteSet claimMessages(List<UUID> ids) {
        return claim(ids, false, false);
    }

    @Override
    public RouteSet claimSuspect(UUID id, boolean alone) {
        store.routing.values().removeIf(set -> set.alone() && set.epoch() == epoch.getAsLong());
        return claim(List.of(id), true, alone);
    }

    RouteSet claim(List<UUID> ids, boolean suspected, boolean alone) {
        var now = clock.instant();
        var suspects = new ArrayList<UUID>();
        var found = new ArrayList<HeldMessage>();
        for (var id : new LinkedHashSet<>(ids)) {
            var row = store.messages.get(id);
            if (row == null || row.state != MessageState.RECEIVED || row.due.isAfter(now)) {
                continue;
            }
            if (row.suspect > 0 && !suspected) {
                suspects.add(id);
                continue;
            }
            var message = row.message;
            found.add(new HeldMessage(
                    id,
                    row.seq,
                    message.municipality(),
                    message.source(),
                    message.kind(),
                    message.service(),
                    row.caseId,
                    message.answers().map(NewMessage.Answer::reference),
                    message.headers(),
                    Parts.original(row.parts),
                    Parts.next(row.parts),
                    row.attempt + 1));
        }
        if (found.isEmpty()) {
            return new RouteSet(0, found, suspects);
        }
        var no = store.next();
        store.routing.put(
                no,
                new RouteRow(
                        epoch.getAsLong(), found.stream().map(HeldMessage::id).toList(), alone));
        return new RouteSet(no, found, suspects);
    }

    @Override
    public List<Address> routed(RouteSet set, List<Routed> outcomes) {
        try {
            return write(outcomes);
        } catch (LedgerFailure e) {
            if (outcomes.size() == 1 || e.isUnreachable()) {
                throw e;
            }
            var addresses = new ArrayList<Address>();
            for (var outcome : outcomes) {
                try {
                    addresses.addAll(write(List.of(outcome)));
                } catch (LedgerFailure alone) {
                    // It is left as it was, and comes again.
                    continue;
                }
            }
            return addresses;
        } finally {
            store.routing.remove(set.no());
        }
    }

    private List<Address> write(List<Routed> outcomes) {
        var counted = outcomes.stream()
                .filter(outcome -> {
                    var row = store.messages.get(outcome.message().id());
                    return row != null
                            && row.state == MessageState.RECEIVED
                            && row.attempt == outcome.message().attempt() - 1;
                })
                .toList();
        var fresh = new HashSet<String>();
        for (var outcome : counted) {
            for (var delivery : outcome.deliveries()) {
                if (store.deliveries.containsKey(delivery.id()) || !fresh.add(delivery.id())) {
                    throw failure("23505");
                }
            }
        }
        var addresses = new ArrayList<Address>();
        counted.forEach(outcome -> addresses.addAll(write(outcome)));
        return addresses;
    }

    private List<Address> write(Routed outcome) {
        var now = clock.instant();
        var message = outcome.message();
        var row = store.messages.get(message.id());
        row.state = outcome.state();
        row.route = outcome.route();
        row.code = outcome.code();
        row.reason = outcome.reason();
        row.due = outcome.due();
        row.publishedUntil = MemoryStore.NEVER;
        row.attempt = message.attempt();
        row.suspect = 0;
        var numbers = new PartNumbers(message.parts(), message.nextPart());
        outcome.reports().forEach(report -> numbers.of(report, "report"));
        outcome.notes().forEach(note -> store.enter(message.municipality(), message.id(), "", "NOTE", ""));
        var addresses = new ArrayList<Address>();
        for (var planned : outcome.deliveries()) {
            var body = numbers.of(planned.body(), "derived");
            var attachments = planned.attachments().stream()
                    .map(part -> numbers.of(part, "derived"))
                    .toList();
            var delivery = new DeliveryRow(message, planned, body, attachments, store.next(), now);
            store.deliveries.put(delivery.id, delivery);
            store.enter(message.municipality(), message.id(), delivery.id, "PLANNED", "");
            if (planned.onLane()) {
                addresses.add(delivery.address());
            }
        }
        for (var added : numbers.added()) {
            row.parts.put(added.no(), new Parts.Numbered(added.no(), added.role(), added.part()));
        }
        store.enter(
                message.municipality(),
                message.id(),
                "",
                outcome.state() == MessageState.RECEIVED
                        ? "ROUTE_FAILED"
                        : outcome.state().name(),
                outcome.code());
        return addresses;
    }

    /** See {@link DeliveryBook#TURN}. */
    boolean hasItsTurn(DeliveryRow row) {
        var key = row.planned.orderKey();
        if (key.isEmpty()) {
            return true;
        }
        for (var other : store.deliveries.values()) {
            if (other.planned.orderKey().equals(key)
                    && other.isOf(row.municipality(), row.connection())
                    && other.unfinished()
                    && other.comesBefore(row)) {
                return false;
            }
        }
        var blank = key.indexOf(' ');
        var header = key.substring(0, blank);
        var value = key.substring(blank + 1);
        for (var message : store.messages.values()) {
            if (message.seq >= row.message.seq() || !message.municipality().equals(row.municipality())) {
                continue;
            }
            var waits = message.state == MessageState.RECEIVED || message.state == MessageState.PARKED;
            var same = header.equals("case")
                    ? message.caseId.equals(row.message.caseId())
                    : value.equals(message.message.headers().get(header));
            if (waits && same) {
                return false;
            }
        }
        return true;
    }

    private boolean isPaused(DeliveryRow row) {
        return store.paused.contains(row.municipality() + "/" + row.connection());
    }

    @Override
    public List<DueDelivery> claimDeliveries(List<String> ids) {
        if (!store.alive(epoch.getAsLong())) {
            return List.of();
        }
        var now = clock.instant();
        var due = new LinkedHashSet<>(ids)
                .stream()
                        .map(store.deliveries::get)
                        .filter(row -> row != null
                                && row.state == DeliveryState.WAITING
                                && !row.due.isAfter(now)
                                && !isPaused(row)
                                && !store.sending.containsKey(row.id)
                                && hasItsTurn(row))
                        .toList();
        due.forEach(row -> store.sending.put(row.id, new Sending(epoch.getAsLong(), row.attempt + 1, false)));
        return due.stream().map(this::dueDelivery).toList();
    }

    private DueDelivery dueDelivery(DeliveryRow row) {
        var open = store.sending.get(row.id);
        var parts = store.messages.get(row.message.id()).parts;
        return new DueDelivery(
                row.id,
                row.number,
                row.message.id(),
                row.municipality(),
                row.connection(),
                row.planned.channel(),
                row.planned.kind(),
                row.message.caseId(),
                row.planned.headers(),
                Parts.get(parts, row.body).part(),
                row.attachments.stream().map(no -> Parts.get(parts, no).part()).toList(),
                open.attempt(),
                open.attempt() - row.triedBefore,
                row.code,
                open.epoch(),
                open.takenOver());
    }

    @Override
    public void putOff(List<String> ids, Instant due) {
        for (var id : ids) {
            var row = store.deliveries.get(id);
            if (row != null
                    && row.state == DeliveryState.WAITING
                    && row.due.isBefore(due)
                    && !store.sending.containsKey(id)) {
                row.due = due;
                row.publishedUntil = MemoryStore.NEVER;
            }
        }
    }

    @Override
    public void giveBack(List<DueDelivery> claimed, Instant due) {
        for (var each : claimed) {
            var row = store.deliveries.get(each.id());
            if (store.sending.remove(each.id(), new Sending(each.epoch(), each.attempt(), each.takenOver()))
                    && row.state == DeliveryState.WAITING) {
                row.due = due;
                row.publishedUntil = MemoryStore.NEVER;
            }
        }
    }

    @Override
    public Concluded concluded(List<Outcome> outcomes) {
        var now = clock.instant();
        var written = new HashSet<String>();
        var ended = new ArrayList<DeliveryRow>();
        for (var outcome : outcomes) {
            var due = outcome.delivery();
            var open = store.sending.get(due.id());
            var row = store.deliveries.get(due.id());
            if (open == null
                    || open.epoch() != due.epoch()
                    || open.attempt() != due.attempt()
                    || row.state != DeliveryState.WAITING) {
                continue;
            }
            store.sending.remove(due.id());
            row.state = outcome.state();
            row.attempt = due.attempt();
            row.triedBefore += outcome.begun() ? 0 : 1;
            row.reference = outcome.reference();
            row.awaited = outcome.awaited();
            row.code = outcome.code();
            row.reason = outcome.reason();
            row.due = outcome.due();
            row.publishedUntil = MemoryStore.NEVER;
            row.finishedAt = row.state == DeliveryState.WAITING ? MemoryStore.NEVER : now;
            row.lastFailed = now;
            written.add(row.id);
            if (!row.planned.orderKey().isEmpty()
                    && (row.state == DeliveryState.DELIVERED || row.state == DeliveryState.REJECTED)) {
                ended.add(row);
            }
            store.enter(
                    row.municipality(),
                    row.message.id(),
                    row.id,
                    row.state == DeliveryState.WAITING ? "ATTEMPT_FAILED" : row.state.name(),
                    row.code);
        }
        var next = ended.stream().flatMap(this::next).distinct().toList();
        return new Concluded(written, next);
    }

    private Stream<Address> next(DeliveryRow ended) {
        return store.deliveries.values().stream()
                .filter(row -> row.isOf(ended.municipality(), ended.connection())
                        && row.planned.orderKey().equals(ended.planned.orderKey())
                        && row.unfinished())
                .min(Comparator.comparingLong((DeliveryRow row) -> row.message.seq())
                        .thenComparing(row -> row.number))
                .map(DeliveryRow::address)
                .stream();
    }

    /** Whether an open attempt is one that a dead node has left. */
    boolean isLeftOpen(Sending open) {
        return open.epoch() != epoch.getAsLong() && !store.alive(open.epoch());
    }

    private Stream<DeliveryRow> leftOpen() {
        return store.sending.entrySet().stream()
                .filter(each -> isLeftOpen(each.getValue()))
                .map(each -> store.deliveries.get(each.getKey()));
    }

    @Override
    public List<DueDelivery> takeOverOpenAttempts(String municipality, String connection, int limit) {
        var dead = leftOpen()
                .filter(row -> row.isOf(municipality, connection))
                .limit(limit)
                .toList();
        var mine = new ArrayList<DueDelivery>();
        for (var row : dead) {
            var attempt = store.sending.get(row.id).attempt();
            store.sending.put(row.id, new Sending(epoch.getAsLong(), attempt, true));
            mine.add(dueDelivery(row));
        }
        return mine;
    }

    @Override
    public List<DueDelivery> openAttempts(Predicate<Address> abandoned) {
        return store.sending.entrySet().stream()
                .filter(each -> each.getValue().epoch() == epoch.getAsLong())
                .filter(each ->
                        abandoned.test(store.deliveries.get(each.getKey()).address()))
                .map(each -> dueDelivery(store.deliveries.get(each.getKey())))
                .toList();
    }

    @Override
    public List<Address> connectionsWithOpenAttempts() {
        return leftOpen()
                .map(row -> new Address("", row.municipality(), row.connection()))
                .distinct()
                .toList();
    }

    @Override
    public List<UUID> suspectDeadRoutes() {
        var now = clock.instant();
        var died = new HashSet<Long>();
        store.epochs.forEach((number, row) -> {
            if (!row.judged && number != epoch.getAsLong() && !store.alive(number)) {
                row.judged = true;
                died.add(number);
            }
        });
        var alone = new LinkedHashSet<UUID>();
        var beside = new LinkedHashSet<UUID>();
        store.routing.values().removeIf(set -> {
            var dead = set.epoch() != epoch.getAsLong() && !store.alive(set.epoch());
            if (dead) {
                (set.alone() ? alone : beside).addAll(set.messages());
            }
            if (dead && set.alone()) {
                died.remove(set.epoch());
            }
            return dead;
        });
        if (somethingElseKills(died)) {
            for (var row : store.messages.values()) {
                if (row.suspect > 1 && row.state == MessageState.RECEIVED) {
                    row.suspect = 1;
                    row.due = now;
                }
            }
        }
        var parked = new ArrayList<UUID>();
        beside.removeAll(alone);
        for (var row : received(beside)) {
            row.suspect = Math.max(row.suspect, 1);
            row.publishedUntil = MemoryStore.NEVER;
        }
        for (var row : received(alone)) {
            if (countsAgainstIt(row)) {
                row.state = MessageState.PARKED;
                row.code = "route.crashed";
                parked.add(row.id);
                store.enter(row.municipality(), row.id, "", "PARKED", row.code);
            }
            var wait = RouteBook.PROBATION.toMillis() * Math.pow(RouteBook.LONGER, row.suspect - 1);
            row.due = now.plusMillis((long) wait);
            row.publishedUntil = MemoryStore.NEVER;
            row.suspect++;
        }
        return parked;
    }

    /** @param died while no suspect ran alone on them */
    boolean somethingElseKills(Set<Long> died) {
        return !died.isEmpty();
    }

    /** Whether a death alone is one too many. */
    boolean countsAgainstIt(MessageRow row) {
        return row.suspect >= RouteBook.MOST_DEATHS;
    }

    private List<MessageRow> received(Collection<UUID> ids) {
        return ids.stream()
                .map(store.messages::get)
                .filter(row -> row.state == MessageState.RECEIVED)
                .toList();
    }

    /** A row that a walk may come to. */
    private record Walked<T>(String group, Instant due, String id, T row) {}

    @Override
    public List<ToRoute> dueMessages(Walk walk, int each, int limit) {
        var waiting = store.messages.values().stream()
                .filter(row -> row.state == MessageState.RECEIVED)
                .toList();
        if (walk.looks(clock.instant())) {
            look(walk, waiting.stream().map(row -> row.municipality() + "/"));
        }
        var rows = waiting.stream()
                .filter(row -> publishable(walk, row.publishedUntil))
                .map(row -> new Walked<>(row.municipality() + "/", row.due, row.id.toString(), row))
                .toList();
        return walked(walk, rows, each, limit).stream()
                .map(row -> new ToRoute(row.id, row.municipality()))
                .toList();
    }

    @Override
    public List<Address> dueDeliveries(Walk walk, int each, int limit) {
        var waiting = store.deliveries.values().stream()
                .filter(row -> row.state == DeliveryState.WAITING)
                .toList();
        if (walk.looks(clock.instant())) {
            look(
                    walk,
                    waiting.stream()
                            .filter(row -> !isPaused(row))
                            .map(row -> row.municipality() + "/" + row.connection()));
        }
        var rows = waiting.stream()
                .filter(row -> publishable(walk, row.publishedUntil) && hasItsTurn(row))
                .map(row -> new Walked<>(row.municipality() + "/" + row.connection(), row.due, row.id, row))
                .toList();
        return walked(walk, rows, each, limit).stream()
                .map(DeliveryRow::address)
                .toList();
    }

    private boolean publishable(Walk walk, Instant publishedUntil) {
        return walk.all() || !publishedUntil.isAfter(clock.instant());
    }

    private static void look(Walk walk, Stream<String> groups) {
        groups.distinct().sorted().forEach(walk::add);
    }

    private <T> List<T> walked(Walk walk, List<Walked<T>> rows, int each, int limit) {
        var open = walk.open();
        if (open.isEmpty()) {
            return List.of();
        }
        var now = clock.instant();
        var share = Math.max(1, Math.min(each, limit / open.size()));
        var found = new ArrayList<T>();
        open.forEach((group, from) -> {
            var given = rows.stream()
                    .filter(row -> row.group().equals(group) && !row.due().isAfter(now) && isBehind(row, from))
                    .sorted(Comparator.<Walked<T>, Instant>comparing(Walked::due)
                            .thenComparing(Walked::id))
                    .limit(share)
                    .toList();
            given.forEach(row -> {
                found.add(row.row());
                walk.gave(group, new Walk.Position(row.due(), row.id()));
            });
            if (given.size() < share) {
                walk.ended(group);
            }
        });
        return found;
    }

    private static boolean isBehind(Walked<?> row, Walk.Position position) {
        var byDue = row.due().compareTo(position.due());
        return byDue > 0 || byDue == 0 && row.id().compareTo(position.id()) > 0;
    }

    @Override
    public int pullForward(Instant latest) {
        var now = clock.instant();
        var count = 0;
        for (var row : store.messages.values()) {
            if (row.state == MessageState.RECEIVED && (row.due.isAfter(latest) || row.publishedUntil.isAfter(latest))) {
                row.due = now;
                row.publishedUntil = MemoryStore.NEVER;
                count++;
            }
        }
        for (var row : store.deliveries.values()) {
            var meant = !row.lastFailed.isAfter(now);
            if (row.state == DeliveryState.WAITING
                    && (row.due.isAfter(latest) && !meant || row.publishedUntil.isAfter(latest))) {
                row.due = now;
                row.publishedUntil = MemoryStore.NEVER;
                count++;
            }
        }
        return count;
    }

    private static Delivered delivered(DeliveryRow row) {
        return new Delivered(row.reference, row.message.caseId(), row.finishedAt, row.planned.headers());
    }

    @Override
    public List<Delivered> awaited(String municipality, String connection, String channel, int limit) {
        return store.deliveries.values().stream()
                .filter(row -> row.awaited
                        && row.isOf(municipality, connection)
                        && row.planned.channel().equals(channel))
                .sorted(Comparator.comparing(row -> row.finishedAt))
                .limit(limit)
                .map(MemoryLedger::delivered)
                .toList();
    }

    @Override
    public Optional<Delivered> byReference(String municipality, String connection, String reference) {
        return store.deliveries.values().stream()
                .filter(row -> row.isOf(municipality, connection)
                        && !reference.isEmpty()
                        && row.reference.equals(reference)
                        && row.state == DeliveryState.DELIVERED)
                .min(Comparator.comparingLong(row -> row.number))
                .map(MemoryLedger::delivered);
    }

    @Override
    public boolean underWay(String municipality, String connection) {
        return store.deliveries.values().stream()
                .anyMatch(row -> row.isOf(municipality, connection)
                        && row.state == DeliveryState.WAITING
                        && (row.attempt > 0 || store.sending.containsKey(row.id)));
    }
}
