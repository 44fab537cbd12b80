package de.stellwerk.plugins.folder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A folder of this machine, or one that is mounted here. */
record LocalPlace(Path shared) implements Place {

    @Override
    public Path folder(String name) throws IOException {
        var folder = resolve(shared, name);
        if (!Files.isDirectory(folder)) {
            throw new NotDirectoryException("folder.missing");
        }
        return folder;
    }

    @Override
    public Path resolve(Path folder, String path) {
        return folder.resolve(path).normalize();
    }

    /** Through the path's URI: it is the only form in which Java gives the bytes away. */
    @Override
    public FileName name(Path file) {
        var uri = file.toUri().getRawPath().replaceFirst("/$", "");
        var last = uri.substring(uri.lastIndexOf('/') + 1);
        var octets = new ByteArrayOutputStream();
        for (var i = 0; i < last.length(); i++) {
            if (last.charAt(i) == '%') {
                octets.write(Integer.parseInt(last, i + 1, i + 3, 16));
                i += 2;
            } else {
                octets.write(last.charAt(i));
            }
        }
        return new FileName(octets.toString(StandardCharsets.ISO_8859_1));
    }

    @Override
    public Path file(Path folder, FileName name) {
        var uri = new StringBuilder(folder.toUri().toString().replaceFirst("/*$", "/"));
        name.octets().chars().forEach(c -> uri.append(String.format("%%%02X", c)));
        return Path.of(URI.create(uri.toString()));
    }

    @Override
    public InputStream open(Path file) throws IOException {
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public boolean answers() {
        return Files.isDirectory(shared);
    }

    @Override
    public void close() {
        // nothing is kept open
    }
}
