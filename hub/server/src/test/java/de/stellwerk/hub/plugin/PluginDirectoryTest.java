package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import de.stellwerk.hub.config.Isolation;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.signature.JarTrust;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginDirectoryTest {

    @TempDir
    private Path home;

    private Path offered;
    private Path inbox;

    @BeforeEach
    void offerTwoVersions() throws Exception {
        offered = home.resolve("offered");
        inbox = home.resolve("plugins/inbox");
        TestJar.demo("demo", "1.0.0")
                .line("Plugin-Description", "A demo")
                .with("META-INF/sbom/demo.cdx.json", "{}")
                .drop(offered.resolve("demo-1.0.0.jar"));
        TestJar.demo("demo", "1.10.0").drop(offered.resolve("demo-1.10.0.jar"));
        TestJar.demo("demo", "2.0.0").line("Plugin-Requires", ">=9.0.0").drop(offered.resolve("demo-2.0.0.jar"));
        JarTrust.makeKeys(home.resolve("keys"));
        for (var name : new String[] {"demo-1.0.0.jar", "demo-1.10.0.jar"}) {
            var jar = offered.resolve(name);
            Files.writeString(Copies.beside(jar), JarTrust.sign(jar, home.resolve("keys/plugin.key")));
        }
        assertThat(PluginDirectory.write(offered))
                .containsExactly("demo-1.0.0.jar", "demo-1.10.0.jar", "demo-2.0.0.jar");
    }

    @Test
    void whatIsOfferedSaysWhetherItFitsAndIsNewer() throws Exception {
        assertThat(directory("offered").offered(Map.of("demo", "1.2.0")))
                .extracting(each -> each.version() + " fits " + each.fits() + " newer " + each.newer() + " signed "
                        + each.signed() + " sbom " + each.sbom())
                .containsExactly(
                        "2.0.0 fits false newer true signed false sbom ",
                        "1.10.0 fits true newer true signed true sbom ",
                        "1.0.0 fits true newer false signed true sbom jar:demo-1.0.0.jar!/META-INF/sbom/demo.cdx.json");
    }

    @Test
    void aReleaseIsPutIntoTheInboxWithItsSignature() throws Exception {
        var item = directory("offered").fetch("demo", "1.10.0");

        assertThat(item).isEqualTo(new PluginInbox.Item("demo-1.10.0.jar", "demo", "1.10.0", true));
        assertThat(inbox.resolve("demo-1.10.0.jar")).hasSameBinaryContentAs(offered.resolve("demo-1.10.0.jar"));
        assertThat(inbox.resolve("demo-1.10.0.jar.sig")).isNotEmptyFile();
        try (var all = Files.list(inbox)) {
            assertThat(all).hasSize(2);
        }
    }

    @Test
    void aReleaseComesByHttpAsWell() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var file = offered.resolve(exchange.getRequestURI().getPath().substring(1));
            exchange.sendResponseHeaders(Files.isRegularFile(file) ? 200 : 404, 0);
            try (var body = exchange.getResponseBody()) {
                if (Files.isRegularFile(file)) {
                    Files.copy(file, body);
                }
            }
        });
        server.start();
        try {
            var place = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(directory(place).fetch("demo", "1.0.0").file()).isEqualTo("demo-1.0.0.jar");
            assertThat(refused(place + "/nowhere", "1.0.0")).isEqualTo("plugin.directory");
        } finally {
            server.stop(0);
        }
        assertThat(inbox.resolve("demo-1.0.0.jar")).hasSameBinaryContentAs(offered.resolve("demo-1.0.0.jar"));
    }

    @Test
    void whatIsNotAsTheDirectorySaysIsNotKept() throws Exception {
        assertThat(refused("offered", "3.0.0")).isEqualTo("plugin.not-offered");
        assertThat(refused("offered", "2.0.0")).as("nobody has signed it").isEqualTo("plugin.signature");

        Files.copy(
                offered.resolve("demo-1.10.0.jar"),
                offered.resolve("demo-1.0.0.jar"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(refused("offered", "1.0.0")).isEqualTo("plugin.changed");

        list(text -> text.replaceAll("\"sha[0-9a-z]+\" : \"[0-9a-f]+\",", ""));
        assertThat(refused("offered", "1.10.0")).as("without a hash").isEqualTo("plugin.changed");
        assertThat(inbox).satisfiesAnyOf(each -> assertThat(each).doesNotExist(), each -> assertThat(each)
                .isEmptyDirectory());
    }

    @Test
    void aNameThatLeadsOutOfTheDirectoryIsNotFollowed() throws Exception {
        TestJar.demo("demo", "1.10.0").drop(home.resolve("secret.jar"));
        list(text -> text.replace("\"demo-1.10.0.jar\"", "\"../secret.jar\""));

        assertThat(refused("offered", "1.10.0")).isEqualTo("plugin.directory");
    }

    @Test
    void whereThereIsNoDirectoryOrNoListItSaysSo() throws Exception {
        assertThat(refused("nowhere", "1.0.0")).isEqualTo("plugin.directory");
        Files.writeString(offered.resolve("plugins.json"), "{ \"no\": \"list\" }");
        assertThat(refused("offered", "1.0.0")).isEqualTo("plugin.directory");
        assertThat(catchThrowableOfType(Refused.class, () -> new PluginDirectory(
                                        home, PluginsConfig.open(), new PluginInbox(inbox), Clock.systemUTC())
                                .offered(Map.of()))
                        .code())
                .isEqualTo("plugin.no-directory");
    }

    private interface Change {
        String of(String text);
    }

    private void list(Change change) throws IOException {
        var file = offered.resolve("plugins.json");
        Files.writeString(file, change.of(Files.readString(file)));
    }

    private PluginDirectory directory(String place) throws IOException {
        var keys = Map.of("acme", Files.readString(home.resolve("keys/plugin.pub")));
        return new PluginDirectory(
                home,
                new PluginsConfig(
                        false,
                        keys,
                        Optional.of(place),
                        Isolation.defaults(),
                        Optional.empty(),
                        PluginsConfig.WATCH,
                        PluginsConfig.RETURN_AFTER),
                new PluginInbox(inbox),
                Clock.systemUTC());
    }

    private String refused(String place, String version) {
        return catchThrowableOfType(Refused.class, () -> directory(place).fetch("demo", version))
                .code();
    }
}
