package de.stellwerk.hub.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The private database for somebody who works beside the hub. While the hub runs, its server is used; else one is started, which
 * keeps the hub away until the visit ends.
 */
public final class PostgresVisit implements AutoCloseable {

    private static final Duration STARTING = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final int port;
    private final @Nullable PrivatePostgres own;

    private PostgresVisit(Cluster cluster, int port, @Nullable PrivatePostgres own) {
        this.cluster = cluster;
        this.port = port;
        this.own = own;
    }

    /**
     * @param folder {@code <home>/data/postgres}
     * @throws PostgresFailure if there is no database, or it cannot be used
     */
    public static PostgresVisit of(Path folder) {
        try {
            if (!Files.isDirectory(new Cluster(folder).data())) {
                throw new PostgresFailure(
                        "postgres.none",
                        "there is no database in " + folder + ". Nothing was changed. Check the home folder.");
            }
            var cluster = new Cluster(folder.toRealPath());
            try {
                var own = PrivatePostgres.start(folder);
                return new PostgresVisit(cluster, own.port(), own);
            } catch (PostgresFailure e) {
                if (!e.code().equals("postgres.locked")) {
                    throw e;
                }
                return new PostgresVisit(cluster, await(cluster, e).port(), null);
            }
        } catch (IOException e) {
            throw new PostgresFailure(
                    "postgres.folder",
                    "the database folder " + folder + " cannot be used (" + e + "). Committed data is safe. "
                            + "Check owner and rights of the folder; run this as the user the hub runs as.",
                    e);
        } catch (InterruptedException e) {
            throw Binaries.interrupted(e);
        }
    }

    /** A hub that has just taken the folder brings its server up first. */
    private static Postmaster await(Cluster cluster, PostgresFailure locked) throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + STARTING.toNanos();
        while (true) {
            Optional<Postmaster> found = Postmaster.found(cluster);
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > giveUp) {
                throw locked;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    public String jdbcUrl() {
        return PrivatePostgres.jdbcUrl(port, PrivatePostgres.HUB);
    }

    /** The operator's role, which may do everything; the hub itself never uses it for its work. */
    public String user() {
        return PrivatePostgres.ADMIN;
    }

    public String password() {
        try {
            return cluster.password();
        } catch (IOException e) {
            throw new PostgresFailure(
                    "postgres.password",
                    "the file " + cluster.passwordFile() + " cannot be read. Nothing was changed. "
                            + "Run this as the user the hub runs as.",
                    e);
        }
    }

    /**
     * Copies the database while it is worked on. In the copy is every transaction that had ended when this was called, and none that
     * began after it has returned; the next hub on it starts as after a kill.
     *
     * @param folder what becomes {@code <home>/data/postgres} of the restored hub; does not exist
     */
    public void copyTo(Path folder) {
        try (Connection admin = PrivatePostgres.connect(jdbcUrl(), user(), password())) {
            PrivateFile.folder(folder);
            new BaseCopy(cluster.data(), folder.resolve("cluster")).make(admin);
            PrivateFile.write(folder.resolve("password"), cluster.password() + "\n");
        } catch (SQLException e) {
            throw new PostgresFailure(
                    "postgres.backup",
                    "the database could not be copied (SQL state " + e.getSQLState()
                            + "). It goes on and is safe; the copy is not whole. Look into " + cluster.log()
                            + " and make the backup again.",
                    e);
        } catch (IOException e) {
            throw new PostgresFailure(
                    "postgres.backup",
                    "the database could not be copied (" + e + "). It goes on and is safe; the copy is not whole. "
                            + "Check free space and rights of the folder for the backup and make it again.",
                    e);
        }
    }

    /** Leaves the hub's server as it is, or stops the own one. */
    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }
}
