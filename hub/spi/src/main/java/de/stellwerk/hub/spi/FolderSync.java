package de.stellwerk.hub.spi;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Forces a folder to disk, once for all who ask while the disk is busy: a folder that many hand files to costs no more than one. */
final class FolderSync {

    private static final ConcurrentMap<Path, FolderSync> ALL = new ConcurrentHashMap<>();

    private long asked;
    private volatile long done;
    private long failed;
    private boolean busy;

    /** Returns when everything that was renamed in the folder before the call is durable. */
    static void force(Path folder) throws IOException {
        ALL.computeIfAbsent(folder, key -> new FolderSync()).join(folder);
    }

    private void join(Path folder) throws IOException {
        long upTo;
        synchronized (this) {
            var mine = ++asked;
            try {
                while (busy && done < mine && failed < mine) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted before the folder was forced to disk");
            }
            // The system reports a failure once: a second try would say yes to what is gone.
            if (mine <= failed) {
                throw new IOException("the folder could not be forced to disk");
            }
            if (done >= mine) {
                return;
            }
            busy = true;
            upTo = asked;
        }
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
            done = upTo;
        } finally {
            synchronized (this) {
                failed = done < upTo ? upTo : failed;
                busy = false;
                notifyAll();
            }
        }
    }
}
