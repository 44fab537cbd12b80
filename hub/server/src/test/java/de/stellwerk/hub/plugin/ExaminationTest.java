package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.plugin.Check.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;

/** What is found out about a jar before any of its classes is loaded. */
class ExaminationTest {

    @TempDir
    private Path folder;

    @Test
    void everyLineOfAGoodJarIsTold() throws Exception {
        assertThat(check(TestJar.demo("demo", "1.0.0")))
                .extracting(check -> check.name() + " " + check.outcome())
                .containsExactly(
                        "complete PASSED",
                        "signature WARNING",
                        "manifest PASSED",
                        "code PASSED",
                        "references PASSED",
                        "place NOT_REACHED",
                        "connectors PASSED",
                        "self-test WARNING");
    }

    @Test
    void afterALineThatFailedNoOtherIsReachedAndItSaysWhatToDo() throws Exception {
        var checks = check(calling("System.exit(1);"));

        assertThat(checks)
                .extracting(check -> check.name() + " " + check.outcome())
                .endsWith(
                        "code FAILED",
                        "references NOT_REACHED",
                        "place NOT_REACHED",
                        "connectors NOT_REACHED",
                        "self-test NOT_REACHED");
        assertThat(failed(checks).text()).contains("demo.Bad", "java.lang.System.exit(int)", "Leave that out");
        assertThat(failed(checks).german()).contains("demo.Bad", "Das weglassen");
    }

