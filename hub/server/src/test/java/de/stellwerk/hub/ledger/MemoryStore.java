package de.stellwerk.hub.ledger;

import de.stellwerk.hub.ledger.Nodes.Source;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What the database holds, in memory and for one thread: several {@link MemoryLedger}s, one a node, share it.
 * {@link LedgerTwinTest} proves that they behave as the real ledger does.
 */
public final class MemoryStore {

    static final Instant NEVER = Instant.MIN;

    static final class MessageRow {
        final NewMessage message;
        final UUID id;
        final long seq;
        final String businessId;
        final String caseId;
        final byte[] digest;
        final TreeMap<Integer, Parts.Numbered> parts = new TreeMap<>();
        MessageState state;
        String route = "";
        String code;
        String reason;
        int attempt;
        Instant due;
        Instant publishedUntil;
        int suspect;

        MessageRow(NewMessage message, long seq, String businessId, String caseId, Optional<NewMessage.Reason> held) {
            this.message = message;
            this.id = message.id();
            this.seq = seq;
            this.businessId = businessId;
            this.caseId = caseId;
            this.digest = Digests.of(message);
            this.state = held.isPresent() ? MessageState.QUARANTINED : MessageState.RECEIVED;
            this.code = held.map(NewMessage.Reason::code).orElse("");
            this.reason = held.map(NewMessage.Reason::text).orElse("");
            this.due = message.acceptedAt();
            this.publishedUntil = message.onLane() ? message.acceptedAt().plus(Walk.IN_FLIGHT) : Instant.EPOCH;
        }

        String municipality() {
            return message.municipality();
        }
    }

    static final class DeliveryRow {
        final String id;
        final long number;
        final HeldMessage message;
        final NewDelivery planned;
        final int body;
        final List<Integer> attachments;
        DeliveryState state = DeliveryState.WAITING;
        int attempt;
        int triedBefore;
        Instant due;
        Instant publishedUntil;
        String reference = "";
        boolean awaited;
        String code = "";
        String reason = "";
        Instant finishedAt = NEVER;
        Instant lastFailed = Instant.MAX;

        DeliveryRow(
                HeldMessage message,
                NewDelivery planned,
                int body,
                List<Integer> attachments,
                long number,
                Instant now) {
            this.id = planned.id();
            this.message = message;
            this.planned = planned;
            this.body = body;
            this.attachments = attachments;
            this.number = number;
            this.due = now;
            this.publishedUntil = planned.onLane() ? now.plus(Walk.IN_FLIGHT) : Instant.EPOCH;
        }

        String municipality() {
            return message.municipality();
        }

        String connection() {
            return planned.connection();
        }

        boolean isOf(String municipality, String connection) {
            return municipality().equals(municipality) && connection().equals(connection);
        }

        boolean unfinished() {
            return state == DeliveryState.WAITING || state == DeliveryState.PARKED || state == DeliveryState.IN_DOUBT;
        }

        boolean comesBefore(DeliveryRow other) {
            return message.seq() != other.message.seq() ? message.seq() < other.message.seq() : number < other.number;
        }

        Address address() {
            return new Address(id, municipality(), connection());
        }
    }

    /** An open attempt. */
    record Sending(long epoch, int attempt, boolean takenOver) {}

    record RouteRow(long epoch, List<UUID> messages, boolean alone) {}

    static final class EpochRow {
        final String node;
        Instant aliveUntil;
        boolean judged;

        EpochRow(String node, Instant aliveUntil) {
            this.node = node;
            this.aliveUntil = aliveUntil;
        }
    }

    /** A line of the ledger. */
    public record Line(String municipality, String message, String delivery, String what, String code) {}

    /** A delivery as a test looks at it. */
    public record Seen(
            String id,
            UUID message,
            long seq,
            long number,
            String municipality,
            String connection,
            String orderKey,
            String caseId,
            DeliveryState state,
            int attempt,
            String code) {}

    private final Clock databaseClock;
    final Map<UUID, MessageRow> messages = new LinkedHashMap<>();
    final Map<String, DeliveryRow> deliveries = new LinkedHashMap<>();
    final Map<String, Sending> sending = new LinkedHashMap<>();
    final Map<Long, RouteRow> routing = new TreeMap<>();
    final TreeMap<Long, EpochRow> epochs = new TreeMap<>();
    final Map<Source, Long> leases = new LinkedHashMap<>();
    final Set<String> paused = new TreeSet<>();
    final List<Line> lines = new ArrayList<>();
    private long last;

    /** @param databaseClock decides which node is alive */
    public MemoryStore(Clock databaseClock) {
        this.databaseClock = databaseClock;
    }

    long next() {
        return ++last;
    }

    void enter(String municipality, UUID message, String delivery, String what, String code) {
        lines.add(new Line(municipality, String.valueOf(message), delivery, what, code));
    }

    // Nodes

    /** Begins an epoch; earlier ones of the same node are dead from now on. */
    public long begin(String node) {
        for (var row : epochs.values()) {
            if (row.node.equals(node)) {
                row.aliveUntil = NEVER;
            }
        }
        var epoch = next();
        epochs.put(epoch, new EpochRow(node, databaseClock.instant().plus(Nodes.LEASE)));
        return epoch;
    }

    /** False if the epoch was declared dead. */
    public boolean renew(long epoch) {
        var row = epochs.get(epoch);
        if (row == null || row.aliveUntil.equals(NEVER)) {
            return false;
        }
        row.aliveUntil = databaseClock.instant().plus(Nodes.LEASE);
        row.judged = false;
        return true;
    }

    /** A node says good-bye. */
    public void end(long epoch) {
        var row = epochs.get(epoch);
        if (!row.aliveUntil.equals(NEVER)) {
            row.aliveUntil = NEVER;
            row.judged = true;
        }
    }

