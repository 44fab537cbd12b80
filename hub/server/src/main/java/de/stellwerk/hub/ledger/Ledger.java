package de.stellwerk.hub.ledger;

import static de.stellwerk.hub.ledger.Database.at;

import de.stellwerk.hub.content.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * The one truth: what was taken, what is to be done, what happened. Each method is one transaction that changes states and adds the
 * entries that tell so; concurrent calls of the same method are joined into one commit. All are safe to call from many threads.
 *
 * <p>Every method throws {@link LedgerFailure} if the database refuses and {@link LedgerBusy} if it does not keep up.
 */
public final class Ledger implements AutoCloseable {

    /** How long an id that was put on a lane counts as in flight before the sweeper puts it there again. */
    static final Duration IN_FLIGHT = Duration.ofSeconds(60);

    private static final String HUB = "hub";

    private final Database database;
    private final Clock clock;
    private final Ids ids;
    private final long epoch;
    private final Joiner<NewMessage, Taken> takes;
    private final Joiner<UUID, Optional<HeldMessage>> routeClaims;
    private final Joiner<Routing, List<Address>> routings;
    private final Joiner<String, Optional<DueDelivery>> deliveryClaims;
    private final Joiner<Outcome, Boolean> outcomes;

    /** What a route decided, and what is to be written of it. */
    private record Routing(
            HeldMessage message,
            MessageState state,
            String route,
            String code,
            String reason,
            Instant due,
            List<String> notes,
            List<Part> reports,
            List<NewDelivery> deliveries) {}

    /** The end of an attempt. */
    private record Outcome(
            DueDelivery delivery,
            DeliveryState state,
            String what,
            String reference,
            boolean awaited,
            String code,
            String reason,
            Instant due) {}

    /** Begins a new epoch: what earlier ones had claimed is theirs no more. */
    public Ledger(DataSource source, Clock clock, Ids ids) {
        this.database = new Database(source);
        this.clock = clock;
        this.ids = ids;
        this.epoch = database.transaction(this::begin);
        this.takes = new Joiner<>("take", 2, this::takeAll);
        this.routeClaims = new Joiner<>("route-claim", 1, this::claimMessages);
        this.routings = new Joiner<>("routed", 2, this::writeRoutings);
        this.deliveryClaims = new Joiner<>("delivery-claim", 1, this::claimDeliveries);
        this.outcomes = new Joiner<>("outcome", 2, this::writeOutcomes);
    }

    private long begin(Connection connection) throws SQLException {
        long mine;
        try (var insert = connection.prepareStatement("insert into epoch (started_at) values (?) returning epoch")) {
            insert.setTimestamp(1, at(clock.instant()));
            try (var row = insert.executeQuery()) {
                row.next();
                mine = row.getLong(1);
            }
        }
        // A route has no effect outside: what an earlier epoch was routing is simply routed again.
        try (var back = connection.prepareStatement("""
                update message set state = 'RECEIVED', published_until = '-infinity'
                where state = 'ROUTING' and epoch < ?""")) {
            back.setLong(1, mine);
            back.executeUpdate();
        }
        // The lanes of an earlier epoch are gone with its broker, so nothing of it is in flight.
        try (var messages = connection.prepareStatement(
                        "update message set published_until = '-infinity' where state = 'RECEIVED' and published_until > '-infinity'");
                var deliveries = connection.prepareStatement(
                        "update delivery set published_until = '-infinity' where state = 'WAITING' and published_until > '-infinity'")) {
            messages.executeUpdate();
            deliveries.executeUpdate();
        }
        return mine;
    }

    // ---- intake
    // -----------------------------------------------------------------------------------------------------------------

    /** Takes one message; returns when it is durable. Its id is then to be put on the route lane if it is new. */
    public Taken take(NewMessage message) {
        return takes.submit(message);
    }

