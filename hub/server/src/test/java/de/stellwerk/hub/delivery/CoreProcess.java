package de.stellwerk.hub.delivery;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.BrokerConfig;
import de.stellwerk.hub.config.Capacity;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.DatabaseConfig;
import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.config.WebConfig;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.intake.Accepted;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Submission;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Nodes;
import de.stellwerk.hub.ledger.SqlLedger;
import de.stellwerk.hub.route.PlannedDelivery;
import de.stellwerk.hub.route.RouteInput;
import de.stellwerk.hub.route.RouteOutcome;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The core alone as a process, to be killed: the real ledger on the real database, intake, routing, dispatcher and sweeper with their
 * threads; only the broker is in memory, and dies with it. A line {@code id case ticket} that comes in is a message; {@code yes id} goes
 * out when it was taken. Targets note what arrives in files that outlive it.
 */
final class CoreProcess {

    static final String TOWN = "14628270";
    static final List<SinkCard> SINKS = List.of(
            new SinkCard("register", true, false, Optional.of("case")),
            new SinkCard("mailbox", false, false, Optional.empty()),
            new SinkCard("payment", false, true, Optional.of("ticket")));

    record SinkCard(String name, boolean recognisesRepeats, boolean canProbe, Optional<String> order) {}

    private static final Retry RETRY = new Retry(40, Duration.ofMillis(100), Duration.ofMillis(400));

    private CoreProcess() {}

    /** What lies on the lanes is lost with the process. */
    private static final class Memory implements Transport {
        private final Map<Lane, BlockingQueue<List<String>>> lanes = new EnumMap<>(Lane.class);

        Memory() {
            for (var lane : Lane.values()) {
                lanes.put(lane, new LinkedBlockingQueue<>());
            }
        }

        private BlockingQueue<List<String>> lane(Lane lane) {
            return Objects.requireNonNull(lanes.get(lane));
        }

        @Override
        public void publish(Lane lane, List<String> ids) {
            lane(lane).add(List.copyOf(ids));
        }

