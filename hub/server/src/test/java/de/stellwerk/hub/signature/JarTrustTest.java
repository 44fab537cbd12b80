package de.stellwerk.hub.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.stellwerk.hub.signature.JarTrust.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPath;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import jdk.security.jarsigner.JarSigner;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarTrustTest {

    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir
    private Path folder;

    private Path jar;
    private Path signature;

    @BeforeEach
    void makeAJarAndKeys() throws IOException {
        jar = folder.resolve("demo.jar");
        signature = folder.resolve("demo.jar.sig");
        write(jar, "a", "b");
        JarTrust.makeKeys(folder.resolve("mine"));
        JarTrust.makeKeys(folder.resolve("theirs"));
    }

    @Test
    void aJarWithoutAnySignatureIsUnsigned() throws IOException {
        assertThat(mine().check(jar, signature).state()).isEqualTo(State.UNSIGNED);
    }

    @Test
    void aSignatureBesideTheJarIsGoodAsTextInBase64AndAsBytes() throws IOException {
        var line = JarTrust.sign(jar, folder.resolve("mine/plugin.key"));
        var bytes = Base64.getDecoder().decode(line.strip().split(" ")[1]);
        for (var form : List.of(
                line.getBytes(StandardCharsets.UTF_8),
                line.replace("ed25519 ", "").getBytes(StandardCharsets.UTF_8),
                bytes)) {
            Files.write(signature, form);

            assertThat(mine().check(jar, signature)).isEqualTo(new JarTrust.Verdict(State.GOOD, "mine", "", ""));
        }
    }

    @Test
    void aKeyMayStandInTheConfigurationItself() throws IOException {
        Files.writeString(signature, JarTrust.sign(jar, folder.resolve("mine/plugin.key")));
        var line = Files.readString(folder.resolve("mine/plugin.pub")).replaceAll("-----[A-Z ]+-----|\\s", "");

        assertThat(new JarTrust(Map.of("line", line), CLOCK)
                        .check(jar, signature)
                        .by())
                .isEqualTo("line");
    }

    @Test
    void aChangedJarAnUnknownKeyAndNoSignatureAtAllAreBad() throws IOException {
        Files.writeString(signature, JarTrust.sign(jar, folder.resolve("theirs/plugin.key")));
        assertThat(mine().check(jar, signature).state()).isEqualTo(State.BAD);

        Files.writeString(signature, JarTrust.sign(jar, folder.resolve("mine/plugin.key")));
        write(jar, "a", "c");
        assertThat(mine().check(jar, signature).state()).isEqualTo(State.BAD);

        for (var nonsense : List.of("", "x", "a".repeat(64), "=".repeat(88), "x".repeat(5000))) {
            Files.writeString(signature, nonsense);
            assertThat(mine().check(jar, signature).state()).isEqualTo(State.BAD);
        }
    }

    @Test
    void onlyItsOwnerReadsTheSecretKeyAndNoKeyIsOverwritten() throws IOException {
        assertThat(Files.getPosixFilePermissions(folder.resolve("mine/plugin.key")))
                .hasSize(2);
        assertThatThrownBy(() -> JarTrust.makeKeys(folder.resolve("mine"))).isInstanceOf(IOException.class);
    }

    @Test
    void aSignedJarIsGoodIfEveryEntryIsSignedByAKnownCertificate() throws Exception {
        var authority = new TestAuthority("CA", NOW);
        var signer = authority.signer("Acme");
        var signed = signed(signer);

        assertThat(trusting(signer).check(signed, signature))
                .isEqualTo(new JarTrust.Verdict(State.GOOD, "acme", "", ""));
        assertThat(trusting(authority.signer("Other")).check(signed, signature).state())
                .isEqualTo(State.BAD);
        assertThat(mine().check(signed, signature).state()).isEqualTo(State.BAD);
    }

    @Test
    void aSignedJarWithAChangedOrAnAddedEntryIsBad() throws Exception {
        var signer = new TestAuthority("CA", NOW).signer("Acme");
        var signed = signed(signer);

        assertThat(trusting(signer)
                        .check(copy(signed, "a.txt", "changed"), signature)
                        .state())
                .isEqualTo(State.BAD);
        assertThat(trusting(signer)
                        .check(copy(signed, "more.txt", "added"), signature)
                        .state())
                .isEqualTo(State.BAD);
    }

    @Test
    void aSignedJarWhoseCertificateHasExpiredIsBad() throws Exception {
        var signer = new TestAuthority("CA", NOW).signer("Acme");
        var later = Clock.fixed(NOW.plus(Duration.ofDays(4000)), ZoneOffset.UTC);

        assertThat(new JarTrust(Map.of("acme", pem(signer)), later)
                        .check(signed(signer), signature)
                        .state())
                .isEqualTo(State.BAD);
    }

    @Test
    void whatIsNoKeyIsNamed() {
        assertThatThrownBy(() -> new JarTrust(Map.of("acme", "MCowBQYDK2VwAyEA" + "A".repeat(20)), CLOCK))
                .isInstanceOf(JarTrust.NotAKey.class)
                .hasMessageContaining("acme");
    }

    private JarTrust mine() throws IOException {
        return new JarTrust(Map.of("mine", Files.readString(folder.resolve("mine/plugin.pub"))), CLOCK);
    }

    private static JarTrust trusting(TestAuthority.Signer signer) throws Exception {
        return new JarTrust(Map.of("acme", pem(signer)), CLOCK);
    }

    private static String pem(TestAuthority.Signer signer) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(signer.certificate().getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private Path signed(TestAuthority.Signer signer) throws Exception {
        CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(signer.certificate()));
        var target = folder.resolve("signed.jar");
        try (var from = new ZipFile(jar.toFile());
                var to = Files.newOutputStream(target)) {
            new JarSigner.Builder(signer.key(), path).build().sign(from, to);
        }
        return target;
    }

    private Path copy(Path from, String entry, String text) throws IOException {
        var target = folder.resolve("copy.jar");
        try (var in = new JarFile(from.toFile(), false);
                var out = new JarOutputStream(Files.newOutputStream(target))) {
            for (var each : in.stream().toList()) {
                if (!each.getName().equals(entry)) {
                    out.putNextEntry(new ZipEntry(each.getName()));
                    in.getInputStream(each).transferTo(out);
                }
            }
            out.putNextEntry(new ZipEntry(entry));
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return target;
    }

    private static void write(Path jar, String... texts) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            out.write("Manifest-Version: 1.0\n\n".getBytes(StandardCharsets.UTF_8));
            for (var text : texts) {
                out.putNextEntry(new ZipEntry(text + ".txt"));
                out.write(text.getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
