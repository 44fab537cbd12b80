package de.stellwerk.hub.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * The folder jars arrive in, for those who put them there on somebody's behalf. A jar gets the name {@code <id>-<version>.jar}, so that
 * an earlier version stays beside it and comes back when it is removed. What a running hub then makes of it is another matter.
 */
public final class PluginInbox {

    /** Bytes of a jar. */
    public static final long LARGEST = 256L << 20;

    private final Path folder;

    /** @param folder {@code <home>/plugins/inbox} */
    public PluginInbox(Path folder) {
        this.folder = folder;
    }

    /**
     * A jar that lies in the inbox.
     *
     * @param id the manifest's; empty if it has none that can be read
     * @param signed whether a signature lies beside it; what that is worth is not said here
     */
    public record Item(String file, String id, String version, boolean signed) {}

    /** A jar that has been received and has no name yet; closing it leaves nothing behind. */
    final class Received implements AutoCloseable {

        private final Path temporary;
        private final Path signature;

        private Received(Path temporary) {
            this.temporary = temporary;
            this.signature = Copies.beside(temporary);
        }

        Path jar() {
            return temporary;
        }

        Path signature() {
            return signature;
        }

        void sign(byte[] bytes) throws IOException {
            Files.write(signature, bytes);
        }

        /** Gives it its name; from then on the hub sees it. */
        Item keep() throws IOException, Refused {
            var item = described(temporary);
            if (item.id().isEmpty()) {
                throw new Refused(
                        "plugin.manifest",
                        "This is not a jar with the lines Plugin-Id and Plugin-Version in its manifest. Nothing was kept."
                                + " Send the plugin's own jar.",
                        "Das ist kein Archiv mit den Zeilen Plugin-Id und Plugin-Version im Manifest. Es wurde nichts"
                                + " behalten. Das Archiv des Plugins selbst senden.");
            }
            var target = folder.resolve(item.id() + "-" + item.version() + ".jar");
            if (Files.exists(target) && Files.mismatch(target, temporary) >= 0) {
                throw new Refused(
                        "plugin.same-version",
                        "Plugin " + item.id() + " " + item.version()
                                + " lies in the inbox with other bytes, and stays. Raise Plugin-Version, or remove it first.",
                        "Plugin " + item.id() + " " + item.version()
                                + " liegt mit anderem Inhalt im Eingang und bleibt. Plugin-Version erhöhen, oder es zuerst"
                                + " entfernen.");
            }
            force(temporary);
            boolean signed = Files.exists(signature);
            if (signed) {
                force(signature);
                Files.move(
                        signature,
                        Copies.beside(target),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } else if (!Files.exists(target)) {
                Files.deleteIfExists(Copies.beside(target)); // of a jar that was there before
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(folder);
            return new Item(String.valueOf(target.getFileName()), item.id(), item.version(), signed);
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(temporary);
            Files.deleteIfExists(signature);
        }
    }

    /**
     * Puts a jar into the inbox, as a whole or not at all.
     *
     * @param signature what stands in {@code NAME.jar.sig}, if there is one
     * @throws Refused if it is too large, no plugin, or there already with other bytes
     */
    public Item put(InputStream jar, Optional<byte[]> signature) throws IOException, Refused {
        try (var received = receive(jar)) {
            if (signature.isPresent()) {
                received.sign(signature.get());
            }
            return received.keep();
        }
    }

    Received receive(InputStream jar) throws IOException, Refused {
        Files.createDirectories(folder);
        // Not called .jar: the hub does not look at it.
        var received = new Received(Files.createTempFile(folder, ".arriving-", ".part"));
        boolean complete = false;
        try (var out = Files.newOutputStream(received.jar())) {
            var buffer = new byte[1 << 16];
            long size = 0;
            for (int read = jar.read(buffer); read >= 0; read = jar.read(buffer)) {
                size += read;
                if (size > LARGEST) {
                    throw new Refused(
                            "plugin.too-large",
                            "The jar is larger than 256 MiB. Nothing was kept. Put less into it.",
                            "Das Archiv ist größer als 256 MiB. Es wurde nichts behalten. Weniger hineinpacken.");
                }
                out.write(buffer, 0, read);
            }
            complete = true;
            return received;
        } finally {
            if (!complete) {
                received.close();
            }
        }
    }

    /** Every jar that lies there, by file name. */
    public List<Item> list() throws IOException {
        var items = new ArrayList<Item>();
        if (!Files.isDirectory(folder)) {
            return items;
        }
        try (var all = Files.newDirectoryStream(folder, "*.jar")) {
            for (var file : all) {
                items.add(described(file));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        items.sort(Comparator.comparing(Item::file));
        return items;
    }

    /** Deletes every jar of this plugin and their signatures, and says which. */
    public List<String> remove(String id) throws IOException {
        var gone = new ArrayList<String>();
        for (var item : list()) {
            if (item.id().equals(id)) {
                var jar = folder.resolve(item.file());
                Files.deleteIfExists(jar);
                Files.deleteIfExists(Copies.beside(jar));
                gone.add(item.file());
            }
        }
        return gone;
    }

    private static Item described(Path file) {
        var name = Dropped.shown(String.valueOf(file.getFileName()));
        boolean signed = Files.exists(Copies.beside(file));
        try {
            var jar = PluginJar.named(manifest(file), file, name, "");
            return new Item(name, jar.id(), jar.version(), signed);
        } catch (IOException | Refused e) {
            return new Item(name, "", "", signed); // the hub will say what is wrong with it
        }
    }

    static Attributes manifest(Path file) throws IOException {
        try (var jar = new JarFile(file.toFile(), false)) {
            var manifest = jar.getManifest();
            return manifest == null ? new Attributes() : manifest.getMainAttributes();
        }
    }

    static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
