package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Keeps chain and checkpoints as they are until it is closed; entries are added and wait for their seal. */
public final class Standstill implements AutoCloseable {

    private final Connection connection;

    private Standstill(Connection connection) {
        this.connection = connection;
    }

    /** Waits for whoever is at work on them. */
    public static Standstill of(DataSource source) {
        try {
            var connection = source.getConnection();
            try (var statement = connection.createStatement()) {
                statement.execute("select pg_advisory_lock(" + Sealer.LOCK + ")");
                return new Standstill(connection);
            } catch (SQLException | RuntimeException | Error e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new LedgerFailure(e);
        }
    }

    @Override
    public void close() {
        // The lock goes with the session, and so does it if this process is killed.
        try {
            connection.close();
        } catch (SQLException e) {
            throw new LedgerFailure(e);
        }
    }
}
