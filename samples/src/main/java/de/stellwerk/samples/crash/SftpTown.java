package de.stellwerk.samples.crash;

import de.stellwerk.samples.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An SFTP server beside the hub, for one channel: what the hub must know to get there, and the folder that it serves. */
record SftpTown(Scratch scratch, String channel) {

    private static final String PLUGIN = "folder-exchange";
    private static final String USER = "crash";
    private static final Duration START = Duration.ofSeconds(60);

    /** What it serves: a folder a tenant. */
    Path root() throws IOException {
        return scratch.folder(channel);
    }

    /** Adds the connector's jar, and a connection for each tenant with these settings beside those that lead to the server. */
    void furnish(String connection, String settings) throws IOException {
        var jar = scratch.home().folder().resolve("plugins/inbox").resolve(PLUGIN + ".jar");
        if (!Files.exists(jar)) {
            Files.copy(scratch.checkout().plugin(PLUGIN), jar);
        }
        scratch.secret(secret());
        for (var tenant : Scratch.TENANTS) {
            scratch.connection(
                    tenant,
                    connection,
                    """
                    connector: folder-exchange
                    settings:
                      url: sftp://127.0.0.1:%d/%s
                      user: %s
                      password: { secret: %s }
                      known-hosts: %s
                      ready: rename
                    """.formatted(scratch.port(channel), tenant, USER, secret(), knownHosts())
                            + settings.strip().indent(2));
        }
    }

    /** Starts the server, and waits until it has said what its key is: a hub that starts earlier would wait for its next try. */
    Program start() throws IOException {
        var server = scratch.neighbour(
                "SftpServer",
                channel + "-server",
                List.of(
                        "--port",
                        String.valueOf(scratch.port(channel)),
                        "--folder",
                        root().toString(),
                        "--user",
                        USER,
                        "--password-file",
                        scratch.secret(secret()).toString(),
                        "--key-file",
                        beside("host-key").toString(),
                        "--known-hosts",
                        knownHosts().toString()));
        var since = System.nanoTime();
        while (!Files.exists(knownHosts())) {
            if (!server.runs() || System.nanoTime() - since > START.toNanos()) {
                var words = server.lastWords();
                server.close();
                throw new IOException("the SFTP server did not start\n" + words);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return server;
    }

    private String secret() {
        return channel + "-user";
    }

    private Path knownHosts() {
        return beside("known-hosts");
    }

    private Path beside(String what) {
        return scratch.home().town().resolve(channel + "." + what);
    }
}
