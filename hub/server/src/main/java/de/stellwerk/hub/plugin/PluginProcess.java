package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.Line.Op;
import de.stellwerk.hub.settings.Durations;
import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of one isolated plugin: the same jar behind the same wall, called by the hub over a socket that only the hub's user can
 * open. It ends when its standard input does, and that ends with the hub, however the hub ends.
 */
final class PluginProcess {

    private static final Logger LOG = LoggerFactory.getLogger(PluginProcess.class);

    private static final Duration LAST_CHANCE = Duration.ofMillis(500);
    private static final int FRAMES = 8;

    private final Wall wall;
    private final HubTime time = new HubTime();
    private final Map<Integer, Opened> connectors = new ConcurrentHashMap<>();
    private final Map<Long, Thread> running = new ConcurrentHashMap<>();
    private @Nullable List<ConnectorFactory> factories;
    private int opened;

    /** A connector and whether it is being polled, in a call that the hub may have given up long ago. */
    private record Opened(Connector connector, Set<Connector> polled) {}

    private PluginProcess(Wall wall) {
        this.wall = wall;
    }

    /** @param arguments the socket to listen at, and the jar */
    public static void main(String[] arguments) throws IOException {
        daemon("hub-is-there", PluginProcess::awaitTheHubsEnd).start();
        var socket = Path.of(arguments[0]);
        var jar = Path.of(arguments[1]);
        var folder = jar.toAbsolutePath().getParent();
        var jars = new PluginJars(folder == null ? jar : folder);
        new PluginProcess(jars.open(jar)).listen(socket);
    }

