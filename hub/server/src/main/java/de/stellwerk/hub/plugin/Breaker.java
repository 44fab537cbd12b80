package de.stellwerk.hub.plugin;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spares a target that does not answer: after ten deliveries in a row that did not arrive none is begun for five seconds, then one, and
 * after each that fails again the time doubles up to a minute. The others wait, and none of their attempts is used up.
 */
final class Breaker {

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    private static final int IN_A_ROW = 10;
    private static final Duration FIRST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration TRYING = Duration.ofSeconds(1);

    private final CircuitBreaker breaker;
    private final ForwardClock clock;
    private volatile Instant until = Instant.EPOCH;

    Breaker(String name, ForwardClock clock) {
        this.clock = clock;
        var growing = IntervalFunction.ofExponentialBackoff(FIRST, 2, LONGEST);
        this.breaker = CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .clock(clock)
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(IN_A_ROW)
                        .minimumNumberOfCalls(IN_A_ROW)
                        .failureRateThreshold(100)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitIntervalFunctionInOpenState(attempt -> {
                            var wait = Duration.ofMillis(growing.apply(attempt));
                            until = clock.instant().plus(wait);
                            return wait.toMillis();
                        })
                        .writableStackTraceEnabled(false)
                        .build());
        breaker.getEventPublisher()
                .onStateTransition(event -> LOG.info(
                        "target of {}: breaker {}",
                        name,
                        event.getStateTransition().getToState()));
    }

    /** Whether one may be begun now. Each that is begun must be {@link #ended}. */
    boolean begin() {
        return breaker.tryAcquirePermission();
    }

    /** @param answered whether the target has answered, be it with yes or no */
    void ended(boolean answered, Duration took) {
        long nanos = Math.max(0, took.toNanos()); // a clock may have been set back meanwhile
        if (answered) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        } else {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, NO_ANSWER);
        }
    }

    private static final Throwable NO_ANSWER = new Throwable("no answer", null, false, false) {
        private static final long serialVersionUID = 1L;
    };

    /** Whether deliveries may be begun as they come. */
    boolean isClosed() {
        return breaker.getState() == CircuitBreaker.State.CLOSED;
    }

    /** How long nothing will be begun; zero if something may be now. */
    Duration pause() {
        return switch (breaker.getState()) {
            case OPEN -> {
                var left = Duration.between(clock.instant(), until);
                yield left.isNegative() ? Duration.ZERO : left.plusMillis(1);
            }
            case HALF_OPEN -> TRYING;
            default -> Duration.ZERO;
        };
    }

    String state() {
        return breaker.getState().name();
    }
}
