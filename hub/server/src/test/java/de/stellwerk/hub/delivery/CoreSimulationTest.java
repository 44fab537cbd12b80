package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.delivery.CoreWorld.Wrong;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * The promise in simulated worlds, see {@code hub/decisions/0014-core-simulation.md}. A seed that fails is printed with the command that
 * replays it, step by step; {@code -Dstellwerk.seeds=N} runs more of them, {@code -Dstellwerk.first=S} from another one on.
 */
class CoreSimulationTest {

    private static final long SEEDS = Long.getLong("stellwerk.seeds", 20_000);
    private static final long FIRST = Long.getLong("stellwerk.first", 1);
    private static final int SEEDS_FOR_A_MUTANT = 20_000;
    private static final int LAST_STEPS = 400;
    private static final String REPLAY = "mvn -o -q -pl hub/server -am test -Dtest=CoreSimulationTest#oneSeed"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dstellwerk.seed=";

    @TempDir
    private static Path folder;

    private static ContentStore contents;
    private static Level before;

    @BeforeAll
    static void quietly() throws IOException {
        contents = new ContentStore(folder, 64 << 10, Clock.systemUTC());
        before = hub().getLevel();
        hub().setLevel(Level.OFF);
    }

    @AfterAll
    static void loudly() {
        hub().setLevel(before);
    }

    private static Logger hub() {
        return (Logger) LoggerFactory.getLogger("de.stellwerk");
    }

    @Test
    void thePromiseHoldsForEverySeed() throws IOException {
        var deaths = new LongAdder();
        var deliveries = new LongAdder();
        var failed = LongStream.range(FIRST, FIRST + SEEDS)
                .parallel()
                .filter(seed -> {
                    var world = new CoreWorld(seed, Mutant.NONE, contents, false);
                    try {
                        world.run();
                    } catch (Wrong | RuntimeException e) {
                        return true;
                    }
                    deaths.add(world.deaths());
                    deliveries.add(world.deliveries());
                    return false;
                })
                .findFirst();
        failed.ifPresent(CoreSimulationTest::replay);
        assertThat(failed)
                .as("a seed that failed, and did not when it was replayed")
                .isEmpty();
        assertThat(deaths.sum()).as("deaths of nodes").isGreaterThan(SEEDS / 2);
        assertThat(deliveries.sum()).as("deliveries").isGreaterThan(SEEDS * 4);
        CoreRows.add(
                "nothing lost, nothing doubled, order kept, balance even",
                "core simulation: two nodes that die, on one thread",
                SEEDS,
                "held; " + deaths + " deaths of nodes at " + deliveries + " deliveries",
                FIRST);
    }

    @Test
    void oneSeed() {
        var seed = Long.getLong("stellwerk.seed");
        var first = traced(seed == null ? FIRST : seed);
        var second = traced(seed == null ? FIRST : seed);

        assertThat(second.trace()).as("the same seed takes the same steps").isEqualTo(first.trace());
        if (seed != null) {
            first.trace().forEach(System.out::println);
            replay(seed);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aCoreThatIsBuiltWronglyIsFound(Mutant mutant) {
        var found = LongStream.rangeClosed(1, SEEDS_FOR_A_MUTANT)
                .filter(seed -> breaks(seed, mutant))
                .findFirst();

        assertThat(found).as("a seed that finds " + mutant).isPresent();
    }

    private static boolean breaks(long seed, Mutant mutant) {
        try {
            new CoreWorld(seed, mutant, contents, false).run();
            return false;
        } catch (Wrong e) {
            return true;
        }
    }

    private static CoreWorld traced(long seed) {
        var world = new CoreWorld(seed, Mutant.NONE, contents, true);
        try {
            world.run();
        } catch (Wrong | RuntimeException e) {
            world.trace(() -> "ended by " + e);
        }
        return world;
    }

    /** Runs a seed again, and fails with its steps if it still fails. */
    private static void replay(long seed) {
        var world = new CoreWorld(seed, Mutant.NONE, contents, true);
        try {
            world.run();
        } catch (Wrong | RuntimeException e) {
            var steps = world.trace();
            throw new AssertionError(
                    "seed " + seed + ": " + e.getMessage() + "\nReplay with\n  " + REPLAY + seed + "\nIts last steps:\n"
                            + String.join("\n", steps.subList(Math.max(0, steps.size() - LAST_STEPS), steps.size())),
                    e);
        }
    }
}
