package de.stellwerk.hub.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Senders, a thread and a connection each, that hand in one form after another.
 *
 * @param town whose form it is
 * @param senders how many send at the same time
 * @param most at most so many forms
 * @param longest at most so long
 * @param perSecond new forms a second of all senders together; 0 for as fast as the hub answers
 * @param shift part of the time between two forms by which the first one is late, so that towns do not send in step
 */
record Load(Form form, String town, int senders, int most, Duration longest, double perSecond, double shift) {

    private static final int TRIES = 600;

    /** Sends until the number or the time is reached; each form until the hub has said yes. */
    void run(Book book, int port) throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(senders);
        var next = new AtomicInteger();
        var begin = System.nanoTime();
        try {
            var all = new ArrayList<Future<Void>>();
            for (var i = 0; i < senders; i++) {
                all.add(threads.submit(() -> {
                    send(book, port, next, begin);
                    return null;
                }));
            }
            for (var each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a sender failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private void send(Book book, int port, AtomicInteger next, long begin) throws IOException {
        var bytes = form.copy();
        var end = begin + longest.toNanos();
        try (var connection = new Connection(port)) {
            while (true) {
                var index = next.getAndIncrement();
                var now = System.nanoTime();
                var due = perSecond > 0 ? begin + (long) ((index + shift) / perSecond * 1e9) : now;
                if (index >= Math.min(most, book.size()) || Math.max(due, now) >= end) {
                    return;
                }
                for (var left = due - now; left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                form.fill(bytes, book.caseId(index), town);
                book.sending(index, due, System.nanoTime());
                handIn(book, connection, index, bytes);
            }
        }
    }

    /** Under the same key again after a lost connection and after "later", as a careful sender does. */
    private void handIn(Book book, Connection connection, int index, byte[] bytes) throws IOException {
        for (var i = 0; i < TRIES; i++) {
            try {
                var status = connection.send(bytes, form.attachment(), form.tail());
                if (status == 200 || status == 201 || status == 202) {
                    book.yes(index, System.nanoTime());
                    return;
                }
                if (status < 500 && status != 429) {
                    throw new Refused("the hub answers " + status);
                }
            } catch (Refused e) {
                throw e;
            } catch (IOException e) {
                // Not known whether it arrived: the same key again.
            }
            book.later();
            Receivers.pause(100);
        }
        throw new IOException("the hub has not taken a form in " + TRIES + " tries");
    }

    /** An answer that more tries will not change. */
    private static final class Refused extends IOException {

        private static final long serialVersionUID = 1;

        Refused(String text) {
            super(text);
        }
    }

    /** Several loads at the same time, each with its own book. */
    static void together(List<Load> loads, List<Book> books, int port) throws IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(loads.size());
        try {
            var all = new ArrayList<Future<Void>>();
            for (var i = 0; i < loads.size(); i++) {
                var load = loads.get(i);
                var book = books.get(i);
                all.add(threads.submit(() -> {
                    load.run(book, port);
                    return null;
                }));
            }
            for (var each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a load failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }
}
