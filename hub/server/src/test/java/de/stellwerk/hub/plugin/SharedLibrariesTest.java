package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries that find their parts by resources and services must do so through the wall. */
class SharedLibrariesTest {

    @TempDir
    private Path home;

    @Test
    void aPluginUsesTheHubsCamelJaxbMailAndLogging() throws Exception {
        try (var house = house(TestJar.libraries())) {
            assertThat(house.ask("jaxb")).endsWith("<entry><name>Budyšin</name></entry>");
            assertThat(house.ask("camel")).isEqualTo("Pirna");
            assertThat(house.ask("mail")).isEqualTo("hub's true");
            assertThat(house.ask("log")).isEqualTo("ch.qos.logback.classic.LoggerContext");
        }
    }

    @Test
    void aPluginThatBringsMailUsesItsOwn() throws Exception {
        try (var house = house(TestJar.libraries()
                .shading(Session.class)
                .line("Plugin-Permits-Threads", "jakarta.mail, org.eclipse.angus.mail")
                .line("Plugin-Permits-Globals", "org.eclipse.angus.mail.auth")
                .shading(IMAPStore.class))) {
            assertThat(house.ask("mail")).isEqualTo("own true");
        }
    }

    private House house(TestJar jar) throws Exception {
        var house = new House(home, Map.of(), Set.of(), Duration.ofMillis(20));
        house.drop("libraries.jar", jar);
        house.awaitActive("libraries.jar", "1.0.0");
        return house;
    }
}
