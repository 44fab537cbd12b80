package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.Line.Answering;
import de.stellwerk.hub.plugin.Line.Op;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hub's end of an isolated plugin: its process, which is started again after it has died, and the lines to it. One that dies takes
 * its open calls along, and nothing else: the outcome of their deliveries is unknown, and its sources are asked again.
 */
final class Isolated implements Dwelling {

    private static final Logger LOG = LoggerFactory.getLogger(Isolated.class);

    private static final Duration STARTING = Duration.ofSeconds(30);
    private static final Duration ENDING = Duration.ofSeconds(2);
    private static final Duration LATEST = Duration.ofMinutes(5);
    /** One that has lived so long has not died of being started. */
    private static final Duration LIVED = Duration.ofMinutes(1);
    /** So many calls that nothing ends; then the process is. */
    private static final int MOST_STUCK = 8;

    private static final int IDLE_LINES = 8;
    private static final int LONGEST_LINE = 1_000;
    private static final int MOST_LINES_A_MINUTE = 600;
    private static final int OUT_OF_MEMORY = 3;

    private final PluginJar jar;
    private final Path sockets;
    private final long heap;
    private final Clock clock;
    private final AtomicLong calls = new AtomicLong();
    /** None of the plugin's: its own runs elsewhere. It marks the threads that wait for it. */
    private final ClassLoader outside = new ClassLoader(Isolated.class.getClassLoader()) {};

    private @Nullable Life life;
    private Reason lastEnd = Reason.NONE;
    private int lives;
    private int deaths;
    private long notBefore;
    private boolean closed;

    /**
     * Nothing is started yet.
     *
     * @param sockets how the sockets at which the process listens begin; each life has its own
     * @param heap the most its heap may grow to, in bytes
     */
    Isolated(PluginJar jar, Path sockets, long heap, Clock clock) {
        this.jar = jar;
        this.sockets = sockets;
        this.heap = heap;
        this.clock = clock;
    }

    /** One process, from its start to its end. */
    final class Life {

        private final Process process;
        private final Path socket;
        private final long begun = System.nanoTime();
        private final Deque<Line> idle = new ConcurrentLinkedDeque<>();
        private final List<String> stuck = new ArrayList<>();

        Life(Process process, Path socket) {
            this.process = process;
            this.socket = socket;
        }

        boolean isRunning() {
            return process.isAlive();
        }

        private Line line() throws IOException {
            var waiting = idle.pollFirst();
            return waiting == null ? connect(socket) : waiting;
        }

        private void back(Line line) {
            if (line.isOpen() && process.isAlive() && idle.size() < IDLE_LINES) {
                idle.addFirst(line);
            } else {
                line.close();
            }
        }

        private void end() {
            process.destroyForcibly();
            for (var line = idle.pollFirst(); line != null; line = idle.pollFirst()) {
                line.close();
            }
            try {
                Files.deleteIfExists(socket);
            } catch (IOException e) {
                LOG.warn("the socket of a plugin's process could not be deleted", e);
            }
        }
    }

    @Override
    public ClassLoader loader() {
        return outside;
    }

    @Override
    public Iterable<ConnectorFactory> factories() throws ConnectorFailed {
        List<ConnectorDescriptor> cards = ask(
                life(), Op.DESCRIBE, NOTHING_BACK, (writer, op) -> {}, reader -> reader.list(Wire.Reader::descriptor));
        var factories = new ArrayList<ConnectorFactory>();
        for (int i = 0; i < cards.size(); i++) {
            factories.add(new RemoteFactory(this, i, cards.get(i)));
        }
        return factories;
    }

    static final Answering NOTHING_BACK = (op, question, answer) -> {
        throw new IOException("nothing can be asked back in this call: " + op);
    };

    /**
     * The running process; a new one if the last has died.
     *
     * @throws ConnectorFailed if it has died a moment ago or cannot be started; nothing was sent
     */
    synchronized Life life() throws ConnectorFailed {
        var last = life;
        if (last != null && last.process.isAlive()) {
            return last;
        }
        if (closed) {
            throw new ConnectorFailed("plugin.process", "the plugin has been closed");
        }
        if (last != null) {
            ended(last);
        }
        long wait = notBefore - System.nanoTime();
        if (deaths > 0 && wait > 0) {
            throw new ConnectorFailed(
                    "plugin.process-away",
                    "its process " + lastEnd.english() + "; it is started again in " + (wait / 1_000_000_000 + 1)
                            + " s");
        }
        var fresh = begin();
        if (!isListening(fresh)) {
            failed(fresh);
            throw new ConnectorFailed("plugin.process", "its process could not be started: it " + lastEnd.english());
        }
        life = fresh;
        fresh.process.onExit().thenAccept(gone -> ended(fresh));
        LOG.info("plugin {} {} runs in a process of its own, {}", jar.id(), jar.version(), fresh.process.pid());
        return fresh;
    }

