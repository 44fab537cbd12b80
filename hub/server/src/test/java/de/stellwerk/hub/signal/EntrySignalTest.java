package de.stellwerk.hub.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EntrySignalTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final AtomicReference<Optional<Halt>> found = new AtomicReference<>(Optional.empty());

    @Test
    void itIsClearWhileEveryWatchFindsAllWell() {
        try (var signal = signal(watch("one"), watch("two"))) {
            assertThat(signal.isClear()).isTrue();
            assertThat(signal.halt()).isEmpty();
        }
    }

    @Test
    void itShowsHaltSoonAfterAWatchHasFoundSomethingAndClearsByItself() {
        try (var signal = signal(watch("one"), watch("two"))) {
            found.set(Optional.of(Halt.disk("data")));

            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(signal.halt()).contains(Halt.disk("data")));

            found.set(Optional.empty());
            await().atMost(Duration.ofSeconds(5)).until(signal::isClear);
        }
    }

    @Test
    void aWatchThatHangsShowsHaltAndHidesNoOther() throws Exception {
        var hangs = new CountDownLatch(1);
        var looks = new AtomicInteger();
        var stuck = new Watch(
                "stuck",
                () -> {
                    if (looks.incrementAndGet() > 1) {
                        awaitUninterrupted(hangs);
                    }
                    return Optional.empty();
                },
                Duration.ofMillis(1_500),
                Halt.unwritable("data"));
        try (var signal = signal(stuck, watch("database"))) {
            await().atMost(Duration.ofSeconds(6))
                    .untilAsserted(() -> assertThat(signal.halt()).contains(Halt.unwritable("data")));

            hangs.countDown();
            await().atMost(Duration.ofSeconds(6)).until(signal::isClear);

            found.set(Optional.of(Halt.database()));
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(signal.halt()).contains(Halt.database()));
        }
    }

    @Test
    void aLookThatBreaksShowsHaltAndIsTriedAgain() {
        var breaks = new AtomicInteger(2);
        var watch = new Watch(
                "broken",
                () -> {
                    if (breaks.getAndDecrement() > 0) {
                        throw new IllegalStateException("on purpose");
                    }
                    return Optional.empty();
                },
                LONG,
                Halt.database());
        try (var signal = signal(watch)) {
            assertThat(signal.halt()).contains(Halt.database());
            await().atMost(Duration.ofSeconds(6)).until(signal::isClear);
        }
    }

    @Test
    void noThreadIsLeftWhenItIsClosed() {
        var before = threads();
        var signal = signal(watch("one"), watch("two"));
        assertThat(threads()).isGreaterThan(before);
        signal.close();
        await().atMost(Duration.ofSeconds(5)).until(() -> threads() <= before);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("signal"))
                .count();
    }

    private Watch watch(String name) {
        return new Watch(name, found::get, LONG, Halt.database());
    }

    private static EntrySignal signal(Watch... watches) {
        var signal = new EntrySignal(List.of(watches));
        signal.start();
        return signal;
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
