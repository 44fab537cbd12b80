package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC);
    private static final byte[] RECEIPT = "{\"outcome\":\"TAKEN\"}".getBytes(UTF_8);

    @TempDir
    Path folder;

    @Test
    void aSealOpensWithTheCertificateAndGivesThePayload() {
        var seal = new Seal(folder.resolve("keys"), CLOCK);
        var jws = seal.seal(RECEIPT);
        assertThat(jws.split("\\.")).hasSize(3);
        assertThat(Seal.opened(jws, seal.certificatePem()))
                .hasValueSatisfying(p -> assertThat(p).isEqualTo(RECEIPT));
    }

    @Test
    void theHeaderSaysEs256AndBringsTheCertificate() throws Exception {
        var jws = JWSObject.parse(new Seal(folder, CLOCK).seal(RECEIPT));
        assertThat(jws.getHeader().getAlgorithm().getName()).isEqualTo("ES256");
        assertThat(jws.getHeader().getX509CertChain()).hasSize(1);
    }

    @Test
    void anAlteredPayloadDoesNotOpen() {
        var seal = new Seal(folder, CLOCK);
        var parts = seal.seal(RECEIPT).split("\\.");
        var other = Base64.getUrlEncoder().withoutPadding().encodeToString("{\"outcome\":\"LOST\"}".getBytes(UTF_8));
        assertThat(Seal.opened(parts[0] + "." + other + "." + parts[2], seal.certificatePem()))
                .isEmpty();
    }

    @Test
    void aSealOfAnotherHubDoesNotOpenThoughItBringsItsOwnCertificate() {
        var mine = new Seal(folder.resolve("a"), CLOCK);
        var other = new Seal(folder.resolve("b"), CLOCK);
        assertThat(Seal.opened(other.seal(RECEIPT), mine.certificatePem())).isEmpty();
    }

    @Test
    void whatIsNoSealDoesNotOpen() {
        var pem = new Seal(folder, CLOCK).certificatePem();
        var none = Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8));
        var payload = Base64.getUrlEncoder().withoutPadding().encodeToString(RECEIPT);
        assertThat(Seal.opened(none + "." + payload + ".", pem)).isEmpty();
        assertThat(Seal.opened("", pem)).isEmpty();
        assertThat(Seal.opened("a.b.c", pem)).isEmpty();
        assertThatThrownBy(() -> Seal.opened("a.b.c", "not a certificate"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nodesThatStartAtOnceOnAFreshFolderHaveOneSeal() throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        try {
            var each = IntStream.range(0, 8)
                    .mapToObj(i -> (Callable<String>) () -> new Seal(folder.resolve("keys"), CLOCK).certificatePem())
                    .toList();
            var certificates = new HashSet<String>();
            for (var certificate : threads.invokeAll(each)) {
                certificates.add(certificate.get());
            }
            assertThat(certificates).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theKeyIsKeptAndReadableByTheHubOnly() throws Exception {
        var first = new Seal(folder, CLOCK);
        var jws = first.seal(RECEIPT);
        var second = new Seal(folder, CLOCK);
        assertThat(second.certificatePem()).isEqualTo(first.certificatePem());
        assertThat(Seal.opened(jws, second.certificatePem())).isPresent();
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("seal.p12", "seal.password", "seal.lock");
        }
        for (var name : new String[] {"seal.p12", "seal.password"})
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .isEqualTo("rw-------");
    }

    @Test
    void nodesThatShareAFreshFolderAgreeOnOneKey() throws Exception {
        var nodes = java.util.concurrent.Executors.newFixedThreadPool(8);
        var certificates = new java.util.HashSet<String>();
        var calls = java.util.stream.IntStream.range(0, 8)
                .mapToObj(
                        node -> (java.util.concurrent.Callable<String>) () -> new Seal(folder, CLOCK).certificatePem())
                .toList();
        for (var each : nodes.invokeAll(calls)) {
            certificates.add(each.get());
        }
        nodes.shutdown();
        assertThat(certificates).hasSize(1);
    }

    @Test
    void theKeyIsP256InAPkcs12Store() throws Exception {
        new Seal(folder, CLOCK).seal(RECEIPT);
        var password = Files.readString(folder.resolve("seal.password")).strip();
        assertThat(password).hasSizeGreaterThan(40);
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(folder.resolve("seal.p12"))) {
            store.load(in, password.toCharArray());
        }
        var key = (ECPublicKey) store.getCertificate("seal").getPublicKey();
        assertThat(key.getParams().getOrder().bitLength()).isEqualTo(256);
    }

    @Test
    void nothingIsMadeBeforeTheFirstUse() {
        var keys = folder.resolve("keys");
        assertThat(new Seal(keys, CLOCK)).isNotNull();
        assertThat(keys).doesNotExist();
    }

    @Test
    void aHalfMadeKeyOfACrashIsMadeAgain() throws Exception {
        Files.writeString(folder.resolve("seal.password"), "left over\n");
        Files.writeString(folder.resolve("seal.p12.tmp"), "half");
        var seal = new Seal(folder, CLOCK);
        assertThat(Seal.opened(seal.seal(RECEIPT), seal.certificatePem())).isPresent();
    }

    @Test
    void aKeyWithoutItsPasswordIsNeverReplaced() throws Exception {
        new Seal(folder, CLOCK).seal(RECEIPT);
        var before = Files.readAllBytes(folder.resolve("seal.p12"));
        Files.writeString(folder.resolve("seal.password"), "wrong\n");
        assertThatThrownBy(() -> new Seal(folder, CLOCK).seal(RECEIPT)).hasMessageContaining("backup");
        Files.delete(folder.resolve("seal.password"));
        assertThatThrownBy(() -> new Seal(folder, CLOCK).seal(RECEIPT)).hasMessageContaining("backup");
        assertThat(Files.readAllBytes(folder.resolve("seal.p12"))).isEqualTo(before);
    }

    @Test
    void manyAtOnceUseOneKey() throws Exception {
        var seal = new Seal(folder, CLOCK);
        var threads = Executors.newFixedThreadPool(4);
        try {
            var tasks = IntStream.range(0, 16)
                    .<Callable<String>>mapToObj(i -> () -> seal.seal(RECEIPT))
                    .toList();
            for (var jws : threads.invokeAll(tasks))
                assertThat(Seal.opened(jws.get(), seal.certificatePem())).isPresent();
        } finally {
            threads.shutdownNow();
        }
    }
}
