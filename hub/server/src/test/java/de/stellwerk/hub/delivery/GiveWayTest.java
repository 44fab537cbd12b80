package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The clock of these tests goes on by a millisecond with each look at the door. */
class GiveWayTest {

    private static final long WORKED = Duration.ofMillis(2).toNanos();

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private boolean somebodyWaits;
    private final GiveWay giveWay = new GiveWay(
            () -> {
                looks.incrementAndGet();
                nanos.addAndGet(Duration.ofMillis(1).toNanos());
                return somebodyWaits;
            },
            nanos::get);

    @Test
    void whereNobodyWaitsForAYesNothingPauses() throws Exception {
        giveWay.after(WORKED);

        assertThat(looks).hasValue(1);
    }

    @Test
    void whileSomebodyWaitsAPauseTakesFifteenTimesAsLongAsTheWork() throws Exception {
        somebodyWaits = true;

        giveWay.after(WORKED);

        assertThat(Duration.ofNanos(nanos.get())).isEqualTo(Duration.ofMillis(2 * GiveWay.TIMES));
    }

    @Test
    void noPauseIsLongerThanHalfASecondHoweverLongASetTook() throws Exception {
        somebodyWaits = true;

        giveWay.after(Duration.ofMinutes(5).toNanos());

        assertThat(Duration.ofNanos(nanos.get())).isEqualTo(Duration.ofMillis(500));
    }
}
