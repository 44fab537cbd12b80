package de.stellwerk.hub.delivery;

import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.FileNames;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;

/** Receipts as parts: bytes as they came, name and type made harmless. */
final class ProvedBy {

    private static final Pattern TYPE = Pattern.compile("[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}");

    private ProvedBy() {}

    /** @param receipt held in memory */
    static Part part(Content receipt) {
        try (var in = receipt.open()) {
            var type = TYPE.matcher(receipt.mediaType()).matches() ? receipt.mediaType() : "application/octet-stream";
            return ContentStore.inline(name(receipt.name()), type, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(String given) {
        try {
            return FileNames.safe(given);
        } catch (BadInput e) {
            return "receipt";
        }
    }
}
