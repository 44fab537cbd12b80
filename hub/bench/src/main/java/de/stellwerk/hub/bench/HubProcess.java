package de.stellwerk.hub.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The hub as a process of its own, started as {@code bin/stellwerk run} starts it, but for the class archive: writing one at the end
 * would only cost time here. It is spoken to by REST, and read by what the JVM tells about itself.
 */
final class HubProcess implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofSeconds(120);
    private static final Pattern COLLECTION = Pattern.compile(" ([0-9]+)([KMG])->([0-9]+)([KMG])\\(");
    private static final Pattern USED =
            Pattern.compile("(?m)^ *(?:PSYoungGen|ParOldGen|garbage-first heap) .*used ([0-9]+)K");
    private static final Pattern TOTAL = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)");
    private static final JsonMapper JSON = new JsonMapper();

    private final BenchHome home;
    private final Process process;
    private final Path collections;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private HubProcess(BenchHome home, Process process, Path collections) {
        this.home = home;
        this.process = process;
        this.collections = collections;
    }

    /** Where the hub's messages and deliveries are, as it says itself. */
    record Balance(long taken, long delivered, long open, long elsewhere) {}

    /** @param options further options of the JVM */
    static HubProcess start(BenchHome home, List<String> options) throws IOException, InterruptedException {
        var collections = home.folder().resolve("collections.log");
        var heap = System.getenv().getOrDefault("STELLWERK_HEAP", "1g");
        var words = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-Xlog:gc:file=" + collections + "::filecount=0",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-PrintWarnings",
                "-XX:ThreadPriorityPolicy=1",
                "-XX:CompilerThreadPriority=0",
                "-Dfile.encoding=UTF-8"));
        var asked = System.getenv().getOrDefault("STELLWERK_JAVA_OPTS", "");
        if (!asked.matches(".*-XX:\\+Use\\w*GC.*")) {
            words.add("-XX:+UseParallelGC");
        }
        words.addAll(Stream.of(asked.split(" ")).filter(word -> !word.isEmpty()).toList());
        words.addAll(options);
        words.addAll(List.of("-jar", "hub/server/target/stellwerk-server-0.1.0.jar", "--home=" + home.folder()));
        var builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(home.folder().resolve("hub.log").toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        var process = builder.start();
        // A bench that is interrupted leaves no hub behind; one that stops has stopped it already.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        var hub = new HubProcess(home, process, collections);
        hub.awaitReady();
        return hub;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean runs() {
        return process.isAlive();
    }

    private void awaitReady() throws IOException, InterruptedException {
        var begin = System.nanoTime();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + home.port() + "/health/ready"))
                .timeout(Duration.ofSeconds(2))
                .build();
        while (System.nanoTime() - begin < LONGEST_START.toNanos()) {
            if (!process.isAlive()) {
                throw new IOException("the hub ended while starting, see hub.log in the work folder:\n"
                        + Files.readString(home.folder().resolve("hub.log")));
            }
            try {
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // not listening yet
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        process.destroyForcibly();
        throw new IOException("the hub is not ready after " + LONGEST_START);
    }

    Balance balance() throws IOException, InterruptedException {
        var json = JSON.readTree(call("GET", "/api/v1/balance"));
        var elsewhere = 0L;
        for (var place : List.of("rejected", "quarantined", "parked", "inDoubt", "cancelled", "filed")) {
            elsewhere += json.path(place).asLong(0);
        }
        return new Balance(number(json, "taken"), number(json, "delivered"), number(json, "open"), elsewhere);
    }

    void pause(String town, String connection) throws IOException, InterruptedException {
        call("POST", "/api/v1/connections/" + town + "/" + connection + "/pause?reason=bench");
    }

    /** The routes that are not as they should be, in the hub's words; empty if all are. */
    String complaints() throws IOException, InterruptedException {
        var text = new StringBuilder();
        for (var route : JSON.readTree(call("GET", "/api/v1/routes"))) {
            if (!route.path("problems").isEmpty()) {
                text.append(route).append('\n');
            }
        }
        return text.toString();
    }

    private String call(String method, String path) throws IOException, InterruptedException {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + home.port() + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Authorization", "Bearer " + home.key())
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(path + " answers " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    private static long number(JsonNode json, String name) {
        return json.path(name).asLong(-1);
    }

    /**
     * Bytes the hub has allocated since it started: what is in its heap now, and what each collection has freed, which the JVM's own
     * log of collections tells. Right to about a heap region; costs the hub one short call.
     */
    double allocatedMiB() throws IOException, InterruptedException {
        var freed = 0.0;
        for (var line : Files.readAllLines(collections)) {
            var found = COLLECTION.matcher(line);
            if (found.find()) {
                freed += mib(found.group(1), found.group(2)) - mib(found.group(3), found.group(4));
            }
        }
        var used = USED.matcher(jcmd("GC.heap_info"))
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
        if (used == 0) {
            throw new IOException("the JVM does not tell its heap in a known way");
        }
        return freed + used / 1024.0;
    }

    private static double mib(String number, String unit) {
        var value = Long.parseLong(number);
        return switch (unit) {
            case "K" -> value / 1024.0;
            case "G" -> value * 1024.0;
            default -> value;
        };
    }

    /** What is reachable, in MiB; the JVM makes a full collection to find out. */
    double liveMiB() throws IOException, InterruptedException {
        var total = TOTAL.matcher(jcmd("GC.class_histogram"));
        if (!total.find()) {
            throw new IOException("the JVM does not tell what is live in a known way");
        }
        return Long.parseLong(total.group(1)) / 1024.0 / 1024.0;
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        var call = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        var text = new String(call.getInputStream().readAllBytes(), UTF_8);
        call.waitFor();
        return text;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("the hub did not stop within 90 seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
