package de.stellwerk.hub.plugin;

import static de.stellwerk.hub.plugin.House.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.config.Bounds;
import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.plugin.Connection.State;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins in processes of their own: they do what others do, and die alone. */
class IsolatedIT {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path home;

    private Neighbours neighbours(Duration limit, String... wayward) throws IOException {
        var isolated = new HashSet<>(Arrays.asList(wayward));
        isolated.add("demo");
        return new Neighbours(
                home, new Isolation(isolated, 48L << 20, 50), new Bounds(4, limit, 1 << 20), Arrays.asList(wayward));
    }

    /** The process of a plugin, as its line of status tells. */
    private static ProcessHandle process(Neighbours neighbours, String plugin) {
        var text = neighbours.plugin(plugin).text();
        assertThat(text).startsWith("Runs in a process of its own, ");
        return ProcessHandle.of(Long.parseLong(text.replaceFirst("^[^0-9]*([0-9]+).*$", "$1")))
                .orElseThrow();
    }

    @Test
    void aPluginSeesThereWhatItSeesInTheHub() throws Exception {
        try (var neighbours = neighbours(LONG)) {
            var demo = neighbours.connection("demo");
            assertThat(House.reference(demo.deliver(delivery("settings")))).isEqualTo(home.resolve("town") + " PT2S p");
            assertThat(House.reference(demo.deliver(delivery("context"))))
                    .isEqualTo("14628270 demo " + home.resolve("data/connections/14628270/demo"));
            assertThat(House.reference(demo.deliver(delivery("tccl")))).isEqualTo("true");
            assertThat(House.reference(demo.deliver(delivery("class de.stellwerk.hub.plugin.Connection"))))
                    .as("the hub stays behind the wall there too")
                    .isEqualTo("none");
            assertThat(demo.deliver(delivery("throw")))
                    .isEqualTo(new Unknown(
                            "plugin.threw: java.io.IOException, caused by java.lang.IllegalStateException"));
            assertThat(demo.deliver(delivery("overflow")))
                    .isEqualTo(new Unknown("plugin.threw: java.lang.StackOverflowError"));
            assertThat(demo.probe(delivery("version"))).contains(new Delivered("1.0.0"));
            neighbours.goOn();
        }
    }

    @Test
    void itsConnectionIsTestedThereAndAskedForValues() throws Exception {
        try (var neighbours = neighbours(LONG)) {
            var demo = neighbours.connection("demo");
            assertThat(neighbours.connections.test(demo.municipality(), demo.config()))
                    .extracting(Check::name, Check::outcome)
                    .containsExactly(
                            tuple("settings", Outcome.PASSED),
                            tuple("open", Outcome.PASSED),
                            tuple("echo", Outcome.PASSED));
            assertThat(neighbours.connections.choices(demo.municipality(), demo.config(), "folder"))
                    .startsWith("folder", demo.config().settings().get("folder"), demo.municipality());
        }
    }

