package de.stellwerk.hub.bench;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One hub, its receivers, and the way a phase is run over them: send, wait until everything is where it belongs, compare, count. */
final class Track {

    private static final long PATIENCE_SECONDS = 180;

    private final BenchHome home;
    private final HubProcess hub;
    private final Receivers receivers;
    private final List<Book> books = new ArrayList<>();
    private long open;

    Track(BenchHome home, HubProcess hub, Receivers receivers) {
        this.home = home;
        this.hub = hub;
        this.receivers = receivers;
    }

    List<Book> books() {
        return List.copyOf(books);
    }

    Machine machine() {
        return Machine.read(Optional.of(hub.handle()), home.postmaster());
    }

    Book open(Load load) {
        var book = new Book(books.size(), load.most());
        books.add(book);
        receivers.open(books.size() - 1, book, load.form().attachment().length);
        return book;
    }

    /** What waits on purpose, a backlog, does not count as open. */
    void ignoreOpen() throws IOException, InterruptedException {
        open = hub.balance().open();
    }

    /** Runs the loads beside each other; the phase is that of all together. */
    Phase run(String name, List<Load> loads) throws Exception {
        var all = loads.stream().map(this::open).toList();
        var heapBefore = hub.allocatedMiB();
        // Two clocks: files have the wall's.
        var wall = Instant.now();
        var clock = System.nanoTime();
        var before = machine();
        Load.together(loads, all, home.port());
        awaitArrival(loads, all);
        var balanced = awaitBalance();
        var used = machine().since(before);
        var allocated = hub.allocatedMiB() - heapBefore;
        var last = all.stream().mapToLong(Book::lastArrival).max().orElse(clock);
        for (var load : loads) {
            var named = receivers.collect(load.town()).toInstant();
            last = Math.max(
                    last,
                    clock
                            + TimeUnit.SECONDS.toNanos(named.getEpochSecond() - wall.getEpochSecond())
                            + named.getNano()
                            - wall.getNano());
        }
        var first = all.stream().mapToLong(Book::firstSent).min().orElse(clock);
        var lastYes = all.stream().mapToLong(Book::lastYes).max().orElse(clock);
        var messages = Math.max(1, all.stream().mapToInt(Book::accepted).sum());
        return new Phase(
                name,
                loads.stream().mapToInt(Load::senders).sum(),
                messages,
                messages / ((lastYes - first) / 1e9),
                messages / ((last - first) / 1e9),
                Math.max(0, (balanced - last) / 1e9),
                Spread.of(all.stream().flatMapToLong(Book::answers)),
                Spread.of(all.stream().flatMapToLong(Book::answersFromDue)),
                Spread.of(all.stream().flatMapToLong(Book::ways)),
                1000 * used.hub() / messages,
                1000 * used.compiler() / messages,
                1000 * used.postgres() / messages,
                1000 * used.own() / messages,
                1024 * allocated / messages,
                Machine.residentMiB(hub.handle()),
                used.others(),
                used.busy(),
                all.stream().mapToInt(Book::laterAnswers).sum(),
                all.stream().mapToInt(Book::repeated).sum(),
                all.stream().mapToInt(Book::lost).sum(),
                all.stream().mapToInt(Book::doubled).sum());
    }

    private void awaitArrival(List<Load> loads, List<Book> all) throws IOException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            receivers.check();
            if (!hub.runs()) {
                throw new IOException("the hub has ended, see hub.log in the work folder");
            }
            var missing = all.stream().anyMatch(book -> book.arrivals() < book.accepted());
            // Names are counted only when the messages are there, and not often: a large folder costs time.
            for (var i = 0; i < all.size() && !missing; i++) {
                missing = receivers.fileCount(loads.get(i).town()) < all.get(i).accepted();
            }
            if (!missing) {
                return;
            }
            Receivers.pause(50);
        }
    }

    /** Waits until the hub's own books say that nothing is open. */
    private long awaitBalance() throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            var balance = hub.balance();
            var now = System.nanoTime();
            if (balance.open() <= open || now > end) {
                return now;
            }
            Receivers.pause(50);
        }
    }

    /** Whether the hub's books say the same as ours: two deliveries for each form it said yes to, and nothing anywhere else. */
    String disagreement() throws IOException, InterruptedException {
        var accepted = books.stream().mapToLong(Book::accepted).sum();
        var balance = hub.balance();
        var wrong = new HashSet<String>();
        if (balance.delivered() != 2 * accepted) {
            wrong.add("the hub counts " + balance.delivered() + " delivered, the bench " + 2 * accepted);
        }
        if (balance.open() != open) {
            wrong.add(balance.open() + " are open, " + open + " should be");
        }
        if (balance.elsewhere() > 0) {
            wrong.add(balance.elsewhere() + " are rejected, parked or in quarantine");
        }
        if (receivers.strange() > 0) {
            wrong.add(receivers.strange() + " messages arrived that were never sent, or not whole");
        }
        return String.join("; ", wrong);
    }
}
