package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Answers questions about what the ledger holds, always within the municipalities that the asker may see. */
public final class Search {

    private static final int LONGEST_PAGE = 500;

    /**
     * What became of the deliveries of connections while a plugin's version was swapped.
     *
     * @param lost attempts that are still open though the version that made them is left, and deliveries that ended without an entry
     * @param twice deliveries entered as delivered more than once
     */
    public record SwapCount(long delivered, long lost, long twice) {}

    /** Whose rows an asker may see. */
    public record Sight(boolean all, List<String> municipalities) {}

    /**
     * What messages to look for; empty fields do not narrow.
     *
     * @param after the id of the last message of the page before
     */
    public record Filter(
            Optional<String> municipality,
            Optional<String> kind,
            Optional<String> state,
            Optional<String> caseId,
            Optional<Instant> from,
            Optional<Instant> to,
            Optional<UUID> after,
            int limit) {}

    /**
     * How often a form was used on a day, by German time.
     *
     * @param form the header {@code form} of the messages, where it looks like a number or name of a form; otherwise empty
     * @param quarantined how many of them wait for a person
     */
    public record FormUse(
            LocalDate day, String municipality, String service, String form, long count, long quarantined) {}

    public record MessageRow(
            String id,
            String municipality,
            String source,
            String businessId,
            String kind,
            String service,
            String caseId,
            String state,
            String route,
            String code,
            String reason,
            int attempt,
            Instant acceptedAt) {}

    public record PartRow(int no, String role, String name, String mediaType, long size, String sha512) {}

    public record DeliveryRow(
            String id,
            long number,
            String messageId,
            String municipality,
            String connection,
            String channel,
            String kind,
            String caseId,
            String state,
            int attempt,
            Instant due,
            String reference,
            String code,
            String reason,
            Instant createdAt,
            @Nullable Instant finishedAt) {}

    public record AttemptRow(
            int no, Instant startedAt, @Nullable Instant endedAt, String outcome, String reason) {}

    public record EntryRow(
            long no,
            Instant at,
            @Nullable String messageId,
            @Nullable String deliveryId,
            String what,
            String code,
            String detail,
            String actor) {}

    /** A delivery that waits and has an open attempt is being sent. */
    private static final String SHOWN_STATE = """
            case when state = 'WAITING' and exists (select 1 from sending where delivery_id = delivery.id) then 'SENDING' else state end""";

    private static final String DELIVERIES = "select *, " + SHOWN_STATE + """
             as shown_state, coalesce((select attempt from sending where delivery_id = delivery.id), attempt) as shown_attempt
            from delivery where\s""";

    private final Database database;

    public Search(DataSource source) {
        this.database = new Database(source);
    }

    /** Newest first. */
    public List<MessageRow> messages(Sight sight, Filter filter) {
        var where = new Where(sight);
        filter.municipality().ifPresent(value -> where.and("municipality = ?", value));
        filter.kind().ifPresent(value -> where.and("kind = ?", value));
        filter.state().ifPresent(value -> where.and("state = ?", value));
        filter.caseId().ifPresent(value -> where.and("case_id = ?", value));
        filter.from().ifPresent(value -> where.and("accepted_at >= ?", Database.at(value)));
        filter.to().ifPresent(value -> where.and("accepted_at < ?", Database.at(value)));
        filter.after().ifPresent(value -> where.and("id < ?", value));
        // Ids sort by time.
        return query(
                "select * from message where " + where.sql() + " order by id desc limit " + page(filter.limit()),
                where,
                Search::messageRow);
    }

