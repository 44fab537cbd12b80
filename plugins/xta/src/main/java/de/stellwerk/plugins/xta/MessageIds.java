package de.stellwerk.plugins.xta;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DropFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;

/**
 * Remembers which MessageID the gateway gave for a delivery: a file each, on disk before the message is sent. The gateway takes an id
 * once, so a repeat under the same id makes no second message.
 *
 * <p>The file {@code since} holds the number of the first delivery this folder knows all of. An earlier one that comes again and has no file
 * may have been sent when the folder was another one: that cannot be told from here.
 */
final class MessageIds {

    private static final String SINCE = "since";
    /** More than a year: nobody repeats a delivery by then without having asked at the gateway. */
    private static final Duration KEPT = Duration.ofDays(400);

    private final Path folder;
    private final Clock clock;
    private Instant cleaned = Instant.EPOCH;

    MessageIds(Path folder, Clock clock) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.clock = clock;
    }

    Optional<String> of(Delivery delivery) throws IOException {
        return read(delivery.id()).map(note -> note.split(" ", 2)[0]);
    }

    /** Returns when it survives a power loss. */
    void remember(Delivery delivery, String messageId) throws IOException {
        write(delivery.id(), messageId + " " + delivery.number());
        clean(folder.resolve(delivery.id()));
    }

    /**
     * Once a day. What is taken away counts as forgotten before it is gone: its delivery is never sent under another id.
     *
     * @param newest for the time of the disk, which may be another machine's
     */
    private synchronized void clean(Path newest) throws IOException {
        var now = clock.instant();
        if (now.isBefore(cleaned.plus(Duration.ofDays(1)))) {
            return;
        }
        cleaned = now;
        var eldest = Files.getLastModifiedTime(newest).toInstant().minus(KEPT);
        long since = read(SINCE).map(Long::valueOf).orElse(0L);
        var old = new ArrayList<Path>();
        for (var note : new DropFolder(folder).list("?".repeat(64), Integer.MAX_VALUE)) {
            if (Files.getLastModifiedTime(note).toInstant().isBefore(eldest)) {
                var number = read(note.getFileName().toString())
                        .filter(text -> text.matches("[!-~]+ [0-9]{1,18}"))
                        .map(text -> Long.valueOf(text.substring(text.indexOf(' ') + 1)));
                if (number.isPresent()) {
                    since = Math.max(since, number.get() + 1);
                    old.add(note);
                }
            }
        }
        if (!old.isEmpty()) {
            write(SINCE, Long.toString(since));
        }
        for (var note : old) {
            Files.deleteIfExists(note);
        }
    }

    /** Whether an attempt at this delivery may have sent it under an id that is not here. */
    synchronized boolean mayHaveForgotten(Delivery delivery) throws IOException {
        boolean repeated = delivery.attempt() > 1;
        var since = read(SINCE);
        if (since.isEmpty()) {
            write(SINCE, Long.toString(delivery.number() + (repeated ? 1 : 0)));
            return repeated;
        }
        return repeated && delivery.number() < Long.parseLong(since.get());
    }

    private Optional<String> read(String name) throws IOException {
        try {
            var text = Files.readString(folder.resolve(name), UTF_8).strip();
            return Optional.of(text).filter(known -> !known.isEmpty());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private void write(String name, String text) throws IOException {
        new DropFolder(folder).put(name, new ByteArrayInputStream(text.getBytes(UTF_8)));
    }
}
