package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Reads a journal from where it stopped reading the last time: one of a million lines is never in memory whole. */
final class Tail {

    private static final int MOST_BYTES = 4 << 20;

    private final Path journal;
    private long position;

    Tail(Path journal) {
        this.journal = journal;
    }

    /** The complete lines that have been added, though not more than some thousand at once; none if there is no such file. */
    List<Journal.Line> more() throws IOException {
        if (!Files.exists(journal)) {
            return List.of();
        }
        var lines = new ArrayList<Journal.Line>();
        try (var file = FileChannel.open(journal, StandardOpenOption.READ)) {
            var length = (int) Math.min(MOST_BYTES, file.size() - position);
            if (length <= 0) {
                return lines;
            }
            var bytes = ByteBuffer.allocate(length);
            while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) > 0) {
                // read on until the piece is full
            }
            var end = bytes.position();
            while (end > 0 && bytes.get(end - 1) != '\n') {
                end--;
            }
            var start = 0;
            for (var i = 0; i < end; i++) {
                if (bytes.get(i) == '\n') {
                    lines.add(Journal.line(
                            new String(bytes.array(), start, i - start, java.nio.charset.StandardCharsets.UTF_8)));
                    start = i + 1;
                }
            }
            position += end;
        }
        return lines;
    }
}