    /** Forms taken from the first day to the last, both included; the oldest day first. Nothing of a single form is told. */
    public List<FormUse> forms(Sight sight, Optional<String> municipality, LocalDate first, LocalDate last) {
        var germany = ZoneId.of("Europe/Berlin");
        var where = new Where(sight);
        var from = first.atStartOfDay(germany).toInstant();
        var to = last.plusDays(1).atStartOfDay(germany).toInstant();
        where.and("kind = ?", "form.submission");
        where.and("accepted_at >= ?", Database.at(from));
        where.and("accepted_at < ?", Database.at(to));
        // Ids sort by time, so the table needs no index more; an id may be a little older than the moment of
        // acceptance.
        where.and("id >= ?", Ids.first(from.minus(Duration.ofDays(1))));
        where.and("id < ?", Ids.first(to.plus(Duration.ofDays(1))));
        municipality.ifPresent(value -> where.and("municipality = ?", value));
        return query(
                """
                select (accepted_at at time zone 'Europe/Berlin')::date as day, municipality, service,
                    case when headers ->> 'form' ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$' then headers ->> 'form' else '' end as form,
                    count(*) as forms, count(*) filter (where state = 'QUARANTINED') as held
                from message where %s group by 1, 2, 3, 4 order by 1, 2, 3, 4 limit 100000""".formatted(where.sql()),
                where,
                row -> new FormUse(
                        row.getObject("day", LocalDate.class),
                        row.getString("municipality"),
                        row.getString("service"),
                        row.getString("form"),
                        row.getLong("forms"),
                        row.getLong("held")));
    }

    public Optional<MessageRow> message(Sight sight, UUID id) {
        var where = new Where(sight);
        where.and("id = ?", id);
        return first(query("select * from message where " + where.sql(), where, Search::messageRow));
    }

    /** The headers of a message. The caller has checked that the message may be seen. */
    public Map<String, String> headers(UUID message) {
        return first(query("select headers from message where id = ?", new Where(message), Database::headers))
                .orElse(Map.of());
    }

    /** The parts of a message, without their bytes. The caller has checked that the message may be seen. */
    public List<PartRow> parts(UUID message) {
        return query(
                "select no, role, name, media_type, size, sha512 from part where message_id = ? order by no",
                new Where(message),
                row -> new PartRow(
                        row.getInt("no"),
                        row.getString("role"),
                        row.getString("name"),
                        row.getString("media_type"),
                        row.getLong("size"),
                        HexFormat.of().formatHex(row.getBytes("sha512"))));
    }

    /** One part with its bytes, or their place. The caller has checked that the message may be seen. */
    public Optional<Part> part(UUID message, int no) {
        return first(query("select * from part where message_id = ? and no = ?", new Where(message, no), Parts::part));
    }

    /** The numbers of the parts that a delivery carries, its body first; empty if there is no such delivery. */
    public List<Integer> carried(String delivery) {
        return first(query("select body, attachments from delivery where id = ?", new Where(delivery), row -> {
                    var all = new ArrayList<Integer>(List.of(row.getInt("body")));
                    all.addAll(List.of((Integer[]) row.getArray("attachments").getArray()));
                    return all;
                }))
                .orElseGet(ArrayList::new);
    }

    /** Newest first. */
    public List<DeliveryRow> deliveries(
            Sight sight,
            Optional<String> municipality,
            Optional<String> connection,
            Optional<String> state,
            Optional<UUID> message,
            Optional<String> caseId,
            int limit) {
        var where = new Where(sight);
        municipality.ifPresent(value -> where.and("municipality = ?", value));
        connection.ifPresent(value -> where.and("connection = ?", value));
        state.ifPresent(value -> where.and(SHOWN_STATE + " = ?", value));
        message.ifPresent(value -> where.and("message_id = ?", value));
        caseId.ifPresent(value -> where.and("case_id = ?", value));
        return query(
                DELIVERIES + where.sql() + " order by number desc limit " + page(limit), where, Search::deliveryRow);
    }

    public Optional<DeliveryRow> delivery(Sight sight, String id) {
        var where = new Where(sight);
        where.and("id = ?", id);
        return first(query(DELIVERIES + where.sql(), where, Search::deliveryRow));
    }

    /**
     * A node as the database sees it, by its last start.
     *
     * @param state ALIVE, SILENT if it did not say in time that it lives, or ENDED
     * @param lastPulse when it last said so; empty once it has ended
     * @param sources how many sources it alone may ask
     * @param attempts how many deliveries are under way on it
     */
    public record NodeRow(
            String node,
            long epoch,
            String state,
            Instant startedAt,
            @Nullable Instant lastPulse,
            int sources,
            int attempts) {}

