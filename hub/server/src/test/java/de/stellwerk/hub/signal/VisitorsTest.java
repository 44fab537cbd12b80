package de.stellwerk.hub.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VisitorsTest {

    private final Visitors visitors = new Visitors(3, 2);

    @Test
    void oneSenderHasItsShareAndNoMore() {
        assertThat(visitors.enter("a")).isEmpty();
        assertThat(visitors.enter("a")).isEmpty();
        assertThat(visitors.enter("a")).hasValueSatisfying(halt -> {
            assertThat(halt.code()).isEqualTo("sender.busy");
            assertThat(halt.status()).isEqualTo(429);
        });
        assertThat(visitors.enter("b")).as("another sender").isEmpty();
    }

    @Test
    void allTogetherHaveSoManyPlaces() {
        for (var sender : new String[] {"a", "b", "c"}) {
            assertThat(visitors.enter(sender)).isEmpty();
        }
        assertThat(visitors.enter("d")).contains(Halt.busy());
        visitors.leave("a");
        assertThat(visitors.enter("d")).isEmpty();
    }

    @Test
    void whoWasNotLetInTakesNoPlace() {
        visitors.enter("a");
        visitors.enter("a");
        for (var i = 0; i < 10; i++) {
            assertThat(visitors.enter("a")).isPresent();
        }
        assertThat(visitors.enter("b")).isEmpty();
        visitors.leave("a");
        assertThat(visitors.enter("a")).isEmpty();
    }

    @Test
    void manyAtOnceAreNeverMoreThanThePlaces() throws Exception {
        var many = new Visitors(8, 3);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(16);
        for (var i = 0; i < 16; i++) {
            var sender = "sender " + i % 5;
            threads.execute(() -> {
                for (var n = 0; n < 2_000; n++) {
                    if (many.enter(sender).isEmpty()) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        many.leave(sender);
                    }
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).isBetween(1, 8);
        for (var i = 0; i < 8; i++) {
            assertThat(many.enter("late " + i)).as("all places are free again").isEmpty();
        }
    }
}
