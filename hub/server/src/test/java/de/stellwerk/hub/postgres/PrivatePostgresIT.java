package de.stellwerk.hub.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PrivatePostgresIT {
    /** Unpacked once for all tests; a copy of links is quick. */
    private static final Path UNPACKED = Path.of("target", "test-postgres-it");

    @TempDir
    Path home;

    private Path folder = Path.of("");

    @BeforeEach
    void chooseFolder() {
        folder = home.resolve("postgres");
    }

    private void bringBinaries() throws IOException {
        Binaries.unpacked(UNPACKED.toAbsolutePath());
        try (Stream<Path> files = Files.walk(UNPACKED)) {
            for (Path file : files.toList()) {
                Path copy = folder.resolve("binaries").resolve(UNPACKED.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.createLink(copy, file);
                }
            }
        }
    }

    @Test
    void theFirstStartUnpacksAndCreatesAndTheSecondFindsEverythingAgain() throws Exception {
        String port;
        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            execute(postgres, "CREATE TABLE kept (text varchar)", "INSERT INTO kept VALUES ('Budyšin')");
            port = Files.readString(folder.resolve("port"));
        }
        assertThat(Files.exists(folder.resolve("cluster/postmaster.pid")))
                .as("a server after close")
                .isFalse();

        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            assertThat(rows(postgres, "SELECT text FROM kept")).containsExactly("Budyšin");
            assertThat(Files.readString(folder.resolve("port"))).isEqualTo(port);
            assertThat(rows(postgres, "SHOW server_encoding")).containsExactly("UTF8");
            assertThat(rows(postgres, "SHOW listen_addresses")).containsExactly("127.0.0.1");
            assertThat(rows(
                            postgres,
                            "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles"
                                    + " WHERE rolname = current_user"))
                    .as("more rights than the hub needs")
                    .containsExactly("f");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("password"))))
                    .isEqualTo("rw-------");
            assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "wrong"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void aPortThatSomebodyElseTookIsReplaced() throws Exception {
        bringBinaries();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Files.writeString(folder.resolve("port"), taken.getLocalPort() + "\n");
            try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
                assertThat(rows(postgres, "SHOW port")).doesNotContain(String.valueOf(taken.getLocalPort()));
            }
        }
    }

    @Test
    void aServerThatOutlivedItsHubIsTakenOverAndItsSessionsAreEnded() throws Exception {
        bringBinaries();
        try (HubProcess hub = HubProcess.start(folder, home.resolve("hub.log"))) {
            HubProcess.Started before = hub.awaitStarted();
            try (Connection old = DriverManager.getConnection(before.jdbcUrl(), "stellwerk", before.password());
                    Statement sql = old.createStatement()) {
                sql.execute("CREATE TABLE taken (id int)");
                sql.execute("INSERT INTO taken VALUES (1)");
                old.setAutoCommit(false);
                sql.execute("INSERT INTO taken VALUES (2)");
                hub.kill();

                try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
                    assertThat(postgres.pid()).as("the same server").isEqualTo(before.pid());
                    assertThat(rows(postgres, "SHOW port"))
                            .as("the port that was noted down")
                            .containsExactly(
                                    Files.readString(folder.resolve("port")).strip());
                    assertThatThrownBy(old::commit)
                            .as("a commit of the hub before")
                            .isInstanceOf(SQLException.class);
                    assertThat(rows(postgres, "SELECT id FROM taken")).containsExactly("1");
                    assertThatThrownBy(() ->
                                    DriverManager.getConnection(postgres.jdbcUrl(), "stellwerk", before.password()))
                            .as("the hub before coming back")
                            .hasMessageContaining("password authentication failed");
                }
            }
            assertThat(ProcessHandle.of(before.pid())).isEmpty();
        }
    }

    @Test
    void aKilledServerIsStartedAgainWithAllThatWasCommitted() throws Exception {
        bringBinaries();
        try (HubProcess hub = HubProcess.start(folder, home.resolve("hub.log"))) {
            HubProcess.Started before = hub.awaitStarted();
            try (Connection old = DriverManager.getConnection(before.jdbcUrl(), "stellwerk", before.password());
                    Statement sql = old.createStatement()) {
                sql.execute("CREATE TABLE kept AS SELECT 1 AS id");
            }
            hub.kill();
            ProcessHandle.of(before.pid()).orElseThrow().destroyForcibly();
        }

        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            assertThat(rows(postgres, "SELECT id FROM kept")).containsExactly("1");
        }
    }

    @Test
    void aProcessNumberThatNowBelongsToAnotherProgramDoesNotStopTheStart() throws Exception {
        bringBinaries();
        PrivatePostgres.start(folder).close();
        String myself = ProcessHandle.current().pid() + "\n" + folder.resolve("cluster") + "\n1\n" + "1\n\n127.0.0.1\n";
        Files.writeString(folder.resolve("cluster/postmaster.pid"), myself);

        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            assertThat(rows(postgres, "SELECT 1")).containsExactly("1");
        }
    }

    @Test
    void aSecondHubOnTheSameFolderIsRefusedAndTheFirstGoesOn() throws Exception {
        bringBinaries();
        try (PrivatePostgres first = PrivatePostgres.start(folder)) {
            assertThat(codeOfStart()).isEqualTo("postgres.locked");
            assertThat(codeOfStart()).as("once more").isEqualTo("postgres.locked");
            try (HubProcess second = HubProcess.start(folder, home.resolve("second.log"))) {
                assertThatThrownBy(second::awaitStarted).isInstanceOf(IllegalStateException.class);
            }
            assertThat(Files.readString(home.resolve("second.log"), UTF_8)).contains("postgres.locked");
            assertThat(rows(first, "SELECT 1")).containsExactly("1");
        }
    }

    @Test
    void aServerThatMayForgetACommitIsRefusedAndStopped() throws Exception {
        bringBinaries();
        PrivatePostgres.start(folder).close();
        for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
            Path file = folder.resolve("cluster/postgresql.auto.conf");
            Files.writeString(file, setting + " = off\n");

            PostgresFailure failure = failureOfStart();

            assertThat(failure.code()).isEqualTo("postgres.unsafe");
            assertThat(failure).hasMessageContaining(setting + " is off and must be on");
            assertThat(Files.exists(folder.resolve("cluster/postmaster.pid"))).isFalse();
            Files.writeString(file, "");
        }
    }

    @Test
    void aSettingBoundToTheHubsRoleIsFoundToo() throws Exception {
        bringBinaries();
        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            execute(postgres, "ALTER ROLE stellwerk SET synchronous_commit = off");
        }

        assertThat(codeOfStart()).isEqualTo("postgres.unsafe");
    }

    @Test
    void aKillWhileTheDatabaseIsCreatedLeavesAFolderThatStarts() throws Exception {
        bringBinaries();
        try (HubProcess hub = HubProcess.start(folder, home.resolve("hub.log"))) {
            await().pollInterval(Duration.ofMillis(2)).until(() -> hasDraftWith("PG_VERSION"));
            hub.kill();
        }
        assertThat(Files.exists(folder.resolve("cluster")))
                .as("a complete database")
                .isFalse();

        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            assertThat(rows(postgres, "SELECT 1")).containsExactly("1");
        }
    }

    @Test
    void aKillWhileTheProgramsAreUnpackedLeavesAFolderThatStarts() throws Exception {
        try (HubProcess hub = HubProcess.start(folder, home.resolve("hub.log"))) {
            await().pollInterval(Duration.ofMillis(2)).until(() -> {
                try (Stream<Path> files = Files.isDirectory(folder.resolve("binaries"))
                        ? Files.list(folder.resolve("binaries"))
                        : Stream.of()) {
                    return files.anyMatch(file -> file.getFileName().toString().startsWith("unpacking-"));
                }
            });
            hub.kill();
        }

        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            assertThat(rows(postgres, "SELECT 1")).containsExactly("1");
        }
        try (Stream<Path> left = Files.list(folder.resolve("binaries"))) {
            assertThat(left).as("half unpacked folders").hasSize(1);
        }
    }

    @Test
    void aLostOrWrongPasswordFileIsToldAndTheDataIsKept() throws Exception {
        bringBinaries();
        PrivatePostgres.start(folder).close();
        String password = Files.readString(folder.resolve("password"));

        Files.writeString(folder.resolve("password"), "another\n");
        assertThat(codeOfStart()).isEqualTo("postgres.password");
        Files.delete(folder.resolve("password"));
        assertThat(codeOfStart()).isEqualTo("postgres.password");

        Files.writeString(folder.resolve("password"), password);
        PrivatePostgres.start(folder).close();
    }

    @Test
    void dataOfAnotherMajorVersionIsRefusedUntouched() throws Exception {
        bringBinaries();
        PrivatePostgres.start(folder).close();
        Files.writeString(folder.resolve("cluster/PG_VERSION"), "17\n");

        assertThat(codeOfStart()).isEqualTo("postgres.version");
    }

    @Test
    void aBrokenSettingIsToldInPostgresOwnWords() throws Exception {
        bringBinaries();
        PrivatePostgres.start(folder).close();
        Files.writeString(
                folder.resolve("cluster/postgresql.auto.conf"), "no_such_setting = 1\n", StandardOpenOption.APPEND);

        PostgresFailure failure = failureOfStart();

        assertThat(failure.code()).isEqualTo("postgres.start");
        assertThat(failure).hasMessageContaining("no_such_setting");
    }

    @Test
    void valuesOfARowGetNeitherIntoTheLogNorIntoAnException() throws Exception {
        bringBinaries();
        try (PrivatePostgres postgres = PrivatePostgres.start(folder)) {
            execute(postgres, "CREATE TABLE person (name varchar PRIMARY KEY)", "INSERT INTO person VALUES ('Erika')");
            assertThatThrownBy(() -> execute(postgres, "INSERT INTO person VALUES ('Erika')"))
                    .hasMessageContaining("duplicate key")
                    .hasMessageNotContaining("Erika");
        }
        try (Stream<Path> logs = Files.list(folder.resolve("log"))) {
            StringBuilder text = new StringBuilder();
            for (Path log : logs.toList()) {
                text.append(Files.readString(log, UTF_8));
            }
            assertThat(text).contains("duplicate key").doesNotContain("Erika");
        }
    }

    @Test
    void everyTestGetsAnEmptyDatabaseOfItsOwn() throws Exception {
        String one = TestPostgres.freshDatabase();
        String other = TestPostgres.freshDatabase();
        try (Connection connection = DriverManager.getConnection(one, TestPostgres.user(), TestPostgres.password());
                Statement sql = connection.createStatement()) {
            sql.execute("CREATE TABLE mine (id int)");
        }
        try (Connection connection = DriverManager.getConnection(other, TestPostgres.user(), TestPostgres.password());
                Statement sql = connection.createStatement()) {
            assertThatThrownBy(() -> sql.execute("SELECT * FROM mine")).hasMessageContaining("does not exist");
        }
    }

    private boolean hasDraftWith(String file) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(draft -> draft.getFileName().toString().startsWith("creating-"))
                    .anyMatch(draft -> Files.exists(draft.resolve(file)));
        }
    }

    private String codeOfStart() {
        return failureOfStart().code();
    }

    private PostgresFailure failureOfStart() {
        return catchThrowableOfType(
                PostgresFailure.class, () -> PrivatePostgres.start(folder).close());
    }

    private static void execute(PrivatePostgres postgres, String... statements) throws SQLException {
        try (Connection connection = open(postgres);
                Statement sql = connection.createStatement()) {
            for (String statement : statements) {
                sql.execute(statement);
            }
        }
    }

    private static List<String> rows(PrivatePostgres postgres, String query) throws SQLException {
        try (Connection connection = open(postgres);
                Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery(query)) {
            List<String> texts = new java.util.ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private static Connection open(PrivatePostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }
}