    /** All nodes that have ever been, the newest start first. */
    public List<NodeRow> nodes() {
        return query(
                """
                select node, epoch, started_at, case when alive_until > now() then 'ALIVE'
                        when alive_until > '-infinity' then 'SILENT' else 'ENDED' end as state,
                    case when alive_until > '-infinity' then alive_until - ?::interval end as pulse,
                    (select count(*) from lease where lease.epoch = last.epoch) as sources,
                    (select count(*) from sending where sending.epoch = last.epoch) as attempts
                from (select distinct on (node) * from epoch where node <> '' order by node, epoch desc) last
                order by epoch desc""",
                new Where(Nodes.LEASE.toString()),
                row -> new NodeRow(
                        row.getString("node"),
                        row.getLong("epoch"),
                        row.getString("state"),
                        Database.instant(row, "started_at"),
                        instantOrNull(row, "pulse"),
                        row.getInt("sources"),
                        row.getInt("attempts")));
    }

    public List<AttemptRow> attempts(String delivery) {
        return query(
                """
                select no, started_at, ended_at, outcome, reason from attempt where delivery_id = ?
                union all select attempt, started_at, finished_at, state, reason from delivery
                    where id = ? and state = 'DELIVERED' and started_at is not null
                union all select attempt, started_at, null, '', '' from sending where delivery_id = ?
                order by no""",
                new Where(delivery, delivery, delivery),
                row -> new AttemptRow(
                        row.getInt("no"),
                        Database.instant(row, "started_at"),
                        instantOrNull(row, "ended_at"),
                        row.getString("outcome"),
                        row.getString("reason")));
    }

    /** What happened to a message, oldest first. */
    public List<EntryRow> entriesOfMessage(Sight sight, UUID message) {
        var where = new Where(sight);
        where.and("case_id = (select case_id from message where id = ?)", message);
        where.and("message_id = ?", message);
        return query("select * from entry where " + where.sql() + " order by no", where, Search::entryRow);
    }

    /** What happened in a case, oldest first. */
    public List<EntryRow> entriesOfCase(Sight sight, String caseId) {
        var where = new Where(sight);
        where.and("case_id = ?", caseId);
        return query("select * from entry where " + where.sql() + " order by no", where, Search::entryRow);
    }

