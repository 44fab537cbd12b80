package de.stellwerk.hub.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once from the archive on the class path, and how they are called. */
final class Binaries {
    /** The major version of the archive; a data folder belongs to one major version. */
    static final String MAJOR = "18";

    private static final String ARCHIVE = "/postgres-linux-x86_64.txz";
    private static final Logger LOG = LoggerFactory.getLogger(Binaries.class);

    private final Path home;
    private final boolean root;

    private Binaries(Path home, boolean root) {
        this.home = home;
        this.root = root;
    }

    static Binaries unpacked(Path folder) throws IOException {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!system.equals("Linux amd64")) {
            throw new PostgresFailure(
                    "postgres.platform",
                    "the private PostgreSQL runs on Linux amd64 only, this is " + system
                            + ". Nothing was changed. Give the hub a PostgreSQL of yours: database.url in hub.yaml.");
        }
        URL archive = Binaries.class.getResource(ARCHIVE);
        if (archive == null) {
            throw new PostgresFailure(
                    "postgres.platform",
                    "the archive " + ARCHIVE + " is not on the class path. Nothing was changed. "
                            + "Install the hub again with its whole lib folder, or give it a database.url.");
        }
        PrivateFile.folder(folder);
        Path home = folder.resolve(fingerprint(archive));
        if (!Files.isDirectory(home)) {
            unpack(archive, folder, home);
        }
        return new Binaries(home, isRoot());
    }

    /** The archive's checksum stands in the jar's directory: knowing it costs nothing, and a new version gets a new folder. */
    private static String fingerprint(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        connection.setUseCaches(false);
        long checksum;
        if (connection instanceof JarURLConnection jar) {
            try (var file = jar.getJarFile()) {
                checksum = jar.getJarEntry().getCrc();
            }
        } else {
            CRC32 crc = new CRC32();
            try (InputStream in = connection.getInputStream()) {
                crc.update(in.readAllBytes());
            }
            checksum = crc.getValue();
        }
        return "postgres-%s-%08x".formatted(MAJOR, checksum);
    }

    private static void unpack(URL archive, Path folder, Path home) throws IOException {
        LOG.info("Unpacking PostgreSQL {}; this is done once", MAJOR);
        Path draft = folder.resolve("unpacking-" + UUID.randomUUID());
        Files.createDirectories(draft);
        try (InputStream in = archive.openStream();
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in, 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, draft);
            }
        }
        // One sync of the file system is cheaper than a thousand of single files, and must come before the rename:
        // else a power cut could leave a complete-looking folder of empty programs.
        run(new ProcessBuilder("sync", "-f", draft.toString()), "postgres.folder");
        Files.move(draft, home, ATOMIC_MOVE);
        PrivateFile.force(folder);
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path draft) throws IOException {
        Path target = draft.resolve(entry.getName()).normalize();
        if (!target.startsWith(draft)) {
            throw new IOException("the archive names a file outside its own folder");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.resolveSibling("."));
        if (entry.isSymbolicLink()) {
            Path link = Path.of(entry.getLinkName());
            if (!target.resolveSibling(link).normalize().startsWith(draft)) {
                throw new IOException("the archive links to a file outside its own folder");
            }
            Files.createSymbolicLink(target, link);
            return;
        }
        try (OutputStream out = Files.newOutputStream(target)) {
            tar.transferTo(out);
        }
        boolean program = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(program ? "rwx------" : "rw-------"));
    }

    /** Removes half unpacked folders and, when nothing runs from them, those of other versions. */
    void removeOthers() throws IOException {
        try (Stream<Path> folders = Files.list(home.resolveSibling("."))) {
            for (Path other : folders.map(Path::normalize).toList()) {
                if (!other.equals(home)) {
                    PrivateFile.delete(other);
                }
            }
        }
    }

    /** A call of one of PostgreSQL's programs. */
    ProcessBuilder program(String name, List<String> arguments) {
        return program(List.of(), name, arguments);
    }

    /**
     * A call that a signal to the hub's process group (Ctrl+C, a service manager's stop) does not reach: the database
     * must be there until the hub has finished its last transaction.
     */
    ProcessBuilder detachedProgram(String name, List<String> arguments) {
        return program(List.of("setsid"), name, arguments);
    }

    private ProcessBuilder program(List<String> prefix, String name, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        if (root) {
            // PostgreSQL refuses to run as root. In a user namespace of its own it is nobody, with root's files.
            command.add("unshare");
            command.add("-U");
        }
        command.add(home.resolve("bin").resolve(name).toString());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        return builder;
    }

    /** Runs a program to its end. */
    static void run(ProcessBuilder builder, String code) throws IOException {
        Process process = builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        String output;
        try (InputStream in = process.getInputStream()) {
            output = new String(in.readAllBytes(), UTF_8);
        }
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                output += "no end after a minute";
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw interrupted(e);
        }
        if (process.exitValue() != 0) {
            throw failure(code, builder.command().get(0), output);
        }
    }

    /** What a program's last words mean. */
    static PostgresFailure failure(String code, String program, String output) {
        if (output.contains("unshare: ") || output.contains("cannot be run as root")) {
            return new PostgresFailure(
                    "postgres.root",
                    "PostgreSQL does not run as root, and this system does not let root make a user namespace (\""
                            + lastLines(output) + "\"). No data was touched. "
                            + "Run the hub as an ordinary user (recommended), or allow 'unshare -U', "
                            + "or give the hub a PostgreSQL of yours: database.url in hub.yaml.");
        }
        return new PostgresFailure(
                code,
                "the private PostgreSQL could not be started; " + program + " says: \"" + lastLines(output)
                        + "\". Committed data is safe, nothing was deleted. "
                        + "Look into the log folder beside the data, remove the cause and start the hub again.");
    }

    static PostgresFailure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new PostgresFailure(
                "postgres.interrupted",
                "the start of the private PostgreSQL was interrupted. Committed data is safe. Start the hub again.",
                e);
    }

    private static String lastLines(String output) {
        List<String> lines = output.lines().toList();
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - 6), lines.size()));
    }

    private static boolean isRoot() throws IOException {
        return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }
}