    private static void awaitTheHubsEnd() {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait(); // nothing is ever sent
            }
        } catch (IOException e) {
            LOG.warn("the hub's end of the line broke", e);
        }
        // Not exit: a plugin's shutdown hook could hang, and nobody would be there to see it.
        Runtime.getRuntime().halt(0);
    }

    private void listen(Path socket) throws IOException {
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            // The folder lets nobody else in already.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            for (int number = 1; ; number++) {
                var line = new Line(server.accept());
                daemon("call-" + number, () -> serve(line)).start();
            }
        }
    }

    private static Thread daemon(String name, Runnable task) {
        var thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        return thread;
    }

    private void serve(Line line) {
        try (line) {
            boolean open = true;
            while (open) {
                open = line.serve((op, question, answer) -> call(line, op, question, answer));
            }
        } catch (IOException e) {
            LOG.debug("the hub has given up a call", e);
        }
    }

    private void call(Line line, Op op, Wire.Reader question, Wire.Writer answer) throws Exception {
        long number = question.large();
        time.set(question.instant());
        if (op == Op.ABANDON) {
            answer.text(abandon(question.large()));
            return;
        }
        running.put(number, Thread.currentThread());
        try {
            answer(line, op, question, answer);
        } finally {
            running.remove(number);
            Thread.interrupted(); // an interrupt that came too late is not the next call's
        }
    }

    /** Whatever takes part in a call, plugin code or not, fails as a value: an Error must not end the line, and so hide its reason. */
    private void answer(Line line, Op op, Wire.Reader question, Wire.Writer answer) throws Exception {
        switch (op) {
            case DESCRIBE -> {
                var cards = Calls.inside(wall, () -> {
                    var all = new ArrayList<de.stellwerk.hub.spi.ConnectorDescriptor>();
                    for (var factory : factories()) {
                        all.add(java.util.Objects.requireNonNull(factory.descriptor(), "descriptor"));
                    }
                    return all;
                });
                answer.list(cards, Wire.Writer::descriptor);
            }
            case CREATE -> create(question, answer);
            case DELIVER -> {
                var connector = connector(question);
                var delivery = question.delivery();
                answer.result(Calls.<de.stellwerk.hub.spi.@Nullable DeliveryResult>inside(
                        wall, () -> HeldReceipts.of(((Sink) connector.connector()).deliver(delivery))));
            }
            case PROBE -> {
                var connector = connector(question);
                var delivery = question.delivery();
                answer.result(Calls.<de.stellwerk.hub.spi.@Nullable DeliveryResult>inside(
                        wall, () -> HeldReceipts.of(((Probe) connector.connector()).probe(delivery))));
            }
            case POLL -> poll(line, connector(question));
            case RECEIVE -> {
                var connector = connector(question);
                var request = question.request();
                var inbox = new HubInbox(line, line.call());
                answer.answer(Calls.inside(wall, () -> ((Receiver) connector.connector()).receive(request, inbox)));
            }
            case TEST -> {
                var connector = connector(question);
                answer.list(Calls.inside(wall, () -> ((Tested) connector.connector()).test()), Wire.Writer::check);
            }
            case CHOICES -> {
                int which = question.number();
                var setting = question.text();
                var context = context(question);
                var settings = GivenOver.taken(question);
                answer.list(
                        Calls.inside(wall, () -> factories().get(which).choices(setting, settings, context)),
                        Wire.Writer::text);
            }
            case CLOSE -> {
                var closed = connectors.remove(question.number());
                if (closed != null) {
                    closing(closed.connector());
                }
            }
            case CLOSE_FACTORY -> closing(factories().get(question.number()));
            default -> throw new IOException("the hub does not ask this: " + op);
        }
    }

    private void closing(AutoCloseable closeable) throws ConnectorFailed {
        Calls.inside(wall, () -> {
            closeable.close();
            return true;
        });
    }

    private void poll(Line line, Opened opened) throws ConnectorFailed {
        if (!opened.polled().add(opened.connector())) {
            throw new ConnectorFailed("plugin.still-polling", "a poll that was given up still runs");
        }
        try {
            var inbox = new HubInbox(line, line.call());
            Calls.inside(wall, () -> {
                ((Source) opened.connector()).poll(inbox);
                return true;
            });
        } finally {
            opened.polled().remove(opened.connector());
        }
    }

    private synchronized List<ConnectorFactory> factories() {
        if (factories == null) {
            var made = new ArrayList<ConnectorFactory>();
            ServiceLoader.load(ConnectorFactory.class, wall).forEach(made::add);
            factories = made;
        }
        return factories;
    }

    private void create(Wire.Reader question, Wire.Writer answer) throws IOException, ConnectorFailed {
        int which = question.number();
        var context = new Context(
                question.text(), question.text(), time.withZone(ZoneId.of(question.text())), Path.of(question.text()));
        var settings = GivenOver.taken(question);
        var connector = Calls.<@Nullable Connector>inside(
                wall, () -> factories().get(which).create(settings, context));
        if (connector == null) {
            throw new ConnectorFailed("plugin.no-connector", "the factory gave no connector");
        }
        int number;
        synchronized (this) {
            number = ++opened;
        }
        connectors.put(number, new Opened(connector, ConcurrentHashMap.newKeySet()));
        answer.number(number)
                .flag(connector instanceof Source)
                .flag(connector instanceof Receiver)
                .flag(connector instanceof Sink)
                .flag(connector instanceof Probe)
                .flag(connector instanceof Tested);
    }

    private Context context(Wire.Reader question) throws IOException {
        return new Context(
                question.text(), question.text(), time.withZone(ZoneId.of(question.text())), Path.of(question.text()));
    }

    private Opened connector(Wire.Reader question) throws IOException, ConnectorFailed {
        var found = connectors.get(question.number());
        if (found == null) {
            throw new ConnectorFailed("plugin.closed", "the connection has been closed");
        }
        return found;
    }

    /** Interrupts a call. Returns where it stands if it does not end by that, otherwise nothing. */
    private @Nullable String abandon(long number) {
        var thread = running.get(number);
        if (thread == null) {
            return null;
        }
        thread.interrupt();
        long end = System.nanoTime() + LAST_CHANCE.toNanos();
        while (running.get(number) == thread && System.nanoTime() < end) {
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
        return running.get(number) == thread ? Frames.top(thread.getStackTrace(), FRAMES) : null;
    }

    private record Context(String connection, String municipality, Clock clock, Path directory) implements HubContext {}

    /** The settings of a connection as the hub has checked them. */
    private record GivenOver(Map<String, String> values, Map<String, String> paths) implements Settings {

        static Settings taken(Wire.Reader reader) throws IOException {
            return new GivenOver(reader.texts(), reader.texts());
        }

        @Override
        public String text(String name) {
            return known(values, name);
        }

        @Override
        public Path path(String name) {
            text(name);
            var path = paths.get(name);
            if (path == null) {
                throw new IllegalArgumentException("setting '" + name + "' is not a path");
            }
            return Path.of(path);
        }

        @Override
        public Duration duration(String name) {
            return Durations.parse(text(name))
                    .orElseThrow(() -> new IllegalArgumentException(
                            "setting '" + name + "' is not a duration such as 500ms, 30s, 5m, 2h or 1d"));
        }

        private static String known(Map<String, String> all, String name) {
            var value = all.get(name);
            if (value == null) {
                throw new IllegalArgumentException("the descriptor names no setting '" + name + "'");
            }
            return value;
        }

        @Override
        public String toString() {
            return "Settings" + values.keySet();
        }
    }

    /** The hub's clock: it is told at each call, and goes on by itself between two. */
    private static final class HubTime extends Clock {

        private record Told(Instant instant, long nanos) {}

        private volatile Told told = new Told(Instant.EPOCH, System.nanoTime());

        void set(Instant now) {
            told = new Told(now, System.nanoTime());
        }

        @Override
        public Instant instant() {
            var last = told;
            return last.instant.plusNanos(System.nanoTime() - last.nanos);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            var time = this;
            return new Clock() {
                @Override
                public Instant instant() {
                    return time.instant();
                }

                @Override
                public ZoneId getZone() {
                    return zone;
                }

                @Override
                public Clock withZone(ZoneId other) {
                    return time.withZone(other);
                }
            };
        }
    }

    /** The hub's inbox, at the other end of the line. */
    private record HubInbox(Line line, int call) implements Inbox {

        @Override
        public Receipt accept(String channel, Message message) {
            return ask(Op.ACCEPT, (writer, op) -> writer.text(channel).message(message), Wire.Reader::receipt);
        }

        @Override
        public List<Awaited> awaited(String channel, int limit) {
            return ask(
                    Op.AWAITED,
                    (writer, op) -> writer.text(channel).number(limit),
                    reader -> reader.list(Wire.Reader::awaited));
        }

        private <T> T ask(Op op, Wire.Put<Op> put, Wire.Take<T> take) {
            try {
                return line.askBack(call, op, put, take);
            } catch (ConnectorFailed e) {
                throw asThrown(e);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "the hub has given up the call, or is gone; nothing is known to be taken", e);
            }
        }

        /** The hub's exceptions are not the plugin's; what it may tell apart is the kind. */
        private static RuntimeException asThrown(ConnectorFailed failed) {
            var what = String.valueOf(failed.getMessage());
            if (what.startsWith("plugin.threw: " + UncheckedIOException.class.getName())) {
                return new UncheckedIOException(failed.said(), new IOException(what));
            }
            return what.startsWith("plugin.threw: " + IllegalArgumentException.class.getName())
                    ? new IllegalArgumentException(failed.said())
                    : new IllegalStateException(failed.said());
        }
    }
}
