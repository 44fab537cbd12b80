package de.stellwerk.plugins.mail;

import java.io.IOException;

/** The reading side of a copy failed; a failure to write, such as a full disk, is a plain {@code IOException}. */
public final class ReadFailed extends IOException {

    ReadFailed(IOException cause) {
        super("the content cannot be read: " + cause.getClass().getSimpleName(), cause);
    }
}
