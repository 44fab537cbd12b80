package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Collects entries and writes them together: with other statements that they are handed to, otherwise when it is closed. */
final class Entries implements AutoCloseable {

    private static final int LONGEST_DETAIL = 2_000;

    private record Line(
            String municipality,
            String caseId,
            @Nullable UUID message,
            @Nullable String delivery,
            String what,
            String code,
            String detail,
            String actor) {}

    private final Connection connection;
    private final Instant now;
    private final List<Line> lines = new ArrayList<>();

    Entries(Connection connection, Instant now) {
        this.connection = connection;
        this.now = now;
    }

    void add(
            String municipality,
            String caseId,
            @Nullable UUID message,
            @Nullable String delivery,
            String what,
            String code,
            String detail,
            String actor) {
        lines.add(new Line(
                municipality,
                caseId,
                message,
                delivery,
                what,
                code,
                detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL),
                actor));
    }

    /** What was collected is written by that round trip. */
    void join(RoundTrip trip) {
        if (!lines.isEmpty()) {
            trip.add("""
                    insert into entry (at, municipality, case_id, message_id, delivery_id, what, code, detail, actor)
                    select ?, * from unnest(?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])""", handOver());
        }
    }

    /**
     * The time, and what was collected, as arrays: municipality, case, message, delivery, what, code, detail, actor. It is not written from
     * here any more.
     */
    RoundTrip.Parameters handOver() {
        var handed = List.copyOf(lines);
        lines.clear();
        return (insert, first) -> {
            insert.setTimestamp(first, Database.at(now));
            return new Columns<>(insert, first + 1, handed)
                    .text(Line::municipality)
                    .text(Line::caseId)
                    .uuid(Line::message)
                    .text(Line::delivery)
                    .text(Line::what)
                    .text(Line::code)
                    .text(Line::detail)
                    .text(Line::actor)
                    .next();
        };
    }

    @Override
    public void close() throws SQLException {
        var trip = new RoundTrip(connection);
        join(trip);
        trip.run();
    }
}