    /** Writes down that something was refused before it was taken; nothing of it is kept. */
    public void refused(String municipality, String source, String code, String text) {
        database.transaction(connection -> {
            try (var entries = new Entries(connection, clock.instant())) {
                entries.add(municipality, "", null, null, "REFUSED", code, text, source);
            }
            return true;
        });
    }

    private List<Taken> takeAll(List<NewMessage> batch) {
        return database.transaction(connection -> {
            var results = new ArrayList<Taken>(batch.size());
            var seen = new HashSet<String>();
            var cases = casesOf(connection, batch);
            try (var insert = connection.prepareStatement("""
                            insert into message (id, municipality, source, business_id, kind, service, case_id, answers, headers,
                                digest, salt, state, code, reason, due, published_until, epoch, accepted_at)
                            values (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                            on conflict (municipality, source, business_id) do nothing""");
                    var parts = new PartWriter(connection);
                    var entries = new Entries(connection, clock.instant())) {
                var fresh = new ArrayList<NewMessage>();
                var salts = new HashMap<UUID, byte[]>();
                for (var message : batch) {
                    // Twice in one batch: the second must see the first one's row.
                    if (seen.add(message.municipality() + " " + message.source() + " " + message.businessId())) {
                        fresh.add(message);
                    }
                }
                for (var message : fresh) {
                    salts.put(
                            message.id(),
                            bind(
                                    insert,
                                    message,
                                    message.businessId(),
                                    cases.getOrDefault(message.id(), ownCase(message)),
                                    message.quarantine()));
                    insert.addBatch();
                }
                var counts = insert.executeBatch();
                var inserted = new HashSet<UUID>();
                for (int i = 0; i < counts.length; i++) {
                    if (counts[i] == 1) {
                        inserted.add(fresh.get(i).id());
                    }
                }
                for (var message : batch) {
                    if (inserted.remove(message.id())) {
                        var caseId = cases.getOrDefault(message.id(), ownCase(message));
                        results.add(
                                fresh(message, caseId, salts.getOrDefault(message.id(), new byte[0]), parts, entries));
                    } else {
                        parts.flush();
                        results.add(repeated(connection, message, insert, parts, entries));
                    }
                }
            }
            return results;
        });
    }

    private Taken fresh(NewMessage message, String caseId, byte[] salt, PartWriter parts, Entries entries)
            throws SQLException {
        parts.add(message.id(), message.parts());
        var quarantine = message.quarantine();
        entries.add(
                message.municipality(),
                caseId,
                message.id(),
                null,
                "TAKEN",
                "",
                taken(message, salt),
                message.source());
        quarantine.ifPresent(why -> entries.add(
                message.municipality(), caseId, message.id(), null, "QUARANTINED", why.code(), why.text(), HUB));
        return new Taken(
                quarantine.isPresent() ? Taken.Result.QUARANTINED : Taken.Result.NEW,
                message.id(),
                caseId,
                message.acceptedAt(),
                quarantine.map(NewMessage.Reason::code).orElse(""),
                quarantine.map(NewMessage.Reason::text).orElse(""));
    }

