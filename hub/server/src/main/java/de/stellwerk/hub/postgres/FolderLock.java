package de.stellwerk.hub.postgres;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The right to use a data folder; one hub has it at a time, and the system takes it back when that hub dies. */
final class FolderLock implements AutoCloseable {
    // The kernel drops a process's lock when ANY of its channels on the file is closed. A second attempt in this JVM
    // must therefore not even open the file: failing, it would close its channel and so free the first holder's lock.
    private static final Set<Path> HELD_HERE = new HashSet<>();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** @param folder its real path, so that two names of one folder are one */
    static FolderLock take(Path folder) throws IOException {
        synchronized (HELD_HERE) {
            if (!HELD_HERE.add(folder)) {
                throw locked(folder);
            }
            boolean taken = false;
            try {
                FileChannel channel = FileChannel.open(folder.resolve("hub.lock"), CREATE, WRITE);
                try {
                    FileLock lock = channel.tryLock();
                    taken = lock != null;
                } finally {
                    if (!taken) {
                        channel.close();
                    }
                }
                if (!taken) {
                    throw locked(folder);
                }
                return new FolderLock(folder, channel);
            } finally {
                if (!taken) {
                    HELD_HERE.remove(folder);
                }
            }
        }
    }

    private static PostgresFailure locked(Path folder) {
        return new PostgresFailure(
                "postgres.locked",
                "another hub uses the database folder " + folder + ". Nothing was changed, and that hub goes on. "
                        + "Stop it first, or start this one with another home folder.");
    }

    @Override
    public void close() {
        synchronized (HELD_HERE) {
            HELD_HERE.remove(folder);
            try {
                channel.close();
            } catch (IOException e) {
                throw new PostgresFailure(
                        "postgres.folder",
                        "the lock on " + folder + " could not be given back. "
                                + "No data is at risk; it is free when this process ends.",
                        e);
            }
        }
    }
}
