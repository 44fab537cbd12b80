package de.stellwerk.hub.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * Ids that wait in memory, in groups that take turns: a group with ten thousand does not hold up one with a single id. An id that waits or
 * is being worked on is not taken in again. Not safe for threads by itself.
 */
final class FairQueue<T> {

    private final int most;
    private final Map<String, Queue<T>> groups = new LinkedHashMap<>();
    private final Set<T> known = new HashSet<>();
    private int waiting;

    /** @param most so many wait at most; more are not taken in, they come again */
    FairQueue(int most) {
        this.most = most;
    }

    /** What one group had when its turn came. */
    record Turn<T>(String group, List<T> ids) {}

    /** False if it is known already, or there is no room. */
    boolean add(String group, T id) {
        if (waiting >= most || !known.add(id)) {
            return false;
        }
        groups.computeIfAbsent(group, key -> new ArrayDeque<>()).add(id);
        waiting++;
        return true;
    }

    /** The next ones of the group whose turn it is; they count as being worked on until {@link #done}. */
    Optional<Turn<T>> next(int atMost) {
        var turn = groups.entrySet().iterator();
        if (!turn.hasNext()) {
            return Optional.empty();
        }
        var group = turn.next();
        turn.remove();
        var ids = new ArrayList<T>();
        for (var id = group.getValue().poll();
                id != null;
                id = ids.size() < atMost ? group.getValue().poll() : null) {
            ids.add(id);
        }
        if (!group.getValue().isEmpty()) {
            groups.put(group.getKey(), group.getValue());
        }
        waiting -= ids.size();
        return Optional.of(new Turn<>(group.getKey(), ids));
    }

    /** They have been worked on, and may come again. */
    void done(List<T> ids) {
        ids.forEach(known::remove);
    }

    /** Whether it waits or is being worked on. */
    boolean knows(T id) {
        return known.contains(id);
    }

    int waiting() {
        return waiting;
    }
}