    /** Where everything is. Its cost grows with all that was ever taken. */
    /**
     * Counts what became of deliveries in a time.
     *
     * @param connections {@code AGS/name} of each
     * @param switched attempts that began before were those of the version before
     */
    public SwapCount ofSwap(List<String> connections, Instant begun, Instant switched, Instant ended) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("""
                    with ended as materialized (
                        select d.id, d.state, d.case_id from delivery d
                        where d.municipality || '/' || d.connection = any (?) and d.finished_at between ? and ?),
                    said as materialized (
                        select e.delivery_id, e.what, count(*) as times
                        from ended join entry e on e.case_id = ended.case_id and e.delivery_id = ended.id
                        where e.at >= ? group by e.delivery_id, e.what)
                    select (select count(*) from ended where state = 'DELIVERED'),
                        (select count(*) from ended where not exists
                            (select 1 from said where said.delivery_id = ended.id and said.what = ended.state))
                        + (select count(*) from sending s join delivery d on d.id = s.delivery_id
                            where d.municipality || '/' || d.connection = any (?) and s.started_at < ?),
                        (select count(*) from said where what = 'DELIVERED' and times > 1)""")) {
                var names = connection.createArrayOf("text", connections.toArray());
                select.setArray(1, names);
                select.setTimestamp(2, Database.at(begun));
                select.setTimestamp(3, Database.at(ended));
                select.setTimestamp(4, Database.at(begun));
                select.setArray(5, names);
                select.setTimestamp(6, Database.at(switched));
                try (var row = select.executeQuery()) {
                    row.next();
                    return new SwapCount(row.getLong(1), row.getLong(2), row.getLong(3));
                }
            }
        });
    }

    public Balance balance(Sight sight) {
        return database.transaction(connection -> {
            try (var snapshot = connection.createStatement()) {
                snapshot.execute("set transaction isolation level repeatable read");
            }
            var messages = counts(connection, sight, """
                    select case when state = 'ROUTED' then case when exists
                            (select 1 from delivery d where d.message_id = message.id) then 'SPLIT' else 'FILED' end
                        else state end as state, count(*) from message where %s group by 1""");
            var deliveries = counts(connection, sight, "select state, count(*) from delivery where %s group by 1");
            var entries = counts(connection, sight, """
                    select what, count(*) from entry where what in ('TAKEN', 'PLANNED') and %s group by 1""");
            // Each message stands for one until its route has ended; then each of its deliveries does.
            var taken = of(entries, "TAKEN") + of(entries, "PLANNED") - of(messages, "SPLIT");
            return new Balance(
                    taken,
                    of(deliveries, "DELIVERED"),
                    of(deliveries, "REJECTED"),
                    of(messages, "QUARANTINED"),
                    of(messages, "PARKED") + of(deliveries, "PARKED"),
                    of(deliveries, "IN_DOUBT"),
                    of(messages, "CANCELLED") + of(deliveries, "CANCELLED"),
                    of(messages, "FILED"),
                    of(messages, "RECEIVED") + of(deliveries, "WAITING"));
        });
    }

    /** Whether any part names this file of the content store. */
    public boolean namesStored(String stored) {
        return !query("select 1 from part where stored = ? limit 1", new Where(stored), row -> true)
                .isEmpty();
    }

    private static long of(Map<String, Long> counts, String key) {
        return counts.getOrDefault(key, 0L);
    }

    private static Map<String, Long> counts(Connection connection, Sight sight, String sql) throws SQLException {
        var where = new Where(sight);
        try (var select = connection.prepareStatement(sql.formatted(where.sql()))) {
            where.bind(select);
            var found = new HashMap<String, Long>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    found.put(row.getString(1), row.getLong(2));
                }
            }
            return found;
        }
    }

    private interface Reader<R> {
        R read(ResultSet row) throws SQLException;
    }

    private <R> List<R> query(String sql, Where where, Reader<R> reader) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                where.bind(select);
                var found = new ArrayList<R>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(reader.read(row));
                    }
                }
                return found;
            }
        });
    }

    private static <R> Optional<R> first(List<R> rows) {
        return rows.stream().findFirst();
    }

    private static int page(int limit) {
        return Math.max(1, Math.min(limit, LONGEST_PAGE));
    }

    /** Conditions and their values; every value is bound, none is written into the text. */
    private static final class Where {

        private final List<String> conditions = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();

        Where(Sight sight) {
            if (!sight.all()) {
                and("municipality = any (?)", sight.municipalities().toArray(String[]::new));
            } else {
                conditions.add("true");
            }
        }

        Where(Object... values) {
            this.values.addAll(List.of(values));
        }

        void and(String condition, Object value) {
            conditions.add(condition);
            values.add(value);
        }

        String sql() {
            return String.join(" and ", conditions);
        }

        void bind(PreparedStatement statement) throws SQLException {
            for (int i = 0; i < values.size(); i++) {
                var value = values.get(i);
                if (value instanceof String[] texts) {
                    statement.setArray(i + 1, statement.getConnection().createArrayOf("text", texts));
                } else {
                    statement.setObject(i + 1, value);
                }
            }
        }
    }

    private static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        var time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    private static MessageRow messageRow(ResultSet row) throws SQLException {
        return new MessageRow(
                row.getString("id"),
                row.getString("municipality"),
                row.getString("source"),
                row.getString("business_id"),
                row.getString("kind"),
                row.getString("service"),
                row.getString("case_id"),
                row.getString("state"),
                row.getString("route"),
                row.getString("code"),
                row.getString("reason"),
                row.getInt("attempt"),
                Database.instant(row, "accepted_at"));
    }

    private static DeliveryRow deliveryRow(ResultSet row) throws SQLException {
        return new DeliveryRow(
                row.getString("id"),
                row.getLong("number"),
                row.getString("message_id"),
                row.getString("municipality"),
                row.getString("connection"),
                row.getString("channel"),
                row.getString("kind"),
                row.getString("case_id"),
                row.getString("shown_state"),
                row.getInt("shown_attempt"),
                Database.instant(row, "due"),
                row.getString("reference"),
                row.getString("code"),
                row.getString("reason"),
                Database.instant(row, "created_at"),
                instantOrNull(row, "finished_at"));
    }

    private static EntryRow entryRow(ResultSet row) throws SQLException {
        return new EntryRow(
                row.getLong("no"),
                Database.instant(row, "at"),
                row.getString("message_id"),
                row.getString("delivery_id"),
                row.getString("what"),
                row.getString("code"),
                row.getString("detail"),
                row.getString("actor"));
    }
}