    /** The same business id again: a duplicate if the content is the same, otherwise a conflict, which is held apart. */
    private Taken repeated(
            Connection connection, NewMessage message, PreparedStatement insert, PartWriter parts, Entries entries)
            throws SQLException {
        var digest = Digests.of(message);
        try (var select = connection.prepareStatement("""
                select id, case_id, accepted_at, digest, state, code, reason from message
                where municipality = ? and source = ? and (business_id = ? or business_id = ?)""")) {
            select.setString(1, message.municipality());
            select.setString(2, message.source());
            select.setString(3, message.businessId());
            select.setString(4, Digests.conflictId(message, digest));
            try (var row = select.executeQuery()) {
                var caseId = "";
                while (row.next()) {
                    caseId = row.getString("case_id");
                    if (Arrays.equals(digest, row.getBytes("digest"))) {
                        var conflict = row.getString("code").equals(Digests.CONFLICT.code());
                        var id = row.getObject("id", UUID.class);
                        entries.add(message.municipality(), caseId, id, null, "DUPLICATE", "", "", message.source());
                        return new Taken(
                                conflict ? Taken.Result.CONFLICT : Taken.Result.DUPLICATE,
                                id,
                                caseId,
                                Database.instant(row, "accepted_at"),
                                row.getString("state").equals("QUARANTINED") ? row.getString("code") : "",
                                row.getString("state").equals("QUARANTINED") ? row.getString("reason") : "");
                    }
                }
                var salt = bind(
                        insert, message, Digests.conflictId(message, digest), caseId, Optional.of(Digests.CONFLICT));
                insert.executeUpdate();
                parts.add(message.id(), message.parts());
                entries.add(
                        message.municipality(),
                        caseId,
                        message.id(),
                        null,
                        "TAKEN",
                        "",
                        taken(message, salt),
                        message.source());
                entries.add(
                        message.municipality(),
                        caseId,
                        message.id(),
                        null,
                        "QUARANTINED",
                        Digests.CONFLICT.code(),
                        Digests.CONFLICT.text(),
                        HUB);
                return new Taken(
                        Taken.Result.CONFLICT,
                        message.id(),
                        caseId,
                        message.acceptedAt(),
                        Digests.CONFLICT.code(),
                        Digests.CONFLICT.text());
            }
        }
    }

    private static String taken(NewMessage message, byte[] salt) {
        return message.kind() + " salted-sha256=" + Digests.salted(salt, Digests.of(message));
    }

    /** Returns the salt of the message's hashes. */
    private byte[] bind(
            PreparedStatement insert,
            NewMessage message,
            String businessId,
            String caseId,
            Optional<NewMessage.Reason> quarantine)
            throws SQLException {
        insert.setObject(1, message.id());
        insert.setString(2, message.municipality());
        insert.setString(3, message.source());
        insert.setString(4, businessId);
        insert.setString(5, message.kind());
        insert.setString(6, message.service());
        insert.setString(7, caseId);
        insert.setString(8, message.answers().map(NewMessage.Answer::reference).orElse(""));
        insert.setString(9, Database.json(message.headers()));
        insert.setBytes(10, Digests.of(message));
        var salt = ids.salt();
        insert.setBytes(11, salt);
        insert.setString(12, quarantine.isPresent() ? "QUARANTINED" : "RECEIVED");
        insert.setString(13, quarantine.map(NewMessage.Reason::code).orElse(""));
        insert.setString(14, quarantine.map(NewMessage.Reason::text).orElse(""));
        insert.setTimestamp(15, at(message.acceptedAt()));
        insert.setTimestamp(16, at(message.acceptedAt().plus(IN_FLIGHT)));
        insert.setLong(17, epoch);
        insert.setTimestamp(18, at(message.acceptedAt()));
        return salt;
    }

    /** Answers belong to the case of what they answer; the delivery they answer is not awaited any more. */
    private static Map<UUID, String> casesOf(Connection connection, List<NewMessage> batch) throws SQLException {
        var cases = new HashMap<UUID, String>();
        for (var message : batch) {
            if (message.answers().isEmpty()) {
                continue;
            }
            var answer = message.answers().get();
            try (var update = connection.prepareStatement("""
                    update delivery set awaited = false
                    where municipality = ? and connection = ? and reference = ? returning case_id""")) {
                update.setString(1, message.municipality());
                update.setString(2, answer.connection());
                update.setString(3, answer.reference());
                try (var row = update.executeQuery()) {
                    if (row.next()) {
                        cases.put(message.id(), row.getString(1));
                    }
                }
            }
        }
        return cases;
    }

    private static String ownCase(NewMessage message) {
        return message.caseId().orElseGet(() -> message.id().toString());
    }

    // ---- route
    // ------------------------------------------------------------------------------------------------------------------

    /** Claims a message for its route; empty if it is not there to be routed, or another one was quicker. */
    public Optional<HeldMessage> claimMessage(UUID id) {
        return routeClaims.submit(id);
    }

