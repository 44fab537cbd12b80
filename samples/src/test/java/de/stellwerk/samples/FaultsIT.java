package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.stellwerk.samples.town.HubClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What goes wrong around a hub while senders send: each fault with its exact outcome, and afterwards, each time, nothing acknowledged is
 * missing and nothing is doubled. The hub is the real process; a fault that needs what this machine does not allow is skipped with a word.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FaultsIT {

    private static final Path FOLDER = Path.of("target/it/faults");
    private static final long SEED = 5;

    /** A sender has its answer within this time, whatever has happened. */
    private static final Duration ANSWER = Duration.ofSeconds(25);

    private static final Duration BACK = Duration.ofSeconds(30);
    private static final String NO_DISKS = "needs root, mkfs.ext4 and loop devices";

    private static final Map<String, Disk> disks = new HashMap<>();
    private static Stage stage;

    /** What happens while traffic runs, and what was seen of it. */
    private interface Fault {
        String happens(Traffic traffic) throws Exception;
    }

    @BeforeAll
    static void setTheStage() throws Exception {
        Disk.unmountAll(FOLDER);
        stage = new Stage(FOLDER, SEED);
        if (Disk.possible()) {
            var home = stage.home().folder();
            disks.put("data", Disk.ext4(home.resolve("data"), FOLDER.resolve("data.img"), 1_500));
            for (var each : Map.of("content", 256, "uploads", 64, "broker", 64).entrySet()) {
                disks.put(each.getKey(), Disk.memory(home.resolve("data").resolve(each.getKey()), each.getValue()));
            }
            disks.put("logs", Disk.memory(stage.home().logs(), 16));
            disks.put("records", Disk.memory(stage.home().records(), 256));
        }
    }

    @BeforeEach
    void theHubIsUp() throws Exception {
        stage.up();
    }

    @AfterAll
    static void clearTheStage() throws Exception {
        if (stage != null) {
            stage.close();
        }
        Disk.unmountAll(FOLDER);
    }

    // ---- disks

    @Test
    void aDiskBelowItsReserveTakesNothingNewAndDeliversWhatWasTaken() throws Exception {
        for (var name : List.of("data", "content", "broker", "uploads")) {
            var disk = disk(name);
            fault("disk of data/" + name + " below the reserve", traffic -> {
                disk.fill(2 << 20);
                try {
                    var seen = awaitHalt("hub.disk");
                    await("what was taken is delivered meanwhile")
                            .atMost(BACK)
                            .until(() -> stage.balance().at("open") == 0);
                    return seen + "; the backlog drained meanwhile";
                } finally {
                    disk.free();
                }
            });
        }
    }

    // ---- helpers

    /** Lets senders send, makes the fault happen, and goes on only when the hub takes letters again and all books agree. */
    private static void fault(String how, Fault fault) throws Exception {
        String seen;
        var begin = 0;
        try (var traffic = stage.traffic()) {
            await("traffic").atMost(BACK).until(() -> traffic.yes() >= 10);
            seen = fault.happens(traffic);
            var before = traffic.yes();
            await("letters are taken again").atMost(BACK).until(() -> traffic.yes() >= before + 10);
            begin = traffic.end();
        }
        stage.settle();
        FaultRows.add(
                "nothing acknowledged is missing or doubled",
                how,
                1,
                seen + "; of " + begin + " acknowledged 0 missing, 0 doubled",
                SEED);
    }

    private static Disk disk(String name) {
        assumeTrue(disks.containsKey(name), NO_DISKS);
        return disks.get(name);
    }

    /** Waits until a letter is refused with this code; every answer on the way comes in time, is a yes or asks to come later. */
    private static String awaitHalt(String code) throws Exception {
        var begin = System.nanoTime();
        await("refused with " + code)
                .atMost(BACK)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    var asked = System.nanoTime();
                    var answer = stage.attempt();
                    assertThat(Duration.ofNanos(System.nanoTime() - asked))
                            .as("time to an answer")
                            .isLessThan(ANSWER);
                    if (answer.yes()) {
                        return false;
                    }
                    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(503);
                    assertThat(answer.retryAfter()).isPresent();
                    assertThat(answer.text("detail")).contains("Send it again with the same Idempotency-Key");
                    return answer.text("code").equals(code);
                });
        assertThat(stage.ready()).as("readiness").isEqualTo(503);
        assertThat(new HubClient(stage.address(), "").get("/health/live").status())
                .as("liveness")
                .isEqualTo(200);
        return "503 " + code + " after " + seconds(begin);
    }

    private static String seconds(long begin) {
        return String.format(java.util.Locale.ROOT, "%.1f s", (System.nanoTime() - begin) / 1e9);
    }
}
