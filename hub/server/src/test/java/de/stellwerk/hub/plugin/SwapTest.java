package de.stellwerk.hub.plugin;

import static de.stellwerk.hub.plugin.House.LEIPZIG;
import static de.stellwerk.hub.plugin.House.WATCH;
import static de.stellwerk.hub.plugin.House.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.plugin.PluginStatus.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two versions of a plugin side by side: one first, then all, and back if it does worse. */
class SwapTest {

    @TempDir
    private Path home;

    @Test
    void oneMunicipalityUsesANewVersionFirstThenAllAndThenTheVersionBeforeIsUnloaded() throws Exception {
        try (var house =
                House.watching(home, Optional.of(LEIPZIG), Optional.empty()).withDemo()) {
            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.await("demo.jar", State.CANARY);

            assertThat(version(house.leipzig())).isEqualTo("2.0.0");
            assertThat(version(house.demo())).isEqualTo("1.0.0");

            house.clock.pass(WATCH);
            house.await("demo.jar", State.STANDBY);
            assertThat(version(house.leipzig())).isEqualTo("2.0.0");
            assertThat(version(house.demo())).isEqualTo("2.0.0");

            house.clock.pass(WATCH);
            await().untilAsserted(() -> assertThat(house.status()).hasSize(1));
            await().untilAsserted(() -> assertThat(house.connections.swaps())
                    .singleElement()
                    .satisfies(report -> {
                        assertThat(report.result()).isEqualTo(SwapReport.Result.KEPT);
                        assertThat(report.from()).isEqualTo("1.0.0");
                        assertThat(report.to()).isEqualTo("2.0.0");
                        assertThat(report.municipality()).isEqualTo(LEIPZIG);
                        assertThat(report.delivered())
                                .as("both connections were asked about")
                                .isEqualTo(2);
                    }));
        }
    }

    @Test
    void aVersionThatDoesWorseIsGivenBackAndNotTriedAgain() throws Exception {
        try (var house =
                House.watching(home, Optional.of(LEIPZIG), Optional.empty()).withDemo()) {
            version(house.leipzig());
            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.await("demo.jar", State.CANARY);

            for (int i = 0; i < 3; i++) {
                house.leipzig().deliver(delivery("throw"));
            }

            assertThat(house.await("demo.jar", State.REFUSED).code()).isEqualTo("plugin.returned");
            assertThat(version(house.leipzig())).isEqualTo("1.0.0");
            await().untilAsserted(() -> assertThat(house.connections.swaps())
                    .extracting(SwapReport::result)
                    .containsExactly(SwapReport.Result.RETURNED));
        }
        // What was given back stays so over a restart.
        try (var house = House.watching(home, Optional.of(LEIPZIG), Optional.empty())) {
            assertThat(house.await("demo.jar", State.REFUSED).code()).isEqualTo("plugin.returned");
            assertThat(version(house.leipzig())).isEqualTo("1.0.0");
            assertThat(house.connections.swaps()).hasSize(1);
        }
    }

    @Test
    void aSwapThatIsNotOverGoesOnAfterARestart() throws Exception {
        try (var house =
                House.watching(home, Optional.of(LEIPZIG), Optional.empty()).withDemo()) {
            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.await("demo.jar", State.CANARY);
        }
        try (var house = House.watching(home, Optional.of(LEIPZIG), Optional.empty())) {
            house.await("demo.jar", State.CANARY);
            assertThat(version(house.leipzig())).isEqualTo("2.0.0");
            assertThat(version(house.demo())).isEqualTo("1.0.0");
        }
    }

    @Test
    void aClockThatIsSetBackByADayMakesTheWatchNoLonger() throws Exception {
        try (var house =
                House.watching(home, Optional.of(LEIPZIG), Optional.empty()).withDemo()) {
            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.await("demo.jar", State.CANARY);

            house.clock.pass(Duration.ofDays(-1));

            await().untilAsserted(() -> {
                house.clock.pass(WATCH.dividedBy(6));
                assertThat(house.status()).extracting(PluginStatus::state).contains(State.STANDBY);
            });
        }
    }

    @Test
    void aClockThatIsSetForwardByADayDoesNotEndTheWatch() throws Exception {
        try (var house = House.watching(home, Optional.of(LEIPZIG), Optional.empty(), Duration.ofMinutes(5))
                .withDemo()) {
            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.await("demo.jar", State.CANARY);

            house.clock.pass(Duration.ofDays(1));
            house.drop("other.jar", TestJar.demo("other", "1.0.0"));
            house.awaitActive("other.jar", "1.0.0"); // the hub has looked since

            assertThat(house.status()).extracting(PluginStatus::state).contains(State.CANARY);
            for (int i = 0; i < 3; i++) {
                house.leipzig().deliver(delivery("throw"));
            }
            assertThat(house.await("demo.jar", State.REFUSED).code()).isEqualTo("plugin.returned");
        }
    }