    private List<Optional<HeldMessage>> claimMessages(List<UUID> batch) {
        return database.transaction(connection -> {
            var found = new HashMap<UUID, HeldMessage>();
            try (var lazily = connection.createStatement();
                    var claim = connection.prepareStatement("""
                            update message set state = 'ROUTING', epoch = ?, attempt = attempt + 1
                            where id = any (?) and state = 'RECEIVED' and due <= ?
                            returning id, municipality, source, kind, service, case_id, answers, headers, attempt""")) {
                // Should this claim be lost with the power, the route simply runs once more.
                lazily.execute("set local synchronous_commit = off");
                claim.setLong(1, epoch);
                claim.setArray(2, connection.createArrayOf("uuid", batch.toArray()));
                claim.setTimestamp(3, at(clock.instant()));
                var parts = Parts.read(connection, batch);
                try (var row = claim.executeQuery()) {
                    while (row.next()) {
                        var id = row.getObject("id", UUID.class);
                        var answers = row.getString("answers");
                        found.put(
                                id,
                                new HeldMessage(
                                        id,
                                        row.getString("municipality"),
                                        row.getString("source"),
                                        row.getString("kind"),
                                        row.getString("service"),
                                        row.getString("case_id"),
                                        answers.isEmpty() ? Optional.empty() : Optional.of(answers),
                                        Database.headers(row),
                                        Parts.original(parts.get(id)),
                                        Parts.next(parts.get(id)),
                                        row.getInt("attempt")));
                    }
                }
            }
            // An id that was published twice must not be claimed twice.
            return batch.stream()
                    .map(id -> Optional.ofNullable(found.remove(id)))
                    .toList();
        });
    }

    /** The route has ended well: all its deliveries and notes in one transaction. The result is to be put on the delivery lane. */
    public List<Address> routed(
            HeldMessage message, String route, List<NewDelivery> deliveries, List<String> notes, List<Part> reports) {
        return routings.submit(
                new Routing(message, MessageState.ROUTED, route, "", "", clock.instant(), notes, reports, deliveries));
    }

    /** The route has decided that the message must not go on. */
    public void quarantined(HeldMessage message, String route, String code, String reason, List<Part> reports) {
        routings.submit(new Routing(
                message,
                MessageState.QUARANTINED,
                route,
                code,
                reason,
                clock.instant(),
                List.of(),
                reports,
                List.of()));
    }

    /** The route could not run, and will be tried again at {@code due}. */
    public void routeLater(HeldMessage message, String route, String code, String reason, Instant due) {
        routings.submit(
                new Routing(message, MessageState.RECEIVED, route, code, reason, due, List.of(), List.of(), List.of()));
    }

    /** The route could not run, and an operator has to act. */
    public void parked(HeldMessage message, String route, String code, String reason) {
        routings.submit(new Routing(
                message, MessageState.PARKED, route, code, reason, clock.instant(), List.of(), List.of(), List.of()));
    }

    private List<List<Address>> writeRoutings(List<Routing> batch) {
        return database.transaction(connection -> {
            var results = new ArrayList<List<Address>>(batch.size());
            var now = clock.instant();
            try (var update = connection.prepareStatement("""
                            update message set state = ?, route = ?, code = ?, reason = ?, due = ?, published_until = '-infinity'
                            where id = ? and state = 'ROUTING' and epoch = ? and attempt = ?""");
                    var parts = new PartWriter(connection);
                    var insert = connection.prepareStatement("""
                            insert into delivery (id, message_id, municipality, connection, channel, kind, case_id, headers, body,
                                attachments, state, due, published_until, created_at)
                            values (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, 'WAITING', ?, ?, ?)""");
                    var entries = new Entries(connection, now)) {
                for (var routing : batch) {
                    var message = routing.message();
                    update.setString(1, routing.state().name());
                    update.setString(2, routing.route());
                    update.setString(3, routing.code());
                    update.setString(4, routing.reason());
                    update.setTimestamp(5, at(routing.due()));
                    update.setObject(6, message.id());
                    update.setLong(7, epoch);
                    update.setInt(8, message.attempt());
                    if (update.executeUpdate() == 0) {
                        results.add(List.of());
                        continue;
                    }
                    results.add(write(connection, routing, parts, insert, entries, now));
                }
                parts.flush();
                insert.executeBatch();
            }
            return results;
        });
    }

