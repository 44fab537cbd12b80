package de.stellwerk.hub.ledger;

import de.stellwerk.hub.crash.CrashPoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Writes new messages with their parts and first entries, many in one transaction. */
final class Takes {

    private static final String INSERT = """
            with taken as (
                insert into message (id, municipality, source, business_id, kind, service, case_id, answers, headers, digest, salt,
                    state, code, reason, due, published_until, accepted_at)
                select id, municipality, source, business_id, kind, service, case_id, answers, headers::jsonb, digest, salt,
                    state, code, reason, %s, %s, %s
                from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::bytea[], ?::bytea[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bigint[])
                    as u (id, municipality, source, business_id, kind, service, case_id, answers, headers, digest, salt,
                        state, code, reason, accepted, in_flight)
                on conflict (municipality, source, business_id) do nothing
                returning id),
            parts as (
                insert into part (message_id, no, role, name, media_type, size, sha512, content, stored)
                select u.* from unnest(?::uuid[], ?::int[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bytea[], ?::bytea[], ?::text[])
                    as u (message_id, no, role, name, media_type, size, sha512, content, stored)
                join taken on taken.id = u.message_id),
            entries as (
                insert into entry (at, municipality, case_id, message_id, delivery_id, what, code, detail, actor)
                select ?, municipality, case_id, message_id, delivery_id, what, code, detail, actor
                from unnest(?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[]) with ordinality
                    as u (municipality, case_id, message_id, delivery_id, what, code, detail, actor, place)
                join taken on taken.id = u.message_id order by place)
            select id from taken""".formatted(
                    Columns.AS_TIME.formatted("accepted"),
                    Columns.AS_TIME.formatted("in_flight"),
                    Columns.AS_TIME.formatted("accepted"));

    private final Database database;
    private final Clock clock;
    private final Ids ids;
    private final Nodes nodes;

    Takes(Database database, Clock clock, Ids ids, Nodes nodes) {
        this.database = database;
        this.clock = clock;
        this.ids = ids;
        this.nodes = nodes;
    }

    /** A message as it goes into its row. */
    private record Row(
            NewMessage message,
            String businessId,
            String caseId,
            byte[] digest,
            byte[] salt,
            Optional<NewMessage.Reason> held) {

        private String state() {
            return held.isPresent() ? "QUARANTINED" : "RECEIVED";
        }

        private String code() {
            return held.map(NewMessage.Reason::code).orElse("");
        }

        private String reason() {
            return held.map(NewMessage.Reason::text).orElse("");
        }

        /** What a sweep may not publish again before; what was not put on the lane waits for the next sweep. */
        private Instant inFlightUntil() {
            return message.onLane() ? message.acceptedAt().plus(Walk.IN_FLIGHT) : Instant.EPOCH;
        }
    }

    List<Taken> all(List<NewMessage> batch) {
        return database.transaction(connection -> {
            holdLeases(connection, batch);
            var cases = casesOf(connection, batch);
            var rows = new ArrayList<Row>(batch.size());
            var first = new HashSet<String>();
            for (var message : batch) {
                // Twice in one batch: the second must see the first one's row.
                if (first.add(message.municipality() + " " + message.source() + " " + message.businessId())) {
                    rows.add(row(message, message.businessId(), caseOf(cases, message), message.quarantine()));
                }
            }
            var fresh = new HashMap<UUID, Row>();
            for (var some : inPortions(rows)) {
                fresh.putAll(insert(connection, some));
            }
            var results = new ArrayList<Taken>(batch.size());
            try (var entries = new Entries(connection, clock.instant())) {
                for (var message : batch) {
                    var row = fresh.get(message.id());
                    results.add(row == null ? repeated(connection, message, entries) : taken(row));
                }
            }
            CrashPoint.INTAKE_UNCOMMITTED.pass();
            return results;
        });
    }