        @Override
        public void consume(Lane lane, Consumer<List<String>> handler) {
            daemon(() -> {
                while (true) {
                    try {
                        handler.accept(lane(lane).take());
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
        }

        @Override
        public long depth(Lane lane) {
            return lane(lane).size();
        }

        @Override
        public void close() {}
    }

    /** A target with its memory in a file: a line is an effect. */
    private static final class FileTarget implements Target {
        private final SinkCard card;
        private final Path file;
        private final boolean calm;

        FileTarget(SinkCard card, Path folder, boolean calm) {
            this.card = card;
            this.file = folder.resolve(card.name());
            this.calm = calm;
        }

        @Override
        public ConnectionConfig config() {
            return new ConnectionConfig(
                    card.name(), card.name(), Duration.ofSeconds(1), card.order(), RETRY, Map.of(), Set.of());
        }

        @Override
        public Optional<ConnectorDescriptor> descriptor() {
            var descriptor = ConnectorDescriptor.of(card.name(), card.name()).channels(Channel.out("out"));
            return Optional.of(card.recognisesRepeats() ? descriptor.recognisingRepeats() : descriptor);
        }

        @Override
        public DeliveryResult deliver(Delivery delivery) {
            var random = ThreadLocalRandom.current();
            LockSupport.parkNanos(random.nextInt(3_000_000));
            var turn = calm ? 99 : random.nextInt(100);
            if (turn < 6) {
                return new DeliveryResult.NotSent("busy", Duration.ZERO);
            }
            if (turn < 8) {
                return new DeliveryResult.Unknown("the connection broke");
            }
            effect(delivery.id());
            LockSupport.parkNanos(random.nextInt(3_000_000));
            return turn < 10
                    ? new DeliveryResult.Unknown("no answer in time")
                    : new DeliveryResult.Delivered("ref-" + delivery.number());
        }

        private void effect(String id) {
            try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                channel.write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Optional<DeliveryResult> probe(Delivery delivery) {
            if (!card.canProbe()) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        Files.exists(file) && Files.readAllLines(file).contains(delivery.id())
                                ? new DeliveryResult.Delivered("ref-" + delivery.number())
                                : new DeliveryResult.NotSent("it has not arrived", Duration.ZERO));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    /** Arguments: JDBC URL, user, password, the node's name, the folder of the targets, {@code calm} or {@code wild}. */
    public static void main(String[] arguments) throws IOException {
        var clock = Clock.systemUTC();
        var folder = Path.of(arguments[4]);
        var database = new HikariDataSource();
        database.setJdbcUrl(arguments[0]);
        database.setUsername(arguments[1]);
        database.setPassword(arguments[2]);
        database.setMaximumPoolSize(8);
        var nodes = new Nodes(database, clock, arguments[3]);
        var ids = new Ids(clock);
        var ledger = new SqlLedger(database, clock, ids, nodes);
        var contents = new ContentStore(folder.resolve("content"), 64 << 10, clock);
        var transport = new Memory();
        var lanes = new Lanes(transport, Executors.newSingleThreadExecutor());
        var targets = new java.util.HashMap<String, Target>();
        SINKS.forEach(card -> targets.put(card.name(), new FileTarget(card, folder, arguments[5].equals("calm"))));
        var work = new Work(
                transport,
                ledger,
                nodes,
                lanes,
                contents,
                CoreProcess::route,
                (town, name) -> Optional.ofNullable(targets.get(name)),
                Limits.defaults(),
                () -> false,
                clock);
        var intake = new Intake(config(folder), contents, ledger, ids, clock, new Intake.RouteLane() {
            @Override
            public boolean hasRoom(String municipality) {
                return lanes.hasRoom(municipality);
            }

            @Override
            public boolean isBehind(String municipality) {
                return false;
            }

            @Override
            public void put(UUID message, String municipality) {
                lanes.route(List.of(new Ledger.ToRoute(message, municipality)));
            }
        });
        work.start();
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("ready");
        var doors = Executors.newFixedThreadPool(4);
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                var words = line.split(" ");
                doors.execute(() -> take(intake, words, out));
            }
        }
        // Nobody is there any more.
        Runtime.getRuntime().halt(0);
    }

    private static void take(Intake intake, String[] words, PrintStream out) {
        try {
            var accepted = intake.accept(new Submission(
                    TOWN,
                    "key/portal",
                    words[0],
                    "form.submission",
                    "",
                    Optional.of(words[1]),
                    Optional.empty(),
                    Map.of("ticket", words[2]),
                    Content.of("form.txt", "text/plain", words[0].getBytes(StandardCharsets.UTF_8)),
                    List.of(),
                    Optional.empty()));
            var taken =
                    accepted.outcome() == Accepted.Outcome.TAKEN || accepted.outcome() == Accepted.Outcome.DUPLICATE;
            out.println((taken ? "yes " : "wrong ") + words[0]);
        } catch (IOException | RuntimeException e) {
            out.println("no " + words[0]);
        }
    }

    private static HubConfig config(Path folder) {
        return new HubConfig(
                folder,
                folder,
                new WebConfig("localhost", 0, Optional.empty()),
                new BrokerConfig("localhost", 0, List.of()),
                new DatabaseConfig(Optional.empty(), "", ""),
                folder,
                folder,
                Optional.empty(),
                Limits.defaults(),
                Capacity.defaults(),
                PluginsConfig.open(),
                Map.of(TOWN, new Municipality(TOWN, TOWN + "0000", "Pirna", Map.of())));
    }

    private static RouteOutcome route(RouteInput input) {
        var planned = new ArrayList<PlannedDelivery>();
        for (var card : SINKS) {
            planned.add(new PlannedDelivery(
                    input.messageId() + "-" + card.name(),
                    card.name(),
                    "out",
                    input.kind(),
                    input.headers(),
                    input.body(),
                    List.of()));
        }
        return new RouteOutcome.Routed("r@1", planned, List.of(), List.of());
    }
}