    private List<Address> write(
            Connection connection,
            Routing routing,
            PartWriter parts,
            PreparedStatement insert,
            Entries entries,
            Instant now)
            throws SQLException {
        var message = routing.message();
        var numbers = new PartNumbers(message.parts(), message.nextPart());
        var addresses = new ArrayList<Address>();
        for (var report : routing.reports()) {
            numbers.of(report, "report");
        }
        for (var note : routing.notes()) {
            entries.add(
                    message.municipality(), message.caseId(), message.id(), null, "NOTE", "", note, routing.route());
        }
        for (var delivery : routing.deliveries()) {
            insert.setString(1, delivery.id());
            insert.setObject(2, message.id());
            insert.setString(3, message.municipality());
            insert.setString(4, delivery.connection());
            insert.setString(5, delivery.channel());
            insert.setString(6, delivery.kind());
            insert.setString(7, message.caseId());
            insert.setString(8, Database.json(delivery.headers()));
            insert.setInt(9, numbers.of(delivery.body(), "derived"));
            var attachments = delivery.attachments().stream()
                    .map(each -> numbers.of(each, "derived"))
                    .toArray(Integer[]::new);
            insert.setArray(10, connection.createArrayOf("int4", attachments));
            insert.setTimestamp(11, at(now));
            insert.setTimestamp(12, at(now.plus(IN_FLIGHT)));
            insert.setTimestamp(13, at(now));
            insert.addBatch();
            addresses.add(new Address(delivery.id(), message.municipality(), delivery.connection()));
            entries.add(
                    message.municipality(),
                    message.caseId(),
                    message.id(),
                    delivery.id(),
                    "PLANNED",
                    "",
                    delivery.connection(),
                    routing.route());
        }
        for (var added : numbers.added()) {
            parts.add(message.id(), added.no(), added.role(), added.part());
        }
        entries.add(
                message.municipality(),
                message.caseId(),
                message.id(),
                null,
                routing.state() == MessageState.RECEIVED
                        ? "ROUTE_FAILED"
                        : routing.state().name(),
                routing.code(),
                routing.reason(),
                routing.route().isEmpty() ? HUB : routing.route());
        return addresses;
    }

    // ---- delivery
    // ---------------------------------------------------------------------------------------------------------------

    /** Claims a delivery and writes down its attempt, durably; empty if it is not due, or another one was quicker. */
    public Optional<DueDelivery> claimDelivery(String id) {
        return deliveryClaims.submit(id);
    }

    private List<Optional<DueDelivery>> claimDeliveries(List<String> batch) {
        return database.transaction(connection -> {
            var now = clock.instant();
            Map<String, DueDelivery> found;
            try (var claim = connection.prepareStatement("""
                            update delivery set state = 'SENDING', epoch = ?, attempt = attempt + 1
                            where id = any (?) and state = 'WAITING' and due <= ?
                                and not exists (select 1 from pause
                                    where pause.municipality = delivery.municipality and pause.connection = delivery.connection)
                            returning *""");
                    var attempt = connection.prepareStatement(
                            "insert into attempt (delivery_id, no, epoch, started_at) values (?, ?, ?, ?)")) {
                claim.setLong(1, epoch);
                claim.setArray(2, connection.createArrayOf("text", batch.toArray()));
                claim.setTimestamp(3, at(now));
                try (var row = claim.executeQuery()) {
                    found = dueDeliveries(connection, row);
                }
                for (var delivery : found.values()) {
                    attempt.setString(1, delivery.id());
                    attempt.setInt(2, delivery.attempt());
                    attempt.setLong(3, epoch);
                    attempt.setTimestamp(4, at(now));
                    attempt.addBatch();
                }
                attempt.executeBatch();
            }
            return batch.stream()
                    .map(id -> Optional.ofNullable(found.remove(id)))
                    .toList();
        });
    }

