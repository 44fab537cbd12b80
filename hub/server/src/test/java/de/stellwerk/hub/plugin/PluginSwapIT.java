package de.stellwerk.hub.plugin;

import static de.stellwerk.hub.plugin.House.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.plugin.PluginStatus.State;
import de.stellwerk.hub.spi.DeliveryResult;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plugins that come, change and go while the hub works. */
class PluginSwapIT {

    @TempDir
    private Path home;

    @Test
    void aDroppedJarIsAvailableWithinFiveSecondsAtTheHubsOwnPace() throws Exception {
        var settings = Map.of("folder", "town", "password", "p");
        TestJar.demo("warm-up", "1.0.0").bytes();
        try (var house = new House(home, settings, Set.of("password"), Duration.ofMillis(500))) {
            house.drop("demo.jar", TestJar.demo("demo", "1.0.0"));

            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(house.ask("version")).isEqualTo("1.0.0"));
        }
    }

    @Test
    void noCallFailsWhileVersionsAreSwapped() throws Exception {
        try (var house = new House(home).withDemo()) {
            var stop = new AtomicBoolean();
            var answers = ConcurrentHashMap.<String>newKeySet();
            var calls = new AtomicInteger();
            Callable<Integer> caller = () -> {
                while (!stop.get()) {
                    answers.add(house.ask("version"));
                    calls.incrementAndGet();
                }
                return calls.get();
            };
            var pool = Executors.newFixedThreadPool(3);
            try {
                var callers = pool.invokeAll(List.of(
                        () -> {
                            for (int i = 2; i < 8; i++) {
                                house.drop("demo.jar", TestJar.demo("demo", i + ".0.0"));
                                house.awaitActive("demo.jar", i + ".0.0");
                                int before = calls.get();
                                await().until(() -> calls.get() > before + 50);
                            }
                            stop.set(true);
                            return 0;
                        },
                        caller,
                        caller));
                for (Future<Integer> done : callers) {
                    done.get();
                }
            } finally {
                stop.set(true);
                pool.shutdownNow();
            }

            assertThat(answers)
                    .containsExactlyInAnyOrder("1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0", "6.0.0", "7.0.0");
        }
    }

    @Test
    void aCallThatRunsWhenItsVersionIsReplacedEndsWhereItBegan() throws Exception {
        var gate = home.resolve("gate");
        try (var house = new House(home).withDemo()) {
            var pool = Executors.newSingleThreadExecutor();
            try {
                var running = pool.submit(() -> house.ask("until " + gate));
                await().until(() -> Files.exists(home.resolve("gate.waiting")));
                house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
                house.awaitActive("demo.jar", "2.0.0");

                assertThat(house.ask("version")).isEqualTo("2.0.0");
                assertThat(house.await("demo.jar", State.DRAINING).version()).isEqualTo("1.0.0");
                assertThat(running).isNotDone();

                Files.createFile(gate);

                assertThat(running.get()).isEqualTo("1.0.0");
                await().untilAsserted(() -> assertThat(house.status()).hasSize(1));
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Test
    void anUnloadedVersionLeavesNothingBehind() throws Exception {
        try (var house = new House(home).withDemo()) {
            var loader = loaderOf(house);
            house.demo().deliver(delivery("throw"));

            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.awaitActive("demo.jar", "2.0.0");
            awaitCollected(loader);

            var second = loaderOf(house);
            house.remove("demo.jar");
            awaitCollected(second);
        }
    }

    @Test
    void aRefusedJarLeavesNothingBehindAndIsNotTriedAgainAndAgain() throws Exception {
        try (var house = new House(home)) {
            house.drop("demo.jar", TestJar.demo("demo", "1.0.0").with("broken.txt", "x"));
            house.await("demo.jar", State.REFUSED);

            await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(3)).untilAsserted(() -> assertThat(
                            house.status())
                    .extracting(PluginStatus::state)
                    .containsExactly(State.REFUSED));
            assertThat(home.resolve("data/plugins")).isDirectoryNotContaining("glob:**.jar");
        }
    }

    @Test
    void aPluginThatHangsHoldsUpNoOther() throws Exception {
        try (var house = new House(home)) {
            house.drop("a-hangs.jar", TestJar.demo("hangs", "1.0.0").with("hang.txt", "x"));
            house.await("a-hangs.jar", State.CHECKING);
            house.drop("demo.jar", TestJar.demo("demo", "1.0.0"));

            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(house.ask("version")).isEqualTo("1.0.0"));
            assertThat(house.await("a-hangs.jar", State.REFUSED).code()).isEqualTo("plugin.hangs");
        }
    }

    @Test
    void fourHundredMunicipalitiesAreOpenedLazilyAndCheaply() throws Exception {
        var municipalities = new ArrayList<Municipality>();
        for (int i = 0; i < 420; i++) {
            var ags = String.format("%08d", i);
            var configs = new LinkedHashMap<String, ConnectionConfig>();
            for (var name : List.of("a", "b", "c")) {
                configs.put(
                        name,
                        new ConnectionConfig(
                                name,
                                "demo",
                                Duration.ofSeconds(5),
                                Optional.empty(),
                                Retry.defaults(),
                                Map.of("folder", "town", "password", "p"),
                                Set.of("password")));
            }
            municipalities.add(new Municipality(ags, "0000" + ags, "M" + i, configs));
        }
        TestJar.demo("demo", "1.0.0").drop(home.resolve("plugins/inbox/demo.jar"));
        try (var connections = new Connections(
                home.resolve("plugins"),
                home.resolve("data"),
                home,
                municipalities,
                PluginsConfig.open(),
                (names, begun, switched, ended) -> new SwapReport.Book.Count(0, 0, 0),
                Clock.systemUTC(),
                Duration.ofMillis(20))) {
            connections.start();
            var first = connections.all().iterator().next();
            await().until(() -> first.state() == Connection.State.READY);
            assertThat(connections.all()).hasSize(1260).allMatch(c -> c.state() == Connection.State.READY);

            first.deliver(delivery("version"));
            int threads = Thread.activeCount();
            long before = used();
            for (var connection : connections.all()) {
                assertThat(connection.deliver(delivery("version"))).isEqualTo(new DeliveryResult.Delivered("1.0.0"));
            }

            assertThat(used() - before).isLessThan(1260 * 64L * 1024);
            assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 5);
            assertThat(connections.all()).allMatch(c -> c.state() == Connection.State.OPEN);
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** The plugin's class loader, by way of a content of a class of its own. */
    static WeakReference<ClassLoader> loaderOf(House house) throws Exception {
        var inbox = house.new TakingInbox();
        house.demo().poll(inbox);
        var loader = inbox.taken.get(0).body().getClass().getClassLoader();
        assertThat(loader).isInstanceOf(Wall.class);
        return new WeakReference<>(loader);
    }

    private static void awaitCollected(WeakReference<ClassLoader> loader) {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            System.gc();
            assertThat(loader.get()).isNull();
        });
    }
}
