package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.postgres.TestPostgres;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeSourcesTest {

    private static final List<Nodes.Source> SOURCES = IntStream.range(0, 40)
            .mapToObj(i -> new Nodes.Source("14628270", "s" + i))
            .toList();

    private HikariDataSource database;

    @BeforeEach
    void openADatabase() {
        database = new HikariDataSource();
        database.setJdbcUrl(TestPostgres.freshDatabase());
        database.setUsername(TestPostgres.user());
        database.setPassword(TestPostgres.password());
        Flyway.configure().dataSource(database).load().migrate();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aNodeThatStoodStillKnowsThatItsSourcesAreOthersNow() {
        try (var frozen = new Nodes(database, Clock.systemUTC(), "a")) {
            frozen.share(SOURCES, source -> false);
            assertThat(SOURCES).allMatch(frozen::holds);
            try (var other = new Nodes(database, Clock.systemUTC(), "b")) {
                // The node renews by itself now and then, so it may take more than one try to find it run out.
                await().atMost(Duration.ofSeconds(30)).until(() -> {
                    runOut(frozen);
                    other.renew();
                    other.share(SOURCES, source -> false);
                    return SOURCES.stream().allMatch(other::holds);
                });
                frozen.renew();

                assertThat(SOURCES).as("nothing is believed").noneMatch(frozen::holds);
                other.renew();
                other.share(SOURCES, source -> false);
                frozen.share(SOURCES, source -> false);
                assertThat(SOURCES).allMatch(source -> frozen.holds(source) != other.holds(source));
                var holders = leases();
                assertThat(SOURCES)
                        .allMatch(source -> holders.get(source) == (frozen.holds(source) ? frozen : other).epoch());
            }
        }
    }

    private void runOut(Nodes node) throws SQLException {
        try (var connection = database.getConnection();
                var update = connection.prepareStatement(
                        "update epoch set alive_until = now() - interval '1 s' where epoch = ?")) {
            update.setLong(1, node.epoch());
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
    }

    private Map<Nodes.Source, Long> leases() {
        var found = new HashMap<Nodes.Source, Long>();
        try (var connection = database.getConnection();
                var select = connection.prepareStatement("select municipality, connection, epoch from lease");
                var row = select.executeQuery()) {
            while (row.next()) {
                found.put(new Nodes.Source(row.getString(1), row.getString(2)), row.getLong(3));
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return found;
    }
}
