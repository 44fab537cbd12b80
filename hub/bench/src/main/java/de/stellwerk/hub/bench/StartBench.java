package de.stellwerk.hub.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * From the start of the process to ready: the hub on existing data, with its database and its broker, beside a bare Spring Boot
 * service with web and JDBC, alternating in one run. Then the same with 420 municipalities of three connections each, and once more
 * when every connection has been opened by a delivery. Run {@code bin/bench-start} after a build; arguments: the folder to work in
 * and the number of rounds (5).
 */
public final class StartBench {

    private static final int MUNICIPALITIES = 420;
    private static final Duration LONGEST_START = Duration.ofSeconds(120);

    private final Path work;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private StartBench(Path work) {
        this.work = work;
    }

    private record Running(Process process, int port, double seconds) {}

    public static void main(String[] arguments) throws Exception {
        var work = Files.createDirectories(Path.of(arguments.length > 0 ? arguments[0] : "target/bench-start"));
        var rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        new StartBench(work.toAbsolutePath()).run(rounds);
    }

    private void run(int rounds) throws Exception {
        var small = home("small", 2);
        var first = startHub(small);
        stop(first);
        var hub = new ArrayList<Double>();
        var bare = new ArrayList<Double>();
        for (int i = 0; i < rounds; i++) {
            var running = startHub(small);
            hub.add(running.seconds());
            // The hub's own database serves the bare service too, so that both find a running one warm in the page
            // cache.
            var other = startBare(small);
            bare.add(other.seconds());
            stop(other);
            stop(running);
            say("round %d: hub %.2f s, bare %.2f s", i + 1, running.seconds(), other.seconds());
        }
        var idle = startHub(small);
        var baseHeap = heap(idle);
        stop(idle);

        var large = home("large", MUNICIPALITIES);
        stop(startHub(large));
        var many = startHub(large);
        var lazyHeap = heap(many);
        var connections = MUNICIPALITIES * 3;
        var openedSeconds = openAll(large, many);
        var openedHeap = heap(many);
        stop(many);

        say(
                "heap after collection: %d connections not opened %.1f kB each, opened %.1f kB each",
                connections,
                (lazyHeap - baseHeap) / 1024.0 / connections,
                (openedHeap - baseHeap) / 1024.0 / connections);
        say(
                "start_s=%.2f bare_s=%.2f ratio=%.2f first_start_s=%.2f connections=%d added_s=%.2f opened_s=%.2f kb_per_connection=%.1f kb_per_opened_connection=%.1f",
                median(hub),
                median(bare),
                median(hub) / median(bare),
                first.seconds(),
                connections,
                many.seconds() - median(hub),
                openedSeconds,
                (lazyHeap - baseHeap) / 1024.0 / connections,
                (openedHeap - baseHeap) / 1024.0 / connections);
    }

