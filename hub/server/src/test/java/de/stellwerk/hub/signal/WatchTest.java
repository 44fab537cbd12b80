package de.stellwerk.hub.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {

    @TempDir
    Path data;

    @Test
    void aDatabaseThatDoesNotCommitIsAHalt() {
        var beats = new AtomicBoolean(true);
        var watch = Watch.database(beats::get);
        assertThat(watch.look().get()).isEmpty();
        beats.set(false);
        assertThat(watch.look().get()).contains(Halt.database());
    }

    @Test
    void enoughRoomOnEachDiskIsNoHaltAndAFolderThatIsNotThereNeither() {
        assertThat(disks(1).look()).isEmpty();
    }

    @Test
    void lessRoomThanTheReserveIsAHaltThatNamesTheFolder() {
        assertThat(disks(Long.MAX_VALUE).look()).contains(Halt.disk("data"));
    }

    @Test
    void contentOnADiskOfItsOwnIsLookedAtToo() throws IOException {
        var content = Files.createDirectory(data.resolve("elsewhere"));
        // A folder in the mark's place cannot be written, whoever asks.
        Files.createDirectories(content.resolve("signal/in-the-way"));
        var disks = new Disks(java.util.Map.of("data/content", content), 1);
        assertThat(disks.look()).contains(Halt.unwritable("data/content"));
        assertThat(Disks.of(data, content, 1).folders()).containsEntry("data/content", content);
    }

    @Test
    void aHaltSpeaksTheLanguageOfWhoAsks() {
        assertThat(Halt.busy().text("de-DE,de;q=0.9")).startsWith("Es warten");
        assertThat(Halt.busy().text("fr")).startsWith("More requests");
        assertThat(Halt.busy().text("")).startsWith("More requests");
    }

    private Disks disks(long reserve) {
        return Disks.of(data, data.resolve("content"), reserve);
    }
}
