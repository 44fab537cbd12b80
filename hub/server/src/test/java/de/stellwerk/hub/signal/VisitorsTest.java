package de.stellwerk.hub.signal;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.signal.Visitors.Sender;
import de.stellwerk.hub.signal.Visitors.Way;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VisitorsTest {

    private final Visitors visitors = new Visitors(4, 2);

    @Test
    void oneSenderHasItsShareAndNoMore() {
        assertThat(visitors.enter(key("a"))).isEmpty();
        assertThat(visitors.enter(key("a"))).isEmpty();
        assertThat(visitors.enter(key("a"))).hasValueSatisfying(halt -> {
            assertThat(halt.code()).isEqualTo("sender.busy");
            assertThat(halt.status()).isEqualTo(429);
        });
        assertThat(visitors.enter(key("b"))).as("another sender").isEmpty();
    }

    @Test
    void allTogetherHaveSoManyPlaces() {
        for (var sender : new String[] {"a", "b", "c"}) {
            assertThat(visitors.enter(key(sender))).isEmpty();
        }
        assertThat(visitors.enter(key("d"))).contains(Halt.busy());
        visitors.leave(key("a"));
        assertThat(visitors.enter(key("d"))).isEmpty();
    }

    @Test
    void hooksThatAreFloodedLeavePlacesForKeysAndKeysForHooks() {
        for (var flooding : Way.values()) {
            var other = flooding == Way.KEY ? Way.HOOK : Way.KEY;
            var some = new Visitors(8, 2);
            var inside = 0;
            for (var i = 0; i < 100; i++) {
                inside += some.enter(new Sender(flooding, "sender " + i)).isEmpty() ? 1 : 0;
            }
            assertThat(inside).as("of " + flooding).isEqualTo(6);
            assertThat(some.enter(new Sender(other, "sender 1"))).isEmpty();
            assertThat(some.enter(new Sender(other, "sender 2"))).isEmpty();
            assertThat(some.enter(new Sender(other, "sender 3"))).contains(Halt.busy());
        }
    }

    @Test
    void aKeyAndAHookOfTheSameNameAreTwoSenders() {
        var one = new Visitors(8, 1);
        assertThat(one.enter(key("14628270/form"))).isEmpty();
        assertThat(one.enter(new Sender(Way.HOOK, "14628270/form"))).isEmpty();
    }

    private static Sender key(String name) {
        return new Sender(Way.KEY, name);
    }

    @Test
    void whoWasNotLetInTakesNoPlace() {
        visitors.enter(key("a"));
        visitors.enter(key("a"));
        for (var i = 0; i < 10; i++) {
            assertThat(visitors.enter(key("a"))).isPresent();
        }
        assertThat(visitors.enter(key("b"))).isEmpty();
        visitors.leave(key("a"));
        assertThat(visitors.enter(key("a"))).isEmpty();
    }

    @Test
    void manyAtOnceAreNeverMoreThanThePlaces() throws Exception {
        var many = new Visitors(12, 3);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(16);
        for (var i = 0; i < 16; i++) {
            var sender = "sender " + i % 5;
            threads.execute(() -> {
                for (var n = 0; n < 2_000; n++) {
                    if (many.enter(key(sender)).isEmpty()) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        many.leave(key(sender));
                    }
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).isBetween(1, 9);
        for (var i = 0; i < 9; i++) {
            assertThat(many.enter(key("late " + i)))
                    .as("all places are free again")
                    .isEmpty();
        }
    }
}
