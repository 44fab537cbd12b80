package de.stellwerk.samples.town;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Registrations;
import de.stellwerk.samples.letters.Town;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The forms portal: posts trade registrations for both towns to the hub, several at a time. */
final class Portal {

    /**
     * What a portal has to do.
     *
     * @param pirna forms for Pirna
     * @param leipzig forms for Leipzig
     * @param senders how many send at the same time
     * @param perSecond at most so many new forms a second; 0 for as fast as the hub takes them
     * @param repeatEvery every n-th form is sent a second time after its yes, as if the answer had been lost; 0 for never
     */
    record Work(int pirna, int leipzig, int senders, int perSecond, int repeatEvery) {

        /** Both towns' forms in turn, evenly mixed; goes on in the same mix beyond the number asked for. */
        Letter letter(Registrations registrations, int index) {
            var all = Math.max(1, pirna + leipzig);
            var leipzigBefore = (int) ((long) index * leipzig / all);
            var isLeipzig = (int) ((index + 1L) * leipzig / all) > leipzigBefore;
            return isLeipzig
                    ? registrations.of(Town.LEIPZIG, leipzigBefore + 1)
                    : registrations.of(Town.PIRNA, index - leipzigBefore + 1);
        }
    }

    private final Work work;
    private final Registrations registrations;
    private final Sender sender;
    private final Path stopFile;
    private final AtomicInteger next = new AtomicInteger();

    /** @param stopFile the portal goes on beyond its number of forms until this file is there; an empty path for no such file */
    Portal(Work work, Registrations registrations, Sender sender, Path stopFile) {
        this.work = work;
        this.registrations = registrations;
        this.sender = sender;
        this.stopFile = stopFile;
    }

    /** Returns when everything is sent. */
    void run() throws InterruptedException, ExecutionException {
        var senders = Executors.newFixedThreadPool(work.senders());
        try {
            var start = System.nanoTime();
            var all = new ArrayList<Future<?>>();
            for (var i = 0; i < work.senders(); i++) {
                all.add(senders.submit(() -> {
                    sendAll(start);
                    return true;
                }));
            }
            for (var each : all) {
                each.get();
            }
        } finally {
            senders.shutdownNow();
        }
    }

    private void sendAll(long start) throws InterruptedException {
        for (var index = next.getAndIncrement(); more(index); index = next.getAndIncrement()) {
            if (work.perSecond() > 0) {
                var due = start + TimeUnit.SECONDS.toNanos(1) / work.perSecond() * index;
                LockSupport.parkNanos(Math.max(0, due - System.nanoTime()));
            }
            var letter = work.letter(registrations, index);
            var answer = sender.send(letter);
            if (work.repeatEvery() > 0 && (index + 1) % work.repeatEvery() == 0 && answer.isPresent()) {
                sender.repeat(letter);
            }
        }
    }

    private boolean more(int index) {
        return index < work.pirna() + work.leipzig() || (!stopFile.toString().isEmpty() && !Files.exists(stopFile));
    }

    public static void main(String[] words) throws Exception {
        var options = new Options(
                List.of(words),
                Set.of(
                        "hub",
                        "key-file",
                        "journal",
                        "seed",
                        "pirna",
                        "leipzig",
                        "senders",
                        "per-second",
                        "until",
                        "patience",
                        "misbehave-repeat"),
                Set.of());
        try (var journal = new Journal(options.path("journal"), Clock.systemUTC())) {
            var hub = new HubClient(URI.create(options.text("hub")), key(options.path("key-file")));
            var sender = new Sender(hub, journal, Duration.ofSeconds(options.number("patience", 300)));
            var work = new Work(
                    options.number("pirna", 150),
                    options.number("leipzig", 30),
                    options.number("senders", 8),
                    options.number("per-second", 0),
                    options.number("misbehave-repeat", 0));
            journal.note("ready");
            new Portal(work, new Registrations(options.number("seed", 1)), sender, Path.of(options.text("until", "")))
                    .run();
            journal.note("done");
        }
    }

    private static String key(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}
