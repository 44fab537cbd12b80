package de.stellwerk.hub.ledger;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.ledger.Ledger.RouteSet;
import de.stellwerk.hub.ledger.Ledger.Routed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Claims messages for their routes and writes what the routes decided, a set in one transaction. */
final class RouteBook {

    /**
     * Joined into a transaction's statement that writes. Should what it writes be lost with the power, the routes simply run once more;
     * what is durable later makes this durable before.
     */
    private static final String LAZILY = "(select set_config('synchronous_commit', 'off', true)) as lazily";

    /** So often may a node die while a message's route runs alone, and not meanwhile without it, before the message is parked. */
    static final int MOST_DEATHS = 3;

    /** What a suspect waits after a death alone; the next wait is {@link #LONGER} times as long. */
    static final Duration PROBATION = Duration.ofSeconds(10);

    static final int LONGER = 6;

    private final Database database;
    private final Clock clock;
    private final Nodes nodes;

    RouteBook(Database database, Clock clock, Nodes nodes) {
        this.database = database;
        this.clock = clock;
        this.nodes = nodes;
    }

    RouteSet claim(List<UUID> wanted) {
        return database.transaction(connection -> claim(connection, wanted, false, false));
    }

    /**
     * Durable, unlike a claim of a set: it is what tells of whom a node died. Of those that run alone it is the only one of its node: an
     * earlier one has ended, and only could not be released.
     */
    RouteSet claimSuspect(UUID suspect, boolean alone) {
        return database.transaction(connection -> {
            try (var delete = connection.prepareStatement("delete from routing where alone and epoch = ?")) {
                delete.setLong(1, nodes.epoch());
                delete.executeUpdate();
            }
            return claim(connection, List.of(suspect), true, alone);
        });
    }