    private static Map<String, DueDelivery> dueDeliveries(Connection connection, ResultSet row) throws SQLException {
        record Raw(DueDelivery withoutParts, int body, Integer[] attachments) {}
        var raws = new ArrayList<Raw>();
        while (row.next()) {
            raws.add(new Raw(
                    new DueDelivery(
                            row.getString("id"),
                            row.getLong("number"),
                            row.getObject("message_id", UUID.class),
                            row.getString("municipality"),
                            row.getString("connection"),
                            row.getString("channel"),
                            row.getString("kind"),
                            row.getString("case_id"),
                            Database.headers(row),
                            Parts.NONE,
                            List.of(),
                            row.getInt("attempt"),
                            row.getInt("attempt") - row.getInt("tried_before")),
                    row.getInt("body"),
                    (Integer[]) row.getArray("attachments").getArray()));
        }
        var parts = Parts.read(
                connection,
                raws.stream().map(raw -> raw.withoutParts().messageId()).toList());
        var found = new LinkedHashMap<String, DueDelivery>();
        for (var raw : raws) {
            var bare = raw.withoutParts();
            var all = Parts.present(parts.get(bare.messageId()));
            found.put(
                    bare.id(),
                    new DueDelivery(
                            bare.id(),
                            bare.number(),
                            bare.messageId(),
                            bare.municipality(),
                            bare.connection(),
                            bare.channel(),
                            bare.kind(),
                            bare.caseId(),
                            bare.headers(),
                            Parts.get(all, raw.body()).part(),
                            Arrays.stream(raw.attachments())
                                    .map(no -> Parts.get(all, no).part())
                                    .toList(),
                            bare.attempt(),
                            bare.tries()));
        }
        return found;
    }

    /**
     * The target has it.
     *
     * @param awaited whether an answer is still to come
     */
    public boolean delivered(DueDelivery delivery, String reference, boolean awaited) {
        return outcomes.submit(new Outcome(
                delivery, DeliveryState.DELIVERED, "DELIVERED", reference, awaited, "", "", clock.instant()));
    }

    /** The target said no. */
    public boolean rejected(DueDelivery delivery, String reason) {
        return outcomes.submit(new Outcome(
                delivery, DeliveryState.REJECTED, "REJECTED", "", false, "target.rejected", reason, clock.instant()));
    }

    /** It is tried again at {@code due}. */
    public boolean deliverLater(DueDelivery delivery, String code, String why, Instant due) {
        return outcomes.submit(
                new Outcome(delivery, DeliveryState.WAITING, "ATTEMPT_FAILED", "", false, code, why, due));
    }

    /** All attempts have failed. */
    public boolean parked(DueDelivery delivery, String code, String why) {
        return outcomes.submit(
                new Outcome(delivery, DeliveryState.PARKED, "PARKED", "", false, code, why, clock.instant()));
    }

    /** It may have arrived at a target that cannot recognise a repeat. */
    public boolean inDoubt(DueDelivery delivery, String why) {
        return outcomes.submit(new Outcome(
                delivery, DeliveryState.IN_DOUBT, "IN_DOUBT", "", false, "outcome.unknown", why, clock.instant()));
    }

