package de.stellwerk.hub.postgres;

import de.stellwerk.hub.crash.FullStop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub's own PostgreSQL, in a folder of its own, reachable from this machine and with a password only.
 *
 * <p>The server outlives a hub that is killed; the next start takes it over, after it has ended the sessions of the
 * killed one and changed the hub's password, so that nothing begun before can commit afterwards.
 *
 * <p>The hub works as a role without special rights that owns the database. The role {@code postgres}, with the
 * password in the file {@code password} in the folder, is for the operator and is not used while the hub runs.
 */
public final class PrivatePostgres implements AutoCloseable {
    static final String ADMIN = "postgres";
    static final String HUB = "stellwerk";
    private static final String UNSAFE = "postgres.unsafe";
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(PrivatePostgres.class);

    /** Without one of these a commit that was reported done can be lost at a power cut. */
    private static final Map<String, String> DURABLE =
            Map.of("fsync", "on", "full_page_writes", "on", "synchronous_commit", "on");

    private final FolderLock lock;
    private final Binaries binaries;
    private final Cluster cluster;
    private final String password;
    private final Thread watch = new Thread(this::startAgainAndAgain, "postgres-watch");
    private volatile Postmaster postmaster;
    private volatile boolean closing;

    private PrivatePostgres(
            FolderLock lock, Binaries binaries, Cluster cluster, Postmaster postmaster, String password) {
        this.lock = lock;
        this.binaries = binaries;
        this.cluster = cluster;
        this.postmaster = postmaster;
        this.password = password;
    }

