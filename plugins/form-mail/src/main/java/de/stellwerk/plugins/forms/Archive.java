package de.stellwerk.plugins.forms;

import de.stellwerk.plugins.mail.PlainName;
import de.stellwerk.plugins.mail.Spool;
import de.stellwerk.plugins.mail.TooLarge;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Unpacks a ZIP archive into temporary files that have names of their own. At most {@value #ENTRIES} entries and, above 1 MiB,
 * {@value #RATIO} times the archive's size. Archives in it stay closed: the hub looks into those.
 */
final class Archive {

    static final int ENTRIES = 1_000;
    static final int RATIO = 100;

    private static final long HARMLESS = 1 << 20;

    private final String name;
    private final long packed;
    private final Spool spool;
    private long unpacked;

    private Archive(String name, long packed, Spool spool) {
        this.name = name;
        this.packed = packed;
        this.spool = spool;
    }

    /**
     * @param spool bounds what all archives together unpack to
     * @throws BadArchive {@code archive.damaged}, {@code archive.entries}, {@code archive.path}, {@code archive.ratio} or
     *     {@code archive.size}
     * @throws IOException if the disk fails
     */
    static List<FormFile> open(String name, Path file, Spool spool) throws IOException {
        return new Archive(name, Files.size(file), spool).files(file);
    }

    private List<FormFile> files(Path file) throws IOException {
        try (var zip = opened(file)) {
            if (zip.size() > ENTRIES) {
                throw new BadArchive("archive.entries");
            }
            var files = new ArrayList<FormFile>();
            var names = new HashSet<String>();
            for (var entry : Collections.list(zip.entries())) {
                refusePath(entry.getName());
                if (!names.add(Forms.small(entry.getName()))) {
                    throw new BadArchive("archive.damaged");
                }
                if (!entry.isDirectory()) {
                    files.add(file(zip, entry, files.size() + 1));
                }
            }
            return files;
        } catch (TooLarge e) {
            throw new BadArchive("archive.size");
        }
    }

    /** Names are in UTF-8 if the archive says so, and otherwise in the code page of the format's first days. */
    private static ZipFile opened(Path file) throws IOException {
        var old = Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;
        try {
            return new ZipFile(file.toFile(), old);
        } catch (IOException | IllegalArgumentException e) {
            throw new BadArchive("archive.damaged"); // also one that asks for a password
        }
    }

    private FormFile file(ZipFile zip, ZipEntry entry, int number) throws IOException {
        var kept = spool.keep(out -> unpack(zip, entry, out));
        var plain = PlainName.of(entry.getName(), "datei-" + number);
        return new FormFile(plain, Optional.of(name), Optional.of(kept.file()));
    }

    private void unpack(ZipFile zip, ZipEntry entry, OutputStream out) throws IOException {
        var sum = new CRC32();
        var start = unpacked;
        var buffer = new byte[16 * 1024];
        try (var in = stream(zip, entry)) {
            for (var read = read(in, buffer); read >= 0; read = read(in, buffer)) {
                unpacked += read;
                if (unpacked > HARMLESS && unpacked / RATIO > packed) {
                    throw new BadArchive("archive.ratio");
                }
                sum.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
        }
        if (sum.getValue() != entry.getCrc() || unpacked - start != entry.getSize()) {
            throw new BadArchive("archive.damaged");
        }
    }

    private static InputStream stream(ZipFile zip, ZipEntry entry) throws BadArchive {
        try {
            return zip.getInputStream(entry);
        } catch (IOException e) {
            throw new BadArchive("archive.damaged");
        }
    }

    private static int read(InputStream in, byte[] buffer) throws BadArchive {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new BadArchive("archive.damaged");
        }
    }

    /** Nothing is written under these names; but who writes such ones means no good, or packs by a broken program. */
    private static void refusePath(String name) throws BadArchive {
        if (name.length() > 1_000
                || name.startsWith("/")
                || name.contains("\\")
                || name.matches("(?s)[A-Za-z]:.*|(.*/)?\\.\\.(/.*)?|.*\\p{Cntrl}.*")) {
            throw new BadArchive("archive.path");
        }
    }
}
