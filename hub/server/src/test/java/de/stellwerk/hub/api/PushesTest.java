package de.stellwerk.hub.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.mock.web.MockHttpServletRequest;

class PushesTest {

    private static final int SMALL = Pushes.IN_MEMORY;
    private static final int MIB = 1 << 20;
    private static final long ENDLESS = Long.MAX_VALUE;

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong();
    /** How many bytes of bodies have been read. */
    private final AtomicLong read = new AtomicLong();

    @Test
    void aSmallOneIsHeldInMemoryAndALargeOneInAFileAsLongAsItIsNeeded() throws IOException {
        var pushes = pushes();
        try (var small = read(pushes, "a", MIB, declared(SMALL))) {
            assertThat(bytes(small)).isEqualTo(SMALL);
            assertThat(files()).isZero();
        }
        try (var large = read(pushes, "a", MIB, declared(SMALL + 1))) {
            assertThat(bytes(large)).isEqualTo(SMALL + 1);
            assertThat(bytes(large)).as("a second time").isEqualTo(SMALL + 1);
            assertThat(files()).isEqualTo(1);
        }
        assertThat(files()).isZero();
    }

    @Test
    void whatSaysThatItIsTooLargeIsRefusedBeforeAnythingOfItIsRead() throws IOException {
        refused(413, () -> read(pushes(), "a", MIB, declared(MIB + 1)));
        assertThat(read.get()).isZero();
        read(pushes(), "a", MIB, declared(MIB)).close();
    }

    @Test
    void whatDoesNotSayHowLargeItIsIsReadUpToTheLimitOnly() throws IOException {
        refused(413, () -> read(pushes(), "a", MIB, new Body(-1, ENDLESS)));
        assertThat(read.get()).isBetween((long) MIB, MIB + 8192L);
        assertThat(files()).isZero();
        read(pushes(), "a", MIB, new Body(-1, MIB)).close();
    }

    @Test
    void eachConnectionHasALimitOfItsOwn() throws IOException {
        var pushes = pushes();
        refused(413, () -> read(pushes, "usual", MIB, declared(3 * MIB)));
        try (var push = read(pushes, "large", 4 * MIB, declared(3 * MIB))) {
            assertThat(bytes(push)).isEqualTo(3 * MIB);
        }
    }

    @Test
    void whenTheBudgetIsUsedUpALargeOneIsToldToComeAgainAndASmallOneIsTaken() throws IOException {
        var pushes = pushes();
        try (var first = read(pushes, "a", 4 * MIB, declared(4 * MIB));
                var second = read(pushes, "b", 4 * MIB, declared(4 * MIB))) {
            read.set(0);
            refused(503, () -> read(pushes, "c", MIB, declared(SMALL + 1)));
            assertThat(read.get()).as("before anything of it is read").isZero();
            read(pushes, "c", MIB, declared(SMALL)).close();
            read(pushes, "c", MIB, new Body(-1, SMALL)).close();
            assertThat(bytes(first) + bytes(second)).isEqualTo(8 * MIB);
        }
        read(pushes, "c", MIB, declared(MIB)).close();
    }

    @Test
    void oneConnectionDoesNotUseUpWhatTheOthersNeed() throws IOException {
        var pushes = pushes();
        try (var first = read(pushes, "a", 4 * MIB, declared(4 * MIB))) {
            refused(503, () -> read(pushes, "a", 4 * MIB, declared(SMALL + 1)));
            read(pushes, "b", 4 * MIB, declared(bytes(first))).close();
        }
    }

    @Test
    void whatDoesNotSayHowLargeItIsCountsAsLargeAsItMayBe() throws IOException {
        var pushes = pushes();
        try (var first = read(pushes, "a", 4 * MIB, new Body(-1, SMALL + 1))) {
            assertThat(bytes(first)).isEqualTo(SMALL + 1);
            refused(503, () -> read(pushes, "a", 4 * MIB, declared(SMALL + 1)));
        }
    }

    @Test
    void whatBreaksOffOrIsRefusedGivesItsBytesBack() throws IOException {
        var pushes = pushes();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> read(pushes, "a", 4 * MIB, new Body(4 * MIB, MIB)))
                    .isInstanceOf(EOFException.class);
            refused(413, () -> read(pushes, "a", 4 * MIB, new Body(-1, ENDLESS)));
        }
        assertThat(files()).isZero();
        read(pushes, "a", 4 * MIB, declared(4 * MIB)).close();
    }

    @Test
    void whatTricklesInIsGivenUp() throws IOException {
        var pushes = pushes();
        refused(
                408,
                () -> read(pushes, "a", 4 * MIB, new Body(4 * MIB, 4 * MIB) {
                    @Override
                    public int read(byte[] into, int from, int most) throws IOException {
                        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
                        return super.read(into, from, 1);
                    }
                }));
        assertThat(files()).isZero();
        read(pushes, "a", 4 * MIB, declared(4 * MIB)).close();
    }

    /** Eight MiB, four of them for each connection. */
    private Pushes pushes() {
        return new Pushes(folder, 4 * MIB, 8 * MIB, nanos::get);
    }

    private static Pushes.Push read(Pushes pushes, String connection, long longest, Body body) throws IOException {
        var request = new MockHttpServletRequest("POST", "/hooks/14628270/" + connection) {
            @Override
            public ServletInputStream getInputStream() {
                return body;
            }

            @Override
            public long getContentLengthLong() {
                return body.declared;
            }
        };
        return pushes.read(request, connection, longest, Duration.ofMinutes(1));
    }

    private Body declared(int length) {
        return new Body(length, length);
    }

    private interface Reading {
        Pushes.Push read() throws IOException;
    }

    private static void refused(int status, Reading reading) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> reading.read().close())
                .satisfies(refusal -> assertThat(refusal.problem().status()).isEqualTo(status));
    }

    private static int bytes(Pushes.Push push) throws IOException {
        try (var in = push.content().open()) {
            return in.readAllBytes().length;
        }
    }

    private long files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }

    /** A body on the line; one that has fewer bytes than it has declared breaks off. */
    private class Body extends ServletInputStream {

        private final long declared;
        private long left;
        private long mine;

        Body(long declared, long length) {
            this.declared = declared;
            this.left = length;
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            if (left == 0 && declared > mine) {
                throw new EOFException("the line is cut");
            }
            if (left == 0) {
                return -1;
            }
            int count = (int) Math.min(most, left);
            Arrays.fill(into, from, from + count, (byte) 'x');
            left -= count;
            mine += count;
            read.addAndGet(count);
            return count;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("nobody reads byte by byte");
        }

        @Override
        public boolean isFinished() {
            return left == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException("nobody listens");
        }
    }
}
