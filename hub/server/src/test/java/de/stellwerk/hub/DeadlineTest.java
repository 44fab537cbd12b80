package de.stellwerk.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class DeadlineTest {

    @Test
    void workThatHoldsOnIsGivenUp() throws Exception {
        var deadline = new Deadline(Duration.ofMillis(20), Duration.ZERO);
        var never = new CountDownLatch(1);
        assertThat(deadline.<String>call(
                        () -> {
                            never.await();
                            return "";
                        },
                        code -> code))
                .isEqualTo("limit.time");
        assertThat(deadline.isStuck()).isTrue();
    }

    @Test
    void whatTheProcessNeededToStartIsTheFirstFiles() throws Exception {
        var deadline = new Deadline(Duration.ofSeconds(60), Duration.ofSeconds(61));
        var gate = new CountDownLatch(1);
        assertThat(deadline.<String>call(
                        () -> {
                            gate.await();
                            return "";
                        },
                        code -> code))
                .isEqualTo("limit.time");
        gate.countDown();
        assertThat(deadline.call(() -> "done", code -> code)).isEqualTo("done");
    }

    @Test
    void tooMuchMemoryAndTooDeepNestingEndOnlyTheFile() throws Exception {
        var deadline = new Deadline(Duration.ofSeconds(60), Duration.ZERO);
        assertThat(deadline.<String>call(
                        () -> {
                            throw new OutOfMemoryError();
                        },
                        code -> code))
                .isEqualTo("limit.memory");
        assertThat(deadline.<String>call(
                        () -> {
                            throw new StackOverflowError();
                        },
                        code -> code))
                .isEqualTo("limit.depth");
        assertThat(deadline.isStuck()).isFalse();
    }

    @Test
    void otherTroubleIsHandedOn() {
        var deadline = new Deadline(Duration.ofSeconds(60), Duration.ZERO);
        assertThatThrownBy(() -> deadline.<String>call(
                        () -> {
                            throw new IOException("disk");
                        },
                        code -> code))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }
}