    @Test
    void aVersionThatDoesWorseIsGivenBackWhileTheInboxCannotBeRead() throws Exception {
        try (var house =
                House.watching(home, Optional.of(LEIPZIG), Optional.empty()).withDemo()) {
            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.await("demo.jar", State.CANARY);
            Files.move(house.inbox, house.inbox.resolveSibling("away"));

            for (int i = 0; i < 3; i++) {
                house.leipzig().deliver(delivery("throw"));
            }

            await().untilAsserted(() -> assertThat(version(house.leipzig())).isEqualTo("1.0.0"));
        }
    }

    @Test
    void aConnectionKeepsTheVersionItAsksForWhileTheOthersGoOn() throws Exception {
        try (var house = House.watching(home, Optional.empty(), Optional.of("1.0"))) {
            house.drop("demo-1.jar", TestJar.demo("demo", "1.0.0"));
            house.awaitActive("demo-1.jar", "1.0.0");
            house.drop("demo-2.jar", TestJar.demo("demo", "2.0.0"));
            house.awaitActive("demo-2.jar", "2.0.0");
            house.clock.pass(WATCH);
            house.await("demo-1.jar", State.BESIDE);

            assertThat(version(house.demo())).isEqualTo("2.0.0");
            assertThat(version(house.leipzig())).isEqualTo("1.0.0");

            house.remove("demo-1.jar");
            await().untilAsserted(() ->
                    assertThat(house.leipzig().stateText()).startsWith("The connection asks for version 1.0"));
        }
    }

    @Test
    void anOlderVersionIsUsedAgainForOneMunicipalityOrForAllUntilTheNewestIsWantedAgain() throws Exception {
        try (var house = House.watching(home, Optional.empty(), Optional.empty())) {
            house.drop("demo-1.jar", TestJar.demo("demo", "1.0.0"));
            house.awaitActive("demo-1.jar", "1.0.0");
            house.drop("demo-2.jar", TestJar.demo("demo", "2.0.0"));
            house.awaitActive("demo-2.jar", "2.0.0");
            house.clock.pass(WATCH);
            house.await("demo-1.jar", State.SUPERSEDED);

            assertThat(house.connections.use("demo", "1.0.0", LEIPZIG)).isTrue();
            await().untilAsserted(() -> assertThat(version(house.leipzig())).isEqualTo("1.0.0"));
            assertThat(version(house.demo())).isEqualTo("2.0.0");

            assertThat(house.connections.use("demo", "1.0.0", "")).isTrue();
            await().untilAsserted(() -> assertThat(version(house.demo())).isEqualTo("1.0.0"));
            house.clock.pass(WATCH);

            assertThat(house.connections.use("demo", "newest", "")).isTrue();
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(version(house.demo())).isEqualTo("2.0.0"));
            assertThat(house.connections.use("demo", "3.0.0", "")).isFalse();
        }
    }

    @Test
    void theVersionBeforeCanBeChosenWhileOneMunicipalityTriesTheNewOne() throws Exception {
        try (var house =
                House.watching(home, Optional.of(LEIPZIG), Optional.empty()).withDemo()) {
            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));
            house.await("demo.jar", State.CANARY);

            assertThat(house.connections.use("demo", "1.0.0", "")).isTrue();

            assertThat(version(house.leipzig())).isEqualTo("1.0.0");
            await().untilAsserted(() -> assertThat(house.connections.swaps())
                    .extracting(SwapReport::result)
                    .containsExactly(SwapReport.Result.RETURNED));
            house.clock.pass(WATCH);
            assertThat(version(house.leipzig())).isEqualTo("1.0.0");
            assertThat(version(house.demo())).isEqualTo("1.0.0");
        }
    }

    @Test
    void failuresOfTheVersionBeforeExcuseThoseOfTheNewOne() {
        var before = new Tally.Count(100, 40, 0);

        assertThat(Swap.worse(before, new Tally.Count(100, 45, 0), 5)).isEmpty();
        assertThat(Swap.worse(before, new Tally.Count(100, 55, 0), 5)).isPresent();
        assertThat(Swap.worse(before, new Tally.Count(4, 4, 0), 5))
                .as("too few")
                .isEmpty();
        assertThat(Swap.worse(new Tally.Count(100, 0, 100 * 1_000_000L), new Tally.Count(5, 0, 5 * 2_000_000_000L), 5))
                .as("2 s instead of 1 ms")
                .isPresent();
    }

    private static String version(Connection connection) {
        return House.reference(connection.deliver(delivery("version")));
    }
}
