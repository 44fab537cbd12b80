package de.stellwerk.hub.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.config.BrokerConfig;
import de.stellwerk.hub.config.Capacity;
import de.stellwerk.hub.config.DatabaseConfig;
import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.WebConfig;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.NewMessage;
import de.stellwerk.hub.ledger.Taken;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When there is a rush, for which routes give way. What becomes of messages is shown by the tests of the house. */
class IntakeTest {

    private static final String CITY = "14713000";
    private static final String VILLAGE = "14628270";

    @TempDir
    Path folder;

    private final Clock clock = Clock.systemUTC();
    private final Set<String> behind = ConcurrentHashMap.newKeySet();
    private final List<Boolean> rushes = new ArrayList<>();
    private Intake intake;

    @BeforeEach
    void anIntakeWhoseLedgerNotesWhetherThereIsARush() throws Exception {
        intake = intake(message -> rushes.add(intake.isRush()));
    }

    @Test
    void whileSomebodyWaitsForAYesThereIsARushAndAfterItThereIsNone() throws Exception {
        intake.accept(form(CITY, Optional.empty()));

        assertThat(rushes).containsExactly(true);
        assertThat(intake.isRush()).isFalse();
    }

    @Test
    void whatIsReadFromASourceMakesNoRush() throws Exception {
        intake.accept(form(CITY, Optional.of("trade-register")));

        assertThat(rushes).containsExactly(false);
    }

    @Test
    void whatIsRefusedLeavesNoRushBehind() throws Exception {
        intake.accept(form("00000001", Optional.empty()));

        assertThat(intake.isRush()).isFalse();
    }

    @Test
    void whileATownIsHeldBackUntilItsRoutesHaveCaughtUpThereIsNoRush() throws Exception {
        var yes = new CountDownLatch(1);
        intake = intake(message -> {
            if (message.municipality().equals(VILLAGE)) {
                behind.add(CITY);
                await().until(() -> yes.getCount() == 0);
            }
        });
        var village = send(VILLAGE);
        await().until(intake::isRush);
        await().until(() -> behind.contains(CITY));
        var senders = List.of(village, send(CITY));
        await().until(() -> !intake.isRush());

        behind.clear();
        await().until(intake::isRush);
        yes.countDown();
        for (var sender : senders) {
            sender.join();
        }
    }

    private Thread send(String municipality) {
        var sender = new Thread(() -> {
            try {
                intake.accept(form(municipality, Optional.empty()));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        sender.start();
        return sender;
    }

    private Intake intake(Consumer<NewMessage> taking) throws IOException {
        var ledger = (Ledger) Proxy.newProxyInstance(
                Ledger.class.getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("take")) {
                        return null;
                    }
                    var message = (NewMessage) arguments[0];
                    taking.accept(message);
                    return new Taken(Taken.Result.NEW, message.id(), "case", message.acceptedAt(), "", "");
                });
        var contents = new ContentStore(folder, 64 << 10, clock);
        return new Intake(config(), contents, ledger, new Ids(clock), clock, new NoLane(behind));
    }

    private static Submission form(String municipality, Optional<String> polledFrom) {
        return new Submission(
                municipality,
                "key/portal",
                UUID.randomUUID().toString(),
                "form.submission",
                "99050012104000",
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Content.of("form.xml", "application/xml", "<form/>".getBytes(UTF_8)),
                List.of(),
                polledFrom);
    }

    private HubConfig config() {
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
                Map.of(
                        CITY, new Municipality(CITY, CITY + "0000", "Leipzig", Map.of()),
                        VILLAGE, new Municipality(VILLAGE, VILLAGE + "0000", "Pirna", Map.of())));
    }

    private record NoLane(Set<String> behind) implements Intake.RouteLane {

        @Override
        public boolean hasRoom(String municipality) {
            return false;
        }

        @Override
        public boolean isBehind(String municipality) {
            return behind.contains(municipality);
        }

        @Override
        public void put(UUID message, String municipality) {
            throw new IllegalStateException("nothing is to be put there");
        }
    }
}