    private List<Boolean> writeOutcomes(List<Outcome> batch) {
        return database.transaction(connection -> {
            var results = new ArrayList<Boolean>(batch.size());
            var now = clock.instant();
            try (var update = connection.prepareStatement("""
                            update delivery set state = ?, reference = ?, awaited = ?, code = ?, reason = ?, due = ?,
                                published_until = '-infinity', finished_at = ?
                            where id = ? and state = 'SENDING' and epoch = ? and attempt = ?""");
                    var attempt = connection.prepareStatement(
                            "update attempt set ended_at = ?, outcome = ?, reason = ? where delivery_id = ? and no = ?");
                    var entries = new Entries(connection, now)) {
                for (var outcome : batch) {
                    var delivery = outcome.delivery();
                    update.setString(1, outcome.state().name());
                    update.setString(2, outcome.reference());
                    update.setBoolean(3, outcome.awaited());
                    update.setString(4, outcome.code());
                    update.setString(5, outcome.reason());
                    update.setTimestamp(6, at(outcome.due()));
                    update.setTimestamp(7, outcome.state() == DeliveryState.WAITING ? null : at(now));
                    update.setString(8, delivery.id());
                    update.setLong(9, epoch);
                    update.setInt(10, delivery.attempt());
                    update.addBatch();
                    attempt.setTimestamp(1, at(now));
                    attempt.setString(2, outcome.what());
                    attempt.setString(3, outcome.reason());
                    attempt.setString(4, delivery.id());
                    attempt.setInt(5, delivery.attempt());
                    attempt.addBatch();
                }
                var counts = update.executeBatch();
                attempt.executeBatch();
                for (int i = 0; i < counts.length; i++) {
                    var outcome = batch.get(i);
                    var delivery = outcome.delivery();
                    results.add(counts[i] == 1);
                    if (counts[i] == 1) {
                        entries.add(
                                delivery.municipality(),
                                delivery.caseId(),
                                delivery.messageId(),
                                delivery.id(),
                                outcome.what(),
                                outcome.code(),
                                outcome.state() == DeliveryState.DELIVERED ? outcome.reference() : outcome.reason(),
                                delivery.connection());
                    }
                }
            }
            return results;
        });
    }

    /**
     * Takes over attempts that an earlier epoch left open: each is now an attempt of unknown outcome of ours.
     *
     * @param municipality and connection: only theirs, since what follows depends on the connector
     */
    public List<DueDelivery> takeOverOpenAttempts(String municipality, String connectionName, int limit) {
        return database.transaction(connection -> {
            try (var claim = connection.prepareStatement("""
                    update delivery set epoch = ?
                    where id in (select id from delivery where state = 'SENDING' and epoch < ? and municipality = ? and connection = ?
                        limit ? for update skip locked)
                    returning *""")) {
                claim.setLong(1, epoch);
                claim.setLong(2, epoch);
                claim.setString(3, municipality);
                claim.setString(4, connectionName);
                claim.setInt(5, limit);
                try (var row = claim.executeQuery()) {
                    return List.copyOf(dueDeliveries(connection, row).values());
                }
            }
        });
    }

