package de.stellwerk.hub.ledger;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.ledger.Ledger.Concluded;
import de.stellwerk.hub.ledger.Ledger.Outcome;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Claims deliveries, writes how attempts ended, and takes over what dead nodes left open; a set in one transaction.
 *
 * <p>Rows that are known by id are asked for their state as {@code state || ''}, here and in {@link RouteBook}: written plainly, it lets
 * the planner choose the index of those that wait, which was small when it was last looked at, and walk through a whole backlog for each
 * set. For the same reason the delivery of an open attempt is read by {@code lateral (… offset 0)}: few are open, however many have been,
 * and a planner that last saw more of them would read all deliveries there are.
 */
final class DeliveryBook {

    /**
     * Whose turn it is: the first of its key, and nothing that was accepted before it may still bring one that comes first. A key is
     * {@code case <id>} or {@code <header> <value>}. Costs one look into an index a delivery with a case key; with a header key it grows
     * with the municipality's messages that are not routed yet.
     */
    static final String TURN = """
            (d.order_key = '' or not exists
                (select 1 from delivery e where e.municipality = d.municipality and e.connection = d.connection
                    and e.order_key = d.order_key and e.order_key <> '' and e.state in ('WAITING', 'PARKED', 'IN_DOUBT')
                    and (e.message_seq, e.number) < (d.message_seq, d.number))
            and not exists
                (select 1 from message m where d.order_key like 'case %' and m.case_id = d.case_id and m.municipality = d.municipality
                    and m.state in ('RECEIVED', 'PARKED') and m.seq < d.message_seq)
            and not exists
                (select 1 from message m where d.order_key not like 'case %' and m.municipality = d.municipality
                    and m.state in ('RECEIVED', 'PARKED') and m.seq < d.message_seq
                    and m.headers ->> split_part(d.order_key, ' ', 1) = substr(d.order_key, strpos(d.order_key, ' ') + 1)))""";

    private static final String ALIVE =
            "exists (select 1 from epoch where epoch.epoch = %s.epoch and epoch.alive_until > now())";

    private final Database database;
    private final Clock clock;
    private final Nodes nodes;

    DeliveryBook(Database database, Clock clock, Nodes nodes) {
        this.database = database;
        this.clock = clock;
        this.nodes = nodes;
    }

    List<DueDelivery> claim(List<String> ids) {
        return database.transaction(connection -> {
            var now = clock.instant();
            var epoch = nodes.epoch();
            try (var claim = connection.prepareStatement("""
                    with due as materialized (
                        select d.* from delivery d where d.id = any (?) and d.state || '' = 'WAITING' and d.due <= ?
                            and not exists (select 1 from pause p where p.municipality = d.municipality and p.connection = d.connection)
                            and exists (select 1 from epoch where epoch = ? and alive_until > now())
                            and %s
                        for update of d skip locked),
                    mine as (
                        insert into sending (delivery_id, epoch, attempt, started_at) select id, ?, attempt + 1, ? from due
                        on conflict (delivery_id) do nothing returning delivery_id)
                    select due.*, due.attempt + 1 as now_attempt, false as taken_over from due join mine on mine.delivery_id = due.id
                    order by due.message_seq, due.number""".formatted(TURN))) {
                claim.setArray(1, connection.createArrayOf("text", ids.toArray()));
                claim.setTimestamp(2, Database.at(now));
                claim.setLong(3, epoch);
                claim.setLong(4, epoch);
                claim.setTimestamp(5, Database.at(now));
                try (var row = claim.executeQuery()) {
                    return dueDeliveries(connection, row, epoch);
                }
            }
        });
    }

