package de.stellwerk.hub.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** What is worked on next, and the groups it is of. */
    record Turn<T>(List<String> groups, List<T> ids) {}

    /** False if it is known already, or there is no room. */
    boolean add(String group, T id) {
        if (waiting >= most || !known.add(id)) {
            return false;
        }
        groups.computeIfAbsent(group, key -> new ArrayDeque<>()).add(id);
        waiting++;
        return true;
    }

    /**
     * The next ones of the group whose turn it is, filled up with the groups behind it as long as one fits as a whole: many groups with
     * one id each are one turn, and none of them has to wait for the set of one that has many. They count as being worked on until
     * {@link #done}.
     */
    Turn<T> next(int atMost) {
        var taken = new ArrayList<String>();
        var ids = new ArrayList<T>();
        var turns = groups.entrySet().iterator();
        Map.Entry<String, Queue<T>> left = null;
        while (left == null && ids.size() < atMost && turns.hasNext()) {
            var turn = turns.next();
            var has = turn.getValue();
            if (!ids.isEmpty() && has.size() > atMost - ids.size()) {
                break;
            }
            for (var id = has.poll(); id != null; id = ids.size() < atMost ? has.poll() : null) {
                ids.add(id);
            }
            turns.remove();
            taken.add(turn.getKey());
            left = has.isEmpty() ? null : Map.entry(turn.getKey(), has);
        }
        if (left != null) {
            groups.put(left.getKey(), left.getValue());
        }
        waiting -= ids.size();
        return new Turn<>(taken, ids);
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

    int waiting(String group) {
        var ids = groups.get(group);
        return ids == null ? 0 : ids.size();
    }
}
