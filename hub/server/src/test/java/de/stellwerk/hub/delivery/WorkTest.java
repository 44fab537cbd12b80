package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.NewDelivery;
import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.ledger.SqlLedger;
import de.stellwerk.hub.postgres.TestPostgres;
import de.stellwerk.hub.route.RouteOutcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The threads of a node, on the real database. */
class WorkTest {

    private static final String PIRNA = "14628270";
    private static final Search.Sight ALL = new Search.Sight(true, List.of());

    @TempDir
    private Path folder;

    private final Clock clock = Clock.systemUTC();

    /** A shared broker that has gone: whoever asks it waits. */
    private static final class HangingBroker implements Transport {

        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch back = new CountDownLatch(1);

        @Override
        public void publish(Lane lane, List<String> ids) {
            hang();
        }

        @Override
        public void consume(Lane lane, Consumer<List<String>> handler) {}

        @Override
        public long depth(Lane lane) {
            hang();
            return 0;
        }

        private void hang() {
            asked.countDown();
            try {
                back.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            back.countDown();
        }
    }

    @Test
    void whatADeadNodeLeftOpenIsTakenOverWhileTheBrokerHangs() throws Exception {
        var url = TestPostgres.freshDatabase();
        try (var database = database(url);
                var broker = new HangingBroker();
                var nodes = new Nodes(database, clock, "a");
                var ledger = new SqlLedger(database, clock, new Ids(clock), nodes)) {
            var work = work(broker, ledger, nodes);
            try {
                work.start();
                assertThat(broker.asked.await(30, java.util.concurrent.TimeUnit.SECONDS))
                        .isTrue();
                leaveOpen(database);

                await("nobody can know how its attempt ended")
                        .atMost(Duration.ofSeconds(30))
                        .until(() -> new Search(database).balance(ALL).inDoubt() == 1);
                assertThat(broker.back.getCount()).as("the broker still hangs").isEqualTo(1);
            } finally {
                broker.close();
                work.close();
            }
        } finally {
            TestPostgres.drop(url);
        }
    }

    private static HikariDataSource database(String url) {
        var database = new HikariDataSource();
        database.setJdbcUrl(url);
        database.setUsername(TestPostgres.user());
        database.setPassword(TestPostgres.password());
        database.setMaximumPoolSize(16);
        Flyway.configure().dataSource(database).load().migrate();
        return database;
    }

    private Work work(Transport broker, Ledger ledger, Nodes nodes) throws Exception {
        return new Work(
                broker,
                ledger,
                nodes,
                new Lanes(broker, task -> {}),
                new ContentStore(folder, 64 << 10, clock),
                input -> new RouteOutcome.NoRoute("there is none"),
                (municipality, connection) -> Optional.empty(),
                Limits.defaults(),
                () -> false,
                clock);
    }

    /** Another node takes a message, routes it, begins to deliver, and ends. */
    private void leaveOpen(HikariDataSource database) {
        try (var nodes = new Nodes(database, clock, "b");
                var ledger = new SqlLedger(database, clock, new Ids(clock), nodes)) {
            var bytes = "letter".getBytes(StandardCharsets.UTF_8);
            var part = new Part("letter.txt", "text/plain", bytes.length, bytes, Optional.of(bytes), Optional.empty());
            var taken = ledger.take(new NewMessage(
                    new Ids(clock).next(),
                    PIRNA,
                    "key/portal",
                    "1",
                    "form.submission",
                    "",
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Optional.empty(),
                    List.of(part),
                    Optional.empty(),
                    true,
                    clock.instant()));
            var set = ledger.claimMessages(List.of(taken.id()));
            ledger.routed(
                    set,
                    List.of(Ledger.Routed.well(
                            set.messages().get(0),
                            "r@1",
                            List.of(new NewDelivery(
                                    "d1", "mailbox", "out", "form.submission", Map.of(), part, List.of(), "", true)),
                            List.of(),
                            List.of(),
                            clock.instant())));
            assertThat(ledger.claimDeliveries(List.of("d1"))).hasSize(1);
        }
    }
}
