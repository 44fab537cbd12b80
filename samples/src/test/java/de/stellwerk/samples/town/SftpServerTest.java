package de.stellwerk.samples.town;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.KnownHostsServerKeyVerifier;
import org.apache.sshd.client.keyverifier.RejectAllServerKeyVerifier;
import org.apache.sshd.common.SshException;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftpServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private Journal journal;

    @BeforeEach
    void openTheJournal() throws IOException {
        journal = new Journal(folder.resolve("journal.jsonl"), Clock.systemUTC());
    }

    @AfterEach
    void closeTheJournal() throws IOException {
        journal.close();
    }

    @Test
    void whoKnowsItsKeyAndThePasswordSeesTheFolder() throws Exception {
        try (var server = server(0)) {
            put(server.port(), "geheim", "a.xml", "<a/>");
        }
        assertThat(folder.resolve("root/a.xml")).hasContent("<a/>");
        assertThat(Journal.read(folder.resolve("journal.jsonl"), "login")).hasSize(1);
    }

    @Test
    void aWrongPasswordDoesNotGetIn() throws Exception {
        try (var server = server(0)) {
            assertThatThrownBy(() -> put(server.port(), "falsch", "a.xml", "<a/>"))
                    .isInstanceOf(SshException.class);
        }
        assertThat(folder.resolve("root")).isEmptyDirectory();
        assertThat(Journal.read(folder.resolve("journal.jsonl"), "login")).isEmpty();
    }

    @Test
    void itHasTheSameKeyAfterARestart() throws Exception {
        int port;
        String told;
        try (var server = server(0)) {
            port = server.port();
            told = Files.readString(folder.resolve("known-hosts"));
        }
        try (var server = server(port)) {
            put(server.port(), "geheim", "b.xml", "<b/>");
        }
        assertThat(folder.resolve("known-hosts")).hasContent(told);
        assertThat(folder.resolve("root/b.xml")).hasContent("<b/>");
    }

    private SftpServer server(int port) throws IOException {
        return new SftpServer(
                port,
                folder.resolve("root"),
                "amt",
                "geheim",
                folder.resolve("host-key"),
                folder.resolve("known-hosts"),
                journal);
    }

    /** As a client that talks only to a server it knows. */
    private void put(int port, String password, String name, String text) throws IOException {
        try (var client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(new KnownHostsServerKeyVerifier(
                    RejectAllServerKeyVerifier.INSTANCE, folder.resolve("known-hosts")));
            client.start();
            try (var session =
                    client.connect("amt", "127.0.0.1", port).verify(PATIENCE).getSession()) {
                session.addPasswordIdentity(password);
                session.auth().verify(PATIENCE);
                try (var sftp = SftpClientFactory.instance().createSftpClient(session);
                        var out = sftp.write("/" + name)) {
                    out.write(text.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }
}
