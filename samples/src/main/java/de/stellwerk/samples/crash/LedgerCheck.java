package de.stellwerk.samples.crash;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code stellwerk ledger verify}, as an auditor would call it beside a hub that may run or not. */
final class LedgerCheck {

    private static final long MINUTES = 20;

    private LedgerCheck() {}

    /**
     * What it found that must not be; empty if the chain is whole.
     *
     * @param environment what the hub's configuration reads
     */
    static Optional<String> wrong(Scratch scratch, Map<String, String> environment)
            throws IOException, InterruptedException {
        var said = scratch.home().logs().resolve("ledger-verify.log");
        var verify = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-Dfile.encoding=UTF-8",
                        "-cp",
                        scratch.checkout().hubJar().toString(),
                        "de.stellwerk.hub.Command",
                        "ledger",
                        "verify",
                        "--home=" + scratch.home().folder()))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        verify.environment().put("LC_ALL", "C.UTF-8");
        verify.environment().putAll(environment);
        var process = verify.start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return Optional.of("ledger verify did not end within " + MINUTES + " minutes");
        }
        return process.exitValue() == 0
                ? Optional.empty()
                : Optional.of("ledger verify ended with " + process.exitValue() + ": "
                        + String.join(" | ", Files.readAllLines(said)));
    }
}
