package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Collects parts and writes them together: with other statements that they are handed to, otherwise when it is closed. */
final class PartWriter implements AutoCloseable {

    /** So many bytes of content are held at most before they are written; one part may be larger. */
    static final long MOST_BYTES = 8L << 20;

    private record Row(UUID message, int no, String role, Part part) {}

    private final Connection connection;
    private final List<Row> rows = new ArrayList<>();
    private long bytes;

    PartWriter(Connection connection) {
        this.connection = connection;
    }

    /** The body and the attachments of a new message. */
    void add(UUID message, List<Part> parts) throws SQLException {
        for (int no = 0; no < parts.size(); no++) {
            add(message, no, no == 0 ? "body" : "attachment", parts.get(no));
        }
    }

    void add(UUID message, int no, String role, Part part) throws SQLException {
        rows.add(new Row(message, no, role, part));
        bytes += bytes(part);
        if (bytes > MOST_BYTES) {
            flush();
        }
    }

    static long bytes(List<Part> parts) {
        return parts.stream().mapToLong(PartWriter::bytes).sum();
    }

    private static long bytes(Part part) {
        return part.inline().map(inline -> inline.length).orElse(0);
    }

    void flush() throws SQLException {
        var trip = new RoundTrip(connection);
        join(trip);
        trip.run();
    }

    /** What was collected is written by that round trip. */
    void join(RoundTrip trip) {
        if (!rows.isEmpty()) {
            trip.add("""
                    insert into part (message_id, no, role, name, media_type, size, sha512, content, stored)
                    select * from unnest(?::uuid[], ?::int[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bytea[], ?::bytea[], ?::text[])""", handOver());
        }
    }

    /** What was collected, as arrays: message, number, role, name, media type, size, digest, content, stored. It is not written from here any more. */
    RoundTrip.Parameters handOver() {
        var handed = List.copyOf(rows);
        rows.clear();
        bytes = 0;
        return (insert, first) -> new Columns<>(insert, first, handed)
                .uuid(Row::message)
                .number(Row::no)
                .text(Row::role)
                .text(row -> row.part().name())
                .text(row -> row.part().mediaType())
                .large(row -> row.part().size())
                .bytes(row -> row.part().sha512())
                .bytes(row -> row.part().inline().orElse(null))
                .text(row -> row.part().stored().orElse(null))
                .next();
    }

    @Override
    public void close() throws SQLException {
        flush();
    }
}
