package de.stellwerk.hub.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.WithReceipts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the receipts of a result into memory while the connector's call lasts: its streams may be gone afterwards. */
final class HeldReceipts {

    private static final Logger LOG = LoggerFactory.getLogger(HeldReceipts.class);
    private static final int MOST = 16;
    private static final int LARGEST = 1 << 20;
    private static final int LARGEST_TOGETHER = 4 << 20;

    private HeldReceipts() {}

    /** The same result, its receipts held; a receipt that cannot be kept must not make a result unknown, so a note takes its place. Null, against the contract, stays null. */
    static DeliveryResult of(DeliveryResult result) {
        if (!(result instanceof WithReceipts with)) {
            return result;
        }
        var held = new ArrayList<Content>();
        int left = LARGEST_TOGETHER;
        for (var receipt : with.receipts()) {
            if (held.size() == MOST) {
                LOG.warn("a delivery has more than {} receipts; the others are not kept", MOST);
                break;
            }
            var one = held(receipt, Math.min(left, LARGEST));
            left -= one.length();
            held.add(one.content());
        }
        return new WithReceipts(with.result(), List.copyOf(held));
    }

    private record Held(Content content, int length) {}

    private static Held held(Content receipt, int limit) {
        try (var in = receipt.open()) {
            var bytes = in.readNBytes(limit + 1);
            return bytes.length <= limit
                    ? new Held(Content.of(receipt.name(), receipt.mediaType(), bytes), bytes.length)
                    : missing(receipt, "it is larger than is kept");
        } catch (IOException | RuntimeException e) {
            return missing(receipt, "it could not be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static Held missing(Content receipt, String why) {
        LOG.warn("a receipt is not kept: {}", why);
        var note = "This receipt was not kept: " + why
                + ". The result it belongs to counts. Ask the target for it again.\n";
        return new Held(Content.of(receipt.name() + ".missing.txt", "text/plain", note.getBytes(UTF_8)), 0);
    }
}
