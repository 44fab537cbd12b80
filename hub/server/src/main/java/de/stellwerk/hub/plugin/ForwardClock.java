package de.stellwerk.hub.plugin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/**
 * Measures waits beside a clock that may be set: where that one is set back, this one goes on from where it was, so that nobody waits for
 * the hours to come again. Its instants are to be compared with each other only.
 */
final class ForwardClock extends Clock {

    private final Clock clock;
    private Instant last;
    private Duration ahead = Duration.ZERO;

    ForwardClock(Clock clock) {
        this.clock = clock;
        this.last = clock.instant();
    }

    @Override
    public synchronized Instant instant() {
        var now = clock.instant().plus(ahead);
        if (now.isBefore(last)) {
            ahead = ahead.plus(Duration.between(now, last));
            now = last;
        }
        last = now;
        return now;
    }

    @Override
    public ZoneId getZone() {
        return clock.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new ForwardClock(clock.withZone(zone));
    }
}
