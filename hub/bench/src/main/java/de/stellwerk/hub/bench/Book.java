package de.stellwerk.hub.bench;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The bench's own record of one phase: what was sent, what the hub said yes to, and what arrived where. Times are those of
 * {@link System#nanoTime}; 0 is never. Each place of an array has one writer; readers come after a counter that was raised behind it.
 */
final class Book {

    private static final int NUMBER = 3;

    private final int number;
    private final long[] due;
    private final long[] sent;
    private final long[] yes;
    private final long[] arrived;
    private final String[] deliveries;
    private final int[] files;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger arrivals = new AtomicInteger();
    private final AtomicInteger later = new AtomicInteger();
    private final AtomicInteger doubled = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private int filed;

    /** @param number below 1000; the cases of a book begin with it */
    Book(int number, int size) {
        this.number = number;
        this.due = new long[size];
        this.sent = new long[size];
        this.yes = new long[size];
        this.arrived = new long[size];
        this.deliveries = new String[size];
        this.files = new int[size];
    }

    /** Twelve characters, so that a request keeps its length. */
    String caseId(int index) {
        return String.format(Locale.ROOT, "%03d-%08d", number, index);
    }

    static int bookOf(String caseId) {
        return caseId.matches("[0-9]{3}-[0-9]{8}") ? Integer.parseInt(caseId, 0, NUMBER, 10) : -1;
    }

    static int indexOf(String caseId) {
        return Integer.parseInt(caseId, NUMBER + 1, caseId.length(), 10);
    }

    int size() {
        return sent.length;
    }

    void sending(int index, long dueAt, long now) {
        due[index] = dueAt;
        sent[index] = now;
    }

    void yes(int index, long now) {
        yes[index] = now;
        accepted.incrementAndGet();
    }

    /** The hub answered that it is to come again later. */
    void later() {
        later.incrementAndGet();
    }

    /** A receiver knows a repeated delivery by its id; the same case under another id is a double. */
    void arrived(int index, String delivery, long now) {
        if (arrived[index] == 0) {
            arrived[index] = now;
            deliveries[index] = delivery;
            arrivals.incrementAndGet();
        } else if (delivery.equals(deliveries[index])) {
            repeated.incrementAndGet();
        } else {
            doubled.incrementAndGet();
        }
    }

    void filed(int index) {
        if (files[index]++ > 0) {
            doubled.incrementAndGet();
        } else {
            filed++;
        }
    }

    int accepted() {
        return accepted.get();
    }

    int arrivals() {
        return arrivals.get();
    }

    int filed() {
        return filed;
    }

    int laterAnswers() {
        return later.get();
    }

    int doubled() {
        return doubled.get();
    }

    int repeated() {
        return repeated.get();
    }

    /** Accepted, but not with both receivers. */
    int lost() {
        var lost = 0;
        for (var i = 0; i < yes.length; i++) {
            if (yes[i] != 0 && (arrived[i] == 0 || files[i] == 0)) {
                lost++;
            }
        }
        return lost;
    }

    long firstSent() {
        var first = Long.MAX_VALUE;
        for (var each : sent) {
            if (each != 0) {
                first = Math.min(first, each);
            }
        }
        return first;
    }

    long lastYes() {
        return last(yes);
    }

    long lastArrival() {
        return last(arrived);
    }

    private static long last(long[] times) {
        var last = Long.MIN_VALUE;
        for (var each : times) {
            if (each != 0) {
                last = Math.max(last, each);
            }
        }
        return last;
    }

    /** From the first byte sent to the yes, in nanoseconds. */
    LongStream answers() {
        return between(sent, yes);
    }

    /** From when it should have been sent to the yes: a sender that was kept waiting does not hide the next one's wait. */
    LongStream answersFromDue() {
        return between(due, yes);
    }

    /** From the yes to the arrival at the JMS receiver; one that arrives before the yes is read counts as 0. */
    LongStream ways() {
        return between(yes, arrived);
    }

    private static LongStream between(long[] from, long[] to) {
        return IntStream.range(0, from.length)
                .filter(i -> from[i] != 0 && to[i] != 0)
                .mapToLong(i -> Math.max(0, to[i] - from[i]));
    }
}
