package de.stellwerk.hub.ledger;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Collects new deliveries, to be written together. */
final class DeliveryWriter {

    private static final String INSERT = """
            insert into delivery (id, message_id, message_seq, municipality, connection, channel, kind, case_id, headers, body,
                attachments, order_key, published_until, state, due, created_at)
            select id, message_id, message_seq, municipality, connection, channel, kind, case_id, headers::jsonb, body,
                attachments::int[], order_key, %s, 'WAITING', ?, ?
            from unnest(?::text[], ?::uuid[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::int[], ?::text[], ?::text[], ?::bigint[])
                as u (id, message_id, message_seq, municipality, connection, channel, kind, case_id, headers, body,
                    attachments, order_key, in_flight)""".formatted(Columns.AS_TIME.formatted("in_flight"));

    private record Row(HeldMessage message, NewDelivery delivery, int body, String attachments) {}

    private final Instant now;
    private final List<Row> rows = new ArrayList<>();

    DeliveryWriter(Instant now) {
        this.now = now;
    }

    void add(HeldMessage message, NewDelivery delivery, PartNumbers numbers) {
        var body = numbers.of(delivery.body(), "derived");
        var attachments = delivery.attachments().stream()
                .map(each -> String.valueOf(numbers.of(each, "derived")))
                .collect(Collectors.joining(",", "{", "}"));
        rows.add(new Row(message, delivery, body, attachments));
    }

    /** They are written by that round trip. */
    void join(RoundTrip trip) {
        if (!rows.isEmpty()) {
            trip.add(INSERT, this::bind);
        }
    }

    private int bind(PreparedStatement insert, int first) throws SQLException {
        insert.setTimestamp(first, Database.at(now));
        insert.setTimestamp(first + 1, Database.at(now));
        return new Columns<>(insert, first + 2, rows)
                .text(row -> row.delivery().id())
                .uuid(row -> row.message().id())
                .large(row -> row.message().seq())
                .text(row -> row.message().municipality())
                .text(row -> row.delivery().connection())
                .text(row -> row.delivery().channel())
                .text(row -> row.delivery().kind())
                .text(row -> row.message().caseId())
                .text(row -> Database.json(row.delivery().headers()))
                .number(Row::body)
                .text(Row::attachments)
                .text(row -> row.delivery().orderKey())
                .time(row -> row.delivery().onLane() ? now.plus(Walk.IN_FLIGHT) : Instant.EPOCH)
                .next();
    }
}
