package de.stellwerk.plugins.epaybl;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;

/** How the platform is reached. */
record Line(URI url, Duration connect, Duration read, Optional<Certificate> certificate) {

    /** The municipality's own, by which the platform knows it. */
    record Certificate(Path file, String password) {

        @Override
        public String toString() {
            return "Certificate";
        }
    }

    Line {
        var scheme = String.valueOf(url.getScheme());
        if (!scheme.matches("https?") || url.getHost() == null || url.getQuery() != null || url.getUserInfo() != null) {
            throw new IllegalArgumentException("setting 'url' is an http or https address without '?' and '@'");
        }
        if (certificate.isPresent() && !scheme.equals("https")) {
            throw new IllegalArgumentException(
                    "setting 'url' is an https address where there is a 'tls-client-certificate'");
        }
    }

    /** The HTTP client repeats what was answered with 429 or 503, orders too. Repeating is the hub's, which asks first. */
    static HttpClientConfigurer once() {
        return client ->
                client.disableAutomaticRetries().disableRedirectHandling().disableCookieManagement();
    }

    /** The options of a Camel endpoint, the objects in it apart. */
    String endpoint() {
        return url + "?httpMethod=POST&throwExceptionOnFailure=false&disableStreamCache=true&copyHeaders=false"
                + "&connectTimeout=" + connect.toMillis()
                + "&connectionRequestTimeout=" + connect.toMillis()
                + "&soTimeout=" + read.toMillis()
                + "&responseTimeout=" + read.toMillis();
    }

    static SSLContextParameters tls(Certificate certificate) throws IOException {
        if (!Files.isReadable(certificate.file())) {
            throw new IOException("the file of setting 'tls-client-certificate' cannot be read");
        }
        var store = new KeyStoreParameters();
        store.setType("PKCS12");
        store.setResource("file:" + certificate.file().toAbsolutePath());
        store.setPassword(certificate.password());
        var keys = new KeyManagersParameters();
        keys.setKeyStore(store);
        keys.setKeyPassword(certificate.password());
        var made = new SSLContextParameters();
        made.setKeyManagers(keys);
        return made;
    }
}