    public List<Long> living() {
        return epochs.keySet().stream().filter(this::alive).toList();
    }

    boolean alive(long epoch) {
        var row = epochs.get(epoch);
        return row != null && row.aliveUntil.isAfter(databaseClock.instant());
    }

    /** Takes the leases that are free; the result are those that are held. */
    public List<Source> lease(Collection<Source> sources, long epoch) {
        var got = new ArrayList<Source>();
        for (var source : sources) {
            var holder = leases.get(source);
            if (holder == null || holder == epoch || !alive(holder)) {
                leases.put(source, epoch);
                got.add(source);
            }
        }
        return got;
    }

    // Operator

    public boolean decide(Operator.Decision decision, String id, Instant now) {
        var row = deliveries.get(id);
        if (row == null || sending.containsKey(id)) {
            return false;
        }
        var allowed =
                switch (decision) {
                    case REPEAT -> row.state == DeliveryState.PARKED || row.state == DeliveryState.IN_DOUBT;
                    case CANCEL -> row.unfinished();
                    case ARRIVED -> row.state == DeliveryState.IN_DOUBT;
                };
        if (!allowed) {
            return false;
        }
        row.state = switch (decision) {
            case REPEAT -> DeliveryState.WAITING;
            case CANCEL -> DeliveryState.CANCELLED;
            case ARRIVED -> DeliveryState.DELIVERED;
        };
        if (row.state == DeliveryState.WAITING) {
            row.triedBefore = row.attempt;
        }
        row.due = now;
        row.publishedUntil = NEVER;
        row.code = "";
        row.finishedAt = row.state == DeliveryState.WAITING ? NEVER : now;
        enter(row.municipality(), row.message.id(), id, "OPERATOR_" + decision.name(), "");
        return true;
    }

    public boolean decideMessage(boolean again, UUID id, Instant now) {
        var row = messages.get(id);
        if (row == null || row.state != MessageState.PARKED && row.state != MessageState.QUARANTINED) {
            return false;
        }
        row.state = again ? MessageState.RECEIVED : MessageState.CANCELLED;
        row.attempt = 0;
        row.suspect = 0;
        row.due = now;
        row.publishedUntil = NEVER;
        row.code = "";
        enter(row.municipality(), id, "", again ? "OPERATOR_REPEAT" : "OPERATOR_CANCEL", "");
        return true;
    }

    public void pause(String municipality, String connection) {
        if (paused.add(municipality + "/" + connection)) {
            enter(municipality, null, "", "PAUSED", "");
        }
    }

    public void resume(String municipality, String connection) {
        if (paused.remove(municipality + "/" + connection)) {
            for (var row : deliveries.values()) {
                if (row.isOf(municipality, connection) && row.state == DeliveryState.WAITING) {
                    row.publishedUntil = NEVER;
                }
            }
            enter(municipality, null, "", "RESUMED", "");
        }
    }

    // What a test looks at

    public Optional<MessageState> message(UUID id) {
        return Optional.ofNullable(messages.get(id)).map(row -> row.state);
    }

    /** Why it stands where it stands; empty if it does well. */
    public String code(UUID message) {
        var row = messages.get(message);
        return row == null ? "" : row.code;
    }

    public List<UUID> messagesIn(MessageState state) {
        return messages.values().stream()
                .filter(row -> row.state == state)
                .map(row -> row.id)
                .toList();
    }

    /** Whether an earlier message that is not routed holds up a key. */
    public boolean heldUp(Seen delivery) {
        var blank = delivery.orderKey().indexOf(' ');
        var header = delivery.orderKey().substring(0, blank);
        var value = delivery.orderKey().substring(blank + 1);
        return messages.values().stream()
                .anyMatch(row -> row.municipality().equals(delivery.municipality())
                        && (header.equals("case")
                                ? row.caseId.equals(delivery.caseId())
                                : value.equals(row.message.headers().get(header)))
                        && row.seq < delivery.seq()
                        && (row.state == MessageState.RECEIVED || row.state == MessageState.PARKED));
    }

    public List<Seen> deliveries() {
        return deliveries.values().stream()
                .map(row -> new Seen(
                        row.id,
                        row.message.id(),
                        row.message.seq(),
                        row.number,
                        row.municipality(),
                        row.connection(),
                        row.planned.orderKey(),
                        row.message.caseId(),
                        row.state,
                        row.attempt,
                        row.code))
                .toList();
    }

    public int openAttempts() {
        return sending.size();
    }

    public List<Line> lines() {
        return lines;
    }

    /** Counted as {@link Search#balance} counts. */
    public Balance balance() {
        var routed = deliveries.values().stream().map(row -> row.message.id()).collect(Collectors.toSet());
        var split = messages.values().stream()
                .filter(row -> row.state == MessageState.ROUTED && routed.contains(row.id))
                .count();
        return new Balance(
                lines("TAKEN") + lines("PLANNED") - split,
                in(DeliveryState.DELIVERED),
                in(DeliveryState.REJECTED),
                in(MessageState.QUARANTINED),
                in(MessageState.PARKED) + in(DeliveryState.PARKED),
                in(DeliveryState.IN_DOUBT),
                in(MessageState.CANCELLED) + in(DeliveryState.CANCELLED),
                in(MessageState.ROUTED) - split,
                in(MessageState.RECEIVED) + in(DeliveryState.WAITING));
    }

    private long lines(String what) {
        return lines.stream().filter(line -> line.what().equals(what)).count();
    }

    private long in(MessageState state) {
        return messages.values().stream().filter(row -> row.state == state).count();
    }

    private long in(DeliveryState state) {
        return deliveries.values().stream().filter(row -> row.state == state).count();
    }
}