    @Test
    void itsProcessGetsNothingOfTheHubsEnvironmentAndNobodyElseGetsToItsSocket() throws Exception {
        try (var neighbours = neighbours(LONG)) {
            var process = process(neighbours, "demo");
            var environment = Files.readString(Path.of("/proc/" + process.pid() + "/environ"));
            assertThat(environment.split("\0")).containsExactly("LC_ALL=C.UTF-8");
            var sockets = home.resolve("data/plugins/sockets");
            if (Files.exists(sockets)) { // otherwise the path of the test's folder is too long for a socket
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sockets)))
                        .isEqualTo("rwx------");
                try (var files = Files.list(sockets)) {
                    assertThat(files).isNotEmpty().allSatisfy(socket -> assertThat(
                                    PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                            .isEqualTo("rw-------"));
                }
            }
        }
    }

    @Test
    void contentsOfAnySizeGoThereAndComeBackAsStreams() throws Exception {
        var bytes = new byte[5_000_003];
        new Random(1).nextBytes(bytes);
        try (var neighbours = neighbours(LONG, "appends")) {
            var large = Content.of("a", "application/octet-stream", bytes);
            assertThat(neighbours.connection("appends").deliver(with("f".repeat(64), large)))
                    .isInstanceOf(Delivered.class);
            assertThat(neighbours.directory("appends").resolve("f".repeat(64))).hasBinaryContent(bytes);
            var inbox = new Keeping();
            neighbours
                    .connection("demo")
                    .receive(new Receiver.Request("POST", "r-1", Map.of(), large), inbox)
                    .orElseThrow();
            assertThat(inbox.bytes.get("r-1")).isEqualTo(bytes);
        }
    }

    @Test
    void oneThatLeaksMemoryDiesAloneAndIsThereAgain() throws Exception {
        try (var neighbours = neighbours(LONG, "leaks-memory")) {
            var connection = neighbours.connection("leaks-memory");
            assertThat(connection.deliver(delivery("any"))).isInstanceOf(Delivered.class);
            var process = process(neighbours, "leaks-memory");
            assertThat(connection.deliver(delivery("leak")))
                    .isEqualTo(new Unknown("plugin.process-ended: its process ran out of memory"));
            assertThat(process.isAlive()).isFalse();
            assertThat(connection.deliver(delivery("any")))
                    .isInstanceOfSatisfying(NotSent.class, notSent -> assertThat(notSent.why())
                            .startsWith("plugin.process-away: its process ran out of memory"));
            neighbours.goOn();
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(connection.deliver(delivery("any")))
                    .isInstanceOf(Delivered.class));
            assertThat(neighbours.plugin("leaks-memory").text()).contains("the one before ran out of memory");
        }
    }

    @Test
    void callsThatHangAreEndedWithTheirProcessAndNamed() throws Exception {
        try (var neighbours = neighbours(Duration.ofMillis(300), "loops")) {
            var connection = neighbours.connection("loops");
            for (int i = 0; i < 8; i++) {
                assertThat(connection.deliver(delivery("any")))
                        .isInstanceOfSatisfying(Unknown.class, unknown -> assertThat(unknown.why())
                                .startsWith("plugin.hangs"));
            }
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(
                            neighbours.plugin("loops").text())
                    .contains("was ended, for 8 calls hung in it, the last at ", "wayward.Wayward$Way.forEver("));
            assertThat(connection.state()).as("its threads have gone with it").isEqualTo(State.OPEN);
            neighbours.goOn();
        }
    }

    @Test
    void aKilledProcessLosesNothingAndDoublesNothing() throws Exception {
        try (var neighbours = neighbours(LONG, "appends", "hands-over-files")) {
            var sink = neighbours.connection("appends");
            var source = neighbours.connection("hands-over-files");
            assertThat(sink.deliver(with("0".repeat(64), text("warm")))).isInstanceOf(Delivered.class);
            source.poll(new Keeping());
            var over = new AtomicBoolean();
            var inbox = new Keeping();
            var put = new AtomicInteger();
            var polling = new Thread(() -> poll(neighbours, source, inbox, put, over), "polls");
            var unknown = new AtomicInteger();
            var arrived = ConcurrentHashMap.<String>newKeySet();
            var deliveries = IntStream.range(0, 3)
                    .mapToObj(i -> new Thread(() -> deliver(sink, i, arrived, unknown, over), "delivers-" + i))
                    .toList();
            polling.start();
            deliveries.forEach(Thread::start);
            int kills = 0;
            while (kills < 6) {
                int before = arrived.size();
                int taken = inbox.bytes.size();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> arrived.size() > before + 30 && inbox.bytes.size() > taken + 30);
                process(neighbours, kills % 2 == 0 ? "appends" : "hands-over-files")
                        .destroyForcibly();
                kills++;
            }
            over.set(true);
            polling.join();
            for (var each : deliveries) {
                each.join();
            }
            await().atMost(Duration.ofSeconds(60))
                    .ignoreException(ConnectorFailed.class)
                    .untilAsserted(() -> {
                        source.poll(inbox);
                        assertThat(inbox.bytes).as("every file is one message").hasSize(put.get());
                    });
            assertThat(inbox.changed).as("the same id with other bytes").isEmpty();
            for (var id : arrived) {
                assertThat(neighbours.directory("appends").resolve(id)).hasContent(id);
            }
            try (var files = Files.list(neighbours.directory("appends"))) {
                assertThat(files.filter(file -> file.getFileName().toString().length() == 64))
                        .as("nothing arrived that was not said to have, but what nobody could know")
                        .hasSizeBetween(arrived.size() + 1, arrived.size() + 1 + unknown.get());
            }
            neighbours.goOn();
        }
    }

    private static void poll(
            Neighbours neighbours, Connection source, Keeping inbox, AtomicInteger put, AtomicBoolean over) {
        try {
            while (!over.get()) {
                for (int i = 0; i < 5; i++) {
                    var file = neighbours.directory("hands-over-files").resolve(put.get() + ".tmp");
                    Files.writeString(file, "message " + put.get());
                    Files.move(file, file.resolveSibling(put.getAndIncrement() + ".msg"));
                }
                try {
                    source.poll(inbox);
                } catch (ConnectorFailed e) {
                    TimeUnit.MILLISECONDS.sleep(50); // as the hub does: it asks again
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Each delivery until it has arrived, as the hub does where a repeat is recognised. */
    private static void deliver(
            Connection sink, int thread, Set<String> arrived, AtomicInteger unknown, AtomicBoolean over) {
        for (int number = 0; !over.get(); number++) {
            var id = String.format("%d%063x", thread + 1, number);
            boolean done = false;
            while (!done && !over.get()) {
                var result = sink.deliver(with(id, text(id)));
                if (result instanceof Delivered) {
                    arrived.add(id);
                    done = true;
                } else if (result instanceof Unknown) {
                    unknown.incrementAndGet();
                }
            }
        }
    }

    @Test
    void itsProcessEndsWithAHubThatIsKilled() throws Exception {
        var hub = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LonelyHub.class.getName(),
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var said = hub.inputReader(StandardCharsets.UTF_8)) {
            String line = said.readLine();
            while (line != null && !line.startsWith("plugin process ")) {
                line = said.readLine();
            }
            assertThat(line).isNotNull();
            var plugin = ProcessHandle.of(Long.parseLong(line.replace("plugin process ", "")))
                    .orElseThrow();
            assertThat(plugin.isAlive()).isTrue();

            hub.destroyForcibly().waitFor();

            await().atMost(Duration.ofSeconds(20)).until(() -> !plugin.isAlive());
        } finally {
            hub.destroyForcibly();
        }
    }

    /** A hub that has nothing but an isolated plugin, and waits to be killed. */
    static final class LonelyHub {

        public static void main(String[] arguments) throws Exception {
            var neighbours = new Neighbours(
                    Path.of(arguments[0]), new Isolation(Set.of("demo"), 48L << 20, 50), Bounds.defaults(), List.of());
            neighbours.goOn();
            System.out.println("plugin process " + process(neighbours, "demo").pid());
            System.out.flush();
            Thread.currentThread().join();
        }
    }

    @Test
    void aMessageIsTakenOnlyDuringItsCall() throws Exception {
        try (var neighbours = neighbours(LONG)) {
            var inbox = new Keeping();
            neighbours.connection("demo").poll(inbox);
            assertThat(inbox.bytes).hasSize(1);
            assertThatThrownBy(() -> neighbours.connection("demo").poll(inbox))
                    .hasMessage("plugin.threw: java.lang.IllegalStateException");
            assertThat(inbox.bytes).hasSize(1);
        }
    }

    private static Delivery with(String id, Content body) {
        return new Delivery(id, 1, House.PIRNA, "out", "any", "case", Map.of(), body, List.of(), 1);
    }

    private static Content text(String text) {
        return Content.of("a", "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads what it is given, as the hub does before it says yes; the same id with the same bytes is one message. */
    private static final class Keeping implements Inbox {

        private final Map<String, byte[]> bytes = new ConcurrentHashMap<>();
        private final List<String> changed = new ArrayList<>();

        @Override
        public synchronized Receipt accept(String channel, Message message) {
            byte[] read;
            try (InputStream in = message.body().open()) {
                read = in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            var before = bytes.putIfAbsent(message.id(), read);
            if (before != null && !Arrays.equals(before, read)) {
                changed.add(message.id());
            }
            return new Receipt(
                    message.id(),
                    Instant.EPOCH,
                    before == null ? Receipt.Outcome.TAKEN : Receipt.Outcome.DUPLICATE,
                    "",
                    "");
        }

        @Override
        public List<Awaited> awaited(String channel, int limit) {
            return List.of();
        }
    }
}
