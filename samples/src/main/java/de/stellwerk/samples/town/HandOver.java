package de.stellwerk.samples.town;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A folder through which files come in or go out; a file counts once its marker {@code <file>.ok} lies beside it. */
record HandOver(Path folder) {

    HandOver {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The files that are complete, oldest name first. */
    List<Path> ready(String ending) throws IOException {
        var found = new ArrayList<Path>();
        try (var markers = Files.newDirectoryStream(folder, "*" + ending + ".ok")) {
            for (var marker : markers) {
                var name = marker.getFileName().toString();
                var file = marker.resolveSibling(name.substring(0, name.length() - ".ok".length()));
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(file);
                }
            }
        }
        found.sort(null);
        return found;
    }

    void put(String name, byte[] bytes) throws IOException {
        lay(name, bytes);
        lay(name + ".ok", new byte[0]);
    }

    /** Moves a file away; its marker is deleted first, so that the file is never taken twice after a crash between the two. */
    void archive(Path file, Path archive) throws IOException {
        Files.createDirectories(archive);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + ".ok"));
        Files.move(file, archive.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }

    /** A file without a marker, for readers that do without. */
    void lay(String name, byte[] bytes) throws IOException {
        var temporary = folder.resolve(name + ".tmp");
        try (var channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var buffer = java.nio.ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(
                temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
