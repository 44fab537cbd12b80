package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.postgres.TestPostgres;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** For how long a node may begin what it has claimed. */
class NodesTest {

    private final AtomicLong nanos = new AtomicLong();
    private final HikariDataSource database = new HikariDataSource();
    private Nodes nodes;

    @BeforeEach
    void begin() {
        database.setJdbcUrl(TestPostgres.freshDatabase());
        database.setUsername(TestPostgres.user());
        database.setPassword(TestPostgres.password());
        Flyway.configure().dataSource(database).load().migrate();
        nodes = new Nodes(database, Clock.systemUTC(), "a", nanos::get);
    }

    @AfterEach
    void end() {
        nodes.close();
        database.close();
    }

    @Test
    void whatWasClaimedMayBeBegunAsLongAsTheEpochIsRenewedInTime() {
        var term = nodes.term();
        for (int i = 0; i < 5; i++) {
            nanos.addAndGet(Nodes.LEASE.toNanos() / 2);
            nodes.renew();
        }

        assertThat(nodes.valid(term)).isTrue();
    }

    @Test
    void afterAStallBeyondTheLeaseWhatWasClaimedBeforeMayNotBeBegunThoughTheEpochGoesOn() {
        var term = nodes.term();
        var epoch = nodes.epoch();
        nanos.addAndGet(Nodes.LEASE.toNanos());
        nodes.renew();

        assertThat(nodes.epoch()).isEqualTo(epoch);
        assertThat(nodes.valid()).isTrue();
        assertThat(nodes.valid(term)).isFalse();
        assertThat(nodes.valid(nodes.term())).isTrue();
    }

    @Test
    void aNodeThatWasDeclaredDeadMayNotBeginWhatItHadClaimed() {
        var term = nodes.term();
        try (var other = new Nodes(database, Clock.systemUTC(), "a", nanos::get)) {
            nodes.renew();

            assertThat(other.epoch()).isNotEqualTo(nodes.epoch());
            assertThat(nodes.valid(term)).isFalse();
        }
    }

    @Test
    void theListOfNodesSaysWhoLivesAndWhatEachHas() {
        var source = new Nodes.Source("14628270", "mail");
        try (var other = new Nodes(database, Clock.systemUTC(), "b", nanos::get)) {
            other.share(List.of(source), each -> false);
            nodes.share(List.of(source), each -> false);
            assertThat(new Search(database).nodes())
                    .extracting(Search.NodeRow::node, Search.NodeRow::state)
                    .containsExactly(tuple("b", "ALIVE"), tuple("a", "ALIVE"));
            assertThat(new Search(database).nodes())
                    .allSatisfy(row -> assertThat(row.lastPulse()).isNotNull())
                    .extracting(Search.NodeRow::sources)
                    .as("one of the two has it")
                    .containsOnlyOnce(1);
        }
        assertThat(new Search(database).nodes().get(0)).satisfies(row -> {
            assertThat(row.state()).isEqualTo("ENDED");
            assertThat(row.lastPulse()).isNull();
        });
    }
}
