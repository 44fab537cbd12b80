package de.stellwerk.plugins.folder;

import static de.stellwerk.plugins.folder.PickupTest.names;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same on a real SFTP server. */
@Timeout(60)
class SftpPickupTest implements SourceContract {

    private Path in = Path.of("not-opened");
    private Optional<TestServer> server = Optional.empty();

    @AfterEach
    void stop() throws IOException {
        if (server.isPresent()) {
            server.get().close();
        }
    }

    @Test
    void umlautsInAName(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            put("Müller & Söhne");
            hub.poll(source);
            assertThat(hub.inbox().messages().get(0).body().name()).isEqualTo("Müller & Söhne.xml");
            assertThat(names(in)).containsExactly("erledigt");
            assertThat(in.resolve("erledigt/Müller & Söhne.xml")).exists();
        }
    }

    @Test
    void aLinkOnTheServerIsNotTaken(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("ready", "rename");
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            var other = Files.writeString(in.resolveSibling("other.xml"), "<other/>");
            Files.createSymbolicLink(in.resolve("link.xml"), other);
            hub.poll(source);
            assertThat(hub.inbox().offered()).isEmpty();
            assertThat(in.resolve("fehler/link.xml.fehler.txt")).content().startsWith("folder.not-a-file");
        }
    }

    @Test
    void aLineThatBreaksInTheMiddleOfAFileHasTakenNothingAndLeftNothing(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            Files.write(in.resolve("large.xml"), new byte[3 << 20]);
            Files.createFile(in.resolve("large.xml.ok"));
            server().breakAfter(1 << 20);
            assertThatThrownBy(() -> hub.poll(source)).isInstanceOf(IOException.class);
            assertThat(hub.inbox().offered()).isEmpty();
            assertThat(names(hub.directory())).isEmpty();
            server().heal();
            hub.poll(source);
            assertThat(hub.inbox().messages()).singleElement().satisfies(message -> assertThat(
                            TestHub.bytes(message.body()))
                    .hasSize(3 << 20));
        }
    }

    @Test
    void aServerThatFreezesIsGivenUpAndFoundAgain(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            put("one");
            server().freeze();
            var start = System.nanoTime();
            assertThatThrownBy(() -> hub.poll(source)).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            assertThat(hub.inbox().offered()).isEmpty();
            server().heal();
            hub.poll(source);
            assertThat(hub.inbox().messages()).hasSize(1);
        }
    }

    @Test
    void aLineThatIsIdleForAWhileIsStillThereOrMadeAnew(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("timeout", "2s");
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            hub.poll(source);
            Awaitility.await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
            put("one");
            hub.poll(source);
            assertThat(hub.inbox().messages()).hasSize(1);
        }
    }

    @Test
    void aServerWhoseKeyIsNotKnownIsNotTalkedTo(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        server().know("other.example.org", TestServer.key("EC"));
        try (var factory = factory()) {
            assertThatThrownBy(() -> hub.open(factory)).hasMessageContaining("sftp.host-key-unknown");
        }
    }

    @Test
    void aServerWhoseKeyHasChangedIsNotTalkedToAndNoPasswordIsSent(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        server().changeKey();
        try (var factory = factory()) {
            assertThatThrownBy(() -> hub.open(factory)).hasMessageContaining("sftp.host-key-changed");
        }
    }

    @Test
    void aKeyThatChangesWhileTheHubRunsIsRefusedAsWell(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            put("one");
            server().changeKey();
            assertThatThrownBy(() -> hub.poll(source)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> hub.poll(source)).hasMessageContaining("sftp.host-key-changed");
            assertThat(hub.inbox().offered()).isEmpty();
        }
    }

    @Test
    void aServerWithSeveralKeysIsAskedForTheOneThatIsKnown(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        for (var key : List.of(server().rsa(), server().ed25519())) {
            server().know(key);
            try (var factory = factory();
                    var source = hub.open(factory, Source.class)) {
                put(key.getPublic().getAlgorithm());
                hub.poll(source);
            }
        }
        assertThat(hub.inbox().messages()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519"})
    void aPrivateKeyLogsInWithoutAPassword(String algorithm, @TempDir Path directory) throws Exception {
        var key = TestServer.key(algorithm);
        var hub = hub(directory).with("password", "").with("private-key", pem(key));
        server().userKeys(key);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            put("one");
            assertThat(hub.poll(source).messages()).hasSize(1);
        }
    }

    @Test
    void aPrivateKeyInOpenSshsOwnFormLogsIn(@TempDir Path directory) throws Exception {
        var key = TestServer.key("EC");
        var text = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "pirna", new OpenSSHKeyEncryptionContext(), text);
        var hub = hub(directory).with("password", "").with("private-key", text.toString(US_ASCII));
        server().userKeys(key);
        try (var factory = factory();
                var source = hub.open(factory, Source.class)) {
            put("one");
            assertThat(hub.poll(source).messages()).hasSize(1);
        }
    }

    private static String pem(KeyPair key) {
        var bytes = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(key.getPrivate().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + bytes + "\n-----END PRIVATE KEY-----";
    }

    @Test
    void aRevokedKeyIsNotBelieved(@TempDir Path directory) throws Exception {
        var hub = hub(directory);
        server().revoke();
        try (var factory = factory()) {
            assertThatThrownBy(() -> hub.open(factory)).hasMessageContaining("sftp.host-key-revoked");
        }
    }

    @Test
    void aWrongPasswordIsSaidAsSuch(@TempDir Path directory) throws Exception {
        var hub = hub(directory).with("password", "falsch");
        try (var factory = factory()) {
            assertThatThrownBy(() -> hub.open(factory)).hasMessageContaining("sftp.login");
        }
    }

    private TestServer server() {
        return server.orElseThrow();
    }

    @Override
    public ConnectorFactory factory() {
        return new FolderExchange();
    }

    @Override
    public TestHub hub(Path directory) throws IOException {
        in = Files.createDirectories(directory.resolve("server/austausch/in"));
        server = Optional.of(new TestServer(directory.resolve("server")));
        return server().hub(directory, "/austausch").with("in", "in").with("kind", "form.submission");
    }

    @Override
    public void put(String name) throws IOException {
        Files.writeString(in.resolve(name + ".xml"), "<a>" + name + "</a>");
        Files.createFile(in.resolve(name + ".xml.ok"));
    }

    @Override
    public int waiting() throws IOException {
        return (int) names(in).stream().filter(name -> name.endsWith(".ok")).count();
    }

    @Override
    public int keptRejected() throws IOException {
        return (int) names(in.resolve("fehler")).stream()
                .filter(name -> name.endsWith(".xml"))
                .count();
    }

    @Override
    public int mostAtOnce() {
        return 50;
    }

    @Override
    public void unreachable() throws IOException {
        server().stop();
    }

    @Override
    public void reachable() throws IOException {
        server().startAgain();
    }
}
