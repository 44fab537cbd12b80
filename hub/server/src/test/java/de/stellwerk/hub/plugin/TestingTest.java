package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Problem;
import de.stellwerk.hub.plugin.Connection.State;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connection is tried out, in force or not. */
class TestingTest {

    @TempDir
    private Path home;

    private House house;

    @BeforeEach
    void start() throws IOException {
        house = new House(home);
    }

    @AfterEach
    void stop() {
        house.close();
    }

    private ConnectionConfig inForce() {
        return house.demo().config();
    }

    private ConnectionConfig draft(String settings) {
        return ConfigReader.draft("draft", "{ connector: demo, settings: { " + settings + " } }", home, Map.of())
                .connections()
                .get("draft");
    }

    @Test
    void aTestGoesStepByStepSaysNoSecretAndOpensNothingForGood() throws Exception {
        house.withDemo();

        var checks = house.connections.test(House.PIRNA, inForce());

        assertThat(checks)
                .extracting(Check::name, Check::outcome)
                .containsExactly(
                        tuple("settings", Outcome.PASSED),
                        tuple("open", Outcome.PASSED),
                        tuple("echo", Outcome.PASSED));
        assertThat(checks.get(2).found().german()).isEqualTo("sagt ***");
        assertThat(checks.get(2).found().english()).isEqualTo("says ***");
        assertThat(house.demo().state()).isEqualTo(State.READY);
        assertThat(home.resolve("data/testing")).isEmptyDirectory();
    }

    @Test
    void whatTheConnectorThrowsIsAFailedStepWithWhatToDo() throws Exception {
        house.withDemo();
        Files.createDirectories(home.resolve("town/away"));

        var checks = house.connections.test(House.PIRNA, inForce());

        assertThat(checks)
                .last()
                .satisfies(check -> assertThat(check.outcome()).isEqualTo(Outcome.FAILED))
                .satisfies(check -> assertThat(check.found().english())
                        .contains("java.io.IOException")
                        .doesNotContain("TopSecret"))
                .satisfies(check -> assertThat(check.remedy().german()).isNotEmpty());
    }

    @Test
    void aDraftThatIsWrongIsToldAllItsProblemsAndNobodyIsContacted() throws Exception {
        house.withDemo();

        var wrong = draft("pause: soon, folders: town");

        assertThat(house.connections.problems(House.PIRNA, wrong))
                .extracting(Problem::code)
                .contains("config.unknown-key", "config.missing-key");
        assertThat(house.connections.test(House.PIRNA, wrong)).isNotEmpty().allSatisfy(check -> assertThat(check)
                .extracting(Check::name, Check::outcome)
                .containsExactly("settings", Outcome.FAILED));
    }

    @Test
    void whatTheManifestDidNotAskForIsAProblemOfTheSettings() throws Exception {
        house.drop("demo.jar", TestJar.demo("demo", "1.0.0").line("Plugin-Permits-Secrets", "none"));
        house.awaitActive("demo.jar", "1.0.0");

        assertThat(house.connections.problems(House.PIRNA, inForce()))
                .extracting(Problem::code)
                .containsExactly("plugin.not-permitted");
        assertThat(house.connections.test(House.PIRNA, inForce()))
                .extracting(Check::name, Check::outcome)
                .containsExactly(tuple("settings", Outcome.FAILED));
    }

    @Test
    void aConnectorNobodyHasIsToldWithTheNamesThereAre() {
        assertThat(house.connections.problems(House.PIRNA, inForce()))
                .extracting(Problem::code)
                .containsExactly("config.unknown-connector");
        assertThatThrownBy(() -> house.connections.choices(House.PIRNA, inForce(), "folder"))
                .isInstanceOfSatisfying(ConnectorFailed.class, failed -> assertThat(failed.code())
                        .isEqualTo("plugin.waiting"));
    }

    @Test
    void valuesTheTargetOffersAreAskedForWithWhatIsTypedInSoFar() throws Exception {
        house.withDemo();

        assertThat(house.connections.choices(House.LEIPZIG, draft("folder: town"), "folder"))
                .containsExactly("folder", "town", House.LEIPZIG, "");
        assertThat(house.connections.choices(House.PIRNA, inForce(), "folder"))
                .last()
                .isEqualTo("***");
    }
}
