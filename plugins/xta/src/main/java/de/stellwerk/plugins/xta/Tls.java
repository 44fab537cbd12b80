package de.stellwerk.plugins.xta;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** The client certificate of the account, and whom it trusts. */
final class Tls {

    private Tls() {}

    /**
     * @param certificate a PKCS#12 file with one key
     * @param trust a PEM file with the authorities of the gateway's certificate; empty for those of the Java installation
     */
    static SSLSocketFactory of(Path certificate, String password, Optional<Path> trust) throws IOException {
        try {
            var keys = KeyStore.getInstance("PKCS12");
            try (var in = open(certificate, "tls-client-certificate")) {
                keys.load(in, password.toCharArray());
            } catch (IOException e) {
                throw new IOException(
                        "the file of setting 'tls-client-certificate' cannot be opened with 'tls-password'");
            }
            var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, password.toCharArray());
            var context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), trust.isPresent() ? trusting(trust.get()) : null, null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS with these settings: " + e.getClass().getSimpleName());
        }
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
