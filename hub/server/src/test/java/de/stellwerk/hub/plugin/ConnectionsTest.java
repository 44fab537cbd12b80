package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.plugin.PluginStatus.State;
import de.stellwerk.hub.signature.JarTrust;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectionsTest {

    @TempDir
    private Path home;

    @Test
    void aDroppedJarIsCopiedByItsHashAndItsConnectorIsAvailable() throws Exception {
        try (var house = new House(home)) {
            house.drop("demo.jar", TestJar.demo("demo", "1.0.0"));

            var status = house.awaitActive("demo.jar", "1.0.0");

            assertThat(status.id()).isEqualTo("demo");
            assertThat(status.connectors()).containsExactly("demo");
            assertThat(status.code()).isEmpty();
            var copy = home.resolve("data/plugins/" + status.sha256() + ".jar");
            assertThat(copy).hasBinaryContent(Files.readAllBytes(house.inbox.resolve("demo.jar")));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                    .isEqualTo("r--r--r--");
            assertThat(house.ask("version")).isEqualTo("1.0.0");
        }
    }

    @Test
    void aHalfCopiedJarIsNotLoadedUntilItIsComplete() throws Exception {
        try (var house = new House(home)) {
            var bytes = TestJar.demo("demo", "1.0.0").bytes();
            var file = house.inbox.resolve("demo.jar");
            Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

            assertThat(house.await("demo.jar", State.REFUSED).code()).isEqualTo("plugin.incomplete");
            assertThat(house.demo().state()).isEqualTo(Connection.State.WAITING);

            Files.write(file, Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length), StandardOpenOption.APPEND);

            house.awaitActive("demo.jar", "1.0.0");
            assertThat(house.ask("version")).isEqualTo("1.0.0");
        }
    }

    static Stream<Arguments> brokenJars() {
        return Stream.of(
                broken("plugin.incomplete", "not a zip".getBytes(StandardCharsets.UTF_8)),
                broken("plugin.incomplete", new byte[0]),
                broken("plugin.incomplete", damaged()),
                broken("plugin.manifest", TestJar.demo("broken", "1.0.0").without("Plugin-Id")),
                broken("plugin.manifest", TestJar.demo("broken", "1.0.0").without("Plugin-Version")),
                broken("plugin.manifest", TestJar.demo("broken", "1.0.0").without("Plugin-Requires")),
                broken("plugin.manifest", TestJar.demo("broken", "one")),
                broken("plugin.manifest", TestJar.demo("broken", "1.0.0").line("Plugin-Requires", "soon")),
                broken("plugin.api-version", TestJar.demo("broken", "1.0.0").line("Plugin-Requires", ">=2.0.0")),
                broken("plugin.api-version", TestJar.demo("broken", "1.0.0").line("Plugin-Requires", "0.2.0")),
                broken("plugin.no-connector", TestJar.bare("broken", "1.0.0")),
                broken("plugin.factory", TestJar.bare("broken", "1.0.0").service("nowhere.Factory")),
                broken("plugin.factory", TestJar.demo("broken", "1.0.0").with("broken.txt", "x")),
                broken("plugin.factory", TestJar.demo("broken", "1.0.0").with("undescribed.txt", "x")),
                broken("plugin.factory", TestJar.demo("broken", "1.0.0").with("name.txt", "Not A Name")),
                broken("plugin.descriptor", TestJar.demo("broken", "1.0.0").with("channel.txt", "in")),
                broken("plugin.connector-taken", TestJar.demo("broken", "1.0.0").with("name.txt", "demo")),
                broken("plugin.same-version", TestJar.demo("demo", "1.0.0").with("more.txt", "x")),
                broken("plugin.shadow", TestJar.demo("broken", "1.0.0").copyOf(Connections.class)),
                broken("plugin.shadow", TestJar.demo("broken", "1.0.0").with("java/util/Evil.class", "x")),
                broken("plugin.shadow", TestJar.demo("broken", "1.0.0").with("javax/xml/parsers/Evil.class", "x")),
                broken("plugin.bytecode", TestJar.demo("broken", "1.0.0").with("demo/Bad.class", "no class")),
                broken("plugin.forbidden-call", calling("System.exit(1);")),
                broken("plugin.forbidden-call", calling("Runtime.getRuntime().halt(1);")),
                broken("plugin.forbidden-call", calling("Runtime.getRuntime().exec(new String[] {\"ls\"});")),
                broken("plugin.forbidden-call", calling("new ProcessBuilder(\"ls\").start();")),
                broken(
                        "plugin.forbidden-call",
                        calling("java.util.function.IntConsumer end = System::exit; end.accept(1);")));
    }

    private static Arguments broken(String code, TestJar jar) {
        return broken(code, jar.bytes());
    }

    private static Arguments broken(String code, byte[] bytes) {
        return Arguments.of(code, Named.of(bytes.length + " bytes", bytes));
    }

    private static TestJar calling(String statement) {
        return TestJar.demo("broken", "1.0.0")
                .classes("demo.Bad", "package demo; class Bad { void call() throws Exception { " + statement + " } }");
    }

    /** Complete as far as the directory at its end goes, with one bit of a class flipped. */
    private static byte[] damaged() {
        var bytes = TestJar.demo("broken", "1.0.0").bytes();
        bytes[bytes.length / 2] ^= 1;
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("brokenJars")
    void aBrokenJarIsRefusedWithItsCodeWhileAGoodOneKeepsWorking(String code, byte[] bytes) throws Exception {
        try (var house = new House(home).withDemo()) {
            Files.write(house.inbox.resolve("broken.jar"), bytes);

            var refused = house.await("broken.jar", State.REFUSED);

            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.text(Locale.ENGLISH)).isNotBlank();
            assertThat(refused.text(Locale.GERMANY)).isNotBlank().isNotEqualTo(refused.text());
            assertThat(house.ask("version")).isEqualTo("1.0.0");
            assertThat(house.status()).hasSize(2);
        }
    }

    @Test
    void aSignatureThatComesLaterIsSeen() throws Exception {
        JarTrust.makeKeys(home.resolve("keys"));
        var trust = new PluginsConfig(
                false,
                Map.of("acme", Files.readString(home.resolve("keys/plugin.pub"))),
                Optional.empty(),
                Isolation.defaults(),
                Optional.empty(),
                PluginsConfig.WATCH,
                PluginsConfig.RETURN_AFTER);
        try (var house = new House(home, trust)) {
            house.drop("demo.jar", TestJar.demo("demo", "1.0.0"));
            assertThat(house.await("demo.jar", State.REFUSED).code()).isEqualTo("plugin.unsigned");

            var jar = house.inbox.resolve("demo.jar");
            Files.writeString(house.inbox.resolve("demo.jar.sig"), JarTrust.sign(jar, home.resolve("keys/plugin.key")));

            house.awaitActive("demo.jar", "1.0.0");
        }
        Files.delete(home.resolve("plugins/inbox/demo.jar.sig"));
        try (var house = new House(home, trust)) {
            assertThat(house.ask("version"))
                    .as("its signature was kept with the copy")
                    .isEqualTo("1.0.0");
        }
    }

    @Test
    void aSettingThatTheManifestDoesNotAskForOpensNothing() throws Exception {
        try (var house = new House(home)) {
            house.drop("demo.jar", TestJar.demo("demo", "1.0.0").line("Plugin-Permits-Secrets", "none"));
            house.awaitActive("demo.jar", "1.0.0");

            assertThat(house.ask("version")).startsWith("NotSent");
            assertThat(house.demo().state()).isEqualTo(Connection.State.FAILED);
            assertThat(house.demo().stateText(Locale.ENGLISH))
                    .contains("plugin.not-permitted", "'password: ***'")
                    .doesNotContain("TopSecret");
        }
    }

    @Test
    void aLinkInTheInboxIsRefused() throws Exception {
        try (var house = new House(home)) {
            TestJar.demo("demo", "1.0.0").drop(home.resolve("elsewhere.jar"));
            Files.createSymbolicLink(house.inbox.resolve("demo.jar"), home.resolve("elsewhere.jar"));

            assertThat(house.await("demo.jar", State.REFUSED).code()).isEqualTo("plugin.not-a-file");
        }
    }

    @Test
    void bothVersionsAreNamedWhenThePluginNeedsAnotherHub() throws Exception {
        try (var house = new House(home)) {
            house.drop("demo.jar", TestJar.demo("demo", "3.1.0").line("Plugin-Requires", ">=2.0.0"));

            assertThat(house.await("demo.jar", State.REFUSED).text())
                    .contains("demo 3.1.0 needs hub API >=2.0.0; this hub has 0.1.0");
        }
    }

    @Test
    void aRefusedJarIsLookedAtAgainWhenItsBytesChange() throws Exception {
        try (var house = new House(home)) {
            house.drop("demo.jar", TestJar.demo("demo", "1.0.0").without("Plugin-Id"));
            house.await("demo.jar", State.REFUSED);

            house.drop("demo.jar", TestJar.demo("demo", "1.0.0"));

            house.awaitActive("demo.jar", "1.0.0");
        }
    }

    @Test
    void aJarThatComesInConflictTakesOverWhenTheOtherOneIsRemoved() throws Exception {
        try (var house = new House(home).withDemo()) {
            house.drop("second.jar", TestJar.demo("second", "1.0.0").with("name.txt", "demo"));
            assertThat(house.await("second.jar", State.REFUSED).code()).isEqualTo("plugin.connector-taken");

            house.remove("demo.jar");

            house.awaitActive("second.jar", "1.0.0");
            assertThat(house.ask("version")).isEqualTo("1.0.0");
        }
    }

    @Test
    void aNewerVersionTakesOverAndTheOlderOneComesBackWhenItIsRemoved() throws Exception {
        try (var house = new House(home).withDemo()) {
            house.ask("version");
            house.drop("demo-2.jar", TestJar.demo("demo", "2.0.0"));
            house.awaitActive("demo-2.jar", "2.0.0");

            assertThat(house.ask("version")).isEqualTo("2.0.0");
            assertThat(house.await("demo.jar", State.SUPERSEDED).code()).isEqualTo("plugin.superseded");

            house.remove("demo-2.jar");

            house.awaitActive("demo.jar", "1.0.0");
            assertThat(house.ask("version")).isEqualTo("1.0.0");
        }
    }

    @Test
    void anOlderVersionDoesNotReplaceANewerOne() throws Exception {
        try (var house = new House(home)) {
            house.drop("new.jar", TestJar.demo("demo", "10.0.0"));
            house.awaitActive("new.jar", "10.0.0");
            house.drop("old.jar", TestJar.demo("demo", "9.0.0"));

            house.await("old.jar", State.SUPERSEDED);
            assertThat(house.ask("version")).isEqualTo("10.0.0");
        }
    }

    @Test
    void anOverwrittenJarRunsOnUntilItsSuccessorHasProvedItself() throws Exception {
        try (var house = new House(home).withDemo()) {
            house.ask("version");

            house.drop("demo.jar", TestJar.demo("demo", "2.0.0").with("broken.txt", "x"));

            var refused = house.await("demo.jar", State.REFUSED);
            assertThat(refused.code()).isEqualTo("plugin.factory");
            assertThat(refused.text()).endsWith("Version 1.0.0 stays in use.");
            assertThat(house.awaitActive("demo.jar", "1.0.0").sha256()).isNotEqualTo(refused.sha256());
            assertThat(house.ask("version")).isEqualTo("1.0.0");

            house.drop("demo.jar", TestJar.demo("demo", "2.0.0"));

            house.awaitActive("demo.jar", "2.0.0");
            assertThat(house.ask("version")).isEqualTo("2.0.0");
        }
    }

    @Test
    void everyRefusalSaysWhatHappenedWhatIsSafeAndWhatToDoInBothLanguages() throws Exception {
        var newer = TestJar.demo("demo", "2.0.0").bytes();
        var jars = Map.of(
                "plugin.incomplete",
                Arrays.copyOf(newer, newer.length / 2),
                "plugin.manifest",
                TestJar.demo("demo", "2.0.1").line("Plugin-Permits-All", "*").bytes(),
                "plugin.api-version",
                TestJar.demo("demo", "2.0.2")
                        .line("Plugin-Requires", ">=99.0.0")
                        .bytes(),
                "plugin.shadow",
                TestJar.demo("demo", "2.0.3").copyOf(Connection.class).bytes(),
                "plugin.forbidden-call",
                TestJar.demo("demo", "2.0.4")
                        .classes("demo.Bad", "package demo; class Bad { void call() { System.exit(1); } }")
                        .bytes(),
                "plugin.factory",
                TestJar.demo("demo", "2.0.5").with("broken.txt", "x").bytes(),
                "plugin.no-connector",
                TestJar.bare("demo", "2.0.6").bytes(),
                "plugin.same-version",
                TestJar.demo("demo", "1.0.0").with("more.txt", "x").bytes());
        var todo = Map.of(
                "plugin.incomplete",
                List.of("Copy it again", "Neu kopieren"),
                "plugin.manifest",
                List.of("Correct it and build the jar again", "Berichtigen und das Archiv neu bauen"),
                "plugin.api-version",
                List.of("Take a version of the plugin that fits", "Eine passende Version des Plugins"),
                "plugin.shadow",
                List.of("Leave it out and build", "Weglassen und das Archiv neu bauen"),
                "plugin.forbidden-call",
                List.of("Leave that out", "Das weglassen"),
                "plugin.factory",
                List.of("Correct the class and build", "Die Klasse berichtigen und das Archiv neu bauen"),
                "plugin.no-connector",
                List.of("Name its class there", "Dort seine Klasse nennen"),
                "plugin.same-version",
                List.of("Raise Plugin-Version", "Plugin-Version erhöhen"));
        try (var house = new House(home).withDemo()) {
            for (var each : jars.entrySet()) {
                Files.write(house.inbox.resolve(each.getKey() + ".jar"), each.getValue());
            }
            for (var code : jars.keySet()) {
                var refused = house.await(code + ".jar", State.REFUSED);
                assertThat(refused.code()).isEqualTo(code);
                // Of half a jar nobody knows whose it is.
                boolean known = !code.equals("plugin.incomplete");
                assertThat(refused.text())
                        .contains(todo.get(code).get(0))
                        .endsWith(known ? "Version 1.0.0 stays in use." : "what is in use stays in use.");
                assertThat(refused.german())
                        .contains(todo.get(code).get(1))
                        .endsWith(known ? "Version 1.0.0 bleibt in Gebrauch." : "was in Gebrauch ist, bleibt es.");
                assertThat(refused.checks())
                        .filteredOn(check -> check.outcome() == Check.Outcome.FAILED)
                        .singleElement()
                        .satisfies(check -> assertThat(check.text()).isEqualTo(refused.text()))
                        .satisfies(check -> assertThat(check.german()).isEqualTo(refused.german()));
            }
            assertThat(house.ask("version")).isEqualTo("1.0.0");
        }
    }

    @Test
    void aJarThatBecomesAnotherPluginReplacesTheOneItWas() throws Exception {
        try (var house = new House(home).withDemo()) {
            house.drop("demo.jar", TestJar.demo("other", "1.0.0"));

            house.awaitActive("demo.jar", "1.0.0");
            await().untilAsserted(() -> assertThat(house.demo().state()).isEqualTo(Connection.State.WAITING));
            assertThat(house.other().state()).isEqualTo(Connection.State.READY);
            await().untilAsserted(() -> assertThat(house.status()).hasSize(1));
        }
    }

    @Test
    void aRemovedJarIsUnloadedAndItsConnectionsWait() throws Exception {
        try (var house = new House(home).withDemo()) {
            assertThat(house.ask("version")).isEqualTo("1.0.0");

            house.remove("demo.jar");

            await().untilAsserted(() -> assertThat(house.demo().state()).isEqualTo(Connection.State.WAITING));
            await().untilAsserted(() -> assertThat(house.status()).isEmpty());
            await().untilAsserted(
                            () -> assertThat(home.resolve("data/plugins")).isDirectoryNotContaining("glob:**.jar"));
            assertThat(house.ask("version")).startsWith("NotSent");
        }
    }

    @Test
    void aRestartedHubHasItsPluginsAtOnceEvenIfTheInboxHoldsBadBytesByThen() throws Exception {
        try (var house = new House(home).withDemo()) {
            assertThat(house.ask("version")).isEqualTo("1.0.0");
        }
        Files.writeString(home.resolve("plugins/inbox/demo.jar"), "half a copy");

        try (var house = new House(home)) {
            assertThat(house.ask("version")).isEqualTo("1.0.0");
            assertThat(house.await("demo.jar", State.REFUSED).text()).endsWith("Version 1.0.0 stays in use.");
            assertThat(house.ask("version")).isEqualTo("1.0.0");
            assertThat(house.awaitActive("demo.jar", "1.0.0").checks())
                    .as("what this very hub has found out is not found out again")
                    .anySatisfy(check -> assertThat(check.text()).startsWith("It has stood this before"));
        }
    }

    @Test
    void aRestartedHubDoesNotLoadWhatWasRemovedMeanwhile() throws Exception {
        try (var house = new House(home).withDemo()) {
            assertThat(house.demo().state()).isEqualTo(Connection.State.READY);
        }
        Files.delete(home.resolve("plugins/inbox/demo.jar"));

        try (var house = new House(home)) {
            assertThat(house.status()).isEmpty();
            assertThat(home.resolve("data/plugins")).isDirectoryNotContaining("glob:**.jar");
        }
    }

    @Test
    void aFileNameCannotBreakALineOrAPage() throws Exception {
        try (var house = new House(home)) {
            Files.writeString(house.inbox.resolve("a\n<b>.jar"), "x");

            house.await("a??b?.jar", State.REFUSED);
        }
    }

    @Test
    void aConnectionIsFoundByItsMunicipalityAndName() {
        try (var house = new House(home)) {
            assertThat(house.connections.all()).containsExactly(house.demo(), house.other(), house.leipzig());
            assertThat(house.connections.find(House.PIRNA, "nowhere")).isEmpty();
            assertThat(house.connections.find("14713001", "demo")).isEmpty();
        }
    }
}
