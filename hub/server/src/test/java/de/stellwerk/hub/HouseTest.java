package de.stellwerk.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.postgres.TestPostgres;
import java.time.Clock;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class HouseTest {

    @Test
    void aNodeStaysAliveWhileAllConnectionsAreBusy() throws Exception {
        var url = TestPostgres.freshDatabase();
        try (var busy = new HikariDataSource()) {
            busy.setJdbcUrl(url);
            busy.setUsername(TestPostgres.user());
            busy.setPassword(TestPostgres.password());
            busy.setMaximumPoolSize(1);
            busy.setConnectionTimeout(250);
            Flyway.configure()
                    .dataSource(url, TestPostgres.user(), TestPostgres.password())
                    .load()
                    .migrate();
            try (var taken = busy.getConnection();
                    var heartbeat = House.heartbeat(busy);
                    var nodes = new Nodes(heartbeat, Clock.systemUTC(), "a")) {
                assertThat(taken.isValid(1)).isTrue();
                assertThat(busy.getHikariPoolMXBean().getIdleConnections()).isZero();
                assertThat(nodes.valid()).isTrue();
                assertThat(nodes.leads()).isTrue();
            }
        } finally {
            TestPostgres.drop(url);
        }
    }
}
