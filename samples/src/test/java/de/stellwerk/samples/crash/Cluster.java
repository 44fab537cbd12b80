package de.stellwerk.samples.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.Home;
import de.stellwerk.samples.Program;
import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Two hub nodes on one home, one PostgreSQL and one broker, each a process of its own, and a balancer before the nodes. */
final class Cluster implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(100);

    /** A node: its data folder is all that it has alone. */
    final class Node {

        private final String name;
        private final Path data;
        private final int port;
        private Optional<Program> program = Optional.empty();

        private Node(String name, Path data, int port) {
            this.name = name;
            this.data = data;
            this.port = port;
        }

        String name() {
            return name;
        }

        /** The name that it gives itself in the database. */
        String id() throws IOException {
            return Files.readString(data.resolve("node")).strip();
        }

        HubClient client() throws IOException {
            return new HubClient(URI.create("http://127.0.0.1:" + port), key());
        }

        private Program program() {
            return program.orElseThrow();
        }

        long pid() {
            return program().pid();
        }

        void launch() throws IOException {
            launch(Files.exists(classes) ? List.of("-XX:SharedArchiveFile=" + classes) : List.of());
        }

        private void launch(List<String> more) throws IOException {
            var words = new ArrayList<>(List.of(
                    "-Xmx384m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-Xlog:disable",
                    "-Xlog:all=error:stderr",
                    "-Dfile.encoding=UTF-8"));
            words.addAll(more);
            words.addAll(List.of(
                    "-jar", scratch.checkout().hubJar().toString(), "--home=" + home().folder(), "--data=" + data));
            program = Optional.of(Program.start(name, home().folder(), log(), environment(), words));
        }

        /** What the configuration of all nodes reads. */
        Map<String, String> environment() {
            return Map.of("STELLWERK_PORT", String.valueOf(port), "STELLWERK_NODE", name);
        }

        private Path log() {
            return home().logs().resolve(name + ".log");
        }

        /** Returns when it is ready and the balancer knows. */
        void awaitReady() {
            await(name + " is ready").atMost(START).pollInterval(LOOK).until(() -> {
                assertThat(program().runs()).as(program().lastWords()).isTrue();
                return balancer.sends(port);
            });
        }

        void kill() throws InterruptedException {
            program().kill();
        }

        void signal(String signal) throws IOException, InterruptedException {
            var kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(pid())).start();
            assertThat(kill.waitFor()).isZero();
        }

        List<String> logged(String word) throws IOException {
            return Files.readAllLines(log()).stream()
                    .filter(line -> line.contains(word))
                    .toList();
        }
    }

    private final Scratch scratch;
    private final Path classes;
    private final Properties access = new Properties();
    private final Program database;
    private final int brokerPort;
    private Program broker;
    private final Node a;
    private final Node b;
    private final Balancer balancer;

    Cluster(Path folder, Checkout checkout, long seed, List<? extends Channel> channels) throws Exception {
        scratch = Scratch.fresh(folder, checkout, seed);
        classes = checkout.folder()
                .resolve("samples/target/crash-classes-" + Runtime.version().feature() + ".jsa");
        for (var channel : channels) {
            channel.furnish(scratch);
        }
        scratch.finish();
        brokerPort = scratch.port("broker");
        scratch.secret("broker");
        var data = home().folder().resolve("data");
        var told = home().folder().resolve("access.properties");
        database = own(
                "DatabaseProcess",
                List.of(checkout.hubJar()),
                List.of(data.resolve("postgres").toString(), told.toString()));
        broker = startBroker();
        await("a database").atMost(START).pollInterval(LOOK).until(() -> {
            assertThat(database.runs()).as(database.lastWords()).isTrue();
            return Files.exists(told);
        });
        try (var in = Files.newInputStream(told)) {
            access.load(in);
        }
        Home.write(home().secret("database"), access.getProperty("password"));
        Files.writeString(home().folder().resolve("config/hub.yaml"), """
                web: { address: 127.0.0.1, port: "${STELLWERK_PORT}" }
                broker: { url: "tcp://127.0.0.1:%d", user: hub, password: { secret: broker } }
                database:
                  url: "%s&ApplicationName=${STELLWERK_NODE}"
                  user: %s
                  password: { secret: database }
                content: { folder: shared/content }
                seal: { folder: shared/seal }
                limits: { inline: %dB }
                plugins: { unsigned: allowed }
                """.formatted(
                        brokerPort, access.getProperty("jdbcUrl"), access.getProperty("user"), Scratch.INLINE));
        a = new Node("node-a", data, scratch.port("a"));
        b = new Node("node-b", home().folder().resolve("data-b"), scratch.port("b"));
        balancer = new Balancer(List.of(a.port, b.port));
    }

    Home home() {
        return scratch.home();
    }

    Scratch scratch() {
        return scratch;
    }

    Node a() {
        return a;
    }

    Node b() {
        return b;
    }

    Node other(Node node) {
        return node == a ? b : a;
    }

    /** A client of all nodes. */
    HubClient client() throws IOException {
        return new HubClient(balancer.address(), key());
    }

    private String key() throws IOException {
        return Files.readString(home().firstKey()).strip();
    }

    String jdbcUrl() {
        return access.getProperty("jdbcUrl");
    }

    /** What the nodes may do in the database, the test may. */
    Properties login() {
        var login = new Properties();
        login.setProperty("user", access.getProperty("user"));
        login.setProperty("password", access.getProperty("password"));
        return login;
    }

    /** The first start of the first node: it makes the tables, the first key, and, once, an archive of the classes for quicker starts. */
    void begin() throws IOException {
        var current = Files.exists(classes)
                && Files.getLastModifiedTime(classes)
                                .compareTo(Files.getLastModifiedTime(
                                        scratch.checkout().hubJar()))
                        > 0;
        if (!current) {
            Files.deleteIfExists(classes);
            a.launch(List.of("-XX:ArchiveClassesAtExit=" + classes));
            a.awaitReady();
            a.program().close();
        }
        a.launch();
        a.awaitReady();
    }

    private Program startBroker() throws Exception {
        var started = own(
                "BrokerProcess",
                List.of(),
                List.of(
                        scratch.checkout()
                                .folder()
                                .resolve("config/broker-shared.xml")
                                .toString(),
                        home().folder().resolve("broker").toString(),
                        String.valueOf(brokerPort),
                        home().secret("broker").toString()));
        await("a broker").atMost(START).pollInterval(LOOK).until(() -> {
            assertThat(started.runs()).as(started.lastWords()).isTrue();
            try (var socket = new Socket("127.0.0.1", brokerPort)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false; // not yet
            }
        });
        return started;
    }

    void killBroker() throws InterruptedException {
        broker.kill();
    }

    void startBrokerAgain() throws Exception {
        broker = startBroker();
    }

    /** A process of this package, on the given jars or else on the test's own. */
    private Program own(String name, List<Path> jars, List<String> words) throws Exception {
        var mine = Path.of(Cluster.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        var path = jars.isEmpty() ? System.getProperty("java.class.path") : mine + ":" + jars.get(0);
        var command = new ArrayList<>(List.of(
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dio.netty.noUnsafe=false",
                "-Dfile.encoding=UTF-8",
                "-cp",
                path,
                "de.stellwerk.samples.crash." + name));
        command.addAll(words);
        return Program.start(name, home().folder(), home().logs().resolve(name + ".log"), Map.of(), command);
    }

    @Override
    public void close() throws Exception {
        for (var node : List.of(a, b)) {
            node.program.ifPresent(Program::close);
        }
        balancer.close();
        broker.close();
        database.close();
        home().database().ifPresent(ProcessHandle::destroy);
    }
}
