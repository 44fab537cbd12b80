package de.stellwerk.samples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Calls the system's own tools, which make the faults. */
final class Shell {

    private Shell() {}

    /** Runs a tool to its end and returns what it printed. */
    static String run(String... words) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(List.of(words)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + " ends with " + process.exitValue() + ": " + printed);
        }
        return printed;
    }

    /** Whether a tool ends with status 0; what it prints is not looked at. */
    static boolean works(String... words) throws InterruptedException {
        try {
            run(words);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static void signal(String name, long pid) throws IOException, InterruptedException {
        run("kill", "-" + name, String.valueOf(pid));
    }
}
