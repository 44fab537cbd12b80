package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

/** Collects parts and writes them together, at the latest when it is closed. */
final class PartWriter implements AutoCloseable {

    private final PreparedStatement insert;
    private boolean any;

    PartWriter(Connection connection) throws SQLException {
        this.insert = connection.prepareStatement("""
                insert into part (message_id, no, role, name, media_type, size, sha512, content, stored)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)""");
    }

    /** The body and the attachments of a new message. */
    void add(UUID message, List<Part> parts) throws SQLException {
        for (int no = 0; no < parts.size(); no++) {
            add(message, no, no == 0 ? "body" : "attachment", parts.get(no));
        }
    }

    void add(UUID message, int no, String role, Part part) throws SQLException {
        insert.setObject(1, message);
        insert.setInt(2, no);
        insert.setString(3, role);
        insert.setString(4, part.name());
        insert.setString(5, part.mediaType());
        insert.setLong(6, part.size());
        insert.setBytes(7, part.sha512());
        insert.setBytes(8, part.inline().orElse(null));
        insert.setString(9, part.stored().orElse(null));
        insert.addBatch();
        any = true;
    }

    void flush() throws SQLException {
        if (any) {
            insert.executeBatch();
            any = false;
        }
    }

    @Override
    public void close() throws SQLException {
        try (insert) {
            flush();
        }
    }
}
