package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import de.stellwerk.hub.TrialRows;
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

    private static final long SHORT_FORM = 20_000;
    private static final long SEEDS = Long.getLong("stellwerk.seeds", SHORT_FORM);
    private static final long FIRST = Long.getLong("stellwerk.first", 1);
    private static final int SEEDS_FOR_A_MUTANT = 20_000;
    private static final int SEEDS_UNDER_KILLS = 300;
    private static final int KILLS = 25;
    private static final int LAST_STEPS = 400;
    private static final String REPLAY = "mvn -o -q -pl hub/server -am test -Dtest=CoreSimulationTest#oneSeed"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dstellwerk.seed=";

    @TempDir
    private static Path folder;

    private static ContentStore contents;
    private static TrialRows rows;
    private static int found;
    private static Level before;

    @BeforeAll
    static void quietly() throws IOException {
        rows = new TrialRows("core-simulation");
        contents = new ContentStore(folder, 64 << 10, Clock.systemUTC());
        before = hub().getLevel();
        hub().setLevel(Level.OFF);
    }

    @AfterAll
    static void loudly() throws IOException {
        hub().setLevel(before);
        if (found > 0) {
            rows.add(
                    "the simulation finds what is built wrongly",
                    "cores and ledgers with one fault each",
                    found,
                    "each found by a seed",
                    0);
        }
    }

    private static Logger hub() {
        return (Logger) LoggerFactory.getLogger("de.stellwerk");
    }

    @Test
    void thePromiseHoldsForEverySeed() throws IOException {
        var deaths = new LongAdder();
        var deliveries = new LongAdder();
        var behind = new LongAdder();
        var poisonous = new LongAdder();
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
                    behind.add(world.behindStuck());
                    poisonous.add(world.isPoisonous() ? 1 : 0);
                    return false;
                })
                .findFirst();
        failed.ifPresent(CoreSimulationTest::replay);
        assertThat(failed)
                .as("a seed that failed, and did not when it was replayed")
                .isEmpty();
        assertThat(deaths.sum()).as("deaths of nodes").isGreaterThan(SEEDS / 2);
        assertThat(deliveries.sum()).as("deliveries").isGreaterThan(SEEDS * 4);
        assertThat(behind.sum()).as("deliveries behind a stuck one").isGreaterThan(SEEDS / 20);
        assertThat(poisonous.sum()).as("worlds in which a message kills").isGreaterThan(SEEDS / 20);
        var form = TrialRows.form(SEEDS, SHORT_FORM);
        rows.add(
                "nothing lost, nothing doubled, order kept, balance even",
                "core simulation: one to three nodes that die, on one thread, a world a seed; " + form,
                SEEDS,
                "held; " + deaths + " deaths of nodes at " + deliveries + " deliveries",
                FIRST);
        rows.add(
                "a stuck key holds up no other",
                "core simulation: deliveries that wait behind one of their key that is parked or in doubt; " + form,
                behind.sum(),
                "none waited for another key",
                FIRST);
        rows.add(
                "a message that kills the hub is parked, and no other is held to be that",
                "core simulation: worlds with messages of whose route a node dies; " + form,
                poisonous.sum(),
                "each parked as route.crashed, nothing else",
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

    @Test
    void aSlowMessageIsNotHeldToBeWhatKillsTheHub() throws IOException {
        for (long seed = 1; seed <= SEEDS_UNDER_KILLS; seed++) {
            new CoreWorld(seed, Mutant.NONE, contents, false).runUnderKills(KILLS);
        }
        // The same rule without acquittal.
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= SEEDS_UNDER_KILLS; seed++) {
                        new CoreWorld(seed, Mutant.NEVER_ACQUITS, contents, false).runUnderKills(KILLS);
                    }
                })
                .isInstanceOf(Wrong.class)
                .hasMessageContaining("route.crashed");
        found++;
        rows.add(
                "a slow message is not held to be what kills the hub",
                "core simulation: a route of 20 s while something kills all nodes at least every 20 s, 25 times a world",
                SEEDS_UNDER_KILLS,
                "routed in every world",
                1);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "NEVER_ACQUITS"})
    void aCoreThatIsBuiltWronglyIsFound(Mutant mutant) {
        var by = LongStream.rangeClosed(1, SEEDS_FOR_A_MUTANT)
                .filter(seed -> breaks(seed, mutant))
                .findFirst();

        assertThat(by).as("a seed that finds " + mutant).isPresent();
        found++;
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
