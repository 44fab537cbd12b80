package de.stellwerk.hub.content;

import de.stellwerk.hub.crash.CrashPoint;
import de.stellwerk.hub.crash.FullStop;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Takes content in as a stream and gives it out again. What is larger than the inline limit is written to a temporary file, forced
 * to disk, renamed to its hash, and the folder forced as well, all before this returns: a transaction that commits afterwards never
 * names bytes that a power loss could take. Memory use does not grow with the size of a part.
 */
public final class ContentStore {

    private static final int BUFFER = 64 << 10;
    private static final int SMALL = 4 << 10;
    private static final int FULL = 1 << 20;
    private static final Duration GRACE = Duration.ofHours(24);

    /** The ending of a file that a collector has taken away, to look at it once more before it is deleted. */
    private static final String TAKEN = ".taken";

    private final Path folder;
    private final Path incoming;
    private final int inlineLimit;
    private final Clock clock;
    private final Runnable betweenTakingAndDeleting;
    private final Object collecting = new Object();

    /** @param inlineLimit parts up to this many bytes are not written to the folder */
    public ContentStore(Path folder, int inlineLimit, Clock clock) throws IOException {
        this(folder, inlineLimit, clock, () -> {});
    }

    /** @param betweenTakingAndDeleting what another node does at that moment */
    ContentStore(Path folder, int inlineLimit, Clock clock, Runnable betweenTakingAndDeleting) throws IOException {
        this.betweenTakingAndDeleting = betweenTakingAndDeleting;
        this.folder = folder;
        this.incoming = folder.resolve("incoming");
        this.inlineLimit = inlineLimit;
        this.clock = clock;
        Files.createDirectories(incoming);
    }

    /**
     * Takes in one part.
     *
     * @throws TooLarge if it has more than {@code limit} bytes
     */
    public Part store(String name, String mediaType, InputStream bytes, long limit) throws IOException {
        var digest = sha512();
        var head = new ByteArrayOutputStream(SMALL);
        var buffer = new byte[SMALL];
        long size = 0;
        for (int n = bytes.read(buffer); n >= 0; n = bytes.read(buffer)) {
            size += n;
            if (size > limit) {
                throw new TooLarge(limit);
            }
            digest.update(buffer, 0, n);
            head.write(buffer, 0, n);
            if (size > inlineLimit) {
                return spill(name, mediaType, head.toByteArray(), bytes, digest, limit);
            }
        }
        return new Part(name, mediaType, size, digest.digest(), Optional.of(head.toByteArray()), Optional.empty());
    }

    /** A part whose bytes are not written to the folder, however many they are: they are kept in the transaction that needs them. */
    public static Part inline(String name, String mediaType, byte[] bytes) {
        return new Part(name, mediaType, bytes.length, sha512().digest(bytes), Optional.of(bytes), Optional.empty());
    }

