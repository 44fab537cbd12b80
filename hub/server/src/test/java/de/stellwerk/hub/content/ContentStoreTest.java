package de.stellwerk.hub.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOON, ZoneOffset.UTC);

    @TempDir
    Path folder;

    private ContentStore store;

    @BeforeEach
    void open() throws IOException {
        store = new ContentStore(folder, 1_000, CLOCK);
    }

    @Test
    void aSmallPartStaysInTheDatabaseAndALargeOneGoesToAFileNamedByItsHash() throws IOException {
        var small = store.store("a.xml", "application/xml", new ByteArrayInputStream(new byte[1_000]), 5_000);
        var large = store.store("b.pdf", "application/pdf", new ByteArrayInputStream(new byte[1_001]), 5_000);

        assertThat(small.inline()).isPresent();
        assertThat(small.stored()).isEmpty();
        assertThat(large.inline()).isEmpty();
        assertThat(folder.resolve(large.stored().orElseThrow())).hasSize(1_001);
        assertThat(large.stored().orElseThrow()).doesNotContain("b.pdf");
        try (var bytes = store.open(large).open()) {
            assertThat(bytes.readAllBytes()).isEqualTo(new byte[1_001]);
        }
    }

    @Test
    void ofWhatIsTooLargeNothingIsKept() throws IOException {
        assertThatThrownBy(() -> store.store("a", "x/y", new ByteArrayInputStream(new byte[5_001]), 5_000))
                .isInstanceOf(TooLarge.class);
        assertThat(files()).isZero();
    }

    @Test
    void ofAStreamThatBreaksNothingIsKept() throws IOException {
        var breaking = new InputStream() {
            private int left = 4_000;

            @Override
            public int read() throws IOException {
                if (left-- <= 0) {
                    throw new IOException("connection reset");
                }
                return 1;
            }
        };

        assertThatThrownBy(() -> store.store("a", "x/y", breaking, 5_000)).hasMessage("connection reset");
        assertThat(files()).isZero();
    }

    @Test
    void aPartOfManyMegabytesPassesThroughLittleMemory() throws IOException {
        var size = 3L << 30;
        var part = store.store("a", "x/y", new Zeros(300L << 20), size);

        // Larger than what the test JVM could hold several times over would prove more, but not faster.
        assertThat(part.size()).isEqualTo(300L << 20);
        assertThat(part.inline()).isEmpty();
    }

    @Test
    void theSameBytesAreOneFile() throws IOException {
        var first = store.store("a", "x/y", new ByteArrayInputStream(new byte[2_000]), 5_000);
        var second = store.store("b", "x/y", new ByteArrayInputStream(new byte[2_000]), 5_000);

        assertThat(second.stored()).isEqualTo(first.stored());
        assertThat(files()).isEqualTo(1);
    }

    @Test
    void onlyOldFilesThatNothingNamesAreCollected() throws IOException {
        var named = store.store("a", "x/y", new ByteArrayInputStream(new byte[2_000]), 5_000)
                .stored()
                .orElseThrow();
        var young = store.store("b", "x/y", new ByteArrayInputStream(new byte[2_001]), 5_000)
                .stored()
                .orElseThrow();
        var old = store.store("c", "x/y", new ByteArrayInputStream(new byte[2_002]), 5_000)
                .stored()
                .orElseThrow();
        age(named, Duration.ofDays(3));
        age(young, Duration.ofHours(1));
        age(old, Duration.ofDays(3));

        assertThat(store.collect(named::equals)).isEqualTo(1);

        assertThat(folder.resolve(named)).exists();
        assertThat(folder.resolve(young)).exists();
        assertThat(folder.resolve(old)).doesNotExist();
    }

    @Test
    void bytesThatAnotherNodeStoresAnewWhileTheyAreCollectedStay() throws IOException {
        var bytes = new byte[2_000];
        var place = store.store("a", "x/y", new ByteArrayInputStream(bytes), 5_000)
                .stored()
                .orElseThrow();
        age(place, Duration.ofDays(3));
        // The other node's rename has just put a young file in the place of the old one.
        assertThat(store.collect(stored -> {
                    ageNow(stored);
                    return false;
                }))
                .isZero();

        assertThat(folder.resolve(place)).hasBinaryContent(bytes);
    }

    @Test
    void whatAKilledCollectorTookAwayIsPutBackBeforeItIsLookedAtAgain() throws IOException {
        var bytes = new byte[2_000];
        var place = store.store("a", "x/y", new ByteArrayInputStream(bytes), 5_000)
                .stored()
                .orElseThrow();
        age(place, Duration.ofDays(3));
        var killed = new ContentStore(folder, 1_000, CLOCK, () -> {
            throw new IllegalStateException("killed");
        });
        assertThatThrownBy(() -> killed.collect(stored -> false)).hasMessage("killed");
        assertThat(folder.resolve(place)).doesNotExist();

        assertThat(store.collect(place::equals)).isZero();

        assertThat(folder.resolve(place)).hasBinaryContent(bytes);
    }

    private void ageNow(String stored) {
        try {
            age(stored, Duration.ZERO);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void age(String stored, Duration age) throws IOException {
        Files.setLastModifiedTime(folder.resolve(stored), FileTime.from(NOON.minus(age)));
    }

    private long files() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private static final class Zeros extends InputStream {

        private long left;

        Zeros(long left) {
            this.left = left;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] bytes, int from, int count) {
            if (left <= 0) {
                return -1;
            }
            var n = (int) Math.min(count, left);
            left -= n;
            return n;
        }
    }
}
