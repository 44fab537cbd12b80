package de.stellwerk.hub.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EntrySignalTest {

    private static final Duration SOON = Duration.ofSeconds(30);
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

            await().atMost(SOON).untilAsserted(() -> assertThat(signal.halt()).contains(Halt.disk("data")));

            found.set(Optional.empty());
            await().atMost(SOON).until(signal::isClear);
        }
    }

    @Test
    void aWatchThatHangsShowsHaltAndHidesNoOther() {
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
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        logger().addAppender(log);
        try (var signal = signal(stuck, watch("database"))) {
            await().atMost(SOON).untilAsserted(() -> assertThat(signal.halt()).contains(Halt.unwritable("data")));
            await("somebody is told").atMost(SOON).until(() -> warnings(log).size() == 1);
            assertThat(warnings(log).get(0)).contains("hub.storage", "stuck");
            await("and once only")
                    .pollDelay(Duration.ofMillis(2_500))
                    .until(() -> warnings(log).size() == 1);

            hangs.countDown();
            await().atMost(SOON).until(signal::isClear);

            found.set(Optional.of(Halt.database()));
            await().atMost(SOON).untilAsserted(() -> assertThat(signal.halt()).contains(Halt.database()));
        } finally {
            logger().detachAppender(log);
        }
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(EntrySignal.class);
    }

    private static List<String> warnings(ListAppender<ILoggingEvent> log) {
        List<ILoggingEvent> events;
        synchronized (log) {
            events = List.copyOf(log.list);
        }
        return events.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith("halt: hub.storage"))
                .toList();
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
            await().atMost(SOON).until(signal::isClear);
        }
    }

    @Test
    void noThreadIsLeftWhenItIsClosed() {
        // Others may just be ending.
        var before = threads();
        var signal = signal(watch("one"), watch("two"));
        var mine = threads();
        mine.removeAll(before);
        assertThat(mine).isNotEmpty();
        signal.close();
        await().atMost(SOON).until(() -> mine.stream().noneMatch(Thread::isAlive));
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("signal"))
                .collect(Collectors.toCollection(HashSet::new));
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
