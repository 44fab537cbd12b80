package de.stellwerk.hub.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * A copy of a cluster that is worked on meanwhile. Its files are read one after the other while they change, so together they are of no
 * moment at all; the log from before the first to after the last of them goes along, and brings them to the moment at which the copy
 * ended when a server first starts on it.
 */
final class BaseCopy {

    /** Folders whose contents belong to the running server, or are copied by themselves. */
    private static final Set<String> WITHOUT_CONTENTS = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private static final Set<String> LEFT_OUT = Set.of(
            "postmaster.pid",
            "postmaster.opts",
            "current_logfiles",
            "backup_label",
            "backup_label.old",
            "tablespace_map",
            "tablespace_map.old");

    private static final String CONTROL = "pg_control";
    private static final String LOG_SEGMENT = "[0-9A-F]{24}";

    /** Of 16 MiB each, in what the second of their name's three numbers counts. */
    private static final long SEGMENTS_A_LOG = 256;

    private final Path from;
    private final Path to;

    /**
     * @param from the cluster's folder
     * @param to does not exist
     */
    BaseCopy(Path from, Path to) {
        this.from = from;
        this.to = to;
    }

    /** @param admin with the right to back up; held until this returns */
    void make(Connection admin) throws SQLException, IOException {
        refuseOtherPlaces(admin);
        // The server keeps its log from here on until this session ends.
        text(
                admin,
                "select pg_create_physical_replication_slot('stellwerk_backup_' || pg_backend_pid(), true, true)::text");
        var first = text(admin, "select pg_walfile_name(pg_backup_start('stellwerk', true))");
        copyFiles();
        copyControl();
        String last;
        try (var statement = admin.createStatement();
                var row = statement.executeQuery(
                        "select pg_walfile_name(lsn), labelfile from pg_backup_stop(wait_for_archive => false)")) {
            row.next();
            last = row.getString(1);
            Files.writeString(to.resolve("backup_label"), row.getString(2), UTF_8);
        }
        copyLog(first, last);
    }

    private static void refuseOtherPlaces(Connection admin) throws SQLException {
        var others = text(
                admin,
                "select coalesce(string_agg(spcname, ', '), '') from pg_tablespace where spcname not like 'pg\\_%'");
        if (!others.isEmpty()) {
            throw new PostgresFailure(
                    "postgres.tablespace",
                    "the database keeps data outside its folder (tablespaces " + others
                            + "), which this backup would miss. "
                            + "Nothing was copied, nothing was changed. Move the tables back, or use PostgreSQL's own tools.");
        }
    }

    private static String text(Connection admin, String sql) throws SQLException {
        try (var statement = admin.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private void copyFiles() throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                var name = name(folder);
                if (name.startsWith("pgsql_tmp")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                PrivateFile.folder(place(folder));
                boolean top = from.equals(folder.getParent());
                return top && WITHOUT_CONTENTS.contains(name) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                var name = name(file);
                boolean top = from.equals(file.getParent());
                if (top && name.equals("pg_wal")) {
                    PrivateFile.folder(place(file)); // a link: the log lies on a disk of its own
                } else if (!(top && LEFT_OUT.contains(name))
                        && !name.startsWith("pg_internal.init")
                        && !name.equals(CONTROL)) {
                    copyIfThere(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // of a table that was dropped meanwhile
                }
                throw failure;
            }
        });
    }

    private void copyIfThere(Path file) throws IOException {
        try {
            PrivateFile.copy(file, place(file));
        } catch (NoSuchFileException e) {
            if (Files.exists(file)) {
                throw e;
            }
            // What becomes of a file that is gone stands in the log.
        }
    }

    /** The one file that no log repairs: it is small, and read until it was not written in between. */
    private void copyControl() throws IOException {
        var file = from.resolve("global").resolve(CONTROL);
        var before = Files.readAllBytes(file);
        var again = Files.readAllBytes(file);
        while (!Arrays.equals(before, again)) {
            before = again;
            again = Files.readAllBytes(file);
        }
        Files.write(place(file), again);
    }

    private void copyLog(String first, String last) throws IOException {
        var found = new TreeSet<String>();
        try (var segments = Files.newDirectoryStream(from.resolve("pg_wal"))) {
            for (var segment : segments) {
                var name = name(segment);
                if (name.matches(LOG_SEGMENT) && name.compareTo(first) >= 0 && name.compareTo(last) <= 0) {
                    PrivateFile.copy(segment, to.resolve("pg_wal").resolve(name));
                    found.add(name);
                }
            }
        }
        if (found.size() != number(last) - number(first) + 1) {
            throw new PostgresFailure(
                    "postgres.log",
                    "the log from " + first + " to " + last + " is not whole, so the copy is of no use. "
                            + "The database goes on and is safe. Make the backup again; this one is not marked as whole.");
        }
    }

    private static long number(String segment) {
        return Long.parseLong(segment.substring(8, 16), 16) * SEGMENTS_A_LOG
                + Long.parseLong(segment.substring(16), 16);
    }

    private Path place(Path file) {
        return to.resolve(from.relativize(file));
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
