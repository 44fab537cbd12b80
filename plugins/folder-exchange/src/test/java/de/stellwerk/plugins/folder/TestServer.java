package de.stellwerk.plugins.folder;

import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.session.ServerSession;
import org.apache.sshd.sftp.server.FileHandle;
import org.apache.sshd.sftp.server.SftpEventListener;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** A real SFTP server on the loopback, whose root is a folder of the test. It can be away, set up anew, or break the line off. */
final class TestServer implements AutoCloseable {

    static {
        Ed25519.use(); // the server side is the same library
    }

    static final String USER = "pirna";
    static final String PASSWORD = "geheim";

    private final Path root;
    private final Path knownHosts;
    private final KeyPair rsa = key("RSA");
    private final KeyPair ec = key("EC");
    private final KeyPair ed25519 = key("Ed25519");
    private final AtomicLong bytesUntilBroken = new AtomicLong(Long.MAX_VALUE);
    private volatile boolean isFrozen;
    private KeyPair shown = ec;
    private List<KeyPair> userKeys = List.of();
    private SshServer server;
    private int port;

    /** @param root must exist; the file {@code known_hosts} is laid beside it */
    TestServer(Path root) throws IOException {
        this.root = root;
        this.knownHosts = root.resolveSibling("known_hosts");
        server = start();
        port = server.getPort();
        know(ec);
    }

    static KeyPair key(String algorithm) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            } else if (algorithm.equals("RSA")) {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private SshServer start() throws IOException {
        var made = SshServer.setUpDefaultServer();
        made.setHost("127.0.0.1");
        made.setPort(port);
        made.setKeyPairProvider(KeyPairProvider.wrap(rsa, ed25519, shown));
        made.setPasswordAuthenticator((user, password, session) -> user.equals(USER) && password.equals(PASSWORD));
        made.setPublickeyAuthenticator((user, key, session) ->
                userKeys.stream().anyMatch(known -> known.getPublic().equals(key)));
        made.setFileSystemFactory(new VirtualFileSystemFactory(root));
        var sftp = new SftpSubsystemFactory.Builder().build();
        sftp.addSftpEventListener(new SftpEventListener() {
            @Override
            public void reading(
                    ServerSession session, String remote, FileHandle file, long at, byte[] data, int from, int length) {
                breakOff(session, length);
            }

            @Override
            public void writing(
                    ServerSession session, String remote, FileHandle file, long at, byte[] data, int from, int length) {
                breakOff(session, length);
            }
        });
        made.setSubsystemFactories(List.of(sftp));
        made.start();
        return made;
    }

    private void breakOff(ServerSession session, int bytes) {
        while (isFrozen) {
            LockSupport.parkNanos(10_000_000);
        }
        if (bytesUntilBroken.addAndGet(-bytes) < 0) {
            session.close(true);
        }
    }

    /** The line breaks when so many bytes have gone over it, whichever way. */
    void breakAfter(long bytes) {
        bytesUntilBroken.set(bytes);
    }

    /** The server takes requests and answers none. */
    void freeze() {
        isFrozen = true;
    }

    void heal() {
        isFrozen = false;
        bytesUntilBroken.set(Long.MAX_VALUE);
    }

    void userKeys(KeyPair... keys) {
        userKeys = List.of(keys);
    }

    /** Writes the file of known hosts anew, with this one key; each line may have a marker before it. */
    void know(KeyPair key) throws IOException {
        know("[127.0.0.1]:" + port, key);
    }

    void know(String host, KeyPair key) throws IOException {
        Files.writeString(
                knownHosts, "# keys\n" + host + " " + PublicKeyEntry.toString(key.getPublic()) + " a comment\n");
    }

    /** Its key is known, and known to be no longer worth anything. */
    void revoke() throws IOException {
        Files.writeString(
                knownHosts, "@revoked * " + PublicKeyEntry.toString(ec.getPublic()) + "\n", StandardOpenOption.APPEND);
    }

    KeyPair rsa() {
        return rsa;
    }

    KeyPair ed25519() {
        return ed25519;
    }

    /** Somebody sets the server up anew, or another one answers in its place. */
    void changeKey() throws IOException {
        shown = key("EC");
        stop();
        server = start();
    }

    void stop() throws IOException {
        server.stop(true);
    }

    void startAgain() throws IOException {
        server = start();
    }

    /** Settings that lead to the server's folder. */
    TestHub hub(Path directory, String folder) {
        return new TestHub(directory)
                .with("url", "sftp://127.0.0.1:" + port + folder)
                .with("user", USER)
                .with("password", PASSWORD)
                .with("known-hosts", knownHosts)
                .with("timeout", "3s");
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}
