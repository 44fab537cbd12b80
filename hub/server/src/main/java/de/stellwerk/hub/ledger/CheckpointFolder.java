package de.stellwerk.hub.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The files outside the database, one a day, one line a checkpoint. Lines are only added, and are on the disk when {@link #append}
 * returns.
 */
record CheckpointFolder(Path folder) {

    private static final String ENDING = ".jws";
    private static final int NEAR_THE_END = 1 << 20;

    interface Reader {
        /** @param line without its end; a line that has none was never finished, and is not given */
        void line(Path file, String line) throws IOException, SQLException;
    }

    /** The newest whole line. What a crash left unfinished behind it is cut off: nobody was told that it was written. */
    Optional<String> last() throws IOException {
        var files = files();
        Collections.reverse(files);
        for (var file : files) {
            try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                var from = Math.max(0, channel.size() - NEAR_THE_END);
                var found = lastIn(channel, from);
                if (found.isEmpty() && from > 0) {
                    found = lastIn(channel, 0);
                }
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> lastIn(FileChannel channel, long from) throws IOException {
        var bytes = ByteBuffer.allocate((int) (channel.size() - from));
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {}
        var text = new String(bytes.array(), 0, bytes.position(), US_ASCII);
        int end = text.lastIndexOf('\n');
        int begin = text.lastIndexOf('\n', end - 1);
        if (end < 0 || (begin < 0 && from > 0)) {
            return Optional.empty();
        }
        if (from + end + 1 < channel.size()) {
            channel.truncate(from + end + 1);
            channel.force(true);
        }
        return Optional.of(text.substring(begin + 1, end));
    }

    void append(String line, LocalDate day) throws IOException {
        Files.createDirectories(folder);
        var files = files();
        var name = day + ENDING;
        // Should the clock have gone back, the order of the files stays that of the lines.
        var last = files.isEmpty() ? "" : nameOf(files.get(files.size() - 1));
        var file = folder.resolve(name.compareTo(last) < 0 ? last : name);
        boolean fresh = !Files.exists(file);
        try (var channel = FileChannel.open(
                file,
                EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            long before = channel.size();
            try {
                var bytes = US_ASCII.encode(line + "\n");
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            } catch (IOException e) {
                // A half line in the middle of the file would look like somebody's deed for ever.
                channel.truncate(before);
                throw e;
            }
        }
        if (fresh) {
            try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Gives all whole lines, the oldest first. */
    void read(Reader reader) throws IOException, SQLException {
        for (var file : files()) {
            try (var lines =
                    new BufferedReader(new InputStreamReader(Files.newInputStream(file), US_ASCII), NEAR_THE_END)) {
                var line = new StringBuilder();
                var buffer = new char[8192];
                for (int n = lines.read(buffer); n >= 0; n = lines.read(buffer)) {
                    int from = 0;
                    for (int i = 0; i < n; i++) {
                        if (buffer[i] == '\n') {
                            line.append(buffer, from, i - from);
                            reader.line(file, line.toString());
                            line.setLength(0);
                            from = i + 1;
                        }
                    }
                    line.append(buffer, from, n - from);
                }
            }
        }
    }

    private List<Path> files() throws IOException {
        var found = new ArrayList<Path>();
        if (Files.isDirectory(folder)) {
            try (var files = Files.newDirectoryStream(folder, "*" + ENDING)) {
                files.forEach(found::add);
            }
        }
        found.sort((one, other) -> nameOf(one).compareTo(nameOf(other)));
        return found;
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }
}
