package de.stellwerk.samples.crash;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;

/**
 * PostgreSQL for several nodes, in a process of its own. It is the one that the hub brings along; it is found by name, for the samples
 * know the hub by its doors only.
 */
final class DatabaseProcess {

    private static final String RUNNER = "de.stellwerk.hub.postgres.PrivatePostgres";

    /** Each node has up to 32 connections, and the test looks on. */
    private static final int MOST_CONNECTIONS = 120;

    private DatabaseProcess() {}

    /** @param words the database's folder, and a file for {@code url}, {@code user} and {@code password} */
    public static void main(String[] words) throws Exception {
        // Whatever becomes of the test: this ends with it.
        ProcessHandle.current().parent().ifPresent(test -> test.onExit().thenRun(() -> System.exit(0)));
        var folder = Path.of(words[0]);
        var first = start(folder);
        var url = "jdbc:postgresql://127.0.0.1:"
                + Files.readString(folder.resolve("port")).strip() + "/postgres";
        try (var admin = DriverManager.getConnection(
                        url,
                        "postgres",
                        Files.readString(folder.resolve("password")).strip());
                var sql = admin.createStatement()) {
            sql.execute("alter system set max_connections = " + MOST_CONNECTIONS);
        }
        first.close();
        var server = start(folder);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server)));
        var access = new Properties();
        for (var name : new String[] {"jdbcUrl", "user", "password"}) {
            access.setProperty(
                    name, String.valueOf(server.getClass().getMethod(name).invoke(server)));
        }
        var file = Path.of(words[1]);
        var temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (var out = Files.newOutputStream(temporary)) {
            access.store(out, null);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        new CountDownLatch(1).await();
    }

    private static AutoCloseable start(Path folder) throws ReflectiveOperationException {
        return (AutoCloseable)
                Class.forName(RUNNER).getMethod("start", Path.class).invoke(null, folder);
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException("the database does not stop", e);
        }
    }
}
