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

    private final Path folder;
    private long asked;
    private long done;
    private boolean busy;
    private long failedUpTo;

    private FolderSync(Path folder) {
        this.folder = folder;
    }

    /** Returns when everything that was renamed in the folder before the call is durable. */
    static void force(Path folder) throws IOException {
        ALL.computeIfAbsent(folder, FolderSync::new).join();
    }

    private void join() throws IOException {
        long upTo;
        synchronized (this) {
            var mine = ++asked;
            while (busy && done < mine && failedUpTo < mine) {
                await();
            }
            // The system reports a failure once: a second try would say yes to what is gone.
            if (mine <= failedUpTo) {
                throw new IOException("the folder could not be forced to disk");
            }
            if (done >= mine) {
                return;
            }
            busy = true;
            upTo = asked;
        }
        var forced = false;
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
            forced = true;
        } finally {
            end(upTo, forced);
        }
    }

    private synchronized void end(long upTo, boolean forced) {
        if (forced) {
            done = upTo;
        } else {
            failedUpTo = upTo;
        }
        busy = false;
        notifyAll();
    }

    private void await() throws InterruptedIOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted before the folder was forced to disk");
        }
    }
}
