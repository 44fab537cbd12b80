package de.stellwerk.hub.camel;

import java.io.IOException;

/** Bytes that are not the message they should be. The text says where, never what: it may be logged. */
public final class Unreadable extends IOException {

    Unreadable(String text) {
        super(text);
    }
}
