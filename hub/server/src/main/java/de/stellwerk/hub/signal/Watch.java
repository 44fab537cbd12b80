package de.stellwerk.hub.signal;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Something without which the hub cannot keep its word, looked at again and again.
 *
 * @param look a halt if it is not as it has to be; may take its time
 * @param patience how long a look may take
 * @param silent what holds if a look takes longer, or breaks
 */
public record Watch(String name, Supplier<Optional<Halt>> look, Duration patience, Halt silent) {

    private static final Duration DATABASE = Duration.ofSeconds(5);
    private static final Duration DISK = Duration.ofSeconds(10);

    /** @param beats whether the database has just committed something */
    public static Watch database(Supplier<Boolean> beats) {
        return new Watch(
                "database",
                () -> beats.get() ? Optional.empty() : Optional.of(Halt.database()),
                DATABASE,
                Halt.database());
    }

    static Watch disks(Disks disks) {
        return new Watch("disk", disks::look, DISK, Halt.unwritable("data"));
    }
}