    /** What a source hands over counts only while this node has the source's lease, up to the commit. */
    private void holdLeases(Connection connection, List<NewMessage> batch) throws SQLException {
        var polled = batch.stream()
                .flatMap(message ->
                        message.polledFrom().map(name -> new Nodes.Source(message.municipality(), name)).stream())
                .distinct()
                .toList();
        if (polled.isEmpty()) {
            return;
        }
        try (var select = connection.prepareStatement("""
                select 1 from lease join unnest(?::text[], ?::text[]) as u (municipality, connection)
                    on lease.municipality = u.municipality and lease.connection = u.connection
                where lease.epoch = ? for share of lease""")) {
            new Columns<>(select, 1, polled).text(Nodes.Source::municipality).text(Nodes.Source::connection);
            select.setLong(3, nodes.epoch());
            var held = 0;
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    held++;
                }
            }
            if (held < polled.size()) {
                throw new SQLException("another node asks this source now; what it handed over was not taken", "SW001");
            }
        }
    }

    private Row row(NewMessage message, String businessId, String caseId, Optional<NewMessage.Reason> held) {
        return new Row(message, businessId, caseId, Digests.of(message), ids.salt(), held);
    }

    /** So many at a time that their parts are not too much for one statement; a message whose own are too much is alone. */
    private static List<List<Row>> inPortions(List<Row> rows) {
        var portions = new ArrayList<List<Row>>();
        var bytes = Long.MAX_VALUE;
        for (var row : rows) {
            var more = PartWriter.bytes(row.message().parts());
            if (bytes > PartWriter.MOST_BYTES - more) {
                portions.add(new ArrayList<>());
                bytes = 0;
            }
            bytes += more;
            portions.get(portions.size() - 1).add(row);
        }
        return portions;
    }

    /**
     * Writes messages with their parts and first entries by one statement: alone, a message is taken in one round trip and the commit.
     *
     * @return those whose business id was new
     */
    private Map<UUID, Row> insert(Connection connection, List<Row> rows) throws SQLException {
        var inserted = new HashMap<UUID, Row>();
        try (var parts = new PartWriter(connection);
                var entries = new Entries(connection, clock.instant());
                var insert = connection.prepareStatement(INSERT)) {
            var byId = new HashMap<UUID, Row>();
            for (var row : rows) {
                byId.put(row.message().id(), row);
                enter(entries, row);
                if (!isTooMuch(row)) {
                    parts.add(row.message().id(), row.message().parts());
                }
            }
            var next = new Columns<>(insert, 1, rows)
                    .uuid(row -> row.message().id())
                    .text(row -> row.message().municipality())
                    .text(row -> row.message().source())
                    .text(Row::businessId)
                    .text(row -> row.message().kind())
                    .text(row -> row.message().service())
                    .text(Row::caseId)
                    .text(row -> row.message()
                            .answers()
                            .map(NewMessage.Answer::reference)
                            .orElse(""))
                    .text(row -> Database.json(row.message().headers()))
                    .bytes(Row::digest)
                    .bytes(Row::salt)
                    .text(Row::state)
                    .text(Row::code)
                    .text(Row::reason)
                    .time(row -> row.message().acceptedAt())
                    .time(Row::inFlightUntil)
                    .next();
            entries.handOver().bind(insert, parts.handOver().bind(insert, next));
            try (var row = insert.executeQuery()) {
                while (row.next()) {
                    var id = row.getObject(1, UUID.class);
                    inserted.put(id, Objects.requireNonNull(byId.get(id)));
                }
            }
            for (var row : inserted.values()) {
                if (isTooMuch(row)) {
                    parts.add(row.message().id(), row.message().parts());
                }
            }
        }
        return inserted;
    }

    private static boolean isTooMuch(Row row) {
        return PartWriter.bytes(row.message().parts()) > PartWriter.MOST_BYTES;
    }

    private static void enter(Entries entries, Row row) {
        var message = row.message();
        entries.add(
                message.municipality(),
                row.caseId(),
                message.id(),
                null,
                "TAKEN",
                "",
                message.kind() + " salted-sha256=" + Digests.salted(row.salt(), row.digest()) + " envelope="
                        + Digests.salted(row.salt(), Digests.envelope(message, row.businessId())),
                message.source());
        row.held()
                .ifPresent(why -> entries.add(
                        message.municipality(),
                        row.caseId(),
                        message.id(),
                        null,
                        "QUARANTINED",
                        why.code(),
                        why.text(),
                        SqlLedger.HUB));
    }

    private static Taken taken(Row row) {
        var message = row.message();
        var result = row.held().isEmpty()
                ? Taken.Result.NEW
                : row.held().get().equals(Digests.CONFLICT) ? Taken.Result.CONFLICT : Taken.Result.QUARANTINED;
        return new Taken(result, message.id(), row.caseId(), message.acceptedAt(), row.code(), row.reason());
    }

    /** The same business id again: a duplicate if the content is the same, otherwise a conflict, which is held apart. */
    private Taken repeated(Connection connection, NewMessage message, Entries entries) throws SQLException {
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
                        var held = row.getString("state").equals("QUARANTINED");
                        var id = row.getObject("id", UUID.class);
                        entries.add(message.municipality(), caseId, id, null, "DUPLICATE", "", "", message.source());
                        return new Taken(
                                conflict ? Taken.Result.CONFLICT : Taken.Result.DUPLICATE,
                                id,
                                caseId,
                                Database.instant(row, "accepted_at"),
                                held ? row.getString("code") : "",
                                held ? row.getString("reason") : "");
                    }
                }
                var apart = row(message, Digests.conflictId(message, digest), caseId, Optional.of(Digests.CONFLICT));
                if (insert(connection, List.of(apart)).isEmpty()) {
                    // Somebody else has held the same conflict at this moment: now it is there to be found.
                    return repeated(connection, message, entries);
                }
                return taken(apart);
            }
        }
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
                    where municipality = ? and connection = ? and reference = ? and reference <> '' returning case_id""")) {
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

    private static String caseOf(Map<UUID, String> cases, NewMessage message) {
        return cases.getOrDefault(
                message.id(), message.caseId().orElseGet(() -> message.id().toString()));
    }
}
