package de.stellwerk.samples.osci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Keys (RSA) with self-signed certificates for three: {@code NAME.p12} with password {@value #PASSWORD}, and {@code NAME.pem}. */
public record OsciKeys(PrivateKey key, X509Certificate certificate) {

    public static final String PASSWORD = "changeit";
    private static final List<String> ALL = List.of("intermediary", "account", "addressee");

    public static void make(Path folder) throws IOException, GeneralSecurityException {
        var running = new ArrayList<Process>();
        for (var name : ALL) {
            var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
            running.add(new ProcessBuilder(
                            keytool.toString(),
                            "-genkeypair",
                            "-alias",
                            "k",
                            "-keyalg",
                            "RSA",
                            "-keysize",
                            "2048",
                            "-dname",
                            "CN=GRP: " + name,
                            "-startdate",
                            "-1y",
                            "-validity",
                            "3650",
                            "-storepass",
                            PASSWORD,
                            "-keystore",
                            name + ".p12")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
        }
        for (var each : running) {
            if (each.onExit().join().exitValue() != 0) {
                throw new IOException("keytool fails");
            }
        }
        for (var name : ALL) {
            var pem = "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(load(folder, name).certificate().getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
            Files.writeString(folder.resolve(name + ".pem"), pem, StandardCharsets.US_ASCII);
        }
    }

    static OsciKeys load(Path folder, String name) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), PASSWORD.toCharArray());
        return new OsciKeys(
                (PrivateKey) store.getKey("k", PASSWORD.toCharArray()), (X509Certificate) store.getCertificate("k"));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "OsciKeys";
    }
}
