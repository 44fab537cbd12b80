package de.stellwerk.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A backup as it lies in a folder: {@code home/} and {@code data/} like those of the hub, {@code SHA256SUMS} over both (to be checked
 * with {@code sha256sum -c}), and {@code backup.txt}, which is written last: a backup without it is not whole.
 */
record BackupFolder(Path folder) {

    /** A backup that cannot be made or used, in words for a person. */
    static final class Unfit extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final String english;

        Unfit(String german, String english) {
            super(german);
            this.english = english;
        }

        String german() {
            return String.valueOf(getMessage());
        }

        String english() {
            return english;
        }
    }

    private static final String NOTE = "backup.txt";
    private static final String SUMS = "SHA256SUMS";
    private static final String FORM = "stellwerk backup 1";

    Path home() {
        return folder.resolve("home");
    }

    Path data() {
        return folder.resolve("data");
    }

    // ---- writing

    /** Makes the folder, readable by the hub's user only: the keys lie in it. */
    void begin() throws IOException {
        if (!isEmpty(folder)) {
            throw new Unfit(
                    "backup.target: Der Ordner " + folder
                            + " ist nicht leer. Es wurde nichts gesichert und nichts verändert. Nennen Sie einen neuen Ordner.",
                    "The folder " + folder + " is not empty. Nothing was saved or changed. Name a new folder.");
        }
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    /** Adds the sums, sees to it that all is on the disk, and only then calls it whole. Returns how many files there are. */
    int finish(Map<String, String> facts) throws IOException {
        var sums = new TreeMap<String, String>();
        walk(folder, path -> true, file -> {
            var name = folder.relativize(file).toString();
            if (name.indexOf('\n') >= 0 || name.indexOf('\\') >= 0) {
                throw new Unfit(
                        "backup.name: Ein Dateiname enthält einen Zeilenumbruch oder \\: " + name.replace('\n', '?')
                                + ". Die Sicherung ist nicht vollständig. Benennen Sie die Datei um.",
                        "A file name holds a line break or \\: " + name.replace('\n', '?')
                                + ". The backup is not whole. Rename the file.");
            }
            sums.put(name, sum(file));
        });
        var text = new StringBuilder();
        sums.forEach((name, sum) -> text.append(sum).append("  ").append(name).append('\n'));
        Files.writeString(folder.resolve(SUMS), text, UTF_8);
        sync(folder);
        var note = new StringBuilder(FORM + "\n");
        new TreeMap<>(facts)
                .forEach((key, value) ->
                        note.append(key).append(": ").append(value).append('\n'));
        Files.writeString(folder.resolve(NOTE), note, UTF_8);
        sync(folder);
        return sums.size();
    }

    // ---- reading

    /** What the backup says about itself. */
    Map<String, String> facts() throws IOException {
        var note = folder.resolve(NOTE);
        var lines = Files.exists(note) ? Files.readAllLines(note, UTF_8) : java.util.List.<String>of();
        if (lines.isEmpty() || !lines.get(0).equals(FORM)) {
            throw new Unfit(
                    "backup.none: In " + folder + " liegt keine vollständige Sicherung (" + NOTE
                            + " fehlt oder ist unbekannt). Es wurde nichts verändert.",
                    "There is no whole backup in " + folder + " (" + NOTE
                            + " is missing or unknown). Nothing was changed.");
        }
        var facts = new TreeMap<String, String>();
        for (var line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                facts.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        return facts;
    }

    /** Reads every file once and compares it with its sum: before anything is written anywhere. Returns how many there are. */
    int check() throws IOException {
        var sums = new TreeMap<String, String>();
        for (var line : Files.readAllLines(folder.resolve(SUMS), UTF_8)) {
            sums.put(line.substring(66), line.substring(0, 64));
        }
        var count = sums.size();
        walk(folder, path -> !path.equals(folder.resolve(SUMS)) && !path.equals(folder.resolve(NOTE)), file -> {
            var name = folder.relativize(file).toString();
            if (!sum(file).equals(sums.remove(name))) {
                throw damaged(name);
            }
        });
        if (!sums.isEmpty()) {
            throw damaged(sums.firstKey());
        }
        return count;
    }

    private Unfit damaged(String name) {
        return new Unfit(
                "backup.damaged: Die Sicherung in " + folder + " ist beschädigt: " + name
                        + ". Es wurde nichts verändert. Nehmen Sie eine andere Sicherung oder eine andere Kopie von ihr.",
                "The backup in " + folder + " is damaged: " + name
                        + ". Nothing was changed. Take another backup or another copy of it.");
    }

    // ---- files

    interface Visit {
        void file(Path file) throws IOException;
    }

    /** Copies a folder with all that is in it; what vanishes meanwhile was temporary. */
    static void copy(Path from, Path to, Predicate<Path> wanted) throws IOException {
        if (!Files.exists(from)) {
            return;
        }
        walk(from, wanted, file -> copyFile(file, to.resolve(from.relativize(file))));
    }

    static void copyFile(Path from, Path to) throws IOException {
        var parent = to.toAbsolutePath().getParent();
        if (parent != null) {
            folders(parent);
        }
        try (InputStream in = Files.newInputStream(from);
                FileChannel channel = FileChannel.open(
                        to,
                        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                OutputStream out = Channels.newOutputStream(channel)) {
            in.transferTo(out);
        } catch (NoSuchFileException e) {
            if (Files.exists(from)) {
                throw e;
            }
        }
        if (Files.exists(from) && Files.isExecutable(from)) {
            Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwx------"));
        }
    }

    static void folders(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    static void walk(Path folder, Predicate<Path> wanted, Visit visit) throws IOException {
        Files.walkFileTree(folder, Set.of(java.nio.file.FileVisitOption.FOLLOW_LINKS), 64, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return wanted.test(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile() && wanted.test(file)) {
                    visit.file(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }

    static boolean isEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return true;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            return !files.iterator().hasNext();
        }
    }

    private static String sum(Path file) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** One sync of the file system is cheaper than one of each of many files. */
    static void sync(Path folder) throws IOException {
        var process = new ProcessBuilder("sync", "-f", folder.toString())
                .redirectErrorStream(true)
                .start();
        try {
            if (!process.waitFor(10, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException("the disk of " + folder + " did not take everything");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
