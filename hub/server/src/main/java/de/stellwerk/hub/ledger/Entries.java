package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Collects entries and writes them together, at the latest when it is closed, in the transaction of the given connection. */
final class Entries implements AutoCloseable {

    private static final int LONGEST_DETAIL = 2_000;

    private final PreparedStatement insert;
    private final Instant now;
    private boolean any;

    Entries(Connection connection, Instant now) throws SQLException {
        this.now = now;
        this.insert = connection.prepareStatement("""
                insert into entry (at, municipality, case_id, message_id, delivery_id, what, code, detail, actor)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?)""");
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
        try {
            insert.setTimestamp(1, Database.at(now));
            insert.setString(2, municipality);
            insert.setString(3, caseId);
            insert.setObject(4, message);
            insert.setString(5, delivery);
            insert.setString(6, what);
            insert.setString(7, code);
            insert.setString(8, detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL));
            insert.setString(9, actor);
            insert.addBatch();
            any = true;
        } catch (SQLException e) {
            throw new LedgerFailure(e);
        }
    }

    @Override
    public void close() throws SQLException {
        try (insert) {
            if (any) {
                insert.executeBatch();
            }
        }
    }
}
