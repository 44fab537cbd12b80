package de.stellwerk.hub.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.ledger.ApiKeys;
import de.stellwerk.hub.postgres.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {

    private static final int NODES = 6;

    @TempDir
    Path folder;

    @Test
    void ofNodesThatStartAtOnceOnANewDatabaseOneMakesTheFirstKey() throws Exception {
        var threads = Executors.newFixedThreadPool(NODES);
        try (var database = new HikariDataSource()) {
            database.setJdbcUrl(TestPostgres.freshDatabase());
            database.setUsername(TestPostgres.user());
            database.setPassword(TestPostgres.password());
            Flyway.configure().dataSource(database).load().migrate();

            var starts = IntStream.range(0, NODES)
                    .mapToObj(i -> (Callable<Boolean>) () -> {
                        keys(database).createFirst(file(i));
                        return true;
                    })
                    .toList();
            for (var start : threads.invokeAll(starts)) {
                assertThat(start.get()).isTrue();
            }

            assertThat(keys(database).all()).hasSize(1);
            var files = IntStream.range(0, NODES)
                    .mapToObj(this::file)
                    .filter(Files::exists)
                    .toList();
            assertThat(files).hasSize(1);
            assertThat(keys(database).caller(Files.readString(files.get(0)).strip()))
                    .hasValueSatisfying(caller -> assertThat(caller.rights()).contains(Right.values()));
        } finally {
            threads.shutdownNow();
        }
    }

    private Path file(int node) {
        return folder.resolve("first-api-key-" + node);
    }

    private static Keys keys(HikariDataSource database) {
        return new Keys(new ApiKeys(database, Clock.systemUTC()), Clock.systemUTC());
    }
}
