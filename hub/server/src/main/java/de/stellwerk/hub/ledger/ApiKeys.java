package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Keeps API keys; of the secret half only a hash. */
public final class ApiKeys {

    /**
     * @param municipalities AGS, or {@code *} for all
     * @param may {@code send}, {@code read}, {@code content}, {@code operate}, {@code admin}
     */
    public record ApiKey(
            String id,
            String name,
            Set<String> municipalities,
            Set<String> may,
            Instant createdAt,
            @Nullable Instant revokedAt) {}

    /** A key with the hash that proves it. */
    public record Known(ApiKey key, byte[] hash) {}

    private final Database database;
    private final Clock clock;

    public ApiKeys(DataSource source, Clock clock) {
        this.database = new Database(source);
        this.clock = clock;
    }

    public void add(ApiKey key, byte[] hash, String actor) {
        database.transaction(connection -> add(connection, key, hash, actor));
    }

    /** The same if it is the first of all; false if there is one already. */
    public boolean addFirst(ApiKey key, byte[] hash, String actor) {
        return database.transaction(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("lock table api_key in share row exclusive mode");
                try (var row = statement.executeQuery("select 1 from api_key limit 1")) {
                    return !row.next() && add(connection, key, hash, actor);
                }
            }
        });
    }

    private boolean add(Connection connection, ApiKey key, byte[] hash, String actor) throws SQLException {
        try (var insert = connection.prepareStatement("""
                            insert into api_key (id, name, hash, municipalities, may, created_at, created_by)
                            values (?, ?, ?, ?, ?, ?, ?)""");
                var entries = new Entries(connection, clock.instant())) {
            insert.setString(1, key.id());
            insert.setString(2, key.name());
            insert.setBytes(3, hash);
            insert.setArray(
                    4, connection.createArrayOf("text", key.municipalities().toArray()));
            insert.setArray(5, connection.createArrayOf("text", key.may().toArray()));
            insert.setTimestamp(6, Database.at(key.createdAt()));
            insert.setString(7, actor);
            insert.executeUpdate();
            entries.add("00000000", "", null, null, "KEY_CREATED", "", key.id() + " " + key.may(), actor);
        }
        return true;
    }

    /** An unrevoked key. */
    public Optional<Known> find(String id) {
        return database.read(connection -> {
            try (var select =
                    connection.prepareStatement("select * from api_key where id = ? and revoked_at is null")) {
                select.setString(1, id);
                try (var row = select.executeQuery()) {
                    return row.next() ? Optional.of(new Known(key(row), row.getBytes("hash"))) : Optional.empty();
                }
            }
        });
    }

    public List<ApiKey> all() {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("select * from api_key order by created_at");
                    var row = select.executeQuery()) {
                var found = new ArrayList<ApiKey>();
                while (row.next()) {
                    found.add(key(row));
                }
                return found;
            }
        });
    }

    /** False if there is no such key, or it has been revoked before. */
    public boolean revoke(String id, String actor) {
        return database.transaction(connection -> {
            try (var update = connection.prepareStatement(
                            "update api_key set revoked_at = ? where id = ? and revoked_at is null");
                    var entries = new Entries(connection, clock.instant())) {
                update.setTimestamp(1, Database.at(clock.instant()));
                update.setString(2, id);
                if (update.executeUpdate() == 0) {
                    return false;
                }
                entries.add("00000000", "", null, null, "KEY_REVOKED", "", id, actor);
                return true;
            }
        });
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        var revoked = row.getTimestamp("revoked_at");
        return new ApiKey(
                row.getString("id"),
                row.getString("name"),
                Set.of((String[]) row.getArray("municipalities").getArray()),
                Set.of((String[]) row.getArray("may").getArray()),
                Database.instant(row, "created_at"),
                revoked == null ? null : revoked.toInstant());
    }
}
