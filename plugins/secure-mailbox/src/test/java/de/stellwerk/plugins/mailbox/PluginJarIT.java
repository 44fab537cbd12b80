package de.stellwerk.plugins.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.testkit.TestHub;
import de.stellwerk.plugins.mail.Mails;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as the hub loads it: the library inside it, the hub's own classes out of sight. */
class PluginJarIT {

    @Test
    void theJarAloneReadsAndSendsMails(@TempDir Path directory) throws Exception {
        var jar = Path.of(System.getProperty("plugin.jar"));
        try (var wall = new Wall(jar.toUri().toURL());
                var office = new PostOffice()) {
            office.put(Mails.notice("1"));
            var hub = office.hub(directory);
            asTheHub(wall, () -> {
                var factory = ServiceLoader.load(ConnectorFactory.class, wall)
                        .findFirst()
                        .orElseThrow();
                assertThat(factory.getClass().getClassLoader()).isSameAs(wall);
                try (var connector = hub.open(factory)) {
                    hub.poll((Source) connector);
                    var delivery = TestHub.withHeader(
                            TestHub.delivery("one", "receipt", "<receipt/>"), "to", PostOffice.LAW_OFFICE);
                    assertThat(((Sink) connector).deliver(delivery)).isInstanceOf(Delivered.class);
                }
            });
            assertThat(TestHub.text(hub.inbox().messages().get(0).body())).isEqualTo(Mails.NOTICE);
            assertThat(office.arrived()).hasSize(1);
        }
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
            return name.startsWith("de.stellwerk.hub.spi.")
                    ? ConnectorFactory.class.getClassLoader().loadClass(name)
                    : super.loadClass(name);
        }
    }
}