    /**
     * Starts the database, or takes over the one a killed hub left running. Returns when it takes connections and is
     * known to be durable; the first start on an empty folder takes some seconds more than the others.
     *
     * @param folder {@code <home>/data/postgres}; made if it is not there
     * @throws PostgresFailure with a code, if the database cannot be used; nothing that was committed is ever touched
     */
    public static PrivatePostgres start(Path folder) {
        long begin = System.nanoTime();
        try {
            PrivateFile.folder(folder);
            Path real = folder.toRealPath();
            FolderLock lock = FolderLock.take(real);
            try {
                PrivatePostgres postgres = start(real, lock);
                postgres.watch();
                LOG.info(
                        "PostgreSQL (process {}, port {}) was {} in {} ms",
                        postgres.postmaster.process().pid(),
                        postgres.postmaster.port(),
                        postgres.postmaster.adopted() ? "taken over" : "started",
                        Duration.ofNanos(System.nanoTime() - begin).toMillis());
                return postgres;
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new PostgresFailure(
                    "postgres.folder",
                    "the database folder " + folder + " cannot be used (" + e + "). Committed data is safe. "
                            + "Check free space, owner and rights of the folder and start the hub again.",
                    e);
        } catch (InterruptedException e) {
            throw Binaries.interrupted(e);
        }
    }

    private static PrivatePostgres start(Path folder, FolderLock lock) throws IOException, InterruptedException {
        Binaries binaries = Binaries.unpacked(folder.resolve("binaries"));
        Cluster cluster = new Cluster(folder);
        if (!cluster.exists()) {
            cluster.create(binaries);
        }
        cluster.checkPlace();
        cluster.checkVersion();
        cluster.password(); // a lost file is told before a server is started that nobody can then log in to
        cluster.writeSettings();
        Postmaster postmaster = Postmaster.running(binaries, cluster);
        try {
            PrivatePostgres postgres = new PrivatePostgres(lock, binaries, cluster, postmaster, Cluster.secret());
            postgres.prepare();
            postgres.checkDurable();
            if (!postmaster.adopted()) {
                binaries.removeOthers();
            }
            return postgres;
        } catch (SQLException e) {
            postmaster.stop(binaries);
            throw refused(cluster, e);
        } catch (IOException | RuntimeException | Error e) {
            postmaster.stop(binaries);
            throw e;
        }
    }

    private static PostgresFailure refused(Cluster cluster, SQLException e) {
        if ("28P01".equals(e.getSQLState()) || "28000".equals(e.getSQLState())) {
            return new PostgresFailure(
                    "postgres.password",
                    "PostgreSQL does not take the password in " + cluster.passwordFile()
                            + ". The data is safe, but cannot be opened. "
                            + "Put the file back from the backup and start the hub again.",
                    e);
        }
        return new PostgresFailure(
                "postgres.start",
                "PostgreSQL runs, but the hub could not prepare it (SQL state " + e.getSQLState()
                        + "). Committed data is safe. Look into " + cluster.log() + " and start the hub again.",
                e);
    }

    /** Makes role and database if they are missing, and shuts out whoever was here before. */
    private void prepare() throws SQLException, IOException {
        try (Connection admin = admin("postgres");
                Statement sql = admin.createStatement()) {
            checkFolder(sql);
            if (!exists(admin, "SELECT 1 FROM pg_roles WHERE rolname = ?")) {
                sql.execute("CREATE ROLE " + HUB + " LOGIN");
            }
            // A new password first, then the end of the sessions: in this order none can come back.
            admin.unwrap(PGConnection.class).alterUserPassword(HUB, password.toCharArray(), "scram-sha-256");
            if (postmaster.adopted()) {
                endOldSessions(admin);
            }
            if (!exists(admin, "SELECT 1 FROM pg_database WHERE datname = ?")) {
                sql.execute("CREATE DATABASE " + HUB + " OWNER " + HUB);
            }
        }
    }

    private void checkFolder(Statement sql) throws SQLException, IOException {
        Path actual = Path.of(single(sql, "SHOW data_directory"));
        if (!Files.isSameFile(actual, cluster.data())) {
            throw new PostgresFailure(
                    "postgres.port",
                    "the PostgreSQL on port " + postmaster.port() + " works on " + actual + " and not on "
                            + cluster.data() + ". Nothing was changed. End the other one and start the hub again.");
        }
    }

    private static void endOldSessions(Connection admin) throws SQLException {
        String end = "SELECT count(*), count(*) FILTER (WHERE pg_terminate_backend(pid, 10000))"
                + " FROM pg_stat_activity WHERE usename = ? AND pid <> pg_backend_pid()";
        try (PreparedStatement query = admin.prepareStatement(end)) {
            query.setString(1, HUB);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                long found = row.getLong(1);
                if (row.getLong(2) < found) {
                    throw new PostgresFailure(
                            "postgres.session",
                            "sessions of a killed hub are still open and could commit late. Committed data is safe. "
                                    + "Start the hub again; if it says the same, end the process named postgres.");
                }
                LOG.info("Took over a running PostgreSQL and ended {} sessions of the hub before", found);
            }
        }
    }

