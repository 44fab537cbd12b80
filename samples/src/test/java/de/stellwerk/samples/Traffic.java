package de.stellwerk.samples;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.Town;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Sender;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Careful senders that go on sending while a fault happens: two of three letters for Pirna, one for Leipzig, some with a large part. */
final class Traffic implements AutoCloseable {

    private static final int SENDERS = 6;
    private static final int LARGE = 150_000;
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    /** Worse than a sender should be: it comes back before it was asked to. */
    private static final Duration IMPATIENT = Duration.ofSeconds(1);

    private final Registrations registrations;
    private final Sender sender;
    private final AtomicInteger next;
    private final AtomicInteger yes = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(SENDERS);
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean over;

    /** @param next the number of the next letter; shared by all traffic of a stage, so that no letter comes twice by mistake */
    Traffic(HubClient hub, Journal journal, Registrations registrations, AtomicInteger next, int perSecond) {
        this.registrations = registrations;
        this.sender = new Sender(hub, journal, PATIENCE, IMPATIENT);
        this.next = next;
        var pause = Duration.ofSeconds(SENDERS).dividedBy(perSecond);
        for (var i = 0; i < SENDERS; i++) {
            running.add(threads.submit(() -> {
                while (!over) {
                    send();
                    LockSupport.parkNanos(pause.toNanos());
                }
                return true;
            }));
        }
    }

    private void send() throws InterruptedException {
        var number = next.incrementAndGet();
        var answer = sender.send(letter(registrations, number));
        if (answer.filter(HubClient.Answer::yes).isPresent()) {
            yes.incrementAndGet();
        } else {
            refused.incrementAndGet();
        }
    }

    static Letter letter(Registrations registrations, int number) {
        var letter = registrations.of(number % 3 == 0 ? Town.LEIPZIG : Town.PIRNA, number);
        return number % 4 == 1 ? letter.withAttachments(List.of(text(letter.caseId(), LARGE))) : letter;
    }

    /** Text that is different for each case, so that each is a file of its own in the content store. */
    static Part text(String caseId, int bytes) {
        return new Part(
                "anlage.txt",
                "text/plain",
                (caseId + "\n").repeat(bytes / (caseId.length() + 1)).getBytes(StandardCharsets.UTF_8));
    }

    /** How many letters have had their yes. */
    int yes() {
        return yes.get();
    }

    /** Begins no more letters, and returns when each that was begun has its answer. */
    int end() throws Exception {
        over = true;
        for (var each : running) {
            each.get(PATIENCE.toSeconds() + 10, TimeUnit.SECONDS);
        }
        threads.shutdown();
        if (refused.get() > 0) {
            throw new AssertionError(refused.get() + " letters had no yes within " + PATIENCE);
        }
        return yes.get();
    }

    /** Waits for those that send: one that is interrupted while it writes would close the journal for all traffic after this. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        threads.shutdown();
        threads.awaitTermination(PATIENCE.toSeconds() + 10, TimeUnit.SECONDS);
    }
}
