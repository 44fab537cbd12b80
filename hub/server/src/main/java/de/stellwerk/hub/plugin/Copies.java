package de.stellwerk.hub.plugin;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.signature.JarTrust;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * The hub's own copies of dropped jars, {@code <sha256>.jar}, and the note of which file was active with which bytes. Only copies are
 * loaded: overwriting a file in the inbox cannot change code that runs.
 */
final class Copies {

    private static final String NOTE = "active.properties";
    private static final String SWAPS = "swaps.tsv";
    /** Not the name of a jar: the hub that has checked them. */
    private static final String BY = "checked-by";

    private final Path folder;

    private boolean provedHere;

    Copies(Path folder) {
        this.folder = folder;
    }

    /** Makes the folder, and clears what a crash left half-written. */
    void prepare() throws IOException {
        Files.createDirectories(folder);
        try (var left = Files.newDirectoryStream(folder, "*.tmp")) {
            for (var file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** A copy under a temporary name, forced to disk. */
    record Taken(Path temporary, String sha256) {}

    Taken take(Path dropped) throws IOException {
        var temporary = Files.createTempFile(folder, "jar-", ".tmp");
        var digest = sha256();
        try (var in = Files.newInputStream(dropped);
                var out = new DigestOutputStream(Files.newOutputStream(temporary), digest)) {
            in.transferTo(out);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        force(temporary);
        return new Taken(temporary, HexFormat.of().formatHex(digest.digest()));
    }

    /** Gives a copy its name; a copy of the same bytes that is there already stays, because it may be in use. */
    Path keep(Taken taken) throws IOException {
        var copy = copy(taken.sha256);
        if (Files.exists(copy)) {
            Files.delete(taken.temporary);
            return copy;
        }
        if (Files.getFileStore(taken.temporary).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(taken.temporary, PosixFilePermissions.fromString("r--r--r--"));
        }
        CrashPoint.PLUGIN_COPIED.pass();
        Files.move(taken.temporary, copy, StandardCopyOption.ATOMIC_MOVE);
        force(folder);
        CrashPoint.PLUGIN_KEPT.pass();
        return copy;
    }

    /** The signature that belongs to a copy; need not exist. */
    Path signature(String sha256) {
        return folder.resolve(sha256 + ".sig");
    }

    /** Keeps the signature that lies beside a dropped jar with the copy, if there is one. */
    void keepSignature(Path dropped, String sha256) throws IOException {
        var beside = beside(dropped);
        if (!Files.isRegularFile(beside, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        var temporary = Files.createTempFile(folder, "sig-", ".tmp");
        try (var in = Files.newInputStream(beside)) {
            Files.write(temporary, in.readNBytes(JarTrust.LARGEST_SIGNATURE + 1));
            force(temporary);
            Files.move(
                    temporary, signature(sha256), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Where the signature of a jar is looked for. */
    static Path beside(Path jar) {
        return jar.resolveSibling(jar.getFileName() + ".sig");
    }

    void drop(Taken taken) throws IOException {
        Files.deleteIfExists(taken.temporary);
    }

    Path copy(String sha256) {
        return folder.resolve(sha256 + ".jar");
    }

    /** True if the copy is there and still has the bytes it is named by. */
    boolean isSound(String sha256) throws IOException {
        var digest = sha256();
        try (var in = Files.newInputStream(copy(sha256));
                var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(out);
        } catch (NoSuchFileException e) {
            return false;
        }
        return HexFormat.of().formatHex(digest.digest()).equals(sha256);
    }

    /** Deletes every copy but these. */
    void sweep(Set<String> hashes) throws IOException {
        try (var all = Files.newDirectoryStream(folder, "*.{jar,sig}")) {
            for (var copy : all) {
                if (!hashes.contains(String.valueOf(copy.getFileName()).replaceFirst("\\.(jar|sig)$", ""))) {
                    Files.deleteIfExists(copy);
                }
            }
        }
    }

    /** Which file was active with which bytes, and whatever else {@link Versions} had noted last. */
    Map<String, String> noted() throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(folder.resolve(NOTE))) {
            properties.load(in);
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return Map.of(); // the first start, or a damaged note: then the inbox alone decides
        }
        provedHere = HubBuild.ID.equals(properties.remove(BY));
        var noted = new TreeMap<String, String>();
        for (var file : properties.stringPropertyNames()) {
            noted.put(file, properties.getProperty(file, ""));
        }
        return noted;
    }

    /** The SHA-256 of a file, without a copy of it. */
    static String hash(Path file) throws IOException {
        var digest = sha256();
        try (var in = Files.newInputStream(file);
                var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(out);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The reports of swaps that were kept, the latest first; a line that cannot be read is passed over. */
    List<SwapReport> notedSwaps() throws IOException {
        var file = folder.resolve(SWAPS);
        if (!Files.exists(file)) {
            return List.of();
        }
        var found = new ArrayList<SwapReport>();
        for (var line : Files.readAllLines(file)) {
            var words = line.split("\t", -1);
            if (words.length == 12) {
                found.add(new SwapReport(
                        words[0],
                        words[1],
                        words[2],
                        words[3],
                        SwapReport.Result.valueOf(words[4]),
                        Instant.parse(words[5]),
                        Instant.parse(words[6]),
                        Long.parseLong(words[7]),
                        Long.parseLong(words[8]),
                        Long.parseLong(words[9]),
                        words[10],
                        words[11]));
            }
        }
        return found;
    }

    void noteSwaps(Collection<SwapReport> reports) throws IOException {
        var lines = reports.stream()
                .map(each -> String.join(
                        "\t",
                        each.plugin(),
                        each.from(),
                        each.to(),
                        each.municipality(),
                        each.result().name(),
                        each.begun().toString(),
                        each.ended().toString(),
                        String.valueOf(each.delivered()),
                        String.valueOf(each.lost()),
                        String.valueOf(each.twice()),
                        each.text(),
                        each.german()))
                .toList();
        var temporary = folder.resolve(SWAPS + ".tmp");
        Files.write(temporary, lines);
        force(temporary);
        Files.move(
                temporary, folder.resolve(SWAPS), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whether what {@link #noted} named has been checked by this very hub, on this Java: then it need not be again. */
    boolean isProvedHere() {
        return provedHere;
    }

    void note(Map<String, String> active) throws IOException {
        var properties = new Properties();
        properties.putAll(active);
        properties.setProperty(BY, HubBuild.ID);
        var temporary = folder.resolve(NOTE + ".tmp");
        try (var out = Files.newBufferedWriter(temporary)) {
            properties.store(out, null);
        }
        force(temporary);
        Files.move(
                temporary, folder.resolve(NOTE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(folder);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException("every JDK has SHA-256", e));
        }
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
