package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.ToIntFunction;

/**
 * A local system that reads one folder a tenant: writes down what lies there and takes it away. A file that is still being written has
 * the ending {@code .tmp}.
 */
final class Shelf implements AutoCloseable {

    private static final long PAUSE_MILLIS = 50;

    private final Journal journal;
    private final Tail tail;
    private final ToIntFunction<byte[]> numberIn;
    private final ScheduledExecutorService readers;

    private Shelf(List<Path> folders, Journal journal, Tail tail, ToIntFunction<byte[]> numberIn) {
        this.journal = journal;
        this.tail = tail;
        this.numberIn = numberIn;
        this.readers = Executors.newScheduledThreadPool(folders.size(), work -> {
            var thread = new Thread(work, "shelf");
            thread.setDaemon(true);
            return thread;
        });
        for (var folder : folders) {
            readers.scheduleWithFixedDelay(() -> look(folder), 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Begins to read the folders of a channel; its journal is {@code <channel>-arrived}. */
    static Shelf open(Scratch scratch, String channel) throws IOException {
        return open(scratch, channel, Numbered::in);
    }

    /** @param numberIn the number that a file's bytes name; -1 if they name none */
    static Shelf open(Scratch scratch, String channel, ToIntFunction<byte[]> numberIn) throws IOException {
        return new Shelf(
                Scratch.TENANTS.stream()
                        .map(tenant -> scratch.home().town().resolve(channel).resolve(tenant))
                        .toList(),
                new Journal(scratch.journal(channel + "-arrived"), Clock.systemUTC()),
                new Tail(scratch.journal(channel + "-arrived")),
                numberIn);
    }

    private void look(Path folder) {
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                if (!file.toString().endsWith(".tmp") && Files.isRegularFile(file)) {
                    take(folder, file);
                }
            }
        } catch (NoSuchFileException e) {
            // Renamed while it was looked at: it is there at the next look.
        } catch (IOException | RuntimeException e) {
            journal.note("failure", "why", String.valueOf(e));
        }
    }

    private void take(Path folder, Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        journal.note(
                "arrived",
                "n",
                numberIn.applyAsInt(bytes),
                "key",
                String.valueOf(file.getFileName()),
                "tenant",
                String.valueOf(folder.getFileName()),
                "sha256",
                Journal.sha256(bytes));
        Files.delete(file);
    }

    /** Brings a book up to the journal; {@code isOf} says whether a number and a SHA-256 belong together. */
    void read(Book book, BiPredicate<Integer, String> isOf) throws IOException {
        for (var line : tail.more()) {
            var number = (int) line.number("n");
            if (!line.event().equals("arrived") || number < 0) {
                book.wrong("the receiver could not read " + line.text("key") + line.text("why"));
            } else {
                book.arrived(
                        number,
                        line.text("key"),
                        line.text("tenant").equals(Scratch.tenant(number)) && isOf.test(number, line.text("sha256")));
            }
        }
    }

    @Override
    public void close() throws IOException {
        readers.shutdownNow();
        try {
            readers.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        journal.close();
    }
}
