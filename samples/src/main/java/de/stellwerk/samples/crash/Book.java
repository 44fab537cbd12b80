package de.stellwerk.samples.crash;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * What is known of the numbered messages of one channel: which of them a sender was told are taken, and which have taken effect at the
 * receiver. It stays small for a million messages.
 */
final class Book {

    private static final int KEPT_PROBLEMS = 50;

    private final String name;
    private final boolean recognisesRepeats;
    private final BitSet told = new BitSet();
    private final BitSet arrived = new BitSet();
    private final BitSet doubtful = new BitSet();
    private final List<String> wrong = new ArrayList<>();
    private long[] keys = new long[1 << 10];
    private int doubled;
    private int repeated;
    private int problems;

    /**
     * @param recognisesRepeats whether the receiver knows a repeat by its key; where it does not, every arrival is an effect
     */
    Book(String name, boolean recognisesRepeats) {
        this.name = name;
        this.recognisesRepeats = recognisesRepeats;
    }

    /**
     * How one channel stands.
     *
     * @param told how many messages a sender was told are taken
     * @param arrived how many of all messages have taken effect
     * @param lost how many were told and have neither arrived nor stand in doubt
     * @param doubled how many effects there are beyond the first of each message
     * @param repeated how often the receiver recognised a repeat
     * @param inDoubt of how many messages an operator had to find out whether they had arrived
     * @param problems what else must never be: other bytes, another tenant, nobody's message
     * @param wrong all of that in words, not more than some of it if there is much
     */
    record Tally(
            String name,
            int told,
            int arrived,
            int lost,
            int doubled,
            int repeated,
            int inDoubt,
            int problems,
            List<String> wrong) {

        /** In one line. */
        String inWords() {
            return name + ": told " + told + ", arrived " + arrived + ", lost " + lost + ", doubled " + doubled
                    + ", repeats recognised " + repeated + ", in doubt " + inDoubt + ", problems " + problems;
        }

        boolean good() {
            return lost == 0 && doubled == 0 && problems == 0;
        }
    }

    String name() {
        return name;
    }

    /** A sender has been told that this message is taken. */
    synchronized void told(int number) {
        told.set(number);
    }

    /** The receiver has this message; {@code key} is the name by which it would recognise a repeat. */
    synchronized void arrived(int number, String key, boolean asSent) {
        if (!asSent) {
            wrong("message " + number + " arrived with other bytes or at another tenant (" + key + ")");
        }
        var hash = hash(key);
        if (number >= keys.length) {
            keys = Arrays.copyOf(keys, Math.max(number + 1, 2 * keys.length));
        }
        if (!arrived.get(number)) {
            arrived.set(number);
            keys[number] = hash;
        } else if (recognisesRepeats && keys[number] == hash) {
            repeated++;
        } else {
            doubled++;
            keep("message " + number + " took effect once more (" + key + ")");
        }
    }

    /** The receiver has recognised a repeat by itself. */
    synchronized void repeated() {
        repeated++;
    }

    synchronized void doubtful(int number) {
        doubtful.set(number);
    }

    synchronized boolean hasArrived(int number) {
        return arrived.get(number);
    }

    synchronized void wrong(String what) {
        problems++;
        keep(what);
    }

    private void keep(String what) {
        if (wrong.size() < KEPT_PROBLEMS) {
            wrong.add(name + ": " + what);
        }
    }

    synchronized int told() {
        return told.cardinality();
    }

    /** The sum of something over all that have arrived. */
    synchronized long sum(IntToLongFunction of) {
        return arrived.stream().mapToLong(of::applyAsLong).sum();
    }

    /** How many were told and have not arrived yet. */
    synchronized int open() {
        return without(told, arrived).cardinality();
    }

    /** Compares; what it says about losses is right when nothing is under way any more. */
    synchronized Tally tally() {
        var lost = without(without(told, arrived), doubtful);
        var untold = without(arrived, told);
        var all = new ArrayList<>(wrong);
        lost.stream()
                .limit(5)
                .forEach(number -> all.add(name + ": message " + number + " was acknowledged and is lost"));
        untold.stream()
                .limit(5)
                .forEach(number ->
                        all.add(name + ": message " + number + " arrived, and no sender was told that it was taken"));
        return new Tally(
                name,
                told.cardinality(),
                arrived.cardinality(),
                lost.cardinality(),
                doubled,
                repeated,
                doubtful.cardinality(),
                problems + untold.cardinality(),
                List.copyOf(all));
    }

    private static BitSet without(BitSet all, BitSet these) {
        var left = (BitSet) all.clone();
        left.andNot(these);
        return left;
    }

    /** FNV-1a with 64 bits: two keys of one message that differ have the same hash once in 10^19. */
    private static long hash(String key) {
        var hash = 0xcbf29ce484222325L;
        for (var i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
