package de.stellwerk.hub.plugin;

import static de.stellwerk.hub.testkit.TestHub.delivery;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.testkit.SinkContract;
import de.stellwerk.hub.testkit.SourceContract;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.plugins.filedrop.FileDrop;
import de.stellwerk.plugins.register.xml.TradeRegisterXml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What a plugin promises it also keeps in a process of its own: the contracts of its kind, over the line. */
class IsolatedContractIT {

    /** A plugin of the hub in a process that serves all tests of a class. */
    private abstract static class InAProcess {

        @TempDir
        private static Path home;

        private Isolated plugin;

        abstract TestJar jar();

        @BeforeAll
        void start() throws IOException {
            var copy = home.resolve(getClass().getSimpleName() + ".jar");
            jar().drop(copy);
            plugin = new Isolated(
                    new PluginJar(copy, "plugin.jar", "", "plugin", "1.0.0", Set.of(), Permits.NONE),
                    home.resolve("plugin"),
                    64L << 20,
                    Clock.systemUTC());
        }

        @AfterAll
        void end() {
            plugin.close();
        }

        public ConnectorFactory factory() {
            try {
                return plugin.factories().iterator().next();
            } catch (ConnectorFailed e) {
                throw new AssertionError(e);
            }
        }

        /** What stands in for a factory stands in no jar. */
        public void theFactoryIsFoundByItsServiceLine() {}
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.filter(file -> !file.toString().endsWith(".tmp")).toList();
        }
    }

    private static boolean holds(Path folder, byte[] bytes) throws IOException {
        for (var file : files(folder)) {
            if (Arrays.equals(Files.readAllBytes(file), bytes)) {
                return true;
            }
        }
        return false;
    }

    private static int ending(Path folder, String ending) throws IOException {
        return (int) files(folder).stream()
                .filter(file -> file.toString().endsWith(ending))
                .count();
    }

    @Nested
    @TestInstance(Lifecycle.PER_CLASS)
    class AFolderOfALocalSystem extends InAProcess implements SinkContract {

        private Path folder = Path.of("not-opened");

        @Override
        TestJar jar() {
            return TestJar.shipped("file-drop", FileDrop.class);
        }

        @Override
        public TestHub hub(Path directory) throws IOException {
            folder = Files.createDirectory(directory.resolve("in"));
            return new TestHub(directory).with("folder", "in");
        }

        @Override
        public Delivery acceptable(String id) {
            return delivery(id, "form.submission", "<form>" + id + "</form>");
        }

        @Override
        public int arrived() throws IOException {
            return ending(folder, ".xml");
        }

        @Override
        public boolean arrived(byte[] attachment) throws IOException {
            return holds(folder, attachment);
        }

        @Override
        public void unreachable() throws IOException {
            Files.move(folder, folder.resolveSibling("away"));
        }

        @Override
        public void reachable() throws IOException {
            Files.move(folder.resolveSibling("away"), folder);
        }
    }

    /** Written as Camel routes, with JAXB. */
    @Nested
    @TestInstance(Lifecycle.PER_CLASS)
    class ARegistersInFolder extends InAProcess implements SinkContract {

        private Path folder = Path.of("not-opened");

        @Override
        TestJar jar() {
            return TestJar.shipped("trade-register-xml", TradeRegisterXml.class);
        }

        @Override
        public TestHub hub(Path directory) throws IOException {
            folder = Files.createDirectory(directory.resolve("eingang"));
            Files.createDirectory(directory.resolve("ausgang"));
            return new TestHub(directory).with("folder-in", "eingang").with("folder-out", "ausgang");
        }

        @Override
        public Delivery acceptable(String id) {
            return delivery(
                    id,
                    "form.submission",
                    "<gewerbeanzeige xmlns='urn:stellwerk:sample:pirna-register:2'><vorgang>PIR-2026-000001</vorgang>"
                            + "<ags>14628270</ags><art>ANMELDUNG</art><betrieb><name>" + id + "</name>"
                            + "<taetigkeit>Handel</taetigkeit><strasse>Markt</strasse><hausnummer>1</hausnummer>"
                            + "<plz>01796</plz><ort>Pirna</ort><beginn>2026-12-01</beginn></betrieb>"
                            + "<person><familienname>Muster</familienname><vorname>Maria</vorname>"
                            + "<geburtsdatum>1980-01-31</geburtsdatum></person></gewerbeanzeige>");
        }

        @Override
        public int arrived() throws IOException {
            return ending(folder, ".ok");
        }

        @Override
        public boolean arrived(byte[] attachment) throws IOException {
            return holds(folder, attachment);
        }

        @Override
        public void unreachable() throws IOException {
            Files.move(folder, folder.resolveSibling("weg"));
        }

        @Override
        public void reachable() throws IOException {
            Files.move(folder.resolveSibling("weg"), folder);
        }
    }

    @Nested
    @TestInstance(Lifecycle.PER_CLASS)
    class ARegistersOutFolder extends InAProcess implements SourceContract {

        private Path folder = Path.of("not-opened");

        @Override
        TestJar jar() {
            return TestJar.shipped("trade-register-xml", TradeRegisterXml.class);
        }

        @Override
        public TestHub hub(Path directory) throws IOException {
            Files.createDirectory(directory.resolve("eingang"));
            folder = Files.createDirectory(directory.resolve("ausgang"));
            return new TestHub(directory).with("folder-in", "eingang").with("folder-out", "ausgang");
        }

        @Override
        public void put(String name) throws IOException {
            Files.writeString(
                    folder.resolve(name + ".antwort.xml"),
                    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
                            + "<antwort xmlns=\"urn:stellwerk:sample:pirna-register:2\"><datei>" + name + ".xml</datei>"
                            + "<vorgang>PIR-2026-000001</vorgang><status>ANGENOMMEN</status>"
                            + "<gebuehrCent>2600</gebuehrCent><registernummer>Größe 1</registernummer><grund/></antwort>\n",
                    StandardCharsets.ISO_8859_1);
            Files.createFile(folder.resolve(name + ".antwort.xml.ok"));
        }

        @Override
        public int waiting() throws IOException {
            return ending(folder, ".ok");
        }

        @Override
        public int keptRejected() throws IOException {
            return ending(folder.resolve("fehler"), ".antwort.xml");
        }

        @Override
        public int mostAtOnce() {
            return 50;
        }

        @Override
        public void unreachable() throws IOException {
            Files.move(folder, folder.resolveSibling("weg"));
        }

        @Override
        public void reachable() throws IOException {
            Files.move(folder.resolveSibling("weg"), folder);
        }
    }
}
