package de.stellwerk.hub.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process of its own that starts a private PostgreSQL, to be killed without a warning. */
final class HubProcess implements AutoCloseable {
    private final Process process;

    private HubProcess(Process process) {
        this.process = process;
    }

    static HubProcess start(Path folder, Path log) throws IOException {
        return new HubProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HubProcess.class.getName(),
                        folder.toString())
                .redirectError(log.toFile())
                .start());
    }

    /** Runs in the process; prints where the database is, and stays. */
    public static void main(String[] args) throws InterruptedException {
        PrivatePostgres postgres = PrivatePostgres.start(Path.of(args[0]));
        System.out.println("STARTED " + postgres.pid() + " " + postgres.jdbcUrl() + " " + postgres.password());
        TimeUnit.MINUTES.sleep(5);
    }

    record Started(long pid, String jdbcUrl, String password) {}

    Started awaitStarted() throws IOException {
        BufferedReader out = process.inputReader(UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("STARTED ")) {
                String[] words = line.split(" ");
                return new Started(Long.parseLong(words[1]), words[2], words[3]);
            }
        }
        throw new IllegalStateException("the process ended before its database was ready");
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
