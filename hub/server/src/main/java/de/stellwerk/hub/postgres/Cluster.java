package de.stellwerk.hub.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one database cluster.
 *
 * @param folder holds {@code cluster/} (PostgreSQL's own), {@code log/}, and the files {@code password} and {@code port}
 */
record Cluster(Path folder) {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    /**
     * Written anew at each start. An operator tunes by ALTER SYSTEM, which PostgreSQL keeps in another file; what
     * makes a commit durable is read back from the running server, wherever it was set.
     */
    private static final String SETTINGS = """
            # Written by the hub at each start. To change something, use ALTER SYSTEM.
            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            max_connections = 60
            shared_buffers = 128MB
            password_encryption = scram-sha-256
            fsync = on
            full_page_writes = on
            synchronous_commit = on
            client_connection_check_interval = 10s
            jit = off
            timezone = 'UTC'
            lc_messages = 'C'
            # One file a weekday, each overwritten after a week. Terse and without statements: values of a
            # message must not get into a log, and PostgreSQL puts them into DETAIL and STATEMENT lines.
            logging_collector = on
            log_directory = '../log'
            log_filename = 'postgres-%a.log'
            log_file_mode = 0600
            log_rotation_age = 1d
            log_rotation_size = 0
            log_truncate_on_rotation = on
            log_timezone = 'UTC'
            log_line_prefix = '%m [%p] '
            log_error_verbosity = terse
            log_min_error_statement = panic
            """;

    Path data() {
        return folder.resolve("cluster");
    }

    Path log() {
        return folder.resolve("log");
    }

    /** What the server says before its own log is open. */
    Path startLog() {
        return log().resolve("start.log");
    }

    Path passwordFile() {
        return folder.resolve("password");
    }

    boolean exists() {
        return Files.isDirectory(data());
    }

    String password() throws IOException {
        if (!Files.exists(passwordFile())) {
            throw new PostgresFailure(
                    "postgres.password",
                    "the file " + passwordFile() + " is gone. The data is safe, but cannot be opened without it. "
                            + "Put the file back from the backup and start the hub again.");
        }
        return Files.readString(passwordFile(), UTF_8).strip();
    }

    /**
     * A copy of a data folder holds deliveries that the original has made since, or will make: working on both would make them twice.
     * The file {@code place} says which file it is itself, and a copy is another file.
     */
    void checkPlace() throws IOException {
        Path file = folder.resolve("place");
        if (!Files.exists(file)) {
            Files.writeString(file, "");
            PrivateFile.force(file);
            // Not through a draft: a renamed file would be another one.
            Files.writeString(file, number(file) + "\n");
            PrivateFile.force(file);
            PrivateFile.force(folder);
            return;
        }
        String known = Files.readString(file, UTF_8).strip();
        if (!known.isEmpty() && !known.equals(number(file))) {
            throw new PostgresFailure(
                    "postgres.copied",
                    "this data folder is a copy. What the original has delivered since, or still delivers, would be delivered "
                            + "again from here. Nothing was started, nothing was changed. If the original is out of use for "
                            + "good, delete the file " + file + " and start the hub again.");
        }
    }

    private static String number(Path file) throws IOException {
        return String.valueOf(Files.getAttribute(file, "unix:ino"));
    }

    /** Makes the cluster in a folder that gets its name only when it is complete. */
    void create(Binaries binaries) throws IOException {
        removeDrafts();
        if (!Files.exists(passwordFile())) {
            PrivateFile.write(passwordFile(), secret() + "\n");
        }
        // A fresh name each time: an initdb that outlived a killed hub may still write into its folder, and removes it
        // when it fails.
        Path draft = folder.resolve("creating-" + UUID.randomUUID());
        LOG.info("Creating the database; this is done once");
        Binaries.run(
                binaries.program(
                        "initdb",
                        List.of(
                                "--pgdata=" + draft,
                                "--username=" + PrivatePostgres.ADMIN,
                                "--pwfile=" + passwordFile(),
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                // PostgreSQL's own C.UTF-8: indexes keep their order whatever the system's C library
                                "--locale=C",
                                "--locale-provider=builtin",
                                "--builtin-locale=C.UTF-8")),
                "postgres.initdb");
        Files.move(draft, data(), ATOMIC_MOVE);
        PrivateFile.force(folder);
    }

    private void removeDrafts() throws IOException {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folder, "creating-*")) {
            for (Path draft : drafts) {
                try {
                    PrivateFile.delete(draft);
                } catch (IOException e) {
                    LOG.warn("A half made database was left in {} and is removed at a later start", draft, e);
                }
            }
        }
    }

    void checkVersion() throws IOException {
        String major = Files.readString(data().resolve("PG_VERSION"), UTF_8).strip();
        if (!major.equals(Binaries.MAJOR)) {
            throw new PostgresFailure(
                    "postgres.version",
                    "the data in " + data() + " belongs to PostgreSQL " + major + ", this hub brings " + Binaries.MAJOR
                            + ". Nothing was changed. Start the hub's former version, make a backup with it, "
                            + "and restore that with this version into a new home folder.");
        }
    }

    void writeSettings() throws IOException {
        PrivateFile.folder(log());
        PrivateFile.write(data().resolve("postgresql.conf"), SETTINGS);
    }

    /** The port of the last start if nobody else has it now, else a free one. */
    int port() throws IOException {
        Path file = folder.resolve("port");
        if (Files.exists(file)) {
            int port = number(Files.readString(file, UTF_8));
            if (port > 0 && isFree(port)) {
                return port;
            }
        }
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            port = socket.getLocalPort();
        }
        PrivateFile.write(file, port + "\n");
        return port;
    }

    private static int number(String text) {
        try {
            int port = Integer.parseInt(text.strip());
            return port > 1023 && port < 65_536 ? port : 0;
        } catch (NumberFormatException e) {
            LOG.warn("The file 'port' holds no port number; another port is chosen");
            return 0;
        }
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    static String secret() {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
