package de.stellwerk.hub.spi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A folder that two systems share: how a file is handed over so that the reader never sees half of it, and it survives a power loss.
 * The bytes go to a file of its own that ends in {@code .tmp}, are forced to disk, renamed, and the folder is forced as well; a marker
 * file comes last. Of several that hand over under one name at the same time, the reader sees one after the other, each whole. What a
 * killed writer left is removed when a process first hands over to the folder an hour later or more.
 */
public record DropFolder(Path folder) {

    /** Hands over a file; one of the same name that is there already is replaced. Throws if the name would leave the folder. */
    public void put(String name, InputStream bytes) throws IOException {
        try (var one = together()) {
            one.add(name, bytes);
            one.handOver();
        }
    }

    /** Several files that are handed over at once: they are forced to disk together, which costs less than one after the other. */
    public Together together() {
        return new Together(folder);
    }

    /**
     * Files on their way into a folder; for one thread. The reader sees none of them before {@link #handOver}, then one after the other,
     * in the order in which they were added. What was not handed over is removed on closing.
     */
    public static final class Together implements AutoCloseable {

        private static final int MOST_OPEN = 32;

        private final Path folder;
        private final List<Coming> coming = new ArrayList<>();
        private final List<FileChannel> open = new ArrayList<>();

        private record Coming(Path temporary, String name) {}

        private Together(Path folder) {
            this.folder = folder;
        }

        /** Writes a file that stays unseen. Throws if the name would leave the folder. */
        public void add(String name, InputStream bytes) throws IOException {
            var temporary = child(
                    folder,
                    name + ".hub-%08x.tmp".formatted(ThreadLocalRandom.current().nextInt()));
            coming.add(new Coming(temporary, name));
            // Not written through if somebody laid a link there.
            var channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            open.add(channel);
            bytes.transferTo(Channels.newOutputStream(channel));
            if (open.size() == MOST_OPEN) {
                force();
            }
        }

        /** Returns when all files that were added are under their names, and survive a power loss. To be called once. */
        public void handOver() throws IOException {
            if (coming.isEmpty()) {
                return;
            }
            force();
            if (FolderSync.isNew(folder)) {
                sweep(
                        folder,
                        Files.getLastModifiedTime(coming.get(0).temporary()).toMillis());
            }
            for (var file : coming) {
                rename(file.temporary(), folder, file.name());
            }
            FolderSync.force(folder);
        }

        /** The file written last brings those before it to the disk with it, for the file systems that keep a journal. */
        private void force() throws IOException {
            for (int i = open.size() - 1; i >= 0; i--) {
                try (var channel = open.remove(i)) {
                    channel.force(true);
                }
            }
        }

        /** Goes on where one cannot be closed or removed, and says so at the end. */
        @Override
        public void close() throws IOException {
            var failed = new ArrayList<IOException>();
            open.forEach(channel -> trying(channel::close, failed));
            coming.forEach(file -> trying(() -> Files.deleteIfExists(file.temporary()), failed));
            if (!failed.isEmpty()) {
                throw failed.get(0);
            }
        }

        private interface Step {
            void run() throws IOException;
        }

        private static void trying(Step step, List<IOException> failed) {
            try {
                step.run();
            } catch (IOException e) {
                failed.add(e);
            }
        }
    }

    /** A younger one may be somebody's who is still writing. What counts is the clock of the disk, which may be another machine's. */
    private static void sweep(Path folder, long now) throws IOException {
        for (var left : new DropFolder(folder).list("*.hub-????????.tmp", Integer.MAX_VALUE)) {
            try {
                if (Files.getLastModifiedTime(left).toMillis() < now - 3_600_000) {
                    Files.deleteIfExists(left);
                }
            } catch (NoSuchFileException e) {
                // Its writer has handed it over meanwhile.
            }
        }
    }

    /** Hands over a file and then its empty marker, such as {@code a.xml} and {@code a.xml.ok}. */
    public void put(String name, String markerEnding, InputStream bytes) throws IOException {
        put(name, bytes);
        put(name + markerEnding, InputStream.nullInputStream());
    }

    /** Moves a file of this folder into another one, which must lie on the same file system, durably; what is there by that name is replaced. */
    public void moveTo(DropFolder other, Path file) throws IOException {
        Files.createDirectories(other.folder);
        rename(file, other.folder, file.getFileName().toString());
        FolderSync.force(other.folder);
        FolderSync.force(folder);
    }

    /** Up to {@code limit} regular files that match a glob such as {@code *.xml}; links, folders and devices are passed over. */
    public List<Path> list(String glob, int limit) throws IOException {
        var found = new ArrayList<Path>();
        try (var all = Files.newDirectoryStream(folder, glob)) {
            for (var file : all) {
                if (found.size() < limit && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** A name that is plain with an ending is plain without it. */
    private static Path child(Path folder, String name) throws IOException {
        var path = folder.resolve(name);
        if (!folder.equals(path.getParent()) || name.startsWith(".") || name.contains("/") || name.contains("\\")) {
            throw new IOException("not a plain file name");
        }
        return path;
    }

    private static void rename(Path from, Path folder, String name) throws IOException {
        Files.move(from, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