    private Path home(String name, int municipalities) throws IOException {
        var home = work.resolve(name);
        if (Files.exists(home)) {
            try (var all = Files.walk(home)) {
                for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(home.resolve("config/municipalities"));
        Files.createDirectories(home.resolve("config/trust"));
        Files.createDirectories(home.resolve("plugins/inbox"));
        Files.createDirectories(home.resolve("routes"));
        Files.copy(
                Path.of("plugins/file-drop/target/file-drop-0.1.0.jar"),
                home.resolve("plugins/inbox/file-drop-0.1.0.jar"));
        Files.writeString(
                home.resolve("config/hub.yaml"),
                "plugins: { unsigned: allowed }\nweb:\n  port: ${STELLWERK_PORT}\nbroker:\n  address: 127.0.0.1\n  port: 0\n");
        var template = new StringBuilder("""
                - routeTemplate:
                    id: to-three
                    parameters:
                      - name: municipality
                    from:
                      uri: hub:form.submission
                      parameters:
                        municipality: "{{municipality}}"
                      steps:
                        - to: hub:deliver/a
                        - to: hub:deliver/b
                        - to: hub:deliver/c
                """);
        Files.writeString(home.resolve("routes/to-three.camel.yaml"), template);
        var routes = new StringBuilder();
        for (int i = 0; i < municipalities; i++) {
            var ags = String.format(Locale.ROOT, "14%06d", 100_000 + i);
            var text = new StringBuilder("municipality: \"" + ags + "\"\nars: \"" + ags.substring(0, 5) + "0000"
                    + ags.substring(5) + "\"\nname: Ort " + i + "\nconnections:\n");
            for (var connection : List.of("a", "b", "c")) {
                text.append("  ")
                        .append(connection)
                        .append(":\n    connector: file-drop\n    settings:\n      folder: town/")
                        .append(ags)
                        .append('/')
                        .append(connection)
                        .append('\n');
                Files.createDirectories(home.resolve("town/" + ags + "/" + connection));
            }
            Files.writeString(home.resolve("config/municipalities/" + ags + ".yaml"), text);
            routes.append("- templatedRoute:\n    routeTemplateRef: to-three\n    routeId: forms-")
                    .append(ags)
                    .append("\n    parameters:\n      - name: municipality\n        value: \"")
                    .append(ags)
                    .append("\"\n");
        }
        Files.writeString(home.resolve("routes/forms.camel.yaml"), routes);
        return home;
    }

    private Running startHub(Path home) throws Exception {
        var port = freePort();
        return start(
                port, home.resolve("hub.log"), new ProcessBuilder("bin/stellwerk", "run", "--home", home.toString()));
    }

    private Running startBare(Path home) throws Exception {
        var port = freePort();
        var postgres = home.resolve("data/postgres");
        return start(
                port,
                home.resolve("bare.log"),
                new ProcessBuilder(
                        java(),
                        "-Xmx1g",
                        "-cp",
                        "hub/bench/target/stellwerk-bench-0.1.0.jar",
                        BareStart.class.getName(),
                        "--server.port=" + port,
                        "--spring.datasource.url=jdbc:postgresql://127.0.0.1:"
                                + Files.readString(postgres.resolve("port")).strip() + "/stellwerk",
                        "--spring.datasource.username=postgres",
                        "--spring.datasource.password="
                                + Files.readString(postgres.resolve("password")).strip()));
    }

    private Running start(int port, Path log, ProcessBuilder builder) throws Exception {
        builder.environment().put("STELLWERK_PORT", String.valueOf(port));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        var begin = System.nanoTime();
        var process = builder.start();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                .timeout(Duration.ofSeconds(2))
                .build();
        while (System.nanoTime() - begin < LONGEST_START.toNanos()) {
            if (!process.isAlive()) {
                throw new IOException("it ended while starting, see " + log);
            }
            try {
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return new Running(process, port, (System.nanoTime() - begin) / 1e9);
                }
            } catch (IOException e) {
                // not listening yet
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        process.destroyForcibly();
        throw new IOException("not ready after " + LONGEST_START + ", see " + log);
    }

    /** One message for each municipality, delivered to its three connections; the seconds until all have arrived. */
    private double openAll(Path home, Running running) throws Exception {
        var key = Files.readString(home.resolve("data/first-api-key")).strip();
        var begin = System.nanoTime();
        for (int i = 0; i < MUNICIPALITIES; i++) {
            var ags = String.format(Locale.ROOT, "14%06d", 100_000 + i);
            var body = "--x\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n"
                    + "{\"municipality\":\"" + ags + "\",\"kind\":\"form.submission\"}\r\n"
                    + "--x\r\nContent-Disposition: form-data; name=\"body\"; filename=\"f.xml\"\r\n"
                    + "Content-Type: application/xml\r\n\r\n<form/>\r\n--x--\r\n";
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + running.port() + "/api/v1/messages"))
                            .header("Authorization", "Bearer " + key)
                            .header("Idempotency-Key", "open-" + ags)
                            .header("Content-Type", "multipart/form-data; boundary=x")
                            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 201) {
                throw new IOException("not taken: " + answer.statusCode() + " " + answer.body());
            }
        }
        while (arrived(home) < MUNICIPALITIES * 3L) {
            if (System.nanoTime() - begin > LONGEST_START.toNanos()) {
                throw new IOException("only " + arrived(home) + " of " + MUNICIPALITIES * 3 + " have arrived");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    private static long arrived(Path home) throws IOException {
        try (var all = Files.walk(home.resolve("town"))) {
            return all.filter(file -> file.toString().endsWith(".xml")).count();
        }
    }

    /** Live bytes after a full collection, as the JVM itself counts them. */
    private static long heap(Running running) throws Exception {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var histogram = new ProcessBuilder(
                        jcmd, String.valueOf(running.process().pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        @Nullable String total = null;
        try (var lines = histogram.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("Total")) {
                    total = line;
                }
            }
        }
        if (total == null) {
            throw new IOException("the heap of the hub could not be read");
        }
        return Long.parseLong(total.trim().split("\\s+")[2]);
    }

    private static void stop(Running running) throws Exception {
        running.process().destroy();
        if (!running.process().waitFor(60, TimeUnit.SECONDS)) {
            running.process().destroyForcibly();
            throw new IOException("it did not stop within a minute");
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
