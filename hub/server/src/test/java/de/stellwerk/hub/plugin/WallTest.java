package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import de.stellwerk.hub.spi.Sink;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a plugin sees, asked from inside one. */
class WallTest {

    @TempDir
    private static Path home;

    private static House house;

    @BeforeAll
    static void aPluginThatBringsCopiesOfManyThings() throws IOException {
        house = new House(home);
        house.drop(
                "demo.jar",
                TestJar.demo("demo", "1.0.0")
                        .copyOf(Sink.class)
                        .copyOf(Exchange.class)
                        .copyOf(Nullable.class)
                        .copyOf(JOSEException.class)
                        .classes("org.apache.camel.component.own.OwnComponent", """
                                package org.apache.camel.component.own;
                                public final class OwnComponent {}
                                """)
                        .with("META-INF/services/org/apache/camel/component/own", "class=own\n")
                        .with("own.txt", "own"));
        house.awaitActive("demo.jar", "1.0.0");
    }

    @AfterAll
    static void closeTheHouse() {
        house.close();
    }

    @ParameterizedTest
    @CsvSource({
        // the SPI, whether or not the jar has a copy
        "hub, de.stellwerk.hub.spi.Source",
        "hub, de.stellwerk.hub.spi.Sink",
        "hub, org.jspecify.annotations.Nullable",
        // the JDK
        "jdk, java.lang.String",
        "jdk, java.sql.DriverManager",
        "jdk, java.net.http.HttpClient",
        "jdk, javax.xml.parsers.DocumentBuilder",
        "jdk, org.w3c.dom.Document",
        // level 2: the hub's first, a plugin's own component if the hub lacks it
        "hub, org.apache.camel.CamelContext",
        "hub, org.apache.camel.Exchange",
        "hub, org.apache.camel.impl.DefaultCamelContext",
        "hub, org.apache.camel.component.http.HttpComponent",
        "own, org.apache.camel.component.own.OwnComponent",
        "hub, org.slf4j.Logger",
        "hub, jakarta.xml.bind.JAXBContext",
        "hub, org.glassfish.jaxb.runtime.v2.ContextFactory",
        "hub, org.glassfish.jaxb.runtime.v2.JAXBContextFactory",
        "hub, jakarta.activation.DataHandler",
        "hub, jakarta.jms.Message",
        "hub, org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory",
        "hub, org.springframework.jms.core.JmsTemplate",
        "hub, org.apache.hc.client5.http.classic.HttpClient",
        "hub, jakarta.mail.Session",
        // its own libraries
        "own, com.nimbusds.jose.JOSEException",
        "own, demo.Demo",
        // nothing else of the hub
        "none, de.stellwerk.hub.plugin.Connections",
        "none, de.stellwerk.hub.config.ConfigReader",
        "none, org.pf4j.PluginManager",
        "none, org.postgresql.Driver",
        "none, org.springframework.context.ApplicationContext",
        "none, org.springframework.beans.factory.BeanFactory",
        "none, org.apache.activemq.artemis.core.server.ActiveMQServer",
        "none, com.nimbusds.jose.JWSObject",
        "none, org.apache.pdfbox.pdmodel.PDDocument",
        "none, ch.qos.logback.classic.Logger",
        "none, org.junit.jupiter.api.Test",
    })
    void aClassIsSeenOnlyIfItIsTheJdksThePluginsOrShared(String from, String type) {
        assertThat(house.ask("class " + type)).isEqualTo(from);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "META-INF/services/org/apache/camel/TypeConverterLoader",
                "META-INF/services/org/apache/camel/component/http",
                "META-INF/services/org/apache/camel/component/own",
                "META-INF/services/jakarta.xml.bind.JAXBContextFactory",
                "META-INF/jakarta.mailcap.default",
                "java/lang/String.class",
                "de/stellwerk/hub/spi/Source.class",
                "own.txt",
                "META-INF/services/de.stellwerk.hub.spi.ConnectorFactory",
            })
    void aResourceIsSeenAsItsClassesAre(String resource) {
        assertThat(house.ask("resource " + resource)).isNotEqualTo("null");
        assertThat(house.ask("stream " + resource)).isNotEqualTo("none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "META-INF/services/java.sql.Driver",
                "META-INF/services/javax.xml.stream.XMLInputFactory",
                "META-INF/spring.factories",
                "org/pf4j/PluginManager.class",
                "de/stellwerk/hub/plugin/Connections.class",
                "application.properties",
            })
    void nothingElseOfTheHubIsSeenAsAResource(String resource) {
        assertThat(house.ask("resource " + resource)).isEqualTo("null");
        assertThat(house.ask("stream " + resource)).isEqualTo("none");
    }

    @Test
    void theThreadsClassLoaderIsThePluginsDuringACallAndTheCallersAfterIt() {
        var before = Thread.currentThread().getContextClassLoader();

        assertThat(house.ask("tccl")).isEqualTo("true");
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void theHubsOwnCodeRunsWithTheHubsClassLoaderWhenAPluginCallsBack() throws Exception {
        var inbox = house.new TakingInbox();

        house.demo().poll(inbox);

        assertThat(inbox.loaders).containsExactly(Connections.class.getClassLoader());
    }
}