    private void checkDurable() throws SQLException {
        List<String> wrong = new ArrayList<>();
        // As the hub's role and on its database, because a setting can be bound to either.
        try (Connection connection = connect(jdbcUrl(), HUB, password);
                Statement sql = connection.createStatement()) {
            for (Map.Entry<String, String> setting : new TreeMap<>(DURABLE).entrySet()) {
                String actual = single(sql, "SHOW " + setting.getKey());
                if (!actual.equals(setting.getValue())) {
                    wrong.add(setting.getKey() + " is " + actual + " and must be " + setting.getValue());
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new PostgresFailure(
                    UNSAFE,
                    "this PostgreSQL would not keep its word at a power cut: " + String.join("; ", wrong)
                            + ". The hub took nothing. Remove the setting (" + cluster.data()
                            + "/postgresql.auto.conf, ALTER SYSTEM, ALTER ROLE or ALTER DATABASE) "
                            + "and start the hub again.");
        }
    }

    private static boolean exists(Connection admin, String query) throws SQLException {
        try (PreparedStatement statement = admin.prepareStatement(query)) {
            statement.setString(1, HUB);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private static String single(Statement sql, String query) throws SQLException {
        try (ResultSet row = sql.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    /** A connection with all rights, for what the hub's own role must not do. */
    Connection admin(String database) throws SQLException, IOException {
        return connect(jdbcUrl(database), ADMIN, cluster.password());
    }

    static Connection connect(String url, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("loginTimeout", "30");
        Connection connection = new Driver().connect(url, properties);
        if (connection == null) {
            throw new SQLException("not a PostgreSQL URL");
        }
        return connection;
    }

    /** The hub's database; user and password are given apart from it. */
    public String jdbcUrl() {
        return jdbcUrl(HUB);
    }

    /**
     * With scram on both sides a program that took the port cannot pose as the database; and the server's DETAIL lines,
     * which hold values of rows, stay out of exceptions and so out of logs.
     */
    String jdbcUrl(String database) {
        return jdbcUrl(postmaster.port(), database);
    }

    static String jdbcUrl(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database
                + "?requireAuth=scram-sha-256&sslmode=disable&gssEncMode=disable&logServerErrorDetail=false"
                + "&ApplicationName=stellwerk";
    }

    /** The role the hub works as; it owns the database and has no rights beyond it. */
    public String user() {
        return HUB;
    }

    /** The password of {@link #user()}; a new one at each start, never written down. */
    public String password() {
        return password;
    }

    int port() {
        return postmaster.port();
    }

    /** Not while it is being started again. */
    private synchronized void stop() throws IOException, InterruptedException {
        postmaster.stop(binaries);
        if (!postmaster.process().isAlive()) {
            // The supervision may have begun one more when it was interrupted.
            Optional<Postmaster> begun = Postmaster.found(cluster);
            if (begun.isPresent()) {
                begun.get().stop(binaries);
            }
        }
    }

    long pid() {
        return postmaster.process().pid();
    }

    private void watch() {
        watch.setDaemon(true);
        watch.start();
    }

    /** The server has ended and nobody told it to: it is started again, as often as it takes and more and more slowly. */
    private void startAgainAndAgain() {
        long pause = FIRST_PAUSE.toMillis();
        try {
            while (true) {
                Postmaster dead = postmaster;
                dead.process().onExit().join();
                if (closing) {
                    return;
                }
                LOG.warn(
                        "PostgreSQL (process {}) has ended, nobody told it to. Committed data is safe; it is started again",
                        dead.process().pid());
                while (!startAgain(dead.port())) {
                    TimeUnit.MILLISECONDS.sleep(pause);
                    pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
                }
                pause = FIRST_PAUSE.toMillis();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean startAgain(int port) throws InterruptedException {
        if (closing) {
            throw new InterruptedException();
        }
        try {
            postmaster = Postmaster.running(binaries, cluster, port);
            checkDurable();
            LOG.info("PostgreSQL (process {}) runs again", pid());
            return true;
        } catch (PostgresFailure e) {
            if (e.code().equals(UNSAFE)) {
                FullStop.because(
                        UNSAFE,
                        "Die Datenbank würde nach diesem Neustart einen Stromausfall nicht überstehen. Der Hub hält an;"
                                + " Angenommenes ist sicher. Die genannte Einstellung entfernen, dann den Hub starten.",
                        String.valueOf(e.getMessage()),
                        e);
            }
            LOG.warn("PostgreSQL could not be started again: {}; it is tried again", e.getMessage());
        } catch (IOException | SQLException | RuntimeException e) {
            LOG.warn("PostgreSQL could not be started again ({}); it is tried again", e.toString());
        }
        return false;
    }

    /** Ends all sessions, stops the server and gives the folder free; waits at most 40 seconds. */
    @Override
    public void close() {
        closing = true;
        watch.interrupt();
        try (lock) {
            stop();
        } catch (IOException e) {
            throw new PostgresFailure(
                    "postgres.start",
                    "PostgreSQL (process " + pid() + ") could not be told to stop. It goes on and committed data is "
                            + "safe. The next start of the hub takes it over.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("The stop of PostgreSQL was interrupted; it ends by itself, or the next start takes it over");
        }
    }
}