    private RouteSet claim(Connection connection, List<UUID> wanted, boolean suspected, boolean alone)
            throws SQLException {
        var suspects = new ArrayList<UUID>();
        var found = new ArrayList<HeldMessage>();
        try (var select = connection.prepareStatement("""
                select id, municipality, source, kind, service, case_id, answers, headers, attempt, seq, suspect from message
                where id = any (?) and state || '' = 'RECEIVED' and due <= ?""")) {
            select.setArray(1, connection.createArrayOf("uuid", wanted.toArray()));
            select.setTimestamp(2, Database.at(clock.instant()));
            var parts = Parts.read(connection, wanted);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var id = row.getObject("id", UUID.class);
                    if (row.getInt("suspect") > 0 && !suspected) {
                        suspects.add(id);
                        continue;
                    }
                    var answers = row.getString("answers");
                    found.add(new HeldMessage(
                            id,
                            row.getLong("seq"),
                            row.getString("municipality"),
                            row.getString("source"),
                            row.getString("kind"),
                            row.getString("service"),
                            row.getString("case_id"),
                            answers.isEmpty() ? Optional.empty() : Optional.of(answers),
                            Database.headers(row),
                            Parts.original(parts.get(id)),
                            Parts.next(parts.get(id)),
                            row.getInt("attempt") + 1));
                }
            }
        }
        return new RouteSet(found.isEmpty() ? 0 : note(connection, found, suspected, alone), found, suspects);
    }

    private long note(Connection connection, List<HeldMessage> found, boolean durable, boolean alone)
            throws SQLException {
        try (var insert = connection.prepareStatement("insert into routing (epoch, messages, alone) select ?, ?, ?"
                + (durable ? "" : " from " + LAZILY) + " returning no")) {
            insert.setLong(1, nodes.epoch());
            insert.setArray(
                    2,
                    connection.createArrayOf(
                            "uuid", found.stream().map(HeldMessage::id).toArray()));
            insert.setBoolean(3, alone);
            try (var row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    List<Address> write(long set, List<Routed> outcomes) {
        return database.transaction(connection -> {
            var now = clock.instant();
            var counted = update(connection, outcomes);
            var addresses = new ArrayList<Address>();
            var parts = new PartWriter(connection);
            var deliveries = new DeliveryWriter(now);
            var entries = new Entries(connection, now);
            for (var outcome : outcomes) {
                if (counted.contains(outcome.message().id())) {
                    write(outcome, parts, deliveries, entries);
                    outcome.deliveries().stream()
                            .filter(NewDelivery::onLane)
                            .forEach(each -> addresses.add(
                                    new Address(each.id(), outcome.message().municipality(), each.connection())));
                }
            }
            var trip = new RoundTrip(connection);
            parts.join(trip);
            deliveries.join(trip);
            entries.join(trip);
            release(trip, set);
            trip.run();
            CrashPoint.ROUTE_UNCOMMITTED.pass();
            return addresses;
        });
    }

    void release(long set) {
        database.transaction(connection -> {
            var trip = new RoundTrip(connection);
            release(trip, set);
            trip.run();
            return true;
        });
    }

    private static void release(RoundTrip trip, long set) {
        trip.add("delete from routing using " + LAZILY + " where no = ?", (delete, first) -> {
            delete.setLong(first, set);
            return first + 1;
        });
    }

    private static Set<UUID> update(Connection connection, List<Routed> outcomes) throws SQLException {
        try (var update = connection.prepareStatement(
                """
                update message set state = u.state, route = u.route, code = u.code, reason = u.reason, due = %s,
                    published_until = '-infinity', attempt = u.attempt, suspect = 0
                from unnest(?::uuid[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                    as u (id, attempt, state, route, code, reason, due), LAZILY
                where message.id = u.id and message.state || '' = 'RECEIVED' and message.attempt = u.attempt - 1
                returning message.id""".formatted(Columns.AS_TIME.formatted("u.due")).replace("LAZILY", LAZILY))) {
            new Columns<>(update, 1, outcomes)
                    .uuid(outcome -> outcome.message().id())
                    .number(outcome -> outcome.message().attempt())
                    .text(outcome -> outcome.state().name())
                    .text(Routed::route)
                    .text(Routed::code)
                    .text(Routed::reason)
                    .time(Routed::due);
            var counted = new HashSet<UUID>();
            try (var row = update.executeQuery()) {
                while (row.next()) {
                    counted.add(row.getObject(1, UUID.class));
                }
            }
            return counted;
        }
    }

    private static void write(Routed outcome, PartWriter parts, DeliveryWriter deliveries, Entries entries)
            throws SQLException {
        var message = outcome.message();
        var numbers = new PartNumbers(message.parts(), message.nextPart());
        for (var report : outcome.reports()) {
            numbers.of(report, "report");
        }
        for (var note : outcome.notes()) {
            entries.add(
                    message.municipality(), message.caseId(), message.id(), null, "NOTE", "", note, outcome.route());
        }
        for (var delivery : outcome.deliveries()) {
            deliveries.add(message, delivery, numbers);
            entries.add(
                    message.municipality(),
                    message.caseId(),
                    message.id(),
                    delivery.id(),
                    "PLANNED",
                    "",
                    delivery.connection(),
                    outcome.route());
        }
        for (var added : numbers.added()) {
            parts.add(message.id(), added.no(), added.role(), added.part());
        }
        entries.add(
                message.municipality(),
                message.caseId(),
                message.id(),
                null,
                outcome.state() == MessageState.RECEIVED
                        ? "ROUTE_FAILED"
                        : outcome.state().name(),
                outcome.code(),
                outcome.reason(),
                outcome.route().isEmpty() ? SqlLedger.HUB : outcome.route());
    }

    /** Nobody dies of what an orderly end interrupts. */
    void releaseAll() {
        database.transaction(connection -> {
            try (var delete = connection.prepareStatement("delete from routing where epoch = ?")) {
                delete.setLong(1, nodes.epoch());
                return delete.executeUpdate();
            }
        });
    }

    /** What dead nodes were routing: {@code alone} one message and nothing else, {@code beside} many at a time. */
    private record LeftOpen(Set<Long> epochsAlone, Set<UUID> alone, Set<UUID> beside) {}

    /**
     * Messages that dead nodes were routing become suspect. A death while a suspect ran alone counts against it; one at any other time
     * acquits all suspects of what counted before, since something else kills. Three that count park a message.
     */
    List<UUID> suspectDead() {
        return database.transaction(connection -> {
            // First, and locked until the end: of several nodes one judges a death.
            var died = judge(connection);
            var left = takeLeftOpen(connection);
            if (!left.epochsAlone().containsAll(died)) {
                acquit(connection);
            }
            return charge(connection, left);
        });
    }

    private Set<Long> judge(Connection connection) throws SQLException {
        try (var update = connection.prepareStatement("""
                update epoch set judged = true where not judged and alive_until <= now() and epoch <> ? returning epoch""")) {
            update.setLong(1, nodes.epoch());
            var died = new HashSet<Long>();
            try (var row = update.executeQuery()) {
                while (row.next()) {
                    died.add(row.getLong(1));
                }
            }
            return died;
        }
    }

    private LeftOpen takeLeftOpen(Connection connection) throws SQLException {
        var left = new LeftOpen(new HashSet<>(), new HashSet<>(), new HashSet<>());
        try (var delete = connection.prepareStatement("""
                delete from routing where epoch <> ? and not exists
                    (select 1 from epoch where epoch.epoch = routing.epoch and alive_until > now())
                returning epoch, alone, messages""")) {
            delete.setLong(1, nodes.epoch());
            try (var row = delete.executeQuery()) {
                while (row.next()) {
                    var messages = List.of((UUID[]) row.getArray(3).getArray());
                    if (row.getBoolean(2)) {
                        left.epochsAlone().add(row.getLong(1));
                        left.alone().addAll(messages);
                    } else {
                        left.beside().addAll(messages);
                    }
                }
            }
        }
        return left;
    }

    private List<UUID> charge(Connection connection, LeftOpen left) throws SQLException {
        var parked = new ArrayList<UUID>();
        if (left.alone().isEmpty() && left.beside().isEmpty()) {
            return parked;
        }
        var now = clock.instant();
        // suspect is 1 after a death beside others, and one more for each that counts.
        try (var update = connection.prepareStatement("""
                        with charged as (select id, id = any (?) as alone from unnest(?::uuid[]) as u (id))
                        update message m set published_until = '-infinity',
                            suspect = case when alone then suspect + 1 else greatest(suspect, 1) end,
                            due = case when alone then ?::timestamptz + (?::interval * power(?, suspect - 1)) else due end,
                            state = case when alone and suspect >= ? then 'PARKED' else state end,
                            code = case when alone and suspect >= ? then 'route.crashed' else code end
                        from charged where m.id = charged.id and m.state || '' = 'RECEIVED'
                        returning m.id, municipality, case_id, state""");
                var entries = new Entries(connection, now)) {
            var all = new HashSet<>(left.alone());
            all.addAll(left.beside());
            update.setArray(1, connection.createArrayOf("uuid", left.alone().toArray()));
            update.setArray(2, connection.createArrayOf("uuid", all.toArray()));
            update.setTimestamp(3, Database.at(now));
            update.setString(4, PROBATION.toString());
            update.setInt(5, LONGER);
            update.setInt(6, MOST_DEATHS);
            update.setInt(7, MOST_DEATHS);
            try (var row = update.executeQuery()) {
                while (row.next()) {
                    if (row.getString("state").equals("PARKED")) {
                        var id = row.getObject("id", UUID.class);
                        parked.add(id);
                        entries.add(
                                row.getString("municipality"),
                                row.getString("case_id"),
                                id,
                                null,
                                "PARKED",
                                "route.crashed",
                                "the hub ended " + MOST_DEATHS
                                        + " times while the route ran alone, and not without it meanwhile",
                                SqlLedger.HUB);
                    }
                }
            }
        }
        return List.copyOf(parked);
    }

    private void acquit(Connection connection) throws SQLException {
        try (var update = connection.prepareStatement(
                "update message set suspect = 1, due = ? where suspect > 1 and state = 'RECEIVED'")) {
            update.setTimestamp(1, Database.at(clock.instant()));
            update.executeUpdate();
        }
    }
}
