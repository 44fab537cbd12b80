package de.stellwerk.hub.spi;

import java.io.IOException;
import java.io.InputStream;

/** Content whose bytes come from wherever its maker says; its text form shows no content. */
record Given(String name, String mediaType, Bytes bytes) implements Content {

    interface Bytes {
        InputStream open() throws IOException;
    }

    @Override
    public InputStream open() throws IOException {
        return bytes.open();
    }

    @Override
    public String toString() {
        return "Content[" + mediaType + "]";
    }
}
