package de.stellwerk.plugins.xbezahldienste;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** By what certificate the service knows us, and whom we trust. */
record Tls(Optional<Path> certificate, String password, Optional<Path> trust) {

    @Override
    public String toString() {
        return "Tls";
    }

    /** @return nothing if all is as the Java installation has it */
    Optional<SSLSocketFactory> sockets() throws IOException {
        if (certificate.isEmpty() && trust.isEmpty()) {
            return Optional.empty();
        }
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(
                    certificate.isPresent() ? own(certificate.get()) : null,
                    trust.isPresent() ? trusting(trust.get()) : null,
                    null);
            return Optional.of(context.getSocketFactory());
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS with these settings: " + e.getClass().getSimpleName());
        }
    }

    private KeyManager[] own(Path file) throws IOException, GeneralSecurityException {
        var keys = KeyStore.getInstance("PKCS12");
        try (var in = open(file, "tls-client-certificate")) {
            keys.load(in, password.toCharArray());
        } catch (IOException e) {
            throw new IOException("the file of setting 'tls-client-certificate' cannot be opened with 'tls-password'");
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, password.toCharArray());
        return factory.getKeyManagers();
    }

    private static TrustManager[] trusting(Path file) throws IOException, GeneralSecurityException {
        var authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        try (var in = open(file, "tls-trust")) {
            int number = 0;
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                authorities.setCertificateEntry("authority-" + ++number, each);
            }
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        return factory.getTrustManagers();
    }

    private static InputStream open(Path file, String setting) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("the file of setting '" + setting + "' cannot be read");
        }
        return Files.newInputStream(file);
    }
}