    @Test
    void theJarsOfThisTestsLibrariesReferToNothingThatIsMissing() throws Exception {
        var checks = check(TestJar.libraries());

        assertThat(named(checks, "references").outcome()).isEqualTo(Outcome.PASSED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de/stellwerk/hub/spi/Inbox|takeBack|()V|true|de.stellwerk.hub.spi.Inbox.takeBack()",
                "de/stellwerk/hub/spi/Inbox|accept|(Ljava/lang/String;)V|true|de.stellwerk.hub.spi.Inbox.accept(java.lang.String)",
                "de/stellwerk/hub/spi/Nothing|of|()V|false|de.stellwerk.hub.spi.Nothing",
                "de/stellwerk/hub/ledger/SqlLedger|close|()V|false|de.stellwerk.hub.ledger.SqlLedger",
                "org/apache/camel/Exchange|getNothing|()V|true|org.apache.camel.Exchange.getNothing()",
                "org/apache/camel/component/nowhere/Nowhere|of|()V|false|org.apache.camel.component.nowhere.Nowhere",
                "java/lang/String|shout|()V|false|java.lang.String.shout()",
                "java/util/Nowhere|of|()V|false|java.util.Nowhere",
                "sun/nio/ch/FileChannelImpl|size|()J|false|sun.nio.ch.FileChannelImpl",
                "de/stellwerk/hub/spi/Inbox|awaited|(Ljava/lang/String;I)Ljava/util/List;|false|de.stellwerk.hub.spi.Inbox.awaited(java.lang.String, int)"
            })
    void whatTheHubOrTheJdkDoesNotHaveIsNamed(String owner, String name, String descriptor, boolean face, String told)
            throws Exception {
        var checks =
                check(TestJar.demo("demo", "1.0.0").with("demo/Far.class", referring(owner, name, descriptor, face)));

        assertThat(failed(checks).name()).isEqualTo("references");
        assertThat(failed(checks).code()).isEqualTo("plugin.missing");
        assertThat(failed(checks).text()).contains(told + " (demo.Far)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "java/util/ArrayList|size|()I|false",
                "java/util/ArrayList|hashCode|()I|false",
                "java/util/List|getClass|()Ljava/lang/Class;|true",
                "java/util/ArrayList|stream|()Ljava/util/stream/Stream;|false",
                "[Ljava/lang/String;|clone|()Ljava/lang/Object;|false",
                "java/lang/invoke/MethodHandle|invokeExact|(Ljava/lang/String;)V|false",
                "org/apache/camel/impl/DefaultCamelContext|getName|()Ljava/lang/String;|false",
                "demo/DemoConnector|poll|(Lde/stellwerk/hub/spi/Inbox;)V|false"
            })
    void whatIsInheritedIsThere(String owner, String name, String descriptor, boolean face) throws Exception {
        var checks =
                check(TestJar.demo("demo", "1.0.0").with("demo/Far.class", referring(owner, name, descriptor, face)));

        assertThat(named(checks, "references").outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void twentyMissingReferencesAreToldAndTheRestCounted() throws Exception {
        var jar = TestJar.demo("demo", "1.0.0");
        for (int i = 0; i < 25; i++) {
            jar.with(
                    "demo/Far" + i + ".class",
                    referring("demo/Far" + i, "java/lang/String", "shout" + i, "()V", false));
        }

        var text = failed(check(jar)).text();
        assertThat(text).startsWith("25 references").contains("… (5 more)");
    }

    @Test
    void anAbsentLibraryIsAWarningBecauseItMayBeOptional() throws Exception {
        var checks = check(TestJar.demo("demo", "1.0.0")
                .with("demo/Far.class", referring("com/acme/optional/Thing", "of", "()V", false)));

        assertThat(named(checks, "references").outcome()).isEqualTo(Outcome.WARNING);
        assertThat(named(checks, "references").text()).contains("com.acme.optional");
        assertThat(named(checks, "connectors").outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void aMethodPromisedToTheHubAndNotKeptIsMissing() throws Exception {
        var type = new ClassWriter(0);
        type.visit(
                Opcodes.V17,
                Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER,
                "demo/Half",
                null,
                "java/lang/Object",
                new String[] {"de/stellwerk/hub/spi/Sink"});
        type.visitEnd();

        var text = failed(check(TestJar.demo("demo", "1.0.0").with("demo/Half.class", type.toByteArray())))
                .text();
        assertThat(text).contains("Sink.deliver(de.stellwerk.hub.spi.Delivery) (demo.Half)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System.exit(1);",
                "Runtime.getRuntime().halt(1);",
                "new ProcessBuilder(\"ls\");",
                "ProcessHandle.current().destroy();"
            })
    void processesAreNeverPermitted(String statement) throws Exception {
        var checks = check(calling(statement)
                .line("Plugin-Permits-Threads", "*")
                .line("Plugin-Permits-Globals", "*")
                .line("Plugin-Permits-Classes", "*")
                .line("Plugin-Permits-Natives", "*"));

        assertThat(failed(checks).code()).isEqualTo("plugin.forbidden-call");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Threads|new Thread(() -> {}).start();",
                "Threads|java.util.concurrent.Executors.newCachedThreadPool();",
                "Threads|new java.util.Timer();",
                "Threads|class Own extends Thread {} new Own().start();",
                "Globals|System.setProperty(\"a\", \"b\");",
                "Globals|System.setOut(null);",
                "Globals|Runtime.getRuntime().addShutdownHook(null);",
                "Globals|java.net.URL.setURLStreamHandlerFactory(null);",
                "Globals|java.util.Locale.setDefault(java.util.Locale.ROOT);",
                "Globals|java.util.TimeZone.setDefault(null);",
                "Classes|java.lang.invoke.MethodHandles.lookup().defineClass(new byte[0]);",
                "Classes|new java.net.URLClassLoader(new java.net.URL[0]);",
                "Natives|System.loadLibrary(\"c\");",
                "Natives|class Own { native void call(); } new Own().call();"
            })
    void whatThePackageMayDoStandsInTheManifest(String sort, String statement) throws Exception {
        var refused = failed(check(calling(statement)));
        assertThat(refused.code()).isEqualTo("plugin.forbidden-call");
        assertThat(refused.text()).contains("Plugin-Permits-" + sort);

        assertThat(failed(check(calling(statement).line("Plugin-Permits-" + sort, "other")))
                        .code())
                .isEqualTo("plugin.forbidden-call");

        var permitted = check(calling(statement).line("Plugin-Permits-" + sort, "demo"));
        assertThat(named(permitted, "code").outcome()).isEqualTo(Outcome.PASSED);
        assertThat(named(permitted, "manifest").text()).contains(sort.toLowerCase(java.util.Locale.ROOT) + ": demo");
    }

    @Test
    void aNativeLibraryInTheJarIsRefused() throws Exception {
        assertThat(failed(check(TestJar.demo("demo", "1.0.0").with("linux/libcall.so", "ELF")))
                        .code())
                .isEqualTo("plugin.forbidden-call");
    }

    @Test
    void aLineThatLooksLikeAPermissionAndIsNoneIsRefused() throws Exception {
        assertThat(failed(check(TestJar.demo("demo", "1.0.0").line("Plugin-Permits-Host", "*")))
                        .text())
                .contains("Plugin-Permits-Host", "Plugin-Permits-Hosts");
    }

    @Test
    void connectorsThatTheManifestDoesNotNameAreRefused() throws Exception {
        assertThat(failed(check(TestJar.demo("demo", "1.0.0").line("Plugin-Connectors", "demo, more")))
                        .code())
                .isEqualTo("plugin.connectors");
    }

    @Test
    void aClassForANewerJavaIsRefusedUnlessItLiesInThatJavasFolder() throws Exception {
        var type = new ClassWriter(0);
        type.visit(
                (44 + Runtime.version().feature() + 1), Opcodes.ACC_PUBLIC, "demo/New", null, "java/lang/Object", null);
        var newer = Runtime.version().feature() + 1;

        assertThat(failed(check(TestJar.demo("demo", "1.0.0").with("demo/New.class", type.toByteArray())))
                        .code())
                .isEqualTo("plugin.class-version");
        assertThat(check(TestJar.demo("demo", "1.0.0")
                        .line("Multi-Release", "true")
                        .with("META-INF/versions/" + newer + "/demo/New.class", type.toByteArray())))
                .noneMatch(check -> check.outcome() == Outcome.FAILED);
    }

    @Test
    void whatStandsBeforeTheFirstEntryIsNotTaken() throws Exception {
        var bytes = TestJar.demo("demo", "1.0.0").bytes();
        var longer = new byte[bytes.length + 10];
        System.arraycopy(bytes, 0, longer, 10, bytes.length);
        Files.write(folder.resolve("demo.jar"), longer);

        assertThat(failed(check()).code()).isEqualTo("plugin.incomplete");
    }

    @Test
    void aGoldenMessageThatComesOutAsItShouldIsCounted() throws Exception {
        var checks = check(golden("expect.reference = 1.0.0\n"));

        assertThat(named(checks, "self-test").outcome()).isEqualTo(Outcome.PASSED);
    }

    @Test
    void aGoldenMessageThatDoesNotIsToldWithItsDifference() throws Exception {
        assertThat(failed(check(golden("expect.reference = 2.0.0\n"))).text())
                .contains("a-case", "expected 2.0.0, found 1.0.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc", "../..", "https://example.org/", "tcp://10.0.0.1:61616"})
    void aGoldenMessageThatReachesOutsideIsNotRun(String value) throws Exception {
        var failed = failed(check(golden("setting.pause = " + value + "\n")));

        assertThat(failed.name()).isEqualTo("self-test");
        assertThat(failed.text()).contains("setting.pause leads out");
    }

    private static TestJar golden(String more) {
        return TestJar.demo("demo", "1.0.0")
                .with(
                        "META-INF/stellwerk/selftest/a-case/case.properties",
                        "setting.folder = ${directory}\nsetting.password = made-up\n" + more)
                .with("META-INF/stellwerk/selftest/a-case/delivery/message.properties", "kind = version\n")
                .with("META-INF/stellwerk/selftest/a-case/delivery/body.txt", "a");
    }

    private static TestJar calling(String statement) {
        return TestJar.demo("demo", "1.0.0")
                .classes("demo.Bad", "package demo; class Bad { void call() throws Exception { " + statement + " } }");
    }

    private static byte[] referring(String owner, String name, String descriptor, boolean face) {
        return referring("demo/Far", owner, name, descriptor, face);
    }

    private static byte[] referring(String own, String owner, String name, String descriptor, boolean face) {
        var type = new ClassWriter(0);
        type.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_SUPER, own, null, "java/lang/Object", null);
        type.newMethod(owner, name, descriptor, face); // a constant is enough: nothing is run
        type.visitEnd();
        return type.toByteArray();
    }

    private List<Check> check(TestJar jar) throws IOException {
        jar.drop(folder.resolve("demo.jar"));
        return check();
    }

    private List<Check> check() throws IOException {
        return PluginCheck.of(
                folder.resolve("demo.jar"),
                folder.resolve("demo.jar.sig"),
                PluginsConfig.open(),
                Clock.systemUTC(),
                folder.resolve("scratch"));
    }

    private static Check named(List<Check> checks, String name) {
        return checks.stream()
                .filter(check -> check.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Check failed(List<Check> checks) {
        assertThat(checks)
                .filteredOn(check -> check.outcome() == Outcome.FAILED)
                .hasSize(1);
        return checks.stream()
                .filter(check -> check.outcome() == Outcome.FAILED)
                .findFirst()
                .orElseThrow();
    }
}
