package de.stellwerk.samples;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A process of the sample town: a system beside the hub, or the hub itself. What it prints goes to a log. */
public final class Program implements AutoCloseable {

    private final String name;
    private final Process process;
    private final Path log;

    private Program(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /** @param words the whole command line after {@code java} */
    public static Program start(String name, Path folder, Path log, Map<String, String> environment, List<String> words)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(words);
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // The hub refuses to start where file names cannot hold every character.
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        return new Program(name, builder.start(), log);
    }

    /** Starts a system of the sample town, by the name of its class; it shares the class path of this process. */
    public static Program ofTown(String name, Home home, String log, Path journal, List<String> words)
            throws IOException {
        var command = new ArrayList<>(List.of(
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                "de.stellwerk.samples.town." + name,
                "--journal",
                journal.toString()));
        command.addAll(words);
        return start(name, home.folder(), home.logs().resolve(log), Map.of(), command);
    }

    public boolean runs() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** The status it ended with, as soon as it has; empty if it still runs after this time. */
    public OptionalInt awaitEnd(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)
                ? OptionalInt.of(process.exitValue())
                : OptionalInt.empty();
    }

    /** As the power cut or the kernel would end it. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The last lines of its log, for the one who has to find out. */
    public String lastWords() throws IOException {
        var lines = Files.exists(log) ? Files.readAllLines(log) : List.<String>of();
        return name + " (" + log + "):\n    "
                + String.join("\n    ", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    /** Asks it to end, and ends it after half a minute. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
