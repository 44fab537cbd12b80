package de.stellwerk.samples.plugins;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.letters.Part;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Sender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Numbered messages at a steady pace through the REST door of a hub, and those who read the folders they arrive in. Both keep book, the
 * hub is not asked.
 */
final class Flow implements AutoCloseable {

    /** The kind of its messages. */
    static final String KIND = "acceptance.form";

    /**
     * What both books say.
     *
     * @param told messages that the sender holds a sealed receipt of
     * @param lost those of them that nobody has received
     * @param doubled those that arrived more often than once
     * @param perSecond receipts a second while it was sent
     */
    record Books(int told, int lost, int doubled, long perSecond, List<String> problems) {}

    private static final int SENDERS = 32;
    private static final long PAUSE_MILLIS = 50;
    private static final int MOST_NAMED = 10;
    private static final Pattern NUMBER = Pattern.compile("<n>([0-9]{1,9})</n>");

    private final HubClient hub;
    private final List<String> towns;
    private final Map<String, Path> folders;
    private final long gapNanos;
    private final long begun = System.nanoTime();
    private final AtomicInteger next = new AtomicInteger();
    private final Set<Integer> told = ConcurrentHashMap.newKeySet();
    private final Map<Integer, Integer> arrived = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
    private final List<Thread> senders = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean sending = true;

    /**
     * Begins at once.
     *
     * @param folders by AGS, where messages for it arrive
     */
    Flow(HubClient hub, Map<String, Path> folders, int perSecond) {
        this.hub = hub;
        this.towns = List.copyOf(folders.keySet());
        this.folders = Map.copyOf(folders);
        this.gapNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        for (var i = 0; i < SENDERS; i++) {
            senders.add(thread("flow-sender-" + i, this::send));
        }
        this.folders.forEach((ags, folder) -> readers.add(thread("flow-reader-" + ags, () -> read(ags, folder))));
    }

    private static Thread thread(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private String town(int number) {
        return towns.get(number % towns.size());
    }

    private void send() {
        while (sending) {
            var number = next.getAndIncrement();
            var early = begun + number * gapNanos - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            if (!sending) {
                return;
            }
            try {
                send(number);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** As a careful portal does: until the hub has said yes or no. */
    private void send(int number) throws InterruptedException {
        var letter = new Letter(
                "flow-" + number,
                town(number),
                KIND,
                "",
                "flow-" + number,
                Map.of(),
                Part.xml(
                        "form.xml",
                        "<form xmlns=\"urn:stellwerk:acceptance:1\"><n>" + number + "</n><text>"
                                + "Müller, Budyšin. ".repeat(20) + "</text></form>"),
                List.of());
        while (true) {
            try {
                var answer = hub.post(letter);
                if (answer.yes()) {
                    if (!Sender.intact(letter, answer)) {
                        problems.add("the receipt of message " + number + " names other bytes");
                    }
                    told.add(number);
                    return;
                }
                if (!answer.later()) {
                    problems.add(
                            "message " + number + " was answered with " + answer.status() + " " + answer.text("code"));
                    return;
                }
            } catch (IOException e) {
                // Nobody knows whether the hub has it: the same goes out again.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void read(String ags, Path folder) {
        try {
            do {
                look(ags, folder);
            } while (!over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(String ags, Path folder) {
        try (var files = Files.newDirectoryStream(folder, "*.xml")) {
            for (var file : files) {
                var found = NUMBER.matcher(Files.readString(file));
                if (found.find() && town(Integer.parseInt(found.group(1))).equals(ags)) {
                    arrived.merge(Integer.valueOf(found.group(1)), 1, Integer::sum);
                } else {
                    problems.add("a message that is not its own arrived in " + ags);
                }
                Files.delete(file);
            }
        } catch (NoSuchFileException e) {
            // Renamed while it was looked at: it is there at the next look.
        } catch (IOException | RuntimeException e) {
            problems.add("the receiver of " + ags + " could not read: " + e);
        }
    }

    /** How many messages have arrived so far. */
    int arrived() {
        return arrived.size();
    }

    /** Sends no more, waits until what was promised has arrived or nothing more comes, and compares. */
    Books settle(long patienceSeconds) throws InterruptedException {
        sending = false;
        for (var sender : senders) {
            sender.join(TimeUnit.SECONDS.toMillis(patienceSeconds));
            if (sender.isAlive()) {
                problems.add("a sender still waits for an answer");
                sender.interrupt();
            }
        }
        var sent = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
        while (!arrived.keySet().containsAll(told) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        // What is twice there comes late.
        TimeUnit.SECONDS.sleep(2);
        var lost = told.stream().filter(each -> !arrived.containsKey(each)).toList();
        var doubled = arrived.entrySet().stream()
                .filter(each -> each.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
        lost.stream().limit(MOST_NAMED).forEach(each -> problems.add("message " + each + " is lost"));
        doubled.stream().limit(MOST_NAMED).forEach(each -> problems.add("message " + each + " arrived twice"));
        arrived.keySet().stream()
                .filter(each -> !told.contains(each))
                .limit(MOST_NAMED)
                .forEach(each -> problems.add("message " + each + " arrived without a receipt"));
        return new Books(
                told.size(), lost.size(), doubled.size(), told.size() / Math.max(1, sent), List.copyOf(problems));
    }

    @Override
    public void close() {
        sending = false;
        over.countDown();
        senders.forEach(Thread::interrupt);
    }
}
