package de.stellwerk.hub.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running database server.
 *
 * @param adopted whether it was found running, left behind by a hub that was killed
 */
record Postmaster(ProcessHandle process, int port, boolean adopted) {
    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);

    /** Replaying the log after a crash takes as long as it takes; a hub that gives up too early never starts. */
    private static final Duration RECOVERY = Duration.ofMinutes(15);

    /** How long to wait for what a killed server leaves behind: sessions that end, memory that is given back. */
    private static final Duration REMAINS = Duration.ofSeconds(20);

    private static final Duration FAST_STOP = Duration.ofSeconds(30);
    private static final Duration IMMEDIATE_STOP = Duration.ofSeconds(10);

    /** Starts the server, or takes over the one that already runs on this folder. */
    static Postmaster running(Binaries binaries, Cluster cluster) throws IOException, InterruptedException {
        return running(binaries, cluster, OptionalInt.empty());
    }

    /** The same on a port that is known already, because somebody has been told it. */
    static Postmaster running(Binaries binaries, Cluster cluster, int port) throws IOException, InterruptedException {
        return running(binaries, cluster, OptionalInt.of(port));
    }

    private static Postmaster running(Binaries binaries, Cluster cluster, OptionalInt known)
            throws IOException, InterruptedException {
        long giveUp = System.nanoTime() + REMAINS.toNanos();
        while (true) {
            Optional<PidFile> file = PidFile.read(cluster.data());
            Optional<ProcessHandle> alive = file.flatMap(f -> ProcessHandle.of(f.pid()));
            boolean ours = alive.isPresent() && isServerOf(cluster, alive.get());
            if (ours) {
                Optional<Postmaster> found = ready(alive.get(), cluster, true);
                if (found.isPresent()) {
                    return found.get();
                }
                continue;
            }
            // Not before: while a server is being taken over its port is in use, and another one would be noted down.
            int port = known.isPresent() ? known.getAsInt() : cluster.port();
            ProcessBuilder command = binaries.detachedProgram(
                    "postgres", List.of("-D", cluster.data().toString(), "-p", String.valueOf(port)));
            if (alive.isPresent()) {
                // The number in a file left behind now belongs to some other program, as happens after a reboot or in a
                // container. The file is never removed by us: this variable is PostgreSQL's own way to be told that a
                // process is not a server, and it still checks for shared memory in use by itself.
                command.environment()
                        .put("PG_GRANDPARENT_PID", String.valueOf(alive.get().pid()));
            }
            Process process = command.redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(cluster.startLog().toFile())
                    .start();
            Optional<Postmaster> started = ready(process.toHandle(), cluster, false);
            if (started.isPresent()) {
                return started.get();
            }
            String output = Files.readString(cluster.startLog(), UTF_8);
            boolean passes = output.contains("still in use")
                    || output.contains("Address already in use")
                    || output.contains("already exists");
            if (!passes || System.nanoTime() > giveUp) {
                throw Binaries.failure("postgres.start", "postgres", output);
            }
            LOG.info("The remains of a killed PostgreSQL are still ending; trying again");
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** The server that runs on this folder and takes connections, if there is one; nothing is started. */
    static Optional<Postmaster> found(Cluster cluster) throws IOException {
        return PidFile.read(cluster.data())
                .filter(file -> file.status().equals("ready"))
                .flatMap(file -> ProcessHandle.of(file.pid())
                        .filter(process -> isServerOf(cluster, process))
                        .map(process -> new Postmaster(process, file.port(), true)));
    }

    /** Waits until the server takes connections; empty if it ended instead. */
    private static Optional<Postmaster> ready(ProcessHandle process, Cluster cluster, boolean adopted)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        boolean told = false;
        while (process.isAlive()) {
            Optional<PidFile> file = PidFile.read(cluster.data()).filter(f -> f.pid() == process.pid());
            if (file.isPresent() && file.get().status().equals("ready")) {
                return Optional.of(new Postmaster(process, file.get().port(), adopted));
            }
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            if (waited.compareTo(RECOVERY) > 0) {
                throw new PostgresFailure(
                        "postgres.slow",
                        "PostgreSQL (process " + process.pid() + ") has not become ready within "
                                + RECOVERY.toMinutes() + " minutes. It goes on and committed data is safe. "
                                + "Look into " + cluster.log() + "; start the hub again when it is ready, or stopped.");
            }
            if (!told && waited.toSeconds() >= 3) {
                LOG.info("PostgreSQL (process {}) is not ready yet; after a crash it replays its log", process.pid());
                told = true;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return Optional.empty();
    }

    /** Whether a process is a PostgreSQL server on this cluster and not another one that got the same number. */
    private static boolean isServerOf(Cluster cluster, ProcessHandle process) {
        Path entry = Path.of("/proc", String.valueOf(process.pid()));
        try {
            return Files.readString(entry.resolve("comm"), UTF_8).strip().equals("postgres")
                    && Files.isSameFile(entry.resolve("cwd"), cluster.data());
        } catch (IOException goneOrOfAnotherUser) {
            return false;
        }
    }

    /** Ends sessions and server, first in good order, then at once; either way no committed transaction is lost. */
    void stop(Binaries binaries) throws IOException, InterruptedException {
        if (!stop(binaries, "INT", FAST_STOP)) {
            LOG.warn("PostgreSQL (process {}) did not stop in good order; it is told to stop at once", process.pid());
            if (!stop(binaries, "QUIT", IMMEDIATE_STOP)) {
                LOG.error(
                        "PostgreSQL (process {}) does not stop. Committed data is safe. The next start of the hub takes "
                                + "it over; to be rid of it, end that process",
                        process.pid());
            }
        }
    }

    private boolean stop(Binaries binaries, String signal, Duration limit) throws IOException, InterruptedException {
        if (!process.isAlive()) {
            return true;
        }
        try {
            // Java can only send the signal that waits for all sessions to end by themselves.
            Binaries.run(
                    binaries.program("pg_ctl", List.of("kill", signal, String.valueOf(process.pid()))),
                    "postgres.start");
        } catch (PostgresFailure e) {
            if (process.isAlive()) {
                throw e;
            }
            LOG.debug("PostgreSQL ended before the signal came", e);
        }
        try {
            process.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }
}
