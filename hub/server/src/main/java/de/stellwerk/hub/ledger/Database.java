package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import javax.sql.DataSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Transactions, and how Java values stand in columns. */
final class Database {

    interface Work<R> {
        R in(Connection connection) throws SQLException;
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final DataSource source;

    Database(DataSource source) {
        this.source = source;
    }

    /** Runs the work in one transaction. */
    <R> R transaction(Work<R> work) {
        try (var connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                var result = work.in(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException | Error e) {
                try {
                    connection.rollback();
                } catch (SQLException second) {
                    e.addSuppressed(second);
                }
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new LedgerFailure(e);
        }
    }

    /** Runs a single statement or some reads, each its own transaction. */
    <R> R read(Work<R> work) {
        try (var connection = source.getConnection()) {
            return work.in(connection);
        } catch (SQLException e) {
            throw new LedgerFailure(e);
        }
    }

    static Timestamp at(Instant instant) {
        return Timestamp.from(instant);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }

    static String json(Map<String, String> headers) {
        return JSON.writeValueAsString(headers);
    }

    static Map<String, String> headers(ResultSet row) throws SQLException {
        return JSON.readValue(row.getString("headers"), HEADERS);
    }
}
