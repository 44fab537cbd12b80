package de.stellwerk.samples.crash;

import de.stellwerk.samples.Program;
import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The hub that is killed: always the same data, each time another process. */
final class Victim implements AutoCloseable {

    /** The status of a process that signal 9 ended, and of one that ended itself at a crash point. */
    static final int KILLED = 137;

    private static final Duration START = Duration.ofSeconds(120);

    private final Scratch scratch;
    private final Path classes;
    private Optional<Program> program = Optional.empty();

    Victim(Scratch scratch) {
        this.scratch = scratch;
        this.classes = scratch.checkout()
                .folder()
                .resolve("samples/target/crash-classes-" + Runtime.version().feature() + ".jsa");
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + scratch.hubPort());
    }

    /** A client that may do everything; there is a key as soon as the hub was ready once. */
    HubClient admin() throws IOException {
        return new HubClient(
                address(), Files.readString(scratch.home().firstKey()).strip());
    }

    /**
     * Starts it once and stops it in order: then there is a key, the plugins are known, and an archive of the classes makes every later
     * start quicker.
     */
    void prepare() throws IOException, InterruptedException {
        var archive = Files.exists(classes)
                && Files.getLastModifiedTime(classes)
                                .compareTo(Files.getLastModifiedTime(
                                        scratch.checkout().hubJar()))
                        > 0;
        if (!archive) {
            Files.deleteIfExists(classes);
        }
        launch(archive ? List.of() : List.of("-XX:ArchiveClassesAtExit=" + classes));
        awaitReady();
        awaitPlugins();
        stop();
    }

    /** A jar that is checked for the first time takes longer than a hub lives here: every start would check it anew. */
    private void awaitPlugins() throws IOException, InterruptedException {
        var states = List.<String>of();
        for (var begun = System.nanoTime(); System.nanoTime() - begun < START.toNanos(); pause()) {
            states = new ArrayList<>();
            for (var plugin : admin().get("/api/v1/plugins").json()) {
                states.add(plugin.path("file").asString("") + " "
                        + plugin.path("state").asString("") + " "
                        + plugin.path("code").asString(""));
            }
            if (!states.isEmpty() && states.stream().allMatch(each -> each.endsWith(" ACTIVE "))) {
                return;
            }
        }
        throw new IOException(
                "after " + START.toSeconds() + " s not all plugins are active: " + String.join(", ", states));
    }

    private static void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }

    /** Starts it; returns at once. */
    void start(List<String> words) throws IOException {
        launch(words);
    }

    private void launch(List<String> more) throws IOException {
        var words = new ArrayList<>(List.of(
                "-Xmx768m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "-Dfile.encoding=UTF-8"));
        if (Files.exists(classes)) {
            words.add("-XX:SharedArchiveFile=" + classes);
        }
        words.addAll(more);
        words.addAll(List.of(
                "-jar",
                scratch.checkout().hubJar().toString(),
                "--home=" + scratch.home().folder()));
        program = Optional.of(Program.start(
                "Stellwerk", scratch.home().folder(), scratch.home().logs().resolve("stellwerk.log"), Map.of(), words));
    }

    boolean runs() {
        return program.map(Program::runs).orElse(false);
    }

    long pid() {
        return program.map(Program::pid).orElse(-1L);
    }

    /** @throws IOException if it ends by itself or is not ready in time */
    void awaitReady() throws IOException, InterruptedException {
        var start = System.nanoTime();
        while (System.nanoTime() - start < START.toNanos()) {
            if (!runs()) {
                throw new IOException("Der Hub ist beim Start stehen geblieben.\n" + lastWords());
            }
            if (ready()) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        throw new IOException("Der Hub ist nach " + START.toSeconds() + " Sekunden nicht bereit.\n" + lastWords());
    }

    boolean ready() throws InterruptedException {
        try {
            return new HubClient(address(), "").get("/health/ready").status() == 200
                    && Files.exists(scratch.home().firstKey());
        } catch (IOException e) {
            return false;
        }
    }

    /** The status it ends with by itself; empty if it still runs after this time. */
    OptionalInt awaitEnd(Duration patience) throws InterruptedException {
        return program.isPresent() ? program.get().awaitEnd(patience) : OptionalInt.empty();
    }

    /** Ends it as the kernel would, and with it the database if everything is to go at once. */
    int kill(boolean withDatabase) throws IOException, InterruptedException {
        if (program.isEmpty()) {
            return 0;
        }
        var database = withDatabase ? scratch.home().database() : Optional.<ProcessHandle>empty();
        program.get().kill();
        database.ifPresent(ProcessHandle::destroyForcibly);
        return program.get().awaitEnd(Duration.ofSeconds(10)).orElse(0);
    }

    /** Lets it end in order. */
    void stop() {
        program.ifPresent(Program::close);
    }

    String lastWords() throws IOException {
        return program.isPresent() ? program.get().lastWords() : "";
    }

    @Override
    public void close() throws IOException {
        stop();
        scratch.home().database().ifPresent(ProcessHandle::destroy);
    }
}
