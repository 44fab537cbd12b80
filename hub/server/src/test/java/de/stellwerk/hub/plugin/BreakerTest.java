package de.stellwerk.hub.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {

    private final House.SetClock clock = new House.SetClock();
    private final Breaker breaker = new Breaker("14628270/register", new ForwardClock(clock));

    @Test
    void tenInARowWithoutAnAnswerCloseTheWayAndOneAnswerAmongThemDoesNot() {
        for (int i = 0; i < 50; i++) {
            attempt(i % 9 == 8);
        }
        attempt(true);
        for (int i = 0; i < 10; i++) {
            assertThat(breaker.pause()).isZero();
            attempt(false);
        }
        assertThat(breaker.isClosed()).isFalse();
        assertThat(breaker.begin()).isFalse();
        assertThat(breaker.pause()).isBetween(Duration.ofSeconds(5), Duration.ofMillis(5_001));
    }

    @Test
    void afterThePauseOneIsTriedAndAnAnswerOpensTheWay() {
        open();
        clock.pass(breaker.pause());
        assertThat(breaker.pause()).isZero();
        assertThat(breaker.begin()).isTrue();
        assertThat(breaker.begin()).as("a second one at the same time").isFalse();
        assertThat(breaker.pause()).isPositive();
        breaker.ended(true, Duration.ZERO);
        assertThat(breaker.isClosed()).isTrue();
        assertThat(breaker.begin()).isTrue();
    }

    @Test
    void thePauseGrowsToAMinuteWhileTheTargetDoesNotAnswer() {
        open();
        var last = Duration.ZERO;
        for (int i = 0; i < 8; i++) {
            var pause = breaker.pause();
            assertThat(pause).isGreaterThanOrEqualTo(last);
            last = pause;
            clock.pass(pause);
            attempt(false);
        }
        assertThat(last).isBetween(Duration.ofSeconds(60), Duration.ofMillis(60_001));
    }

    @Test
    void aClockThatWasSetBackDoesNotHoldIt() {
        open();
        clock.pass(breaker.pause());
        assertThat(breaker.begin()).isTrue();
        breaker.ended(true, Duration.ofSeconds(-30));
        assertThat(breaker.isClosed()).isTrue();
    }

    @Test
    void aClockThatIsSetBackWhileItWaitsDoesNotMakeItWaitLonger() {
        clock.pass(Duration.ofDays(1));
        open();
        clock.pass(Duration.ofDays(-1));
        assertThat(breaker.pause()).isLessThanOrEqualTo(Duration.ofMillis(5_001));
        clock.pass(breaker.pause());
        assertThat(breaker.begin()).isTrue();
    }

    private void open() {
        for (int i = 0; i < 10; i++) {
            attempt(false);
        }
        assertThat(breaker.isClosed()).isFalse();
    }

    private void attempt(boolean answered) {
        assertThat(breaker.begin()).isTrue();
        breaker.ended(answered, Duration.ofMillis(1));
    }
}
