package de.stellwerk.hub.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.sql.SQLException;

/** Messages that wait, written straight into the hub's tables: by its doors a hundred thousand would take all day. */
final class Backlog {

    private Backlog() {}

    static void load(BenchHome home, String town, int messages) throws SQLException, IOException {
        try (var connection = home.admin("stellwerk");
                var in = Backlog.class.getResourceAsStream("/bench/backlog.sql")) {
            if (in == null) {
                throw new IOException("the bench's own file backlog.sql is missing");
            }
            try (var insert = connection.prepareStatement(new String(in.readAllBytes(), UTF_8))) {
                insert.setString(1, town);
                insert.setInt(2, messages);
                insert.executeUpdate();
            }
            try (var sql = connection.createStatement()) {
                // A table that has just grown is analysed by PostgreSQL within a minute; the bench does not wait for
                // that.
                sql.execute("analyze");
            }
        }
    }
}
