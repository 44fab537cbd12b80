package de.stellwerk.samples.crash;

import de.stellwerk.samples.letters.Letter;
import de.stellwerk.samples.town.HubClient;
import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Sender;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Hands in letters over REST as a careful portal does: after a lost connection or a 5xx the same letter goes out again under the same
 * key until the hub has said yes or no. Its journal has one line a letter: what it was told in the end.
 */
final class Courier implements AutoCloseable {

    private static final long PAUSE_MILLIS = 100;

    private final HubClient hub;
    private final Journal journal;
    private final Tail tail;

    /** Its journal is {@code <channel>-told}. */
    Courier(Scratch scratch, HubClient hub, String channel) throws IOException {
        this.hub = hub;
        this.journal = new Journal(scratch.journal(channel + "-told"), Clock.systemUTC());
        this.tail = new Tail(scratch.journal(channel + "-told"));
    }

    void send(int number, Letter letter) throws InterruptedException {
        for (var tries = 1; ; tries++) {
            try {
                var answer = hub.post(letter);
                if (!answer.later()) {
                    journal.note(
                            "told",
                            "n",
                            number,
                            "yes",
                            answer.yes() && !answer.text("outcome").equals("QUARANTINED"),
                            "status",
                            answer.status(),
                            "outcome",
                            answer.text("outcome"),
                            "code",
                            answer.text("code"),
                            "id",
                            answer.text("id"),
                            "intact",
                            answer.yes() && Sender.intact(letter, answer),
                            "tries",
                            tries);
                    return;
                }
            } catch (IOException e) {
                // The hub was killed, or is not there yet: nobody knows whether it has the letter, so it goes out
                // again.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Brings a book up to the journal; {@code then} is told of each message that was taken, in the order of the journal. */
    void read(Book book, IntConsumer then) throws IOException {
        for (var line : tail.more()) {
            var number = (int) line.number("n");
            if (line.flag("yes") && line.flag("intact")) {
                book.told(number);
                then.accept(number);
            } else {
                book.wrong("message " + number + " was answered with " + line.number("status") + " " + line.text("code")
                        + (line.flag("yes") ? ", and a receipt for other bytes" : ""));
            }
        }
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
