package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.Checks.Line;
import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import de.stellwerk.hub.testkit.golden.GoldenCase;
import de.stellwerk.hub.testkit.golden.GoldenRun;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The golden messages a jar carries, run before it takes part: with its own classes behind the wall, in a scratch hub of a folder and
 * memory. The ledger, the connections and their targets are not touched.
 */
final class SelfTest {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    /** How many differences are told. */
    private static final int TOLD = 3;

    private final Path scratch;

    /** @param scratch a folder that is made when it is needed; what lies in it is deleted afterwards */
    SelfTest(Path scratch) {
        this.scratch = scratch;
    }

    /** @throws Refused if a case fails, hangs, or cannot be read */
    void run(LoadedPlugin plugin) throws Refused {
        var checks = plugin.checks();
        try (var jar = FileSystems.newFileSystem(plugin.jar().copy())) {
            var cases = read(jar);
            for (var each : cases) {
                harmless(jar, each);
                run(plugin, each);
            }
            if (cases.isEmpty()) {
                checks.warned(
                        Line.SELF_TEST,
                        new Reason(
                                "plugin.no-self-test",
                                "The jar carries no golden message in " + GoldenCase.IN_JAR
                                        + "; nothing is known of how it works here. Its author should add some.",
                                "Das Archiv bringt keine goldene Nachricht in " + GoldenCase.IN_JAR
                                        + " mit; wie es hier arbeitet, ist nicht bekannt. Der Hersteller sollte welche mitgeben."));
            } else {
                checks.passed(
                        Line.SELF_TEST,
                        "Golden messages that came out as they should: " + cases.size() + ".",
                        "Goldene Nachrichten, die herauskamen, wie sie sollen: " + cases.size() + ".");
            }
        } catch (IOException e) {
            throw new IllegalStateException("the self-test of a plugin could not be run", e);
        }
    }

    private static List<GoldenCase> read(FileSystem jar) throws Refused {
        try {
            return GoldenCase.read(jar.getPath(GoldenCase.IN_JAR));
        } catch (IOException e) {
            throw unreadable(String.valueOf(e.getMessage()));
        }
    }

    private static Refused unreadable(String why) {
        return new Refused(
                "plugin.self-test",
                "A golden message in the jar cannot be used: " + why + ". Correct it and build the jar again.",
                "Eine goldene Nachricht im Archiv ist nicht zu gebrauchen: " + why
                        + ". Berichtigen und das Archiv neu bauen.");
    }

    /** A self-test must not reach anything outside: its settings name the scratch folder and the loopback only. */
    private static void harmless(FileSystem jar, GoldenCase one) throws IOException, Refused {
        var settings = new Properties();
        try (var in = Files.newBufferedReader(
                jar.getPath(GoldenCase.IN_JAR).resolve(one.name()).resolve("case.properties"))) {
            settings.load(in);
        }
        for (var name : settings.stringPropertyNames()) {
            var value = settings.getProperty(name, "").strip();
            if (name.startsWith("setting.") && !isHarmless(value)) {
                throw unreadable(
                        one.name() + ": " + name
                                + " leads out of the scratch folder or off the loopback; use ${directory}, ${http} or ${nowhere}");
            }
        }
    }

    private static boolean isHarmless(String value) {
        if (value.startsWith("/") || value.contains("..")) {
            return false;
        }
        if (!value.contains("://") || value.startsWith("${http}") || value.contains("://${nowhere}")) {
            return true;
        }
        try {
            var host = URI.create(value.replace("${directory}", "/x").replaceAll("[\\s{}$]", "_"))
                    .getHost();
            return host != null && LOOPBACK.contains(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void run(LoadedPlugin plugin, GoldenCase one) throws IOException, Refused {
        var offer = offer(plugin, one);
        Files.createDirectories(scratch);
        var folder = Files.createTempDirectory(scratch, "self-test-");
        try {
            var differences = plugin.crew()
                    .call(
                            "self-test",
                            Calls.LIMIT,
                            Crew.Book.none(),
                            () -> GoldenRun.of(one, offer.factory(), folder),
                            late -> {});
            if (!differences.isEmpty()) {
                var told = differences.stream()
                        .limit(TOLD)
                        .map(each -> each.toString().replaceAll("\\s+", " "))
                        .collect(Collectors.joining("; "));
                throw failed(
                        one,
                        differences.size() + " differences, first: " + told,
                        differences.size() + " Abweichungen, zuerst: " + told);
            }
        } catch (ConnectorFailed e) {
            throw failed(one, e.getMessage() + " " + e.said(), e.getMessage() + " " + e.said());
        } finally {
            delete(folder);
        }
    }

    private static Offer offer(LoadedPlugin plugin, GoldenCase one) throws Refused {
        var offers = plugin.offers();
        return one.connector()
                .map(name -> offers.stream()
                        .filter(offer -> offer.descriptor().name().equals(name))
                        .findFirst())
                .orElse(offers.size() == 1 ? Optional.of(offers.get(0)) : Optional.empty())
                .orElseThrow(() -> unreadable(one.name() + " is for no connector of this jar"));
    }

    private static Refused failed(GoldenCase one, String english, String german) {
        return new Refused(
                "plugin.self-test",
                "The golden message " + one.name() + " does not come out as it should: " + english
                        + ". Run the plugin's own tests, correct it and build the jar again.",
                "Die goldene Nachricht " + one.name() + " kommt nicht heraus, wie sie soll: " + german
                        + ". Die eigenen Tests des Plugins laufen lassen, berichtigen und das Archiv neu bauen.");
    }

    /** What a killed hub left. */
    void tidy() throws IOException {
        if (Files.isDirectory(scratch)) {
            delete(scratch);
        }
    }

    /** A connector that hangs may still write: what is left then goes at the next start. */
    private static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var path :
                    new ArrayList<>(all.sorted(Comparator.reverseOrder()).toList())) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException | java.nio.file.DirectoryNotEmptyException | java.io.UncheckedIOException e) {
            org.slf4j.LoggerFactory.getLogger(SelfTest.class)
                    .warn("the folder of a self-test could not be emptied, it goes at the next start");
        }
    }
}