    /** @param epoch under which they are claimed; read once a claim, since it may change meanwhile */
    private static List<DueDelivery> dueDeliveries(Connection connection, ResultSet row, long epoch)
            throws SQLException {
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
                            row.getInt("now_attempt"),
                            row.getInt("now_attempt") - row.getInt("tried_before"),
                            row.getString("code"),
                            epoch,
                            row.getBoolean("taken_over")),
                    row.getInt("body"),
                    (Integer[]) row.getArray("attachments").getArray()));
        }
        if (raws.isEmpty()) {
            return List.of();
        }
        var places = new LinkedHashSet<Parts.Place>();
        for (var raw : raws) {
            places.add(new Parts.Place(raw.withoutParts().messageId(), raw.body()));
            for (var no : raw.attachments()) {
                places.add(new Parts.Place(raw.withoutParts().messageId(), no));
            }
        }
        var parts = Parts.read(connection, List.copyOf(places));
        return raws.stream()
                .map(raw -> {
                    var all = Parts.present(parts.get(raw.withoutParts().messageId()));
                    return raw.withoutParts()
                            .with(
                                    Parts.get(all, raw.body()).part(),
                                    Arrays.stream(raw.attachments())
                                            .map(no -> Parts.get(all, no).part())
                                            .toList());
                })
                .toList();
    }

    void putOff(List<String> ids, Instant due) {
        database.transaction(connection -> {
            try (var update = connection.prepareStatement("""
                    update delivery d set due = ?, published_until = '-infinity'
                    where d.id = any (?) and d.state || '' = 'WAITING' and d.due < ?
                        and not exists (select 1 from sending s where s.delivery_id = d.id)""")) {
                update.setTimestamp(1, Database.at(due));
                update.setArray(2, connection.createArrayOf("text", ids.toArray()));
                update.setTimestamp(3, Database.at(due));
                return update.executeUpdate();
            }
        });
    }

    void giveBack(List<DueDelivery> claimed, Instant due) {
        database.transaction(connection -> {
            try (var update = connection.prepareStatement("""
                    with back as (
                        delete from sending s using unnest(?::text[], ?::int[], ?::bigint[]) as u (id, attempt, epoch)
                        where s.delivery_id = u.id and s.attempt = u.attempt and s.epoch = u.epoch
                        returning s.delivery_id)
                    update delivery d set due = ?, published_until = '-infinity'
                    from back where d.id = back.delivery_id and d.state || '' = 'WAITING'""")) {
                new Columns<>(update, 1, claimed)
                        .text(DueDelivery::id)
                        .number(DueDelivery::attempt)
                        .large(DueDelivery::epoch);
                update.setTimestamp(4, Database.at(due));
                return update.executeUpdate();
            }
        });
    }

    Concluded conclude(List<Outcome> outcomes) {
        return database.transaction(connection -> {
            var now = clock.instant();
            var written = new HashSet<String>();
            var ended = new ArrayList<String>();
            var started = new java.util.HashMap<String, Instant>();
            try (var update = connection.prepareStatement("""
                    with u as materialized (
                        select * from unnest(?::text[], ?::int[], ?::bigint[], ?::text[], ?::text[], ?::bool[], ?::text[], ?::text[], ?::bigint[], ?::bool[])
                            as u (id, attempt, epoch, state, reference, awaited, code, reason, due, begun)),
                    ended as (
                        delete from sending s using u
                        where s.delivery_id = u.id and s.epoch = u.epoch and s.attempt = u.attempt
                        returning s.delivery_id, s.started_at)
                    update delivery d set state = u.state, attempt = u.attempt,
                        tried_before = d.tried_before + case when u.begun then 0 else 1 end, reference = u.reference, awaited = u.awaited,
                        code = u.code, reason = u.reason, due = %s, published_until = '-infinity', started_at = ended.started_at,
                        finished_at = case when u.state = 'WAITING' then null else ?::timestamptz end
                    from u join ended on ended.delivery_id = u.id
                    where d.id = u.id and d.state || '' = 'WAITING'
                    returning d.id, d.order_key <> '' and d.state in ('DELIVERED', 'REJECTED'), d.started_at""".formatted(Columns.AS_TIME.formatted("u.due")))) {
                new Columns<>(update, 1, outcomes)
                        .text(outcome -> outcome.delivery().id())
                        .number(outcome -> outcome.delivery().attempt())
                        .large(outcome -> outcome.delivery().epoch())
                        .text(outcome -> outcome.state().name())
                        .text(Outcome::reference)
                        .flag(Outcome::awaited)
                        .text(Outcome::code)
                        .text(Outcome::reason)
                        .time(Outcome::due)
                        .flag(Outcome::begun);
                update.setTimestamp(11, Database.at(now));
                try (var row = update.executeQuery()) {
                    while (row.next()) {
                        written.add(row.getString(1));
                        if (row.getBoolean(2)) {
                            ended.add(row.getString(1));
                        }
                        started.put(row.getString(1), row.getTimestamp(3).toInstant());
                    }
                }
            }
            var counted = outcomes.stream()
                    .filter(outcome -> written.contains(outcome.delivery().id()))
                    .toList();
            enter(connection, counted, now);
            keepReceipts(connection, counted, now);
            noteFailed(
                    connection,
                    counted.stream()
                            .filter(outcome -> outcome.state() != DeliveryState.DELIVERED)
                            .map(outcome -> new Failed(
                                    outcome,
                                    started.getOrDefault(outcome.delivery().id(), now)))
                            .toList(),
                    now);
            var next = next(connection, ended);
            CrashPoint.DELIVERY_UNCOMMITTED.pass();
            return new Concluded(written, next);
        });
    }

    private static String word(Outcome outcome) {
        return outcome.state() == DeliveryState.WAITING
                ? "ATTEMPT_FAILED"
                : outcome.state().name();
    }

    private static void enter(Connection connection, List<Outcome> counted, Instant now) throws SQLException {
        try (var entries = new Entries(connection, now)) {
            for (var outcome : counted) {
                var delivery = outcome.delivery();
                entries.add(
                        delivery.municipality(),
                        delivery.caseId(),
                        delivery.messageId(),
                        delivery.id(),
                        word(outcome),
                        outcome.code(),
                        outcome.state() == DeliveryState.DELIVERED ? outcome.reference() : outcome.reason(),
                        delivery.connection());
            }
        }
    }

    /** Two deliveries of one message may end at once: the lock on the message gives each part a number of its own. */
    private static void keepReceipts(Connection connection, List<Outcome> counted, Instant now) throws SQLException {
        var proved = counted.stream()
                .filter(outcome -> !outcome.receipts().isEmpty())
                .sorted(Comparator.comparing(outcome -> outcome.delivery().messageId()))
                .toList();
        if (proved.isEmpty()) {
            return;
        }
        try (var parts = new PartWriter(connection);
                var entries = new Entries(connection, now)) {
            for (var outcome : proved) {
                var delivery = outcome.delivery();
                var message = lock(connection, delivery.messageId());
                var no = message.next();
                for (var receipt : outcome.receipts()) {
                    parts.add(delivery.messageId(), no, "receipt", receipt);
                    entries.add(
                            delivery.municipality(),
                            delivery.caseId(),
                            delivery.messageId(),
                            delivery.id(),
                            "RECEIPT",
                            "",
                            "part " + no + " salted-sha256=" + Digests.salted(message.salt(), receipt.sha512()),
                            delivery.connection());
                    no++;
                }
                parts.flush();
            }
        }
    }

    private record Locked(int next, byte[] salt) {}

    private static Locked lock(Connection connection, UUID message) throws SQLException {
        try (var select = connection.prepareStatement("select salt from message where id = ? for no key update");
                var last = connection.prepareStatement("select max(no) from part where message_id = ?")) {
            select.setObject(1, message);
            last.setObject(1, message);
            try (var salt = select.executeQuery()) {
                salt.next();
                try (var no = last.executeQuery()) {
                    no.next();
                    return new Locked(no.getInt(1) + 1, salt.getBytes(1));
                }
            }
        }
    }

    private record Failed(Outcome outcome, Instant started) {}

    private static void noteFailed(Connection connection, List<Failed> failed, Instant now) throws SQLException {
        if (failed.isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement("""
                insert into attempt (delivery_id, no, started_at, outcome, reason, ended_at)
                select id, no, %s, outcome, reason, ?::timestamptz
                from unnest(?::text[], ?::int[], ?::bigint[], ?::text[], ?::text[]) as u (id, no, started, outcome, reason)""".formatted(Columns.AS_TIME.formatted("started")))) {
            insert.setTimestamp(1, Database.at(now));
            new Columns<>(insert, 2, failed)
                    .text(each -> each.outcome().delivery().id())
                    .number(each -> each.outcome().delivery().attempt())
                    .time(Failed::started)
                    .text(each -> word(each.outcome()))
                    .text(each -> each.outcome().reason());
            insert.executeUpdate();
        }
    }

    /** The deliveries that come after those that have ended, each the first of its key. */
    private static List<Address> next(Connection connection, List<String> ended) throws SQLException {
        if (ended.isEmpty()) {
            return List.of();
        }
        try (var select = connection.prepareStatement("""
                select distinct next.id, next.municipality, next.connection from delivery d cross join lateral
                    (select n.id, n.municipality, n.connection from delivery n where n.municipality = d.municipality
                        and n.connection = d.connection and n.order_key = d.order_key and n.order_key <> ''
                        and n.state in ('WAITING', 'PARKED', 'IN_DOUBT')
                        order by n.message_seq, n.number limit 1) next
                where d.id = any (?)""")) {
            select.setArray(1, connection.createArrayOf("text", ended.toArray()));
            return addresses(select.executeQuery());
        }
    }

    static List<Address> addresses(ResultSet rows) throws SQLException {
        try (rows) {
            var found = new ArrayList<Address>();
            while (rows.next()) {
                found.add(new Address(rows.getString(1), rows.getString(2), rows.getString(3)));
            }
            return found;
        }
    }

    List<DueDelivery> takeOver(String municipality, String name, int limit) {
        return database.transaction(connection -> {
            var epoch = nodes.epoch();
            try (var claim = connection.prepareStatement("""
                    with dead as (
                        select s.delivery_id from sending s cross join lateral
                            (select from delivery where id = s.delivery_id and municipality = ? and connection = ? offset 0) d
                        where s.epoch <> ? and not %s
                        limit ? for update of s skip locked),
                    mine as (
                        update sending s set epoch = ?, taken_over = true from dead where s.delivery_id = dead.delivery_id
                        returning s.delivery_id, s.attempt)
                    select d.*, mine.attempt as now_attempt, true as taken_over from mine cross join lateral
                        (select * from delivery where id = mine.delivery_id offset 0) d""".formatted(ALIVE.formatted("s")))) {
                claim.setString(1, municipality);
                claim.setString(2, name);
                claim.setLong(3, epoch);
                claim.setInt(4, limit);
                claim.setLong(5, epoch);
                try (var row = claim.executeQuery()) {
                    return dueDeliveries(connection, row, epoch);
                }
            }
        });
    }

    List<DueDelivery> openAttempts(Predicate<Address> abandoned) {
        return database.read(connection -> {
            var epoch = nodes.epoch();
            var left = new ArrayList<String>();
            var attempts = new ArrayList<Integer>();
            try (var select = connection.prepareStatement("""
                    select s.delivery_id, d.municipality, d.connection, s.attempt from sending s cross join lateral
                        (select municipality, connection from delivery where id = s.delivery_id offset 0) d
                    where s.epoch = ?""")) {
                select.setLong(1, epoch);
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        if (abandoned.test(new Address(row.getString(1), row.getString(2), row.getString(3)))) {
                            left.add(row.getString(1));
                            attempts.add(row.getInt(4));
                        }
                    }
                }
            }
            if (left.isEmpty()) {
                return List.of();
            }
            // The very attempt that was looked at: a new one may have begun meanwhile, and somebody works on that.
            try (var select = connection.prepareStatement("""
                    select d.*, s.attempt as now_attempt, s.taken_over
                    from unnest(?::text[], ?::int[]) as u (id, attempt)
                    join sending s on s.delivery_id = u.id and s.attempt = u.attempt
                    cross join lateral (select * from delivery where id = s.delivery_id offset 0) d
                    where s.epoch = ?""")) {
                select.setArray(1, connection.createArrayOf("text", left.toArray()));
                select.setArray(2, connection.createArrayOf("int", attempts.toArray()));
                select.setLong(3, epoch);
                try (var row = select.executeQuery()) {
                    return dueDeliveries(connection, row, epoch);
                }
            }
        });
    }

    List<Address> connectionsWithOpenAttempts() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("""
                    select distinct '', d.municipality, d.connection from sending s cross join lateral
                        (select municipality, connection from delivery where id = s.delivery_id offset 0) d
                    where s.epoch <> ? and not %s""".formatted(ALIVE.formatted("s")))) {
                select.setLong(1, nodes.epoch());
                return addresses(select.executeQuery());
            }
        });
    }
}
