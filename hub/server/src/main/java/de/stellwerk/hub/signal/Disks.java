package de.stellwerk.hub.signal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks under the data folder, and that of the content; there is one, or each folder has its own. A look asks for the free space and writes a byte down to
 * the disk: nothing else shows that a file system has become read-only, has no quota left or does not answer.
 *
 * @param reserve bytes that stay free, for the work of what is already there
 */
record Disks(Path data, Path content, long reserve) {

    private static final Logger LOG = LoggerFactory.getLogger(Disks.class);
    private static final String CONTENT = "content";
    private static final List<String> FOLDERS = List.of("", CONTENT, "uploads", "postgres", "broker");
    private static final String MARK = "signal";

    Optional<Halt> look() {
        var seen = new HashSet<FileStore>();
        for (var name : FOLDERS) {
            var folder = name.equals(CONTENT) ? content : data.resolve(name);
            var shown = name.isEmpty() ? "data" : folder.startsWith(data) ? "data/" + name : name + ".folder";
            try {
                if (!Files.isDirectory(folder)) {
                    continue;
                }
                var disk = Files.getFileStore(folder);
                if (!seen.add(disk)) {
                    continue;
                }
                if (disk.getUsableSpace() < reserve) {
                    return Optional.of(Halt.disk(shown));
                }
                write(folder.resolve(MARK));
            } catch (IOException e) {
                LOG.debug("{} could not be written", folder, e);
                return Optional.of(Halt.unwritable(shown));
            }
        }
        return Optional.empty();
    }

    private static void write(Path mark) throws IOException {
        try (var file = FileChannel.open(
                mark, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1}));
            file.force(true);
        }
    }
}
