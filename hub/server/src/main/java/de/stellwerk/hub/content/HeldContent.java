package de.stellwerk.hub.content;

import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A held part as connectors and routes see it. */
public final class HeldContent implements Content {

    private final Part part;
    private final Path folder;

    HeldContent(Part part, Path folder) {
        this.part = part;
        this.folder = folder;
    }

    public Part part() {
        return part;
    }

    @Override
    public String name() {
        return part.name();
    }

    @Override
    public String mediaType() {
        return part.mediaType();
    }

    @Override
    public InputStream open() throws IOException {
        var inline = part.inline();
        if (inline.isPresent()) {
            return new ByteArrayInputStream(inline.get());
        }
        return Files.newInputStream(folder.resolve(part.stored().orElseThrow()));
    }

    @Override
    public String toString() {
        return part.toString();
    }
}
