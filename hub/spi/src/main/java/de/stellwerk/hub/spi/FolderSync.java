package de.stellwerk.hub.spi;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Forces a folder to disk, once for all who ask while the disk is busy: a folder that many hand files to costs no more than one. */
final class FolderSync {

    private static final ConcurrentHashMap<Path, FolderSync> ALL = new ConcurrentHashMap<>();

    private final AtomicLong asked = new AtomicLong();
    private long done;
    private long failed;

    /** Whether this process has not handed over to the folder before. */
    static boolean isNew(Path folder) {
        return ALL.putIfAbsent(folder, new FolderSync()) == null;
    }

    /** Returns when everything that was renamed in the folder before the call is durable. */
    static void force(Path folder) throws IOException {
        var sync = ALL.computeIfAbsent(folder, key -> new FolderSync());
        sync.join(folder, sync.asked.incrementAndGet());
    }

    /** Whoever waits here while another one forces the folder has mostly been served by that one. */
    private synchronized void join(Path folder, long mine) throws IOException {
        if (mine <= failed) {
            // The system reports a failure once: a second try would say yes to what is gone.
            throw new IOException("the folder could not be forced to disk");
        }
        if (mine > done) {
            var upTo = asked.get();
            var before = failed;
            failed = upTo;
            try (var channel = FileChannel.open(folder)) {
                channel.force(true);
            }
            failed = before;
            done = upTo;
        }
    }
}
