package de.stellwerk.plugins.xbezahldienste;

import static de.stellwerk.hub.testkit.TestHub.delivery;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.testkit.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The way of ePayBL: the service knows the client by its certificate, and no token is asked for. */
@TestInstance(Lifecycle.PER_CLASS)
class XBezahlCertificateTest {

    private static final String PASSWORD = "changeit";

    private @Nullable Service service;
    private Path folder = Path.of("not-made");

    @BeforeAll
    void start(@TempDir Path keys) throws Exception {
        folder = keys;
        key("server.p12", "CN=Service", "-ext", "san=ip:127.0.0.1");
        key("client.p12", "CN=Pirna");
        // The service's own key is one that the service does not know as a client.
        Files.writeString(folder.resolve("server.pem"), pem(store("server.p12")));
        Files.writeString(folder.resolve("client.pem"), pem(store("client.p12")));
        var known = KeyStore.getInstance("PKCS12");
        known.load(null, null);
        known.setCertificateEntry("c", store("client.p12").getCertificate("k"));
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store("server.p12"), PASSWORD.toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(known);
        var tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        service = new Service(Optional.of(tls));
    }

    @AfterAll
    void stop() {
        service().close();
    }

    @Test
    void theCertificateIsEnoughAndNoTokenIsAskedFor(@TempDir Path directory) throws Exception {
        assertThat(deliver(hub(directory))).isInstanceOf(Delivered.class);
        assertThat(service().authorizations).containsOnly("null");
        assertThat(service().tokenRequests).isEmpty();
    }

    @Test
    void aStrangersCertificateAndAServiceNobodyTrustsHaveNoEffect(@TempDir Path directory) throws Exception {
        var before = service().transactions.size();
        assertThat(deliver(hub(directory).with("tls-client-certificate", folder.resolve("server.p12"))))
                .isNotInstanceOf(Delivered.class);
        assertThat(deliver(hub(directory).with("tls-trust", folder.resolve("client.pem"))))
                .isInstanceOf(NotSent.class);
        assertThat(service().transactions).hasSize(before);
    }

    @Test
    void aFileThatCannotBeOpenedIsNamed(@TempDir Path directory) throws Exception {
        try (var factory = new XBezahldienste()) {
            assertThatThrownBy(
                            () -> hub(directory).with("tls-password", "wrong").open(factory))
                    .hasMessageContaining("'tls-client-certificate'");
            assertThatThrownBy(() -> hub(directory)
                            .with("url", service().url().replace("https", "http"))
                            .open(factory))
                    .hasMessageContaining("'url'");
        }
    }

    private static DeliveryResult deliver(TestHub hub) throws Exception {
        try (var factory = new XBezahldienste();
                var sink = hub.open(factory, Sink.class)) {
            return sink.deliver(delivery(
                    "one",
                    "payment.order",
                    "<payment-order xmlns=\"urn:stellwerk:payment:1\"><amount-cents>1</amount-cents>"
                            + "<currency>EUR</currency><text>Test</text></payment-order>"));
        }
    }

    private TestHub hub(Path directory) {
        return new TestHub(directory)
                .with("url", service().url())
                .with("originator", "gewerbe")
                .with("redirect-url", "https://amt.example/zurueck")
                .with("tls-client-certificate", folder.resolve("client.p12"))
                .with("tls-password", PASSWORD)
                .with("tls-trust", folder.resolve("server.pem"));
    }

    private Service service() {
        if (service == null) {
            throw new IllegalStateException("not started");
        }
        return service;
    }

    private KeyStore store(String name) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(folder.resolve(name))) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private static String pem(KeyStore store) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(store.getCertificate("k").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private void key(String file, String name, String... more) throws Exception {
        var all = new ArrayList<String>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        all.addAll(List.of("-genkeypair", "-alias", "k", "-keyalg", "EC", "-groupname", "secp256r1"));
        all.addAll(List.of("-dname", name, "-keystore", file, "-storepass", PASSWORD));
        all.addAll(List.of(more));
        var process = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(said);
        }
    }
}
