package de.stellwerk.plugins.fitconnect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published vectors and sample files; skipped where they are not at hand. */
class PublishedTest {

    private static final int LARGEST = 1 << 20;

    private Path folder = Path.of("unset");

    @BeforeEach
    void find() {
        var given = System.getenv("STELLWERK_CONFORMANCE");
        var place = given != null
                ? Optional.of(Path.of(given))
                : Stream.iterate(Path.of("").toAbsolutePath(), each -> each != null, Path::getParent)
                        .map(each -> each.resolve("shared/conformance"))
                        .filter(Files::isDirectory)
                        .findFirst();
        assumeThat(place).as("shared/conformance, or STELLWERK_CONFORMANCE").isPresent();
        folder = place.get().resolve("fit-connect");
    }

    @Test
    void everyCallbackVectorIsAnsweredAsPublished() throws Exception {
        var vectors = Json.parse(("{\"all\":" + Files.readString(folder.resolve("callback-hmac/vectors.json")) + "}")
                        .getBytes(UTF_8))
                .objects("all");
        assertThat(vectors).hasSizeGreaterThanOrEqualTo(5);
        for (var vector : vectors) {
            var clock = Clock.fixed(Instant.ofEpochSecond(vector.number("receiverClockUnixSeconds")), ZoneOffset.UTC);
            assertThat(new CallbackProof(vector.text("secret"), clock)
                            .fits(
                                    vector.text("callback-timestamp"),
                                    vector.text("callback-authentication"),
                                    vector.text("body").getBytes(UTF_8)))
                    .as(vector.text("name"))
                    .isEqualTo(vector.map().get("accept"));
        }
    }

    @Test
    void theSampleIsDecryptedAndInflatedInVersionOneOnly() throws Exception {
        var data = Files.readAllBytes(folder.resolve("metadata/data.json"));
        assertThat(decrypted("jwe-ok.jose", false, LARGEST)).isEqualTo(data);
        assertThat(decrypted("jwe-zip-def.jose", true, LARGEST)).isEqualTo(data);
        assertThatThrownBy(() -> decrypted("jwe-zip-def.jose", false, LARGEST)).isInstanceOf(JOSEException.class);
    }

    @Test
    void whatInflatesBeyondTheBoundIsGivenUp() {
        assertThatThrownBy(() -> decrypted("jwe-zip-def.jose", true, 10))
                .isInstanceOf(JOSEException.class)
                .hasMessageContaining("inflated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwe-tag-changed.jose", "jwe-alg-rsa-oaep-sha1.jose"})
    void anotherAlgorithmAndAnotherTagAreRefused(String file) {
        assertThatThrownBy(() -> decrypted(file, true, LARGEST)).isInstanceOf(JOSEException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "set-accept.jwt, true",
        "set-alg-rs512.jwt, false",
        "set-alg-none.jwt, false",
        "set-tampered-payload.jwt, false"
    })
    void onlyPs512OfTheRightKeyIsASignature(String file, boolean good) throws Exception {
        var key = key("verification-key.jwk.json");
        boolean signed;
        try {
            signed = Jose.signed(
                    JWSObject.parse(Files.readString(folder.resolve("jose").resolve(file))
                            .strip()),
                    key);
        } catch (ParseException e) {
            signed = false; // the library does not even read a token without algorithm
        }
        assertThat(signed).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource({
        "minimal.json, true",
        "with-attachment.json, true",
        "attachment-without-purpose.json, false",
        "data-without-hash.json, false",
        "unknown-hash-type.json, false"
    })
    void metadataKeepToTheSchemaOrNot(String file, boolean good) throws Exception {
        var metadata =
                Metadata.parse(Files.readAllBytes(folder.resolve("metadata").resolve(file)));
        if (good) {
            metadata.check();
            assertThat(Metadata.fits(metadata.data(), Files.readAllBytes(folder.resolve("metadata/data.json"))))
                    .isTrue();
        } else {
            assertThatThrownBy(metadata::check).isInstanceOf(Refused.class).hasMessage("schema-violation");
        }
    }

    private byte[] decrypted(String file, boolean zip, int largest) throws IOException, JOSEException {
        return Jose.decrypt(
                Jose.encrypted(
                        Files.readString(folder.resolve("jose").resolve(file)).strip()),
                key("decryption-key.jwk.TEST-ONLY.json"),
                zip,
                largest);
    }

    private RSAKey key(String file) throws IOException {
        return Jose.key(Files.readString(folder.resolve("jose").resolve(file)));
    }
}
