package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.Bounds;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.Origin;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;

/** A home folder with connections of Pirna to connectors called demo and other, and a clock that is set by hand. */
final class House implements AutoCloseable {

    static final String PIRNA = "14628270";
    static final String LEIPZIG = "14713000";
    static final Duration WATCH = Duration.ofMinutes(1);

    final Path home;
    final Path inbox;
    final Connections connections;
    final SetClock clock = new SetClock();

    House(Path home) {
        this(home, Map.of("folder", "town", "password", "TopSecret"), Set.of("password"), Duration.ofMillis(20));
    }

    House(Path home, PluginsConfig trust) {
        this(
                home,
                Map.of("folder", "town", "password", "TopSecret"),
                Set.of("password"),
                trust,
                Duration.ofMillis(20),
                Bounds.defaults());
    }

    House(Path home, Map<String, String> settings, Set<String> secrets, Duration look) {
        this(home, settings, secrets, PluginsConfig.open(), look, Bounds.defaults());
    }

    House(
            Path home,
            Map<String, String> settings,
            Set<String> secrets,
            PluginsConfig trust,
            Duration look,
            Bounds bounds) {
        this(home, settings, secrets, swapping(trust, Optional.empty(), Duration.ZERO), look, bounds, Optional.empty());
    }

    /** One whose swaps are watched: Leipzig tries first if so said, and takes the versions of a range only if so said. */
    static House watching(Path home, Optional<String> canary, Optional<String> range) {
        return watching(home, canary, range, WATCH);
    }

    static House watching(Path home, Optional<String> canary, Optional<String> range, Duration watch) {
        return new House(
                home,
                Map.of("folder", "town", "password", "TopSecret"),
                Set.of("password"),
                swapping(PluginsConfig.open(), canary, watch),
                Duration.ofMillis(20),
                Bounds.defaults(),
                range);
    }

    private static PluginsConfig swapping(PluginsConfig trust, Optional<String> canary, Duration watch) {
        return new PluginsConfig(
                trust.unsigned(), trust.keys(), trust.directory(), trust.isolation(), canary, watch, 3);
    }

    private House(
            Path home,
            Map<String, String> settings,
            Set<String> secrets,
            PluginsConfig trust,
            Duration look,
            Bounds bounds,
            Optional<String> range) {
        this.home = home;
        this.inbox = home.resolve("plugins/inbox");
        var configs = new LinkedHashMap<String, ConnectionConfig>();
        for (var name : List.of("demo", "other")) {
            configs.put(
                    name,
                    new ConnectionConfig(
                            name,
                            name,
                            Optional.empty(),
                            Duration.ofSeconds(5),
                            Optional.empty(),
                            Retry.defaults(),
                            bounds,
                            settings,
                            secrets,
                            Origin.NONE));
        }
        var pirna = new Municipality(PIRNA, "146285229270", "Pirna", configs);
        var leipzig = new Municipality(
                LEIPZIG,
                "147130000000",
                "Leipzig",
                Map.of(
                        "demo",
                        new ConnectionConfig(
                                "demo",
                                "demo",
                                range,
                                Duration.ofSeconds(5),
                                Optional.empty(),
                                Retry.defaults(),
                                bounds,
                                settings,
                                secrets,
                                Origin.NONE)));
        connections = new Connections(
                home.resolve("plugins"),
                home.resolve("data"),
                home,
                List.of(pirna, leipzig),
                trust,
                (names, begun, switched, ended) -> new SwapReport.Book.Count(names.size(), 0, 0),
                clock,
                look);
        connections.start();
    }

    Connection demo() {
        return connections.find(PIRNA, "demo").orElseThrow();
    }

    Connection leipzig() {
        return connections.find(LEIPZIG, "demo").orElseThrow();
    }

    Connection other() {
        return connections.find(PIRNA, "other").orElseThrow();
    }

    void drop(String file, TestJar jar) throws IOException {
        jar.drop(inbox.resolve(file));
    }

    void remove(String file) throws IOException {
        Files.delete(inbox.resolve(file));
    }

    /** Drops the demo plugin and waits until it is in use. */
    House withDemo() throws IOException {
        drop("demo.jar", TestJar.demo("demo", "1.0.0"));
        awaitActive("demo.jar", "1.0.0");
        return this;
    }

    PluginStatus awaitActive(String file, String version) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(status())
                .filteredOn(status -> status.file().equals(file)
                        && status.version().equals(version)
                        && status.state() == PluginStatus.State.ACTIVE)
                .hasSize(1));
        return one(file, PluginStatus.State.ACTIVE);
    }

    PluginStatus await(String file, PluginStatus.State state) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(status())
                .filteredOn(status -> status.file().equals(file) && status.state() == state)
                .hasSize(1));
        return one(file, state);
    }

    private PluginStatus one(String file, PluginStatus.State state) {
        return status().stream()
                .filter(status -> status.file().equals(file) && status.state() == state)
                .findFirst()
                .orElseThrow();
    }

    List<PluginStatus> status() {
        return connections.plugins();
    }

    String ask(String kind) {
        return reference(demo().deliver(delivery(kind)));
    }

    static String reference(DeliveryResult result) {
        return result instanceof DeliveryResult.Delivered delivered ? delivered.reference() : result.toString();
    }

    static Delivery delivery(String kind) {
        var body = Content.of("a.txt", "text/plain", "the body".getBytes(StandardCharsets.UTF_8));
        return new Delivery("0".repeat(64), 1, PIRNA, "out", kind, "case", Map.of(), body, List.of(), 1);
    }

    @Override
    public void close() {
        connections.close();
    }

    /** Takes everything. */
    final class TakingInbox implements Inbox {

        final List<Message> taken = new ArrayList<>();
        final List<ClassLoader> loaders = new ArrayList<>();

        @Override
        public Receipt accept(String channel, Message message) {
            taken.add(message);
            loaders.add(Thread.currentThread().getContextClassLoader());
            return new Receipt("m-1", clock.instant(), Receipt.Outcome.TAKEN, "", "");
        }

        @Override
        public List<Awaited> awaited(String channel, int limit) {
            return List.of();
        }
    }

    static final class SetClock extends Clock {

        private volatile Instant now = Instant.parse("2026-11-24T08:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("not needed here");
        }
    }
}