    synchronized boolean isRunning() {
        var now = life;
        return now != null && now.isRunning();
    }

    private Life begin() throws ConnectorFailed {
        // The threads that come with it are the hub's, whosever call has started it.
        var caller = Thread.currentThread();
        var loader = caller.getContextClassLoader();
        caller.setContextClassLoader(Isolated.class.getClassLoader());
        try {
            return started();
        } finally {
            caller.setContextClassLoader(loader);
        }
    }

    private Life started() throws ConnectorFailed {
        lives++;
        var socket = sockets.resolveSibling(sockets.getFileName() + "-" + lives + ".sock");
        Process process;
        try {
            Files.deleteIfExists(socket);
            var builder = new ProcessBuilder(command(socket)).redirectErrorStream(true);
            // Nothing of the hub's environment is its business: there may be passwords in it.
            builder.environment().clear();
            builder.environment().put("LC_ALL", "C.UTF-8");
            process = builder.start();
        } catch (IOException e) {
            throw new ConnectorFailed(
                    "plugin.process",
                    "its process cannot be started: " + e.getClass().getName());
        }
        var output = new Thread(null, () -> listen(process), "plugin-output-" + jar.id(), 0, false);
        output.setDaemon(true);
        output.start();
        return new Life(process, socket);
    }

    private List<String> command(Path socket) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dfile.encoding=UTF-8",
                "-Dlogback.configurationFile=de/stellwerk/hub/plugin/process-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                PluginProcess.class.getName(),
                socket.toString(),
                jar.copy().toString());
    }

    private static boolean isListening(Life fresh) {
        long end = System.nanoTime() + STARTING.toNanos();
        while (System.nanoTime() < end
                && fresh.isRunning()
                && !Thread.currentThread().isInterrupted()) {
            try {
                fresh.back(connect(fresh.socket));
                return true;
            } catch (IOException e) {
                LockSupport.parkNanos(10_000_000); // not yet
            }
        }
        return false;
    }

    private static Line connect(Path socket) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        boolean connected = false;
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            connected = true;
            return new Line(channel);
        } finally {
            if (!connected) {
                channel.close();
            }
        }
    }

    private synchronized void ended(Life gone) {
        if (life != gone) {
            return; // noted already
        }
        life = null;
        failed(gone);
        LOG.warn(
                "the process of plugin {} {} {}; calls that were under way have an unknown outcome, it is started again when needed",
                jar.id(),
                jar.version(),
                lastEnd.english());
    }

    private void failed(Life gone) {
        lastEnd = gone.stuck.size() >= MOST_STUCK
                ? new Reason(
                        "",
                        "was ended, for " + gone.stuck.size() + " calls hung in it, the last at " + gone.stuck.get(0),
                        "wurde beendet, denn " + gone.stuck.size() + " Aufrufe hingen darin, der letzte bei "
                                + gone.stuck.get(0))
                : howEnded(gone.process);
        gone.end();
        deaths = System.nanoTime() - gone.begun > LIVED.toNanos() ? 1 : deaths + 1;
        var wait = Duration.ofSeconds(1L << Math.min(deaths - 1, 10));
        notBefore = System.nanoTime() + (wait.compareTo(LATEST) < 0 ? wait : LATEST).toNanos();
    }

    private static Reason howEnded(Process process) {
        try {
            if (!process.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Reason("", "does not answer", "antwortet nicht");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reason("", "has ended", "ist beendet");
        }
        int code = process.exitValue();
        return code == OUT_OF_MEMORY
                ? new Reason("", "ran out of memory", "hatte keinen Speicher mehr")
                : new Reason("", "has ended with " + code, "endete mit " + code);
    }

    /**
     * Makes one call.
     *
     * @param meanwhile answers what the plugin asks in the course of it
     * @throws ConnectorFailed what the plugin threw; or {@code plugin.process-ended}, and nobody knows how far it got
     */
    <T> T ask(Life in, Op op, Answering meanwhile, Wire.Put<Op> put, Wire.Take<T> take) throws ConnectorFailed {
        long number = calls.incrementAndGet();
        Line line = null;
        boolean whole = false;
        try {
            line = in.line();
            var answer = line.ask(
                    op,
                    meanwhile,
                    (writer, asked) -> {
                        writer.large(number).instant(clock.instant());
                        put.to(writer, asked);
                    },
                    take);
            whole = true;
            return answer;
        } catch (ConnectorFailed e) {
            whole = true;
            throw e;
        } catch (IOException e) {
            if (Thread.interrupted()) {
                abandon(in, number);
                throw new ConnectorFailed("plugin.abandoned", "the hub has given up the call");
            }
            throw broken(in, e);
        } finally {
            if (line != null && whole) {
                in.back(line);
            } else if (line != null) {
                line.close();
            }
        }
    }

    private static ConnectorFailed broken(Life in, IOException e) {
        try {
            if (in.process.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                return new ConnectorFailed(
                        "plugin.process-ended",
                        "its process " + howEnded(in.process).english());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return new ConnectorFailed("plugin.line", "the line to its process broke: " + e);
    }

    /** A call that the hub has given up: if an interrupt does not end it, it goes on in there, and too many of those end the process. */
    private void abandon(Life in, long number) {
        try {
            var where =
                    ask(in, Op.ABANDON, NOTHING_BACK, (writer, op) -> writer.large(number), Wire.Reader::optionalText);
            if (where.isEmpty()) {
                return;
            }
            LOG.warn("plugin {} {}: a call that was given up still runs at {}", jar.id(), jar.version(), where.get());
            synchronized (this) {
                in.stuck.add(0, where.get());
                if (in.stuck.size() >= MOST_STUCK) {
                    in.process.destroyForcibly();
                }
            }
        } catch (ConnectorFailed e) {
            LOG.warn("plugin {} {}: a call could not be given up: {}", jar.id(), jar.version(), e.getMessage());
        }
    }

    /** What it prints goes to the hub's log: a line an event, and not more than the log can bear. */
    private void listen(Process process) {
        var line = new StringBuilder();
        int lines = 0;
        long minute = System.nanoTime();
        try (InputStream in = process.getInputStream()) {
            var bytes = new byte[8_192];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                for (var c : new String(bytes, 0, count, StandardCharsets.UTF_8).toCharArray()) {
                    if (c != '\n') {
                        if (line.length() < LONGEST_LINE) {
                            line.append(Character.isISOControl(c) ? ' ' : c);
                        }
                        continue;
                    }
                    if (System.nanoTime() - minute > 60_000_000_000L) {
                        minute = System.nanoTime();
                        lines = 0;
                    }
                    if (++lines <= MOST_LINES_A_MINUTE) {
                        LOG.info("[{}] {}", jar.id(), line);
                    } else if (lines == MOST_LINES_A_MINUTE + 1) {
                        LOG.warn("[{}] prints too much; the rest of this minute is left out", jar.id());
                    }
                    line.setLength(0);
                }
            }
        } catch (IOException e) {
            LOG.debug("the output of a plugin's process broke off", e);
        }
    }

    @Override
    public synchronized Reason process() {
        var now = life;
        if (now == null || !now.isRunning()) {
            return lastEnd.equals(Reason.NONE)
                    ? new Reason("", "Its own process does not run.", "Der eigene Prozess läuft nicht.")
                    : new Reason(
                            "",
                            "Its own process does not run: it " + lastEnd.english() + ".",
                            "Der eigene Prozess läuft nicht: er " + lastEnd.german() + ".");
        }
        var which = now.process.pid() + residentMemory(now.process.pid());
        var english = "Runs in a process of its own, " + which;
        var german = "Läuft in einem eigenen Prozess, " + which;
        if (deaths > 0) {
            english += "; the one before " + lastEnd.english();
            german += "; der vorige " + lastEnd.german();
        }
        if (!now.stuck.isEmpty()) {
            english += "; " + now.stuck.size() + " calls hang, the last at " + now.stuck.get(0);
            german += "; " + now.stuck.size() + " Aufrufe hängen, der letzte bei " + now.stuck.get(0);
        }
        return new Reason("", english + ".", german + ".");
    }

    private static String residentMemory(long pid) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .findFirst()
                    .map(line -> ", " + Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_024 + " MiB")
                    .orElse("");
        } catch (IOException | RuntimeException e) {
            return ""; // not Linux, or it has just ended
        }
    }

    /** Ends the process, whatever it does. */
    @Override
    public void close() {
        Life last;
        synchronized (this) {
            closed = true;
            last = life;
            life = null;
        }
        if (last == null) {
            return;
        }
        try {
            last.process.getOutputStream().close();
            if (!last.process.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("plugin {} {}: its process had to be killed", jar.id(), jar.version());
            }
        } catch (IOException e) {
            LOG.warn("plugin {} {}: its process was not left cleanly", jar.id(), jar.version(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            last.end();
        }
    }
}
