package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Collects parts and writes them together, at the latest when it is closed. */
final class PartWriter implements AutoCloseable {

    /** So many bytes of content are held at most before they are written. */
    private static final long MOST_BYTES = 8L << 20;

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
        bytes += part.inline().map(inline -> inline.length).orElse(0);
        if (bytes > MOST_BYTES) {
            flush();
        }
    }

    void flush() throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement("""
                insert into part (message_id, no, role, name, media_type, size, sha512, content, stored)
                select * from unnest(?::uuid[], ?::int[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::bytea[], ?::bytea[], ?::text[])""")) {
            new Columns<>(insert, 1, rows)
                    .uuid(Row::message)
                    .number(Row::no)
                    .text(Row::role)
                    .text(row -> row.part().name())
                    .text(row -> row.part().mediaType())
                    .large(row -> row.part().size())
                    .bytes(row -> row.part().sha512())
                    .bytes(row -> row.part().inline().orElse(null))
                    .text(row -> row.part().stored().orElse(null));
            insert.executeUpdate();
        }
        rows.clear();
        bytes = 0;
    }

    @Override
    public void close() throws SQLException {
        flush();
    }
}
