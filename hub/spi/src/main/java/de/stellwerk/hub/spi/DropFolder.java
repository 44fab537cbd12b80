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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        write(Map.of(name, () -> bytes));
    }

    /**
     * Hands over several, which are forced to disk together: that costs less than one after the other. The reader sees none before all are
     * written, then each whole, in the order of the map. They are open at the same time, so let them be some dozens at most.
     */
    public void put(Map<String, Content> files) throws IOException {
        var opening = new LinkedHashMap<String, Given.Bytes>();
        files.forEach((name, content) -> opening.put(name, content::open));
        write(opening);
    }

    private void write(Map<String, Given.Bytes> files) throws IOException {
        var names = new LinkedHashMap<Path, String>();
        var written = new ArrayDeque<FileChannel>();
        try {
            for (var file : files.entrySet()) {
                var temporary = child(file.getKey()
                        + ".hub-%08x.tmp".formatted(ThreadLocalRandom.current().nextInt()));
                names.put(temporary, file.getKey());
                // Not written through if somebody laid a link there.
                written.push(FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
                try (var bytes = file.getValue().open()) {
                    bytes.transferTo(Channels.newOutputStream(written.element()));
                }
            }
            // The last one first: where the file system keeps a journal, it takes those before it along.
            for (var channel : written) channel.force(true);
            var first = names.keySet().stream().findFirst();
            if (first.isPresent() && FolderSync.isNew(folder))
                sweep(Files.getLastModifiedTime(first.get()).toMillis());
            for (var file : names.entrySet()) rename(file.getKey(), folder, file.getValue());
            FolderSync.force(folder);
        } finally {
            for (var channel : written) channel.close();
            for (var temporary : names.keySet()) Files.deleteIfExists(temporary);
        }
    }

    /** A younger one may be somebody's who is still writing. What counts is the clock of the disk, which may be another machine's. */
    private void sweep(long now) throws IOException {
        for (var left : list("*.hub-????????.tmp", Integer.MAX_VALUE)) {
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
    private Path child(String name) throws IOException {
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