    private Part spill(String name, String mediaType, byte[] head, InputStream rest, MessageDigest digest, long limit)
            throws IOException {
        var temporary = incoming.resolve(UUID.randomUUID().toString());
        try {
            long size = head.length;
            try (var channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream out = Channels.newOutputStream(channel)) {
                out.write(head);
                var buffer = new byte[BUFFER];
                for (int n = rest.read(buffer); n >= 0; n = rest.read(buffer)) {
                    size += n;
                    if (size > limit) {
                        throw new TooLarge(limit);
                    }
                    digest.update(buffer, 0, n);
                    out.write(buffer, 0, n);
                }
                CrashPoint.CONTENT_WRITTEN.pass();
                force(channel, temporary);
                CrashPoint.CONTENT_FORCED.pass();
            }
            var hash = digest.digest();
            var hex = HexFormat.of().formatHex(hash, 0, 32);
            var place = hex.substring(0, 2) + "/" + hex;
            var target = folder.resolve(place);
            Files.createDirectories(folder.resolve(hex.substring(0, 2)));
            synchronized (collecting) {
                // The same bytes again replace themselves: that renews the file's age, so that the collector leaves it
                // alone.
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            CrashPoint.CONTENT_RENAMED.pass();
            force(folder.resolve(hex.substring(0, 2)));
            force(folder);
            CrashPoint.CONTENT_KEPT.pass();
            return new Part(name, mediaType, size, hash, Optional.empty(), Optional.of(place));
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    public HeldContent open(Part part) {
        return new HeldContent(part, folder);
    }

    /** The part behind content that came from here, or a new part with its bytes. */
    public Part hold(Content content, long limit) throws IOException {
        if (content instanceof HeldContent held) {
            return held.part();
        }
        try (var in = content.open()) {
            return store(content.name(), content.mediaType(), in, limit);
        }
    }

    /**
     * Deletes files that nothing names. A file younger than a day is left alone: its transaction may not have committed yet. A file is
     * first taken away and then looked at, for another node that shares the folder may be storing the same bytes at this moment.
     *
     * @param named whether any part names this stored file
     * @return how many were deleted
     */
    public int collect(Predicate<String> named) throws IOException {
        var before = clock.instant().minus(GRACE);
        var deleted = 0;
        putBack();
        try (var folders = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (var each : folders) {
                try (var files = Files.newDirectoryStream(each)) {
                    for (var file : files) {
                        var stored = each.getFileName() + "/" + file.getFileName();
                        synchronized (collecting) {
                            if (isOlder(file, before)
                                    && (each.equals(incoming) || !named.test(stored))
                                    && delete(file, before)) {
                                deleted++;
                            }
                        }
                    }
                }
            }
        }
        return deleted;
    }

    private boolean delete(Path file, Instant before) throws IOException {
        if (incoming.equals(file.getParent())) {
            return Files.deleteIfExists(file);
        }
        var taken = incoming.resolve(file.getFileName() + TAKEN);
        Files.move(file, taken, StandardCopyOption.ATOMIC_MOVE);
        betweenTakingAndDeleting.run();
        if (isOlder(taken, before)) {
            Files.delete(taken);
            return true;
        }
        Files.move(taken, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return false;
    }

    /** What a collector took away before it was killed: its bytes may have been stored anew at that moment. */
    private void putBack() throws IOException {
        try (var left = Files.newDirectoryStream(incoming, "*" + TAKEN)) {
            for (var file : left) {
                var name = String.valueOf(file.getFileName());
                var hex = name.substring(0, name.length() - TAKEN.length());
                // As young as the bytes that may be stored under this name by now, whose transaction is still open.
                Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
                Files.move(
                        file,
                        folder.resolve(hex.substring(0, 2)).resolve(hex),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static boolean isOlder(Path file, Instant than) throws IOException {
        return Files.getLastModifiedTime(file).toInstant().isBefore(than);
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            force(channel, path);
        }
    }

    /**
     * A disk that could not keep what it had already accepted is not asked again: the system forgets the failure with its first
     * report, and a second try would say yes to bytes that are gone.
     */
    private static void force(FileChannel channel, Path path) throws IOException {
        try {
            channel.force(true);
        } catch (ClosedChannelException e) {
            throw e; // an interrupted request: nothing was said about the disk
        } catch (IOException e) {
            if (Files.getFileStore(path).getUsableSpace() < FULL) {
                throw e; // some file systems notice only now that they are full: the file is thrown away, and written
                // anew
            }
            FullStop.because(
                    "content.sync",
                    "Der Datenträger der Inhalte hat angenommene Bytes nicht behalten. Der Hub hält an; was quittiert ist, ist"
                            + " sicher. Datenträger prüfen oder tauschen, dann den Hub neu starten.",
                    "The disk of the content has not kept bytes it had taken. The hub stops; what has a receipt is safe. Check"
                            + " or replace the disk, then start the hub again.",
                    e);
            throw e;
        }
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
