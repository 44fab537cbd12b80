package de.stellwerk.hub;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The data folder of one process: locked while it lives, and with a name that the node keeps over its restarts. */
final class DataFolder implements AutoCloseable {

    /** Another process has it. */
    static final class Taken extends RuntimeException {

        private static final long serialVersionUID = 1;

        Taken(Path folder) {
            super("data.locked: Der Ordner " + folder
                    + " gehört gerade einem anderen Hub. Es wurde nichts gestartet und nichts"
                    + " verändert. Beenden Sie den anderen Hub, oder geben Sie diesem mit --data einen eigenen Ordner. / The folder "
                    + folder
                    + " belongs to another hub at the moment. Nothing was started or changed. Stop the other hub, or give"
                    + " this one a folder of its own with --data.");
        }
    }

    /** It is no hub yet. */
    static final class Unfinished extends RuntimeException {

        private static final long serialVersionUID = 1;

        Unfinished(Path folder) {
            super("restore.unfinished: Eine Wiederherstellung in den Ordner " + folder
                    + " wurde unterbrochen, bevor sie die Verbindungen angehalten hat. Es wurde nichts gestartet und nichts versandt;"
                    + " die Sicherung ist unverändert. Leeren Sie den Ordner und stellen Sie noch einmal wieder her. / A restore to"
                    + " the folder "
                    + folder
                    + " was interrupted before it had paused the connections. Nothing was started or sent; the backup is"
                    + " unchanged. Empty the folder and restore again.");
        }
    }

    private final FileChannel lock;
    private final String node;

    private DataFolder(FileChannel lock, String node) {
        this.lock = lock;
        this.node = node;
    }

    /**
     * Takes it for a hub.
     *
     * @throws Taken if another process has it
     * @throws Unfinished if a restore to it did not come to its end
     */
    static DataFolder take(Path folder) throws IOException {
        if (Restore.isUnfinished(folder)) {
            throw new Unfinished(folder);
        }
        Files.createDirectories(folder);
        var channel = FileChannel.open(folder.resolve("node"), CREATE, READ, WRITE);
        var taken = false;
        try {
            taken = channel.tryLock() != null;
            if (!taken) {
                throw new Taken(folder);
            }
            return new DataFolder(channel, name(channel));
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static String name(FileChannel channel) throws IOException {
        var bytes = ByteBuffer.allocate(100);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // on to the end
        }
        var known = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
        if (known.length() == 36) {
            return known;
        }
        var made = UUID.randomUUID().toString();
        var out = StandardCharsets.UTF_8.encode(made + "\n");
        channel.truncate(0);
        channel.position(0);
        while (out.hasRemaining()) {
            channel.write(out);
        }
        channel.force(true);
        return made;
    }

    /** The name of the node that this folder is. */
    String node() {
        return node;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
