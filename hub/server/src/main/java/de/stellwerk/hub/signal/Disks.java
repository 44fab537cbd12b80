package de.stellwerk.hub.signal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks under the data folder, and that of the content; there is one, or each folder has its own. A look asks for the free space and writes a byte down to
 * the disk: nothing else shows that a file system has become read-only, has no quota left or does not answer.
 *
 * @param folders by the names an operator knows them by; one that is not there, yet, is passed over
 * @param reserve bytes that stay free, for the work of what is already there
 */
record Disks(Map<String, Path> folders, long reserve) {

    private static final Logger LOG = LoggerFactory.getLogger(Disks.class);
    private static final String MARK = "signal";

    /** @param content where large parts lie: in the data folder, or on a disk that several nodes share */
    static Disks of(Path data, Path content, long reserve) {
        var folders = new LinkedHashMap<String, Path>();
        folders.put("data", data);
        folders.put(content.startsWith(data) ? "data/content" : "content.folder", content);
        for (var name : new String[] {"uploads", "postgres", "broker"}) {
            folders.put("data/" + name, data.resolve(name));
        }
        return new Disks(folders, reserve);
    }

    Optional<Halt> look() {
        var seen = new HashSet<FileStore>();
        for (var each : folders.entrySet()) {
            var shown = each.getKey();
            var folder = each.getValue();
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
