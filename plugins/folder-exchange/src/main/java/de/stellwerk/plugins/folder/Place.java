package de.stellwerk.plugins.folder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Where the folder lies. Everything else is done with its paths, the same way wherever that is. */
interface Place extends AutoCloseable {

    /**
     * A folder below the one that is shared, {@code .} for that one itself.
     *
     * @throws IOException if it cannot be reached now, or is not there
     */
    Path folder(String name) throws IOException;

    /** A path below a folder, or an absolute one; it need not be there. */
    Path resolve(Path folder, String path);

    /** The name of a path that a directory stream has given. */
    FileName name(Path file);

    Path file(Path folder, FileName name);

    /** Opens a file to be read; a link is not followed where the file system can tell. */
    InputStream open(Path file) throws IOException;

    /** Has what was written to a file, or the names in a folder, brought to disk, as far as the other side can be asked for that. */
    void force(Path path) throws IOException;

    /** After trouble: whether the place itself still answers. If not, it is reached anew by the next call of {@link #folder}. */
    boolean answers();

    @Override
    void close() throws IOException;
}
