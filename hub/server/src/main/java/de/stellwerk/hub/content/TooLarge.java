package de.stellwerk.hub.content;

import java.io.IOException;

/** A part has more bytes than allowed; nothing of it was kept. */
public final class TooLarge extends IOException {

    private static final long serialVersionUID = 1;

    TooLarge(long limit) {
        super("a part may have " + limit + " bytes at most");
    }
}
