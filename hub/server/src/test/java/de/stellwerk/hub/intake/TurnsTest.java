package de.stellwerk.hub.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private static final String CITY = "14713000";
    private static final String VILLAGE = "14628270";

    private final Set<String> behind = ConcurrentHashMap.newKeySet();
    private final Turns turns = new Turns(behind::contains);

    @Test
    void whoBringsMuchAtATimeWaitsForItsOwnWhileOthersAreThere() throws Exception {
        turns.take(VILLAGE, true).close();
        var inside = take(CITY, Turns.AT_A_TIME);
        var next = new Thread(() -> turns.take(CITY, true));
        next.start();
        await().until(() -> next.getState() == Thread.State.TIMED_WAITING);

        turns.take(VILLAGE, true).close();
        assertThat(next.getState()).as("the others go past it").isEqualTo(Thread.State.TIMED_WAITING);
        inside.get(0).close();
        next.join();
    }

    @Test
    void whoIsAloneWaitsForNobody() {
        var alone = new Thread(() -> take(CITY, 3 * Turns.AT_A_TIME));
        alone.start();
        await().atMost(Duration.ofMinutes(1)).until(() -> !alone.isAlive());
    }

    @Test
    void whoseMessagesWaitForTheirRoutesWaitsUntilTheyHaveCaughtUp() throws Exception {
        turns.take(VILLAGE, true).close();
        behind.add(CITY);
        var first = new Thread(() -> turns.take(CITY, true));
        first.start();
        await().until(turns::holdBack);

        assertThat(turns.take(VILLAGE, true)).as("the others go past it").isNotNull();
        behind.remove(CITY);
        first.join();
        assertThat(turns.holdBack()).isFalse();
    }

    @Test
    void whatIsReadFromASourceWaitsAsWellButHoldsNobodyBackWhoWantsAnAnswer() throws Exception {
        turns.take(VILLAGE, true).close();
        behind.add(CITY);
        var source = new Thread(() -> turns.take(CITY, false));
        source.start();
        await().until(() -> source.getState() == Thread.State.TIMED_WAITING);

        assertThat(turns.holdBack()).isFalse();
        behind.remove(CITY);
        source.join();
    }

    @Test
    void nobodyWaitsForEver() {
        take(CITY, Turns.AT_A_TIME);
        turns.take(VILLAGE, true).close();
        assertThat(take(CITY, 1)).as("after its patience").hasSize(1);
    }

    private List<Turns.Turn> take(String municipality, int many) {
        var taken = new ArrayList<Turns.Turn>();
        for (int i = 0; i < many; i++) {
            taken.add(turns.take(municipality, true));
        }
        return taken;
    }
}
