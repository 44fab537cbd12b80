package de.stellwerk.hub.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Empty databases for tests, on one private PostgreSQL a test JVM.
 *
 * <p>It is the real runner with its real durability settings. It lies under {@code target/} and is started when first
 * asked for; the next JVM finds it there and starts it in a fraction of a second.
 */
public final class TestPostgres {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestPostgres() {}

    /** Makes a new empty database, owned by {@link #user()}, and gives its JDBC URL. */
    public static String freshDatabase() {
        String name = "test_" + COUNT.incrementAndGet();
        try (Connection admin = Shared.POSTGRES.admin("postgres");
                Statement sql = admin.createStatement()) {
            sql.execute("CREATE DATABASE " + name + " OWNER " + user());
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("no fresh database", e);
        }
        return Shared.POSTGRES.jdbcUrl(name);
    }

    /** Makes a copy of a database to which nothing is connected, and gives its JDBC URL. */
    public static String copyOf(String jdbcUrl) {
        String name = "test_" + COUNT.incrementAndGet();
        String original = jdbcUrl.replaceAll(".*/([a-z0-9_]+)\\?.*", "$1");
        try (Connection admin = Shared.POSTGRES.admin("postgres");
                Statement sql = admin.createStatement()) {
            sql.execute("CREATE DATABASE " + name + " OWNER " + user() + " TEMPLATE " + original);
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("no copy of the database", e);
        }
        return Shared.POSTGRES.jdbcUrl(name);
    }

    /** Removes a database that a test has made, with whatever is connected to it. */
    public static void drop(String jdbcUrl) {
        String name = jdbcUrl.replaceAll(".*/(test_[0-9]+)\\?.*", "$1");
        try (Connection admin = Shared.POSTGRES.admin("postgres");
                Statement sql = admin.createStatement()) {
            sql.execute("DROP DATABASE " + name + " WITH (FORCE)");
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("a database cannot be removed", e);
        }
    }

    public static String user() {
        return Shared.POSTGRES.user();
    }

    public static String password() {
        return Shared.POSTGRES.password();
    }

    private static final class Shared {
        static final PrivatePostgres POSTGRES = start();

        private static PrivatePostgres start() {
            PrivatePostgres postgres = firstUnlocked();
            Runtime.getRuntime().addShutdownHook(new Thread(postgres::close, "test-postgres-stop"));
            try (Connection admin = postgres.admin("postgres");
                    Statement sql = admin.createStatement()) {
                for (String old : leftovers(sql)) {
                    sql.execute("DROP DATABASE " + old + " WITH (FORCE)");
                }
            } catch (SQLException | IOException e) {
                throw new IllegalStateException("the databases of former tests cannot be removed", e);
            }
            return postgres;
        }

        /** Two test JVMs at once (a build and an IDE) get a folder each. */
        private static PrivatePostgres firstUnlocked() {
            for (int i = 1; ; i++) {
                try {
                    return PrivatePostgres.start(Path.of("target", "test-postgres-" + i));
                } catch (PostgresFailure e) {
                    if (!e.code().equals("postgres.locked") || i == 8) {
                        throw e;
                    }
                }
            }
        }

        private static List<String> leftovers(Statement sql) throws SQLException {
            List<String> names = new ArrayList<>();
            try (ResultSet rows = sql.executeQuery("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'")) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        }
    }
}
