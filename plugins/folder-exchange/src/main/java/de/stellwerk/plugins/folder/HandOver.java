package de.stellwerk.plugins.folder;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Tested;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Lays deliveries into the folder: each file under a temporary name first, forced to disk, then renamed; attachments first, then the
 * body, then the marker. The names are made of the delivery's id: what lies there already with the same bytes was delivered, and other
 * bytes are never overwritten.
 */
final class HandOver implements Sink, Tested {

    static final String CHANNEL = "out";

    private static final int BUFFER = 64 * 1024;

    private final Place place;
    private final String folder;
    private final boolean marked;

    /** @param marked whether a marker file comes last */
    HandOver(Place place, String folder, boolean marked) {
        this.place = place;
        this.folder = folder;
        this.marked = marked;
    }

    @Override
    public List<Check> test() {
        return FolderTest.of(place, "out", folder);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) throws Exception {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            return new Rejected("folder.name: the delivery's id makes no file name");
        }
        Path to;
        try {
            to = place.folder(folder);
        } catch (IOException e) {
            return new NotSent("folder.unreachable: " + e.getMessage(), Duration.ZERO);
        }
        try {
            return put(to, delivery);
        } catch (IOException | RuntimeException e) {
            place.answers(); // a broken line is noticed here, and made anew at the next delivery
            throw e;
        }
    }

    private DeliveryResult put(Path to, Delivery delivery) throws IOException {
        var parts = new LinkedHashMap<String, Content>();
        for (var attachment : delivery.attachments()) {
            parts.put(delivery.id() + "-" + (parts.size() + 1) + Endings.ending(attachment.mediaType()), attachment);
        }
        var body = delivery.id() + Endings.ending(delivery.body().mediaType());
        parts.put(body, delivery.body());
        for (var part : parts.entrySet()) {
            var target = to.resolve(part.getKey());
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                if (!isSame(target, part.getValue())) {
                    return new Rejected("folder.taken: another file lies there under the delivery's name");
                }
                continue;
            }
            Path temporary;
            try {
                temporary = write(to, part.getKey(), part.getValue(), delivery.attempt());
            } catch (IOException | RuntimeException e) { // what a broken line throws is of either kind
                // Nobody has seen anything under a name that counts.
                place.answers();
                return new NotSent(
                        "folder.write: " + e.getClass().getSimpleName() + " before the file was there", Duration.ZERO);
            }
            // On a server, rename does not replace what is there; the local one would, hence the look above.
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        }
        if (marked) {
            mark(to.resolve(body + Arrivals.MARKER));
        }
        place.force(to);
        return new Delivered(body);
    }

    /** Every attempt has a temporary name of its own: an older one that still hangs somewhere does not write into this one's. */
    private Path write(Path to, String name, Content content, int attempt) throws IOException {
        for (var older = 1; older < attempt; older++) {
            Files.deleteIfExists(temporary(to, name, older));
        }
        var temporary = temporary(to, name, attempt);
        Files.deleteIfExists(temporary);
        try {
            try (var in = content.open();
                    var out =
                            Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                in.transferTo(out);
            }
            place.force(temporary);
            return temporary;
        } catch (IOException | RuntimeException e) {
            remove(temporary, e);
            throw e;
        }
    }

    private static Path temporary(Path to, String name, int attempt) {
        return to.resolve(name + "." + attempt + ".tmp");
    }

    private static void remove(Path temporary, Exception why) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException | RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    private static void mark(Path marker) throws IOException {
        if (!Files.exists(marker, LinkOption.NOFOLLOW_LINKS)) {
            Files.write(marker, new byte[0], StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }
    }

    private boolean isSame(Path target, Content content) throws IOException {
        try (var there = place.open(target);
                var ours = content.open()) {
            return isSame(there, ours);
        }
    }

    private static boolean isSame(InputStream one, InputStream other) throws IOException {
        while (true) {
            var a = one.readNBytes(BUFFER);
            var b = other.readNBytes(BUFFER);
            if (!Arrays.equals(a, b)) {
                return false;
            }
            if (a.length == 0) {
                return true;
            }
        }
    }

    @Override
    public void close() throws IOException {
        place.close();
    }
}
