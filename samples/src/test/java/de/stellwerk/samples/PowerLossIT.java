package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.stellwerk.samples.reliability.Rows;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The power is cut while letters come: the data folder is a file system in an image, hub and database stand still, and the image is
 * copied without asking anybody to write down what is still in memory. A hub that starts on the copy knows every letter that had its
 * yes, with every byte of it, whether it lies in the database or in the content store.
 */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class PowerLossIT {

    private static final Path FOLDER = Path.of("target/it/power-loss");
    private static final Path TWINS = Path.of("target/it/power-loss-twins");
    private static final long SEED = 11;
    private static final int MEBIBYTES = 700;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** How many letters have their yes between two cuts; uneven, so that a cut falls on anything. */
    private static final List<Integer> BETWEEN = List.of(17, 41, 73);

    private record Cut(Path image, Set<String> acknowledged) {}

    @BeforeAll
    static void nothingIsLeftOfAnEarlierRun() throws Exception {
        assumeTrue(Disk.possible(), "needs root, mkfs.ext4 and loop devices");
        Disk.unmountAll(FOLDER);
        Disk.unmountAll(TWINS);
    }

    @AfterAll
    static void nothingIsLeftOfThisOne() throws Exception {
        Disk.unmountAll(FOLDER);
        Disk.unmountAll(TWINS);
    }

    @Test
    void whatHadItsYesIsThereAfterThePowerWasCut() throws Exception {
        var rows = new Rows(Checkout.above(Path.of("")).folder(), "power-loss");
        rows.begin();
        try (var stage = new Stage(FOLDER, SEED)) {
            var image = FOLDER.resolve("data.img");
            Disk.ext4(stage.home().folder().resolve("data"), image, MEBIBYTES);
            stage.up();
            var cuts = new ArrayList<Cut>();
            try (var traffic = stage.traffic()) {
                for (var between : BETWEEN) {
                    var before = traffic.yes();
                    await("letters").atMost(PATIENCE).until(() -> traffic.yes() >= before + between);
                    cuts.add(cut(stage, image, cuts.size()));
                }
                traffic.end();
            }
            stage.settle();
            stage.hub().close();
            var known = 0;
            for (var cut : cuts) {
                known += restart(stage, cut);
            }
            rows.add(
                    "nothing acknowledged is missing after a power cut",
                    "disk image copied without sync while letters come, hub started on the copy",
                    cuts.size(),
                    "of " + known
                            + " acknowledged 0 missing, every part in the database and in the content store with its bytes",
                    SEED);
        }
    }

    private static Cut cut(Stage stage, Path image, int number) throws Exception {
        var unforced = stage.home().folder().resolve("data/unforced");
        var stopped = new ArrayList<>(stage.database());
        Shell.signal("STOP", stage.hub().pid());
        for (var each : stopped) {
            Shell.works("kill", "-STOP", String.valueOf(each.pid()));
        }
        try {
            Files.writeString(unforced, "nobody was asked to keep this");
            // Whoever has read its yes by now had it before the cut.
            var acknowledged = acknowledged(stage);
            var copy = FOLDER.resolve("cut-" + number + ".img");
            Shell.run("cp", "--sparse=always", image.toString(), copy.toString());
            return new Cut(copy, acknowledged);
        } finally {
            for (var each : stopped) {
                Shell.works("kill", "-CONT", String.valueOf(each.pid()));
            }
            Shell.signal("CONT", stage.hub().pid());
            Files.delete(unforced);
        }
    }

    private static Set<String> acknowledged(Stage stage) throws IOException {
        return Journal.read(stage.home().journals().portal(), "answer").stream()
                .filter(line -> line.flag("yes"))
                .map(line -> line.text("id"))
                .collect(Collectors.toSet());
    }

    /** Starts a hub on the copy, and looks at what it knows; returns how many letters it had to know. */
    private static int restart(Stage stage, Cut cut) throws Exception {
        var ports = Ports.free();
        var twin = stage.twin(TWINS.resolve(cut.image().getFileName().toString()), ports);
        var data = twin.folder().resolve("data");
        try (var disk = Disk.mount(data, cut.image())) {
            assertThat(Files.exists(disk.folder().resolve("unforced"))
                            && Files.size(disk.folder().resolve("unforced")) > 0)
                    .as("a cut that loses nothing is none")
                    .isFalse();
            try (var hub = stage.program(twin, ports, "stellwerk.log", Map.of(), List.of())) {
                Stage.awaitReady(hub, twin, Stage.address(ports));
                var missing = new HashSet<>(cut.acknowledged());
                missing.removeAll(known(twin));
                assertThat(missing).as("acknowledged before the cut").isEmpty();
                assertThat(cut.acknowledged()).hasSizeGreaterThanOrEqualTo(BETWEEN.get(0));
                assertThat(damaged(twin, cut.acknowledged()))
                        .as("parts with other bytes")
                        .isEmpty();
                var admin = new HubClient(
                        Stage.address(ports), Files.readString(twin.firstKey()).strip());
                await("what was open at the cut is delivered").atMost(PATIENCE).untilAsserted(() -> {
                    var balance = Balance.of(admin.get("/api/v1/balance").json());
                    assertThat(balance.even()).isTrue();
                    assertThat(balance.at("open")).as(balance.toString()).isZero();
                });
            }
        }
        Files.delete(cut.image());
        return cut.acknowledged().size();
    }

    private static Set<String> known(Home twin) throws IOException, SQLException {
        try (var session = Stage.sql(twin, "stellwerk");
                var sql = session.createStatement();
                var row = sql.executeQuery("select id from message")) {
            var found = new HashSet<String>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found;
        }
    }

    /** Parts of these messages, in the database or in the content store, whose bytes are not those of their hashes. */
    private static List<String> damaged(Home twin, Set<String> messages) throws IOException, SQLException {
        var damaged = new ArrayList<String>();
        var inline = 0;
        var stored = 0;
        try (var session = Stage.sql(twin, "stellwerk");
                var sql = session.createStatement();
                var row = sql.executeQuery(
                        "select message_id, no, content, stored, encode(sha512, 'hex'), size from part where role <> 'report'")) {
            while (row.next()) {
                if (!messages.contains(row.getString(1))) {
                    continue;
                }
                var name = row.getString(4);
                var bytes = name == null
                        ? row.getBytes(3)
                        : Files.readAllBytes(
                                twin.folder().resolve("data/content").resolve(name));
                if (name == null) {
                    inline++;
                } else {
                    stored++;
                }
                if (bytes.length != row.getLong(6) || !Journal.sha512(bytes).equals(row.getString(5))) {
                    damaged.add("part " + row.getInt(2) + " of " + row.getString(1));
                }
            }
        }
        assertThat(inline).as("parts in the database").isPositive();
        assertThat(stored).as("parts in the content store").isPositive();
        return damaged;
    }
}
