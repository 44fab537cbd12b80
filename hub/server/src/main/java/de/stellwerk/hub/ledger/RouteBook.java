package de.stellwerk.hub.ledger;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.ledger.Ledger.RouteSet;
import de.stellwerk.hub.ledger.Ledger.Routed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Claims messages for their routes and writes what the routes decided, a set in one transaction. */
final class RouteBook {

    /** So often may a node die while a message's route runs alone before the message is parked. */
    private static final int MOST_DEATHS = 10;

    private final Database database;
    private final Clock clock;
    private final Nodes nodes;

    RouteBook(Database database, Clock clock, Nodes nodes) {
        this.database = database;
        this.clock = clock;
        this.nodes = nodes;
    }

    RouteSet claim(List<UUID> wanted) {
        return database.transaction(connection -> {
            lazily(connection);
            var suspects = new ArrayList<UUID>();
            var found = new ArrayList<HeldMessage>();
            try (var select = connection.prepareStatement("""
                    select id, municipality, source, kind, service, case_id, answers, headers, attempt, seq, suspect from message
                    where id = any (?) and state = 'RECEIVED' and due <= ?""")) {
                select.setArray(1, connection.createArrayOf("uuid", wanted.toArray()));
                select.setTimestamp(2, Database.at(clock.instant()));
                var parts = Parts.read(connection, wanted);
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        var id = row.getObject("id", UUID.class);
                        if (row.getInt("suspect") > 0 && wanted.size() > 1) {
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
            return new RouteSet(found.isEmpty() ? 0 : note(connection, found), found, suspects);
        });
    }

    /** Should this be lost with the power, the routes simply run once more; what is durable later makes this durable before. */
    private static void lazily(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("set local synchronous_commit = off");
        }
    }

    private long note(Connection connection, List<HeldMessage> found) throws SQLException {
        try (var insert =
                connection.prepareStatement("insert into routing (epoch, messages) values (?, ?) returning no")) {
            insert.setLong(1, nodes.epoch());
            insert.setArray(
                    2,
                    connection.createArrayOf(
                            "uuid", found.stream().map(HeldMessage::id).toArray()));
            try (var row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    List<Address> write(long set, List<Routed> outcomes) {
        return database.transaction(connection -> {
            lazily(connection);
            var now = clock.instant();
            var counted = update(connection, outcomes);
            var addresses = new ArrayList<Address>();
            try (var parts = new PartWriter(connection);
                    var deliveries = new DeliveryWriter(connection, now);
                    var entries = new Entries(connection, now)) {
                for (var outcome : outcomes) {
                    if (counted.contains(outcome.message().id())) {
                        write(outcome, parts, deliveries, entries);
                        outcome.deliveries().stream()
                                .filter(NewDelivery::onLane)
                                .forEach(each -> addresses.add(
                                        new Address(each.id(), outcome.message().municipality(), each.connection())));
                    }
                }
            }
            release(connection, set);
            CrashPoint.ROUTE_UNCOMMITTED.pass();
            return addresses;
        });
    }

    void release(long set) {
        database.transaction(connection -> {
            lazily(connection);
            release(connection, set);
            return true;
        });
    }

    private static void release(Connection connection, long set) throws SQLException {
        try (var delete = connection.prepareStatement("delete from routing where no = ?")) {
            delete.setLong(1, set);
            delete.executeUpdate();
        }
    }

    private static Set<UUID> update(Connection connection, List<Routed> outcomes) throws SQLException {
        try (var update = connection.prepareStatement("""
                update message set state = u.state, route = u.route, code = u.code, reason = u.reason, due = %s,
                    published_until = '-infinity', attempt = u.attempt, suspect = 0
                from unnest(?::uuid[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                    as u (id, attempt, state, route, code, reason, due)
                where message.id = u.id and message.state = 'RECEIVED' and message.attempt = u.attempt - 1
                returning message.id""".formatted(Columns.AS_TIME.formatted("u.due")))) {
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

    /** Messages in sets of dead nodes become suspect, and are parked where node after node died of them. */
    List<UUID> suspectDead() {
        return database.transaction(connection -> {
            var parked = new ArrayList<UUID>();
            try (var update = connection.prepareStatement("""
                            with dead as (delete from routing where epoch <> ? and not exists
                                    (select 1 from epoch where epoch.epoch = routing.epoch and alive_until > now()) returning messages)
                            update message set suspect = suspect + 1,
                                state = case when suspect + 1 >= ? then 'PARKED' else state end,
                                code = case when suspect + 1 >= ? then 'route.crashed' else code end,
                                published_until = '-infinity'
                            where id in (select unnest(messages) from dead) and state = 'RECEIVED'
                            returning id, municipality, case_id, state""");
                    var entries = new Entries(connection, clock.instant())) {
                update.setLong(1, nodes.epoch());
                update.setInt(2, MOST_DEATHS);
                update.setInt(3, MOST_DEATHS);
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
                                    "the hub ended " + MOST_DEATHS + " times while the route ran",
                                    SqlLedger.HUB);
                        }
                    }
                }
            }
            return List.copyOf(parked);
        });
    }
}
