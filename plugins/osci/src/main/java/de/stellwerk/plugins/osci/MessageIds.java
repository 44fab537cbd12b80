package de.stellwerk.plugins.osci;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DropFolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Remembers which MessageID the intermediary gave for a delivery: a file each, on disk before the message is sent. An intermediary takes an id
 * once, so a repeat under the same id makes no second message.
 *
 * <p>The file {@code since} holds the number of the first delivery this folder knew of. An earlier one that comes again and has no file
 * may have been sent when the folder was another one: that cannot be told from here.
 */
final class MessageIds {

    private static final String SINCE = "since";

    private final Path folder;

    MessageIds(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    Optional<String> of(Delivery delivery) throws IOException {
        return read(delivery.id());
    }

    /** Returns when it survives a power loss. */
    void remember(Delivery delivery, String messageId) throws IOException {
        write(delivery.id(), messageId);
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
