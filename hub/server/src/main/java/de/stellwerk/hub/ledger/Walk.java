package de.stellwerk.hub.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Where a sweep stands: for each municipality or connection the last row it has seen. A walk begins anew when it has come to its end, or
 * after {@link #IN_FLIGHT}; a row is then published again if nobody has concluded it, which does no harm. One whose backlog keeps the walk
 * from its end does not hold up those that get something to do meanwhile: they join in. One thread uses it.
 */
public final class Walk {

    /** How long something that was put on a lane counts as in flight before a sweep puts it there again. */
    public static final Duration IN_FLIGHT = Duration.ofSeconds(20);

    /** To find out who has work waiting costs a step for each of them. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    record Position(Instant due, String id) {
        private static final Position BEGINNING = new Position(Instant.EPOCH, new UUID(0, 0).toString());
    }

    private final Predicate<String> room;
    private final Map<String, Position> positions = new LinkedHashMap<>();
    private final Map<String, Position> ended = new LinkedHashMap<>();
    private Instant begun = Instant.MIN;
    private Instant looked = Instant.MIN;
    private boolean all;

    /**
     * @param all at the first walk of a node that is alone: nothing is in flight, whatever an earlier one has noted
     * @param room whether more of a group, "municipality/connection", is wanted now; a group without stays where it is
     */
    public Walk(boolean all, Predicate<String> room) {
        this.all = all;
        this.room = room;
    }

    /** Whether it is time to find out who has work waiting; the walk begins anew if it is done or has taken too long. */
    boolean looks(Instant now) {
        if (positions.isEmpty() || now.isBefore(begun) || now.isAfter(begun.plus(IN_FLIGHT))) {
            if (!begun.equals(Instant.MIN)) {
                all = false;
            }
            positions.clear();
            ended.clear();
            begun = now;
            looked = now;
            return true;
        }
        if (now.isBefore(looked) || now.isAfter(looked.plus(LOOK))) {
            looked = now;
            return true;
        }
        return false;
    }

    /** A group that has work waiting; one that was walked through goes on where it ended. */
    void add(String group) {
        var end = ended.remove(group);
        positions.putIfAbsent(group, end == null ? Position.BEGINNING : end);
    }

    void gave(String group, Position last) {
        positions.put(group, last);
    }

    void ended(String group) {
        var last = positions.remove(group);
        if (last != null) {
            ended.put(group, last);
        }
    }

    /** Whether it has come to its end: nothing that was waiting is left out for want of room. */
    public boolean isDone() {
        return positions.isEmpty();
    }

    boolean all() {
        return all;
    }

    /** The groups whose turn it is, with where each stands. */
    Map<String, Position> open() {
        return positions.entrySet().stream()
                .filter(each -> room.test(each.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    }
}
