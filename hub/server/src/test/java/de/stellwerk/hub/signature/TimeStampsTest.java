package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.TimeStampConfig;
import de.stellwerk.hub.signature.TestTimeAuthority.Mood;
import de.stellwerk.hub.spi.Content;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over real requests to an authority on a port of this machine. */
class TimeStampsTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final TestAuthority ISSUER = new TestAuthority("Time stamps CA", NOW);
    private static final byte[] RECEIPT = "{\"outcome\":\"TAKEN\"}".getBytes(UTF_8);
    private static final List<Content> FILES = List.of(
            Content.of("evidence.json", "application/json", RECEIPT),
            Content.of("messages/1/0-body", "application/xml", "<form/>".getBytes(UTF_8)));

    @TempDir
    Path folder;

    private final SetClock clock = new SetClock();
    private TestTimeAuthority authority;
    private Seal seal;

    @BeforeEach
    void start() throws Exception {
        authority = new TestTimeAuthority(ISSUER.timeStamper("Time stamps"), NOW);
        seal = sealStampedBy(ISSUER.certificate());
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    @Test
    void aSealIsStampedAndTheStampSaysWhen() {
        var jws = seal.seal(RECEIPT);
        var token = token(jws);
        var pem = TestList.pem(ISSUER.certificate());
        assertThat(TimeStamps.time(token, jws.getBytes(US_ASCII), pem)).contains(NOW);

        assertThat(TimeStamps.time(token, seal.seal(RECEIPT).getBytes(US_ASCII), pem))
                .as("another seal")
                .isEmpty();
        var stranger = TestList.pem(new TestAuthority("Time stamps CA", NOW).certificate());
        assertThat(TimeStamps.time(token, jws.getBytes(US_ASCII), stranger)).isEmpty();
        var broken = token.clone();
        broken[broken.length - 9] ^= 1;
        assertThat(TimeStamps.time(broken, jws.getBytes(US_ASCII), pem)).isEmpty();
        assertThat(TimeStamps.time(new byte[] {1}, jws.getBytes(US_ASCII), pem)).isEmpty();
    }

    @Test
    void whereNoAuthorityIsConfiguredNobodyIsAsked() {
        var plain = new Seal(folder.resolve("keys"), clock);
        assertThat(plain.stamp(plain.seal(RECEIPT))).isEmpty();
        assertThat(plain.container(FILES).stampMissing()).isEmpty();
        assertThat(authority.asked).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({
        "REFUSES, tsa.refused",
        "ERROR, tsa.refused",
        "NONSENSE, tsa.untrusted",
        "ANOTHER_NONCE, tsa.untrusted",
        "OTHER_DATA, tsa.untrusted",
        "SILENT, tsa.unreachable"
    })
    void aSealThatGetsNoGoodStampCountsAllTheSameAndSaysWhy(Mood mood, String code) {
        authority.mood = mood;
        var jws = seal.seal(RECEIPT);
        assertThat(seal.stamp(jws)).contains(new Seal.Stamp(null, code));
        assertThat(Seal.opened(jws, seal.certificatePem())).isPresent();

        var container = seal.container(FILES);
        assertThat(container.stampMissing()).isEqualTo(code);
        assertThat(Seal.opened(container.bytes(), seal.certificatePem(), clock)).isPresent();
    }

    @Test
    void aStampOfSomebodyElseIsNone() throws Exception {
        var other = sealStampedBy(new TestAuthority("Another CA", NOW).certificate());
        assertThat(other.stamp(other.seal(RECEIPT))).contains(new Seal.Stamp(null, "tsa.untrusted"));
    }

    @Test
    void anAuthorityWhoseClockIsFarFromOursIsNotBelieved() {
        authority.time = NOW.minus(Duration.ofHours(1));
        assertThat(seal.stamp(seal.seal(RECEIPT))).contains(new Seal.Stamp(null, "tsa.clock"));
    }

    @Test
    void anAuthorityThatFailedIsLeftAloneForAWhileAndThenAskedAgain() {
        authority.mood = Mood.ERROR;
        for (int i = 0; i < 5; i++)
            assertThat(seal.stamp(seal.seal(RECEIPT))).contains(new Seal.Stamp(null, "tsa.refused"));
        assertThat(authority.asked).hasValue(1);

        authority.mood = Mood.GOOD;
        assertThat(seal.stamp(seal.seal(RECEIPT))).contains(new Seal.Stamp(null, "tsa.refused"));
        clock.now = NOW.plusSeconds(31);
        assertThat(token(seal.seal(RECEIPT))).isNotEmpty();
        assertThat(token(seal.seal(RECEIPT))).isNotEmpty();
        assertThat(authority.asked).hasValue(3);
    }

    @Test
    void nobodyIsThereToAnswer() throws Exception {
        authority.close();
        assertThat(seal.stamp(seal.seal(RECEIPT))).contains(new Seal.Stamp(null, "tsa.unreachable"));
        authority = new TestTimeAuthority(ISSUER.timeStamper("Time stamps"), NOW);
    }

    @Test
    void aContainerIsStampedAndStillOpens() {
        var container = seal.container(FILES);
        assertThat(container.stampMissing()).isEmpty();
        assertThat(Seal.opened(container.bytes(), seal.certificatePem(), clock))
                .hasValueSatisfying(files -> assertThat(files).containsKeys("evidence.json", "messages/1/0-body"));
        assertThat(Seal.stamped(container.bytes(), TestList.pem(ISSUER.certificate())))
                .contains(NOW);
        assertThat(Seal.stamped(container.bytes(), TestList.pem(new TestAuthority("Stranger", NOW).certificate())))
                .isEmpty();

        var plain = new Seal(folder.resolve("keys"), clock).container(FILES);
        assertThat(Seal.stamped(plain.bytes(), TestList.pem(ISSUER.certificate())))
                .isEmpty();
    }

    private byte[] token(String jws) {
        var stamp = seal.stamp(jws).orElseThrow();
        assertThat(stamp.missing()).isNull();
        return Base64.getDecoder().decode(stamp.token());
    }

    private Seal sealStampedBy(X509Certificate trusted) throws Exception {
        var pem = folder.resolve("tsa.pem");
        Files.writeString(pem, TestList.pem(trusted));
        var given = new TimeStampConfig(authority.url(), pem, Duration.ofMillis(1_500));
        return new Seal(folder.resolve("keys"), Optional.of(new TimeStamps(given, clock)), clock);
    }

    private static final class SetClock extends Clock {

        private Instant now = NOW;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
