package de.stellwerk.samples.town;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/**
 * The SFTP server of a municipality's computing centre: one user, one password, and a folder that other systems of the municipality see
 * as their own. Its key is kept, so that it is the same after a restart, and the line that a client has to know is written beside it.
 */
final class SftpServer implements AutoCloseable {

    private static final int KEY_BITS = 256;

    private final SshServer server;

    /**
     * @param port 0 for any that is free
     * @param key where the server's key is, or will be
     * @param knownHosts where the line for clients is written
     */
    SftpServer(int port, Path folder, String user, String password, Path key, Path knownHosts, Journal journal)
            throws IOException {
        var keys = new SimpleGeneratorHostKeyProvider(key);
        keys.setAlgorithm("EC");
        keys.setKeySize(KEY_BITS);
        var sftp = new SftpSubsystemFactory.Builder().build();
        server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.setKeyPairProvider(keys);
        server.setPasswordAuthenticator((name, word, session) -> {
            var isUser = name.equals(user) && word.equals(password);
            journal.note(isUser ? "login" : "refused");
            return isUser;
        });
        server.setFileSystemFactory(new VirtualFileSystemFactory(Files.createDirectories(folder)));
        server.setSubsystemFactories(List.of(sftp));
        server.start();
        for (var pair : keys.loadKeys(null)) {
            tell(knownHosts, PublicKeyEntry.toString(pair.getPublic()));
        }
    }

    /** Whoever reads it sees the whole line or none. */
    private void tell(Path knownHosts, String key) throws IOException {
        var temporary = knownHosts.resolveSibling(knownHosts.getFileName() + ".tmp");
        Files.writeString(temporary, "[127.0.0.1]:" + port() + " " + key + "\n");
        Files.move(temporary, knownHosts, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(
                List.of(words),
                Set.of("port", "folder", "user", "password-file", "key-file", "known-hosts", "journal"),
                Set.of());
        var password = Files.readString(options.path("password-file")).strip();
        try (var journal = new Journal(options.path("journal"), Clock.systemUTC());
                var server = new SftpServer(
                        options.number("port", 0),
                        options.path("folder"),
                        options.text("user"),
                        password,
                        options.path("key-file"),
                        options.path("known-hosts"),
                        journal)) {
            journal.note("ready", "port", server.port());
            new CountDownLatch(1).await();
        }
    }
}
