package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.spi.ConnectorFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.ServiceLoader;

/** Gives each plugin version its place: behind a wall in this process, or a process of its own if the configuration says so. */
final class Dwellings {

    /** A socket's path must be shorter, by the system's own limit. */
    private static final int LONGEST_SOCKET = 100;

    private final PluginJars jars;
    private final Isolation config;
    private final Path sockets;
    private final Clock clock;
    private final Leftovers leftovers = new Leftovers();
    private int opened;

    /** @param data the folder of the plugins' copies, and of the sockets */
    Dwellings(Path data, Isolation config, Clock clock) {
        this.jars = new PluginJars(data);
        this.config = config;
        this.sockets = data.resolve("sockets");
        this.clock = clock;
    }

    Dwelling open(PluginJar jar) {
        return config.isolated().contains(jar.id())
                ? new Isolated(jar, socket(), config.isolatedHeap(), clock)
                : new Walled(jar, jars.open(jar.copy()), jars, leftovers);
    }

    /** Versions that were closed and are still in memory, each with what holds it. */
    List<Leftovers.Held> held() {
        return leftovers.held();
    }

    void lookAtLeftovers() {
        leftovers.look();
    }

    int mostThreads() {
        return config.threads();
    }

    /** In a folder of the hub's user alone; in the system's temporary folder if the data folder's path is too long for a socket. */
    private synchronized Path socket() {
        try {
            var folder = sockets.toAbsolutePath();
            opened++;
            if (folder.resolve(opened + "-1000000.sock").toString().getBytes(StandardCharsets.UTF_8).length
                    > LONGEST_SOCKET) {
                folder = Files.createTempDirectory("stellwerk"); // nobody else may enter it
            } else {
                Files.createDirectories(folder);
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            }
            return folder.resolve(String.valueOf(opened));
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the sockets of isolated plugins", e);
        }
    }

    /** In the hub's own process. */
    private record Walled(PluginJar jar, Wall wall, PluginJars jars, Leftovers leftovers) implements Dwelling {

        @Override
        public ClassLoader loader() {
            return wall;
        }

        @Override
        public Iterable<ConnectorFactory> factories() {
            return ServiceLoader.load(ConnectorFactory.class, wall);
        }

        @Override
        public Reason process() {
            return Reason.NONE;
        }

        @Override
        public void close() {
            jars.close(wall);
            leftovers.add(jar, wall, Remains.clear(wall));
        }
    }
}
