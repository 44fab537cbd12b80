package de.stellwerk.samples.crash;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ends a process from outside as one of its threads begins to give a file its name: the step that no point in the hub's own code can hit. */
final class Tracer implements AutoCloseable {

    private static final String CALLS = "rename,renameat,renameat2,link,linkat";

    private final Process strace;
    private final Path written;

    private Tracer(Process strace, Path written) {
        this.strace = strace;
        this.written = written;
    }

    /** Why it cannot be done on this machine; empty if it can. */
    static String absence(Path folder) throws IOException, InterruptedException {
        try {
            var tried = new ProcessBuilder("strace", "-f", "-e", "trace=" + CALLS, "true")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("strace-tried.txt").toFile())
                    .start();
            return tried.waitFor(20, TimeUnit.SECONDS) && tried.exitValue() == 0
                    ? ""
                    : "strace may not follow a process here (ptrace)";
        } catch (IOException e) {
            return "strace is not installed here";
        }
    }

    /** @param nth at which such call of one thread, counted from now */
    static Tracer follow(long process, int nth, Path written) throws IOException {
        Files.deleteIfExists(written);
        return new Tracer(
                new ProcessBuilder(List.of(
                                "strace",
                                "-f",
                                "-p",
                                String.valueOf(process),
                                "-o",
                                written.toString(),
                                "-e",
                                "trace=" + CALLS,
                                "-e",
                                "inject=" + CALLS + ":signal=KILL:when=" + nth))
                        .redirectErrorStream(true)
                        .redirectOutput(new File("/dev/null"))
                        .start(),
                written);
    }

    /** The two names of the call that was the last one: from, to; in few words. */
    String lastCall() throws IOException, InterruptedException {
        strace.waitFor(10, TimeUnit.SECONDS);
        if (!Files.exists(written)) {
            return "";
        }
        return Files.readAllLines(written).stream()
                .filter(line -> line.contains("(") && line.contains("\""))
                .reduce((before, last) -> last)
                .map(line -> line.replaceFirst("^[0-9]+ +", ""))
                .orElse("");
    }

    @Override
    public void close() {
        strace.destroy();
    }
}
