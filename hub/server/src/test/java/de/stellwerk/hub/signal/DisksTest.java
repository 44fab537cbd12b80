package de.stellwerk.hub.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisksTest {

    @TempDir
    Path data;

    @Test
    void contentOnADiskOfItsOwnIsWatchedToo() throws IOException {
        var memory = Path.of("/dev/shm");
        assumeTrue(
                Files.isWritable(memory) && !Files.getFileStore(memory).equals(Files.getFileStore(data)),
                "skipped: there is no second file system here");
        var shared = Files.createTempDirectory(memory, "content");
        var mark = shared.resolve("signal");
        try {
            assertThat(Disks.of(data, shared, 0).look()).isEmpty();

            Files.delete(mark);
            Files.createDirectory(mark); // now nothing can be written there

            assertThat(Disks.of(data, shared, 0).look()).hasValueSatisfying(halt -> {
                assertThat(halt.code()).isEqualTo("hub.storage");
                assertThat(halt.english()).contains("content.folder");
            });
        } finally {
            Files.deleteIfExists(mark);
            Files.delete(shared);
        }
    }
}
