package de.stellwerk.plugins.folder;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestHub;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as the hub loads it: the library inside it, the hub's own classes out of sight. */
class PluginJarIT {

    @Test
    void theJarAloneReadsFromAnSftpServerAndWritesToIt(@TempDir Path directory) throws Exception {
        var in = Files.createDirectories(directory.resolve("server/in"));
        var out = Files.createDirectories(directory.resolve("server/out"));
        Files.writeString(in.resolve("a.xml"), "<a/>");
        var providers = List.of(Security.getProviders());
        try (var wall = new Wall(jar().toUri().toURL());
                var server = new TestServer(directory.resolve("server"))) {
            server.know(server.ed25519());
            var hub = server.hub(directory, "/")
                    .with("in", "in")
                    .with("out", "out")
                    .with("ready", "rename")
                    .with("kind", "form.submission");
            asTheHub(wall, () -> {
                try (var factory = ServiceLoader.load(ConnectorFactory.class, wall)
                                .findFirst()
                                .orElseThrow();
                        var connector = hub.open(factory)) {
                    assertThat(factory.getClass().getClassLoader()).isSameAs(wall);
                    hub.poll((Source) connector);
                    assertThat(((Sink) connector).deliver(TestHub.delivery("one", "any", "<b/>")))
                            .isInstanceOf(Delivered.class);
                }
            });
            assertThat(TestHub.text(hub.inbox().messages().get(0).body())).isEqualTo("<a/>");
            assertThat(out).isDirectoryContaining(file -> file.toString().endsWith(".xml"));
        }
        assertThat(Security.getProviders())
                .as("what the plugin would leave behind in the hub")
                .containsExactlyElementsOf(providers);
    }

    /** The hub refuses a jar that has them. */
    @Test
    void nothingInTheJarStartsAProcess() throws Exception {
        try (var jar = new JarFile(jar().toFile())) {
            for (var entry :
                    jar.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
                try (var in = jar.getInputStream(entry)) {
                    assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1))
                            .as(entry.getName())
                            .doesNotContain("java/lang/ProcessBuilder");
                }
            }
        }
    }

    private static Path jar() {
        return Path.of(System.getProperty("plugin.jar"));
    }

    /** The hub switches the thread's loader around every call. */
    private static void asTheHub(ClassLoader loader, Call call) throws Exception {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            call.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    /** As the hub's: the platform's classes, what a plugin may share, and the jar. */
    private static final class Wall extends URLClassLoader {

        private Wall(URL jar) {
            super(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
        }

        @Override
        public Class<?> loadClass(String name) throws ClassNotFoundException {
            return name.startsWith("de.stellwerk.hub.spi.") || name.startsWith("org.slf4j.")
                    ? ConnectorFactory.class.getClassLoader().loadClass(name)
                    : super.loadClass(name);
        }
    }
}
