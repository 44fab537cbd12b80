package de.stellwerk.samples;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A disk of its own under a folder: it can be filled, freed, and made read-only. */
record Disk(Path folder) implements AutoCloseable {

    private static final String BALLAST = "ballast";

    /** Whether this process may mount; else the tests that need it are skipped. */
    static boolean possible() throws InterruptedException {
        return Shell.works(
                "sh", "-c", "test $(id -u) = 0 && command -v mkfs.ext4 losetup fallocate && test -e /dev/loop-control");
    }

    /** An ext4 file system in an image file, through a loop device. */
    static Disk ext4(Path folder, Path image, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.deleteIfExists(image);
        Shell.run("truncate", "-s", mebibytes + "M", image.toString());
        // No blocks kept back for root: a full disk is to be full.
        Shell.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        return mount(folder, image);
    }

    static Disk mount(Path folder, Path image) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Shell.run("mount", "-o", "loop", image.toString(), folder.toString());
        return new Disk(folder);
    }

    static Disk memory(Path folder, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Shell.run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "stellwerk-faults", folder.toString());
        return new Disk(folder);
    }

    /** Fills it until only so many bytes are free. Others write to it meanwhile: then there is less to fill than a moment ago. */
    void fill(long left) {
        var ballast = folder.resolve(BALLAST);
        await("filled")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    Files.deleteIfExists(ballast);
                    var bytes = Math.max(1, Files.getFileStore(folder).getUsableSpace() - left);
                    return Shell.works("fallocate", "-l", String.valueOf(bytes), ballast.toString());
                });
    }

    void free() throws IOException {
        Files.deleteIfExists(folder.resolve(BALLAST));
    }

    /** It can be made read-only only at a moment when nobody has a file open for writing: that is waited for. */
    void readOnly(boolean on) {
        await("remounted")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Shell.works("mount", "-o", "remount," + (on ? "ro" : "rw"), folder.toString()));
    }

    /** Whatever is mounted at or below a folder, left there by an earlier run. */
    static void unmountAll(Path folder) throws IOException, InterruptedException {
        var top = folder.toAbsolutePath().normalize().toString();
        var mounted = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" ")[1])
                .filter(place -> place.equals(top) || place.startsWith(top + "/"))
                .sorted(java.util.Comparator.reverseOrder())
                .toList();
        for (var place : mounted) {
            Shell.run("umount", "-l", place);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            Shell.run("umount", "-l", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
