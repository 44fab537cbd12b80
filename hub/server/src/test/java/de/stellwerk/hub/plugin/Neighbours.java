package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.Bounds;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.Origin;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.Retry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * A healthy connection called demo whose deliveries go on and on, and beside it connections to plugins that go wrong, each called as the
 * way it does so; on the system's clock.
 */
final class Neighbours implements AutoCloseable {

    private static final String PIRNA = House.PIRNA;

    final Connections connections;
    private final Path home;
    private final AtomicInteger delivered = new AtomicInteger();
    private final Thread traffic = new Thread(this::deliver, "healthy-neighbour");
    private volatile boolean over;
    private volatile String wrong = "";

    /** @param wayward the connections beside the healthy one, each called as its plugin and as the way it goes wrong */
    Neighbours(Path home, Isolation isolation, Bounds bounds, List<String> wayward) throws IOException {
        this.home = home;
        var configs = new LinkedHashMap<String, ConnectionConfig>();
        configs.put(
                "demo",
                config("demo", Bounds.defaults(), Map.of("folder", "town", "password", "p"), Set.of("password")));
        for (var name : wayward) {
            configs.put(name, config(name, bounds, Map.of(), Set.of()));
        }
        connections = new Connections(
                home.resolve("plugins"),
                home.resolve("data"),
                home,
                List.of(new Municipality(PIRNA, "146285229270", "Pirna", configs)),
                new PluginsConfig(true, Map.of(), Optional.empty(), isolation, Optional.empty(), Duration.ZERO, 5),
                (names, begun, switched, ended) -> new SwapReport.Book.Count(0, 0, 0),
                Clock.systemUTC(),
                Duration.ofMillis(20));
        TestJar.demo("demo", "1.0.0").drop(home.resolve("plugins/inbox/demo.jar"));
        for (var name : wayward) {
            TestJar.wayward(name, name).drop(home.resolve("plugins/inbox/" + name + ".jar"));
        }
        connections.start();
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(connections.plugins())
                .filteredOn(status -> status.state() == PluginStatus.State.ACTIVE)
                .hasSize(1 + wayward.size()));
        traffic.setDaemon(true);
        traffic.start();
    }

    private static ConnectionConfig config(
            String name, Bounds bounds, Map<String, String> settings, Set<String> secrets) {
        return new ConnectionConfig(
                name,
                name,
                Optional.empty(),
                Duration.ofSeconds(5),
                Optional.empty(),
                Retry.defaults(),
                bounds,
                settings,
                secrets,
                Origin.NONE);
    }

    Connection connection(String name) {
        return connections.find(PIRNA, name).orElseThrow();
    }

    private void deliver() {
        var demo = connection("demo");
        while (!over) {
            var answer = House.reference(demo.deliver(House.delivery("version")));
            if (answer.equals("1.0.0")) {
                delivered.incrementAndGet();
            } else {
                wrong = answer;
            }
        }
    }

    /** Fails unless the healthy connection's deliveries go on, and all arrive. */
    void goOn() {
        int before = delivered.get();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> delivered.get() > before + 100);
        assertThat(wrong).as("what the neighbour was answered").isEmpty();
        assertThat(connection("demo").state()).isEqualTo(Connection.State.OPEN);
    }

    PluginStatus plugin(String id) {
        return connections.plugins().stream()
                .filter(status -> status.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    Path directory(String connection) {
        return home.resolve("data/connections").resolve(PIRNA).resolve(connection);
    }

    @Override
    public void close() {
        over = true;
        connections.close();
    }
}
