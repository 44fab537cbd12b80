package de.stellwerk.samples.crash;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.Home;
import de.stellwerk.samples.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The home of a hub that is killed again and again: three municipalities that have only what the channels ask for. The channels write
 * into it; {@link #finish} makes the configuration of it.
 */
final class Scratch {

    /** Parts of more bytes lie in the content folder, so that small messages pass the crash points there. */
    static final int INLINE = 8 << 10;

    static final List<String> TENANTS = List.of("14999001", "14999002", "14999003");

    private final Home home;
    private final Checkout checkout;
    private final long seed;
    private final int hubPort;
    private final int jmsPort;
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Map<String, List<String>> connections = new TreeMap<>();
    private final List<String> doors = new ArrayList<>();

    private Scratch(Home home, Checkout checkout, long seed, int hubPort, int jmsPort) {
        this.home = home;
        this.checkout = checkout;
        this.seed = seed;
        this.hubPort = hubPort;
        this.jmsPort = jmsPort;
    }

    /** Makes it anew; what an earlier run left there is deleted. */
    static Scratch fresh(Path folder, Checkout checkout, long seed) throws IOException {
        return new Scratch(Home.bare(folder, checkout), checkout, seed, freePort(), freePort());
    }

    /** A port for a neighbour of the hub: always the same for the same name. */
    int port(String name) throws IOException {
        var known = ports.get(name);
        if (known != null) {
            return known;
        }
        var free = freePort();
        ports.put(name, free);
        return free;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    static String tenant(int number) {
        return TENANTS.get(number % TENANTS.size());
    }

    Home home() {
        return home;
    }

    Checkout checkout() {
        return checkout;
    }

    long seed() {
        return seed;
    }

    int hubPort() {
        return hubPort;
    }

    int jmsPort() {
        return jmsPort;
    }

    Path journal(String name) {
        return home.journals().folder().resolve(name + ".jsonl");
    }

    /** A folder outside of the hub, made if need be. */
    Path folder(String first, String... more) throws IOException {
        return Files.createDirectories(home.town().resolve(Path.of(first, more)));
    }

    /** A secret that the hub and a neighbour share. */
    Path secret(String name) throws IOException {
        var file = home.secret(name);
        if (!Files.exists(file)) {
            Home.write(file, Home.password());
        }
        return file;
    }

    /** Adds a connection of a municipality: its name, and its lines in YAML from {@code connector:} on. */
    void connection(String municipality, String name, String yaml) {
        // A message may be under way at many kills in a row: that is no reason to give it up.
        var all = (yaml.contains("poll:") ? "" : "poll: 100ms\n")
                + "retry: { attempts: 1000, first: 200ms, longest: 2s }\n" + yaml.strip();
        connections.computeIfAbsent(municipality, key -> new ArrayList<>()).add("  " + name + ":\n" + all.indent(4));
    }

    /** Adds a connection for each municipality that lays files into the folder which the {@link Shelf} of the channel reads. */
    void shelf(String connection, String channel) throws IOException {
        for (var tenant : TENANTS) {
            connection(
                    tenant,
                    connection,
                    "connector: file-drop\nsettings: { folder: \"" + folder(channel, tenant) + "\" }");
        }
    }

    /** Adds a queue of the hub's broker that somebody outside may use. */
    void door(String queue, String user, String secret) throws IOException {
        secret(secret);
        doors.add("    - { queue: " + queue + ", user: " + user + ", password: { secret: " + secret + " } }\n");
    }

    /** Adds a route for each municipality: what arrives as this kind is delivered to this connection as it is. */
    void route(String kind, String steps) throws IOException {
        for (var tenant : TENANTS) {
            route(tenant, kind, steps);
        }
    }

    void route(String municipality, String kind, String steps) throws IOException {
        var id = kind.replace('.', '-') + "-" + municipality;
        Files.writeString(home.folder().resolve("routes/" + id + ".camel.yaml"), """
                - route:
                    id: %s
                    from:
                      uri: hub:%s
                      parameters: { municipality: "%s" }
                      steps:
                %s""".formatted(
                        id, kind, municipality, steps.strip().indent(8)));
    }

    /** Starts a neighbour of the hub. */
    Program neighbour(String name, String journal, List<String> words) throws IOException {
        return Program.ofTown(name, home, journal + ".log", journal(journal), words);
    }

    /** Writes the configuration; nothing can be added afterwards. */
    void finish() throws IOException {
        Files.writeString(home.folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: %d }
                broker:
                  address: 127.0.0.1
                  port: %d
                %slimits: { inline: %dB }
                plugins: { unsigned: allowed, canary: "%s", watch: 3s }
                """.formatted(
                        hubPort,
                        jmsPort,
                        doors.isEmpty() ? "" : "  doors:\n" + String.join("", doors),
                        INLINE,
                        TENANTS.get(0)));
        for (var ags : TENANTS) {
            Files.writeString(home.folder().resolve("config/municipalities/" + ags + ".yaml"), """
                    municipality: "%s"
                    ars: "%s"
                    name: Erprobung %s
                    connections:
                    %s""".formatted(
                            ags,
                            ags.substring(0, 5) + "0000" + ags.substring(5),
                            ags.substring(7),
                            String.join("", connections.getOrDefault(ags, List.of()))));
        }
    }
}
