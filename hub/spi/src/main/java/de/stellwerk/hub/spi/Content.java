package de.stellwerk.hub.spi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes with a name and a media type. It may be up to 1 GiB: read it as a stream. It can be opened more than once. */
public interface Content {

    String name();

    String mediaType();

    InputStream open() throws IOException;

    static Content of(String name, String mediaType, byte[] bytes) {
        return new Given(name, mediaType, () -> new ByteArrayInputStream(bytes));
    }

    static Content of(String name, String mediaType, Path file) {
        return new Given(name, mediaType, () -> Files.newInputStream(file));
    }
}
