package de.stellwerk.samples;

import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The systems around the hub, each a process of its own. */
final class Neighbours implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(30);

    private final Home home;
    private final Ports ports;
    private final List<Program> programs = new ArrayList<>();

    Neighbours(Home home, Ports ports) {
        this.home = home;
        this.ports = ports;
    }

    /** Starts all but the portal, and waits until each is ready. */
    void start(long seed, String wrongPayers) throws IOException {
        var journals = home.journals();
        run(
                "PaymentPlatform",
                "bezahlplattform.log",
                journals.payment(),
                List.of(
                        "--port",
                        String.valueOf(ports.payment()),
                        "--seed",
                        String.valueOf(seed),
                        "--misbehave-wrong",
                        wrongPayers,
                        "--misbehave-fault",
                        "41",
                        "--misbehave-lost",
                        "37"));
        run(
                "Mailbox",
                "postfach.log",
                journals.mailbox(),
                List.of(
                        "--imap-port",
                        String.valueOf(ports.imap()),
                        "--smtp-port",
                        String.valueOf(ports.smtp()),
                        "--password-file",
                        home.secret("pirna-mailbox").toString(),
                        "--office-password-file",
                        home.townSecret("kanzlei").toString()));
        run(
                "PirnaRegister",
                "register-pirna.log",
                journals.register(),
                List.of("--folder", home.pirna("register").toString(), "--seed", String.valueOf(seed)));
        run(
                "PirnaFinance",
                "finanzen-pirna.log",
                journals.finance(),
                List.of("--folder", home.pirna("finanzen").toString()));
        run(
                "LeipzigRegister",
                "register-leipzig.log",
                journals.leipzig(),
                List.of(
                        "--url",
                        "tcp://127.0.0.1:" + ports.jms(),
                        "--password-file",
                        home.secret("leipzig-jms").toString()));
        for (var journal : List.of(
                journals.payment(), journals.mailbox(), journals.register(), journals.finance(), journals.leipzig())) {
            awaitReady(journal);
        }
    }

    /** Starts the portal, which sends everything it has and ends. */
    Program portal(Day day, String hub, Path key, Path until) throws IOException {
        var words = new ArrayList<>(List.of(
                "--hub",
                hub,
                "--key-file",
                key.toString(),
                "--seed",
                String.valueOf(day.seed()),
                "--pirna",
                String.valueOf(day.pirna()),
                "--leipzig",
                String.valueOf(day.leipzig()),
                "--senders",
                String.valueOf(Day.SENDERS),
                "--misbehave-repeat",
                "20",
                "--patience",
                "600"));
        if (day.kills() > 0) {
            words.addAll(List.of("--until", until.toString(), "--per-second", "3"));
        }
        return run("Portal", "portal.log", home.journals().portal(), words);
    }

    /** The systems that should run and do not. */
    List<String> fallen() throws IOException {
        var fallen = new ArrayList<String>();
        for (var program : programs) {
            if (!program.runs()) {
                fallen.add(program.lastWords());
            }
        }
        return fallen;
    }

    private Program run(String name, String log, Path journal, List<String> words) throws IOException {
        var program = Program.ofTown(name, home, log, journal, words);
        if (!name.equals("Portal")) {
            programs.add(program);
        }
        return program;
    }

    private void awaitReady(Path journal) throws IOException {
        var start = System.nanoTime();
        while (Journal.read(journal, "ready").isEmpty()) {
            var fallen = fallen();
            if (!fallen.isEmpty() || System.nanoTime() - start > START.toNanos()) {
                throw new IOException("Ein System der Stadt startet nicht: " + journal.getFileName() + "\n"
                        + String.join("\n", fallen));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    @Override
    public void close() {
        programs.forEach(Program::close);
    }
}
