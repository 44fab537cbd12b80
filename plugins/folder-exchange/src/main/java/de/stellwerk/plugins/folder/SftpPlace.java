package de.stellwerk.plugins.folder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.client.extensions.openssh.OpenSSHFsyncExtension;
import org.apache.sshd.sftp.client.fs.SftpFileSystem;

/** A folder on an SFTP server: one login that is kept, and made anew after trouble. */
final class SftpPlace implements Place {

    private static final Logger LOG = System.getLogger(SftpPlace.class.getName());

    private final Ssh ssh;
    private final SftpAddress server;
    private Optional<Line> kept = Optional.empty();

    private record Line(ClientSession session, SftpFileSystem files) {

        boolean isOpen() {
            return session.isOpen() && files.isOpen();
        }

        void close() throws IOException {
            try {
                files.close();
            } finally {
                session.close(true);
            }
        }
    }

    SftpPlace(Ssh ssh, SftpAddress server) {
        this.ssh = ssh;
        this.server = server;
    }

    /** Makes sure that we can get there; who opens the connection is told why not. */
    void connect() throws IOException {
        line();
    }

    @Override
    public Path folder(String name) throws IOException {
        var folder = resolve(shared(line()), name);
        if (!Files.isDirectory(folder)) {
            if (answers()) {
                throw new NotDirectoryException("folder.missing");
            }
            throw new IOException("sftp.broken: the server does not answer any more");
        }
        return folder;
    }

    private Path shared(Line line) throws IOException {
        try {
            return resolve(line.files().getDefaultDir(), server.folder());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Names stand in Java as one character a byte: every name a server can have survives that. */
    @Override
    public Path resolve(Path folder, String path) {
        return folder.resolve(FileName.of(path).octets()).normalize();
    }

    @Override
    public FileName name(Path file) {
        return new FileName(String.valueOf(file.getFileName()));
    }

    @Override
    public Path file(Path folder, FileName name) {
        return folder.resolve(name.octets());
    }

    @Override
    public InputStream open(Path file) throws IOException {
        return Files.newInputStream(file);
    }

    @Override
    public void force(Path path) throws IOException {
        if (path.getFileSystem() instanceof SftpFileSystem files) {
            try (var client = files.getClient()) {
                var sync = client.getExtension(OpenSSHFsyncExtension.class);
                if (sync != null && sync.isSupported() && !Files.isDirectory(path)) {
                    try (var handle = client.open(path.toString(), SftpClient.OpenMode.Write)) {
                        sync.fsync(handle);
                    }
                }
            }
        }
    }

    @Override
    public boolean answers() {
        var line = current();
        try {
            if (line.isPresent() && line.get().isOpen() && Files.isDirectory(shared(line.get()))) {
                return true;
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    Level.DEBUG,
                    "the line to {0} is broken: {1}",
                    server,
                    e.getClass().getSimpleName());
        }
        close();
        return false;
    }

    private synchronized Optional<Line> current() {
        return kept;
    }

    private synchronized Line line() throws IOException {
        if (kept.isPresent() && kept.get().isOpen()) {
            return kept.get();
        }
        close();
        try {
            var line = login();
            kept = Optional.of(line);
            return line;
        } catch (IOException e) {
            // The hub shows no text of what a poll throws; this one names no file and no person.
            LOG.log(Level.WARNING, "{0}: {1}", server, e.getMessage());
            throw e;
        }
    }

    private Line login() throws IOException {
        var keys = new HostKeys(server.knownHosts(), server.host(), server.port());
        ClientSession session;
        try {
            session = ssh.connect(server, keys);
        } catch (IOException | RuntimeException e) {
            throw new IOException(keys.refusal().orElse("sftp.unreachable: the server cannot be reached"), e);
        }
        // The library waits for an answer as long as for an idle line; a sign of life keeps that open while the hub is
        // busy.
        CoreModuleProperties.IDLE_TIMEOUT.set(session, server.timeout());
        CoreModuleProperties.HEARTBEAT_INTERVAL.set(session, server.timeout().dividedBy(3));
        try {
            if (!server.password().isEmpty()) {
                session.addPasswordIdentity(server.password());
            }
            server.keys().forEach(session::addPublicKeyIdentity);
            session.auth().verify(server.timeToConnect());
        } catch (IOException | RuntimeException e) {
            session.close(true);
            throw new IOException(keys.refusal().orElse(why(e)), e);
        }
        try {
            SftpModuleProperties.NAME_DECODING_CHARSET.set(session, StandardCharsets.ISO_8859_1);
            SftpModuleProperties.SFTP_CHANNEL_OPEN_TIMEOUT.set(session, server.timeToConnect());
            return new Line(session, SftpClientFactory.instance().createSftpFileSystem(session));
        } catch (IOException | RuntimeException e) {
            session.close(true);
            throw new IOException("sftp.no-files: the server lets us in, but has no SFTP for us", e);
        }
    }

    private static String why(Exception e) {
        return e instanceof SshException
                ? "sftp.login: the server does not let us in; user, password or key is wrong"
                : "sftp.unreachable: the server broke off before the login";
    }

    @Override
    public synchronized void close() {
        var line = kept;
        kept = Optional.empty();
        try {
            if (line.isPresent()) {
                line.get().close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    Level.DEBUG,
                    "the line to {0} closed with {1}",
                    server,
                    e.getClass().getSimpleName());
        }
    }
}
