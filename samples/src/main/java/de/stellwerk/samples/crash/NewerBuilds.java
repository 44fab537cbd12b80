package de.stellwerk.samples.crash;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** Newer builds of a plugin that messages go through: the same classes under a higher version, and so with other bytes. */
final class NewerBuilds {

    static final String PLUGIN = "file-drop";

    private static final Attributes.Name VERSION = new Attributes.Name("Plugin-Version");

    private final Path built;
    private final Path inbox;
    private final Path workshop;
    private int number;

    NewerBuilds(Scratch scratch) throws IOException {
        built = scratch.checkout().plugins().stream()
                .filter(jar -> String.valueOf(jar.getFileName()).startsWith(PLUGIN + "-"))
                .findFirst()
                .orElseThrow(() -> new IOException("the plugin " + PLUGIN + " is not built"));
        inbox = scratch.home().folder().resolve("plugins/inbox");
        workshop = scratch.folder("workshop");
    }

    /** The version dropped last; empty if none was. */
    String version() {
        return number == 0 ? "" : "0.1." + number;
    }

    /** Lays the next build into the inbox, in the place of the one before. */
    void drop() throws IOException {
        number++;
        var fresh = workshop.resolve("fresh.jar");
        try (var old = new JarFile(built.toFile())) {
            var manifest = old.getManifest();
            manifest.getMainAttributes().put(VERSION, version());
            try (var jar = new JarOutputStream(Files.newOutputStream(fresh), manifest)) {
                for (var entry : old.stream().toList()) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        jar.putNextEntry(new ZipEntry(entry.getName()));
                        try (InputStream bytes = old.getInputStream(entry)) {
                            bytes.transferTo(jar);
                        }
                        jar.closeEntry();
                    }
                }
            }
        }
        Files.move(fresh, inbox.resolve(built.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
}
