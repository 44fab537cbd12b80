package de.stellwerk.hub.ledger;

import de.stellwerk.hub.ledger.Ledger.ToRoute;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;

/**
 * Finds what is due, so many of each municipality or connection: a large backlog of one does not hide the little work of the others. The
 * cost grows with the number of those that have work waiting, not with how much waits. Nothing is written: a {@link Walk} remembers what
 * was found.
 */
final class Sweep {

    private final Database database;
    private final Clock clock;

    Sweep(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** One place of a walk. */
    private record Group(String key, String municipality, String connection, Walk.Position position) {}

    private record Row(String id, String municipality, String connection, Walk.Position position) {}

    List<ToRoute> messages(Walk walk, int each, int limit) {
        return database.read(connection -> {
            var now = clock.instant();
            if (walk.looks(now)) {
                look(walk, connection, """
                        with recursive g as (
                            (select municipality from message where state = 'RECEIVED' order by municipality limit 1)
                            union all
                            select (select m.municipality from message m where m.state = 'RECEIVED'
                                and m.municipality > g.municipality order by m.municipality limit 1) from g
                            where g.municipality is not null)
                        select municipality, '' from g where municipality is not null""");
            }
            return found(walk, connection, """
                            select w.id, g.municipality, g.connection, w.due
                            from unnest(?::text[], ?::text[], ?::bigint[], ?::text[]) as g (municipality, connection, due, id)
                            cross join lateral
                                (select m.id, m.due from message m where m.state = 'RECEIVED' and m.municipality = g.municipality
                                    and (m.due, m.id) > (%s, g.id::uuid) and m.due <= ? and (? or m.published_until <= ?)
                                    order by m.due, m.id limit ?) w""", now, each, limit).stream()
                    .map(row -> new ToRoute(UUID.fromString(row.id()), row.municipality()))
                    .toList();
        });
    }

    List<Address> deliveries(Walk walk, int each, int limit) {
        return database.read(connection -> {
            var now = clock.instant();
            if (walk.looks(now)) {
                look(walk, connection, """
                        with recursive g as (
                            (select municipality, connection from delivery where state = 'WAITING'
                                order by municipality, connection limit 1)
                            union all
                            select n.municipality, n.connection from g cross join lateral
                                (select d.municipality, d.connection from delivery d where d.state = 'WAITING'
                                    and (d.municipality, d.connection) > (g.municipality, g.connection)
                                    order by d.municipality, d.connection limit 1) n)
                        select municipality, connection from g where not exists
                            (select 1 from pause p where p.municipality = g.municipality and p.connection = g.connection)""");
            }
            return found(walk, connection, """
                            select w.id, g.municipality, g.connection, w.due
                            from unnest(?::text[], ?::text[], ?::bigint[], ?::text[]) as g (municipality, connection, due, id)
                            cross join lateral
                                (select d.id, d.due from delivery d where d.state = 'WAITING' and d.municipality = g.municipality
                                    and d.connection = g.connection
                                    and (d.due, d.id) > (%s, g.id) and d.due <= ? and (? or d.published_until <= ?)
                                    and TURN order by d.due, d.id limit ?) w""".replace("TURN", DeliveryBook.TURN.replace("%", "%%")), now, each, limit)
                    .stream()
                    .map(row -> new Address(row.id(), row.municipality(), row.connection()))
                    .toList();
        });
    }

    private static void look(Walk walk, Connection connection, String sql) throws SQLException {
        try (var select = connection.prepareStatement(sql);
                var row = select.executeQuery()) {
            while (row.next()) {
                walk.add(row.getString(1) + "/" + row.getString(2));
            }
        }
    }

    private static List<Row> found(Walk walk, Connection connection, String sql, Instant now, int each, int limit)
            throws SQLException {
        var groups = walk.open().entrySet().stream()
                .map(entry -> {
                    var slash = entry.getKey().indexOf('/');
                    return new Group(
                            entry.getKey(),
                            entry.getKey().substring(0, slash),
                            entry.getKey().substring(slash + 1),
                            entry.getValue());
                })
                .toList();
        if (groups.isEmpty()) {
            return List.of();
        }
        var share = Math.max(1, Math.min(each, limit / groups.size()));
        var rows = new ArrayList<Row>();
        try (var select = connection.prepareStatement(sql.formatted(Columns.AS_TIME.formatted("g.due")))) {
            new Columns<>(select, 1, groups)
                    .text(Group::municipality)
                    .text(Group::connection)
                    .time(group -> group.position().due())
                    .text(group -> group.position().id());
            select.setTimestamp(5, Database.at(now));
            select.setBoolean(6, walk.all());
            select.setTimestamp(7, Database.at(now));
            select.setInt(8, share);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(new Row(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            new Walk.Position(Database.instant(row, "due"), row.getString(1))));
                }
            }
        }
        remember(walk, groups, rows, share);
        return rows;
    }

    /** A group that gave less than its share has no more; the others go on behind the last one they gave. */
    private static void remember(Walk walk, List<Group> groups, List<Row> rows, int share) {
        var given = new HashMap<String, Integer>();
        for (var row : rows) {
            var key = row.municipality() + "/" + row.connection();
            walk.gave(key, row.position());
            given.merge(key, 1, Integer::sum);
        }
        for (var group : groups) {
            if (given.getOrDefault(group.key(), 0) < share) {
                walk.ended(group.key());
            }
        }
    }

    int pullForward(Instant latest) {
        return database.transaction(connection -> {
            var now = clock.instant();
            try (var messages = connection.prepareStatement("""
                            update message set due = ?, published_until = '-infinity'
                            where state = 'RECEIVED' and (due > ? or published_until > ?)""");
                    // A long wait that is noted to have begun in the past is one that a connection or its target asked
                    // for.
                    var deliveries = connection.prepareStatement("""
                            update delivery set due = ?, published_until = '-infinity'
                            where state = 'WAITING' and (published_until > ? or due > ? and not exists
                                (select 1 from attempt a where a.delivery_id = delivery.id and a.no = delivery.attempt
                                    and a.ended_at <= ?))""")) {
                for (var update : List.of(messages, deliveries)) {
                    update.setTimestamp(1, Database.at(now));
                    update.setTimestamp(2, Database.at(latest));
                    update.setTimestamp(3, Database.at(latest));
                }
                deliveries.setTimestamp(4, Database.at(now));
                return messages.executeUpdate() + deliveries.executeUpdate();
            }
        });
    }
}
