package de.stellwerk.hub.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FairQueueTest {

    private final FairQueue<String> queue = new FairQueue<>(100);

    @Test
    void groupsTakeTurnsAndOneWithManyIdsHasASetOfItsOwn() {
        add("flood", 9);
        add("a", 1);
        add("b", 2);

        assertThat(queue.next(4)).isEqualTo(new FairQueue.Turn<>(List.of("flood"), ids("flood", 0, 4)));
        assertThat(queue.next(4).groups()).as("what is few goes together").containsExactly("a", "b");
        add("a", 5, 6);
        assertThat(queue.next(4).ids()).isEqualTo(ids("flood", 4, 8));
        assertThat(queue.next(4).groups()).containsExactly("a", "flood");
        assertThat(queue.next(4).ids()).isEmpty();
        assertThat(queue.waiting()).isZero();
    }

    @Test
    void anIdThatWaitsOrIsBeingWorkedOnIsNotTakenInAgain() {
        assertThat(queue.add("a", "1")).isTrue();
        assertThat(queue.add("a", "1")).isFalse();
        var turn = queue.next(1);
        assertThat(queue.add("a", "1")).isFalse();
        queue.done(turn.ids());
        assertThat(queue.add("a", "1")).isTrue();
    }

    @Test
    void whatFindsNoRoomIsNotTakenIn() {
        add("a", 100);
        assertThat(queue.add("b", "1")).isFalse();
        assertThat(queue.waiting("a")).isEqualTo(100);
        assertThat(queue.waiting("b")).isZero();
    }

    private void add(String group, int many) {
        add(group, 0, many);
    }

    private void add(String group, int from, int to) {
        ids(group, from, to).forEach(id -> queue.add(group, id));
    }

    private static List<String> ids(String group, int from, int to) {
        var ids = new ArrayList<String>();
        for (int i = from; i < to; i++) {
            ids.add(group + i);
        }
        return ids;
    }
}
