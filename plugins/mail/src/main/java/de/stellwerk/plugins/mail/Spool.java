package de.stellwerk.plugins.mail;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/**
 * Temporary files of one mail: whatever its size, it is never whole in memory. Everything is deleted on closing.
 *
 * <p>All files together may have {@code limit} bytes; then {@link TooLarge} is thrown.
 */
public final class Spool implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Spool.class.getName());

    private final Path folder;
    private final Deque<Path> files = new ArrayDeque<>();
    private long left;

    public Spool(Path folder, long limit) {
        this.folder = folder;
        this.left = limit;
    }

    /** @param sha256 of the bytes, in hexadecimal digits */
    public record Kept(Path file, String sha256) {}

    public interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Copies to the stream's end. */
    public Kept keep(InputStream in) throws IOException {
        return keep(out -> {
            var buffer = new byte[16 * 1024];
            for (var read = read(in, buffer); read >= 0; read = read(in, buffer)) {
                out.write(buffer, 0, read);
            }
        });
    }

    public Kept keep(Writer writer) throws IOException {
        var file = Files.createTempFile(folder, "mail", "");
        files.push(file);
        var digest = sha256();
        try (var out = new DigestOutputStream(new Limited(Files.newOutputStream(file)), digest)) {
            writer.writeTo(out);
        }
        return new Kept(file, HexFormat.of().formatHex(digest.digest()));
    }

    private static int read(InputStream in, byte[] buffer) throws ReadFailed {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw new ReadFailed(e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Does not throw: what became of the mail is known by now, and litter does not change it. */
    @Override
    public void close() {
        try {
            for (var file : files) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "Temporary files of a mail stay in the connection''s folder: {0}",
                    e.getClass().getSimpleName());
        }
    }

    private final class Limited extends FilterOutputStream {

        private Limited(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw new TooLarge();
            }
            out.write(bytes, offset, length);
        }
    }
}
