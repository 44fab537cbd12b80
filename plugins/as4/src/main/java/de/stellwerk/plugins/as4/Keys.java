package de.stellwerk.plugins.as4;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.apache.wss4j.common.crypto.Merlin;

/** What lies in the files the settings name. */
final class Keys {

    private static final int SHORTEST_RSA = 2048;

    private Keys() {}

    /** The one key of a PKCS#12 file. */
    record Own(Merlin crypto, String alias, String password) {}

    static Own own(Path file, String password) throws IOException {
        try {
            var store = KeyStore.getInstance("PKCS12");
            try (var in = Files.newInputStream(readable(file, "certificate"))) {
                store.load(in, password.toCharArray());
            } catch (IOException e) {
                throw new IOException("the file of setting 'certificate' cannot be opened with 'password'", e);
            }
            var aliases = Collections.list(store.aliases());
            aliases.removeIf(alias -> !isKey(store, alias));
            if (aliases.size() != 1) {
                throw new IOException("the file of setting 'certificate' has " + aliases.size() + " keys, not one");
            }
            var alias = aliases.get(0);
            if (!(store.getCertificate(alias).getPublicKey() instanceof RSAPublicKey key)
                    || key.getModulus().bitLength() < SHORTEST_RSA) {
                throw new IOException("the key of setting 'certificate' is not RSA of 2048 bits or more");
            }
            var crypto = new Merlin();
            crypto.setKeyStore(store);
            return new Own(crypto, alias, password);
        } catch (GeneralSecurityException e) {
            throw new IOException("the file of setting 'certificate' cannot be used", e);
        }
    }

    private static boolean isKey(KeyStore store, String alias) {
        try {
            return store.isKeyEntry(alias);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a loaded key store answers", e);
        }
    }

    /** At least one. */
    static List<X509Certificate> certificates(Path file, String setting) throws IOException {
        var found = new ArrayList<X509Certificate>();
        try (var in = Files.newInputStream(readable(file, setting))) {
            for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                found.add((X509Certificate) each);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the file of setting '" + setting + "' is no list of certificates", e);
        }
        if (found.isEmpty()) {
            throw new IOException("the file of setting '" + setting + "' has no certificate");
        }
        return found;
    }

    /** @param trust empty for the authorities of the Java installation */
    static SSLSocketFactory tls(Optional<Path> trust) throws IOException {
        if (trust.isEmpty()) {
            return HttpsURLConnection.getDefaultSSLSocketFactory();
        }
        try {
            var authorities = KeyStore.getInstance("PKCS12");
            authorities.load(null, null);
            for (var each : certificates(trust.get(), "tls-trust")) {
                authorities.setCertificateEntry("authority-" + authorities.size(), each);
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("the file of setting 'tls-trust' cannot be used", e);
        }
    }

    private static Path readable(Path file, String setting) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IOException("the file of setting '" + setting + "' cannot be read");
        }
        return file;
    }
}
