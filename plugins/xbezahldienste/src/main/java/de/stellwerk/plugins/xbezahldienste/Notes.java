package de.stellwerk.plugins.xbezahldienste;

import de.stellwerk.hub.spi.DropFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Which transaction a delivery has become. The service cannot be asked for a {@code requestId}, and the hub may die after the answer and
 * before it has written it down. A cache: where it is empty, a repeat ends with {@code PAYMENT_EXISTS}.
 */
final class Notes {

    /** More than a year: by then a repeat is asked about at the service's operator, as where a note is lost. */
    private static final Duration KEPT = Duration.ofDays(400);

    private final DropFolder folder;
    private final Clock clock;
    private Instant cleaned = Instant.EPOCH;

    Notes(Path directory, Clock clock) throws IOException {
        this.clock = clock;
        folder = new DropFolder(Files.createDirectories(directory.resolve("transactions")));
    }

    void put(String delivery, String transaction) throws IOException {
        folder.put(delivery, new ByteArrayInputStream(transaction.getBytes(StandardCharsets.US_ASCII)));
        clean(folder.folder().resolve(delivery));
    }

    /**
     * Once a day.
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
        // Only what has its name already: another delivery's note may be in the making, and gone a moment later.
        for (var note : folder.list("?".repeat(64), Integer.MAX_VALUE)) {
            if (Files.getLastModifiedTime(note).toInstant().isBefore(eldest)) {
                Files.deleteIfExists(note);
            }
        }
    }

    /** @param delivery a checked id: 64 hexadecimal digits */
    Optional<String> of(String delivery) throws IOException {
        var file = folder.folder().resolve(delivery);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var transaction = Files.readString(file, StandardCharsets.US_ASCII);
        if (!transaction.matches(Transaction.ID)) {
            throw new IOException("pay.note: the note of a transaction is damaged");
        }
        return Optional.of(transaction);
    }
}
