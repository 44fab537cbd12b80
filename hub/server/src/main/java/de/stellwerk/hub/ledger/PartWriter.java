package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Collects parts and writes them together, at the latest when it is closed. */
final class PartWriter implements AutoCloseable {

    /** So many bytes of content are held at most before they are written. */
    static final long MOST_BYTES = 8L << 20;

    private record Row(UUID message, int no, String role, Part part) {}

    private final Connection connection;
    private final long most;
    private final List<Row> rows = new ArrayList<>();
    private long bytes;

    PartWriter(Connection connection) {
        this(connection, MOST_BYTES);
    }

    private PartWriter(Connection connection, long most) {
        this.connection = connection;
        this.most = most;
    }

    /** Only collects; who binds what it holds sees to it that this is not too much. */
    static PartWriter collecting(Connection connection) {
        return new PartWriter(connection, Long.MAX_VALUE);
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
        if (bytes > most) {
            flush();
        }
    }

    static long bytes(Part part) {
        return part.inline().map(inline -> inline.length).orElse(0);
    }

    void flush() throws SQLException {
        var trip = new RoundTrip(connection);
        join(trip);
        trip.run();
        rows.clear();
        bytes = 0;
    }

    /** What is not written yet is written by that round trip; nothing is added afterwards. */
    void join(RoundTrip trip) {
        if (!rows.isEmpty()) {
            trip.add("""
                    insert into part (message_id, no, role, name, media_type, size, sha512, content, stored)
                    select * from unnest(?::uuid[], ?::int[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bytea[], ?::bytea[], ?::text[])""", this::bind);
        }
    }

    /** Binds what was collected as nine arrays, a column each: message, number, role, name, media type, size, digest, content, stored. */
    int bind(PreparedStatement insert, int first) throws SQLException {
        return new Columns<>(insert, first, rows)
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
