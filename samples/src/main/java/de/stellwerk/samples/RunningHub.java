package de.stellwerk.samples;

import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A hub as a process of its own, on the home folder of the sample; it can be killed and started again. */
public final class RunningHub implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);

    private final Home home;
    private final Checkout checkout;
    private final Ports ports;
    private Program program;

    private RunningHub(Home home, Checkout checkout, Ports ports, Program program) {
        this.home = home;
        this.checkout = checkout;
        this.ports = ports;
        this.program = program;
    }

    /** Starts it and waits until it is ready. */
    public static RunningHub start(Home home, Checkout checkout, Ports ports) throws IOException, InterruptedException {
        var hub = new RunningHub(home, checkout, ports, launch(home, checkout, ports));
        hub.awaitReady();
        return hub;
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + ports.hub());
    }

    /** A client with the first key, which may do everything. */
    public HubClient admin() throws IOException {
        return new HubClient(address(), Files.readString(home.firstKey()).strip());
    }

    Balance balance() throws IOException, InterruptedException {
        var answer = admin().get("/api/v1/balance");
        if (answer.status() != 200) {
            throw new IOException("/api/v1/balance answers " + answer.status());
        }
        return Balance.of(answer.json());
    }

    void killAndStartAgain() throws IOException, InterruptedException {
        program.kill();
        program = launch(home, checkout, ports);
        awaitReady();
    }

    public long pid() {
        return program.pid();
    }

    boolean runs() {
        return program.runs();
    }

    public String lastWords() throws IOException {
        return program.lastWords();
    }

    private static Program launch(Home home, Checkout checkout, Ports ports) throws IOException {
        return Program.start(
                "Stellwerk",
                home.folder(),
                home.logs().resolve("stellwerk.log"),
                Map.of(
                        "STELLWERK_PORT", String.valueOf(ports.hub()),
                        "STELLWERK_JMS_PORT", String.valueOf(ports.jms()),
                        "STELLWERK_TOWN", home.town().toString(),
                        "STELLWERK_PAYMENT_URL", "http://127.0.0.1:" + ports.payment() + "/",
                        "STELLWERK_IMAP_PORT", String.valueOf(ports.imap()),
                        "STELLWERK_SMTP_PORT", String.valueOf(ports.smtp()),
                        "STELLWERK_LARGEST_PART", Demo.LARGEST_PART + "B"),
                List.of(
                        "-Xmx768m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dfile.encoding=UTF-8",
                        "-jar",
                        checkout.hubJar().toString(),
                        "--home=" + home.folder()));
    }

    private void awaitReady() throws IOException, InterruptedException {
        var start = System.nanoTime();
        var nobody = new HubClient(address(), "");
        while (System.nanoTime() - start < START.toNanos()) {
            if (!program.runs()) {
                throw new IOException("Der Hub ist beim Start stehen geblieben.\n" + lastWords());
            }
            try {
                if (nobody.get("/health/ready").status() == 200 && Files.exists(home.firstKey())) {
                    return;
                }
            } catch (IOException e) {
                // Not listening yet: the loop ends by time or by the end of the process.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw new IOException("Der Hub ist nach " + START.toSeconds() + " Sekunden nicht bereit.\n" + lastWords());
    }

    @Override
    public void close() throws IOException {
        program.close();
        home.database().ifPresent(ProcessHandle::destroy);
    }
}