    /** The connections that have open attempts of an earlier epoch: municipality and name. */
    public List<Address> connectionsWithOpenAttempts() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("""
                    select distinct municipality, connection from delivery where state = 'SENDING' and epoch < ?""")) {
                select.setLong(1, epoch);
                var found = new ArrayList<Address>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(new Address("", row.getString(1), row.getString(2)));
                    }
                }
                return found;
            }
        });
    }

    // ---- sweeper
    // ----------------------------------------------------------------------------------------------------------------

    /** Messages that are due and not in flight, the oldest first; they count as in flight from now on. */
    public List<UUID> sweepMessages(int limit) {
        return database.transaction(connection -> {
            try (var sweep = connection.prepareStatement("""
                    update message set published_until = ?
                    where id in (select id from message where state = 'RECEIVED' and due <= ? and published_until <= ?
                        order by due limit ? for update skip locked)
                    returning id""")) {
                bindSweep(sweep, limit);
                var found = new ArrayList<UUID>();
                try (var row = sweep.executeQuery()) {
                    while (row.next()) {
                        found.add(row.getObject(1, UUID.class));
                    }
                }
                return found;
            }
        });
    }

    /** Deliveries that are due, not in flight and not paused, the oldest first; they count as in flight from now on. */
    public List<Address> sweepDeliveries(int limit) {
        return database.transaction(connection -> {
            try (var sweep = connection.prepareStatement("""
                    update delivery set published_until = ?
                    where id in (select id from delivery d where state = 'WAITING' and due <= ? and published_until <= ?
                        and not exists (select 1 from pause p where p.municipality = d.municipality and p.connection = d.connection)
                        order by due limit ? for update skip locked)
                    returning id, municipality, connection""")) {
                bindSweep(sweep, limit);
                var found = new ArrayList<Address>();
                try (var row = sweep.executeQuery()) {
                    while (row.next()) {
                        found.add(new Address(row.getString(1), row.getString(2), row.getString(3)));
                    }
                }
                return found;
            }
        });
    }

    private void bindSweep(PreparedStatement sweep, int limit) throws SQLException {
        var now = clock.instant();
        sweep.setTimestamp(1, at(now.plus(IN_FLIGHT)));
        sweep.setTimestamp(2, at(now));
        sweep.setTimestamp(3, at(now));
        sweep.setInt(4, limit);
    }

    /** Ids that could not be put on a lane are not in flight after all. */
    public void notPublished(List<UUID> messages, List<String> deliveries) {
        database.transaction(connection -> {
            try (var back = connection.prepareStatement(
                            "update message set published_until = '-infinity' where id = any (?) and state = 'RECEIVED'");
                    var also = connection.prepareStatement(
                            "update delivery set published_until = '-infinity' where id = any (?) and state = 'WAITING'")) {
                back.setArray(1, connection.createArrayOf("uuid", messages.toArray()));
                back.executeUpdate();
                also.setArray(1, connection.createArrayOf("text", deliveries.toArray()));
                also.executeUpdate();
            }
            return true;
        });
    }

    // ---- answers
    // ----------------------------------------------------------------------------------------------------------------

    /** A delivery that was answered or waits for it. */
    public record Delivered(String reference, String caseId, Instant at, Map<String, String> headers) {}

    /** The oldest deliveries of a connection whose answer has not come. */
    public List<Delivered> awaited(String municipality, String connectionName, String channel, int limit) {
        return delivered("""
                select reference, case_id, finished_at, headers from delivery
                where awaited and municipality = ? and connection = ? and channel = ? order by finished_at limit ?""", municipality, connectionName, channel, limit);
    }

    /** The delivery that a target calls by this reference. */
    public Optional<Delivered> byReference(String municipality, String connectionName, String reference) {
        return delivered("""
                        select reference, case_id, finished_at, headers from delivery
                        where municipality = ? and connection = ? and reference = ? and state = 'DELIVERED' order by number limit ?""", municipality, connectionName, reference, 1).stream()
                .findFirst();
    }

    /** Whether a delivery of this connection is under way, so that its reference may not be known yet. */
    public boolean underWay(String municipality, String connectionName) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("""
                    select 1 from delivery where municipality = ? and connection = ? and state in ('WAITING', 'SENDING')
                        and attempt > 0 limit 1""")) {
                select.setString(1, municipality);
                select.setString(2, connectionName);
                try (var row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    private List<Delivered> delivered(String sql, String municipality, String connectionName, String third, int limit) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                select.setString(1, municipality);
                select.setString(2, connectionName);
                select.setString(3, third);
                select.setInt(4, limit);
                var found = new ArrayList<Delivered>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(new Delivered(
                                row.getString("reference"),
                                row.getString("case_id"),
                                Database.instant(row, "finished_at"),
                                Database.headers(row)));
                    }
                }
                return found;
            }
        });
    }

    /** Writes down what an operator did, in the transaction of that deed. */
    Database database() {
        return database;
    }

    /** Lets what was handed in finish, then ends. */
    @Override
    public void close() {
        takes.close();
        routeClaims.close();
        routings.close();
        deliveryClaims.close();
        outcomes.close();
    }
}
