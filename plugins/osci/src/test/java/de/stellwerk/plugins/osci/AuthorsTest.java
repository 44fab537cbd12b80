package de.stellwerk.plugins.osci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorsTest {

    @TempDir
    static Path folder;

    /** An authority, one it has issued a certificate to, and one who has signed his own and issued himself another. */
    @BeforeAll
    static void certificates() throws Exception {
        keytool("-genkeypair", "-alias", "authority", "-dname", "CN=CA", "-ext", "bc:c", "-validity", "3650");
        keytool("-genkeypair", "-alias", "author", "-dname", "CN=author", "-validity", "3650");
        keytool("-genkeypair", "-alias", "other", "-dname", "CN=CA", "-validity", "3650");
        keytool("-certreq", "-alias", "author", "-file", "author.csr");
        keytool(
                "-gencert",
                "-alias",
                "authority",
                "-infile",
                "author.csr",
                "-outfile",
                "issued.pem",
                "-rfc",
                "-validity",
                "100");
        keytool(
                "-gencert",
                "-alias",
                "other",
                "-infile",
                "author.csr",
                "-outfile",
                "forged.pem",
                "-rfc",
                "-validity",
                "100");
        for (var name : List.of("authority", "author", "other")) {
            keytool("-exportcert", "-alias", name, "-file", name + ".pem", "-rfc");
        }
    }

    @Test
    void whoseCertificateIsInTheFileOrIsIssuedByOneOfItIsTrusted() throws Exception {
        assertThat(authors("authority").trust(certificate("issued"))).isTrue();
        assertThat(authors("author").trust(certificate("author"))).isTrue();
    }

    @Test
    void anIssuerThatOnlyBearsTheNameOrIsNoAuthorityMakesNobodyTrusted() throws Exception {
        assertThat(authors("authority").trust(certificate("forged")))
                .as("signed by another key")
                .isFalse();
        assertThat(authors("other").trust(certificate("forged")))
                .as("issued by one that may not")
                .isFalse();
        assertThat(authors("authority").trust(certificate("author"))).isFalse();
    }

    @Test
    void whatIsNotValidAtTheMomentIsNotTrusted() throws Exception {
        var later = Clock.offset(Clock.systemUTC(), Duration.ofDays(200));
        assertThat(Authors.of(folder.resolve("authority.pem"), later).trust(certificate("issued")))
                .isFalse();
    }

    @Test
    void aFileWithoutCertificatesIsSaid() throws Exception {
        var file = Files.writeString(folder.resolve("none.pem"), "");
        assertThatThrownBy(() -> Authors.of(file, Clock.systemUTC())).hasMessageContaining("author-trust");
    }

    private static Authors authors(String name) throws IOException {
        return Authors.of(folder.resolve(name + ".pem"), Clock.systemUTC());
    }

    private static X509Certificate certificate(String name) throws Exception {
        try (var in = Files.newInputStream(folder.resolve(name + ".pem"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static void keytool(String... words) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(words));
        command.addAll(List.of("-keystore", "all.p12", "-storepass", "changeit"));
        if (words[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "RSA", "-keysize", "2048"));
        }
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }
}
