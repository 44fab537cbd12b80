package de.stellwerk.hub.ledger;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Makes UUIDs of version 7 (RFC 9562): they sort by time, so that new rows lie together, and are not to be guessed. */
public final class Ids {

    private final Clock clock;
    private final RandomGenerator random;

    public Ids(Clock clock) {
        this(clock, new SecureRandom());
    }

    /** @param random foreseeable only in a simulation */
    public Ids(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public UUID next() {
        long high = clock.millis() << 16 | 0x7000L | random.nextInt(1 << 12);
        long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new UUID(high, low);
    }

    /** The smallest id of a moment: between two of them lie all ids made meanwhile. */
    static UUID first(Instant at) {
        var millis = Math.max(0, Math.min(at.toEpochMilli(), (1L << 48) - 1));
        return new UUID(millis << 16 | 0x7000L, 0x8000000000000000L);
    }

    /** When an id was made, to the millisecond. */
    static Instant madeAt(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    byte[] salt() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return bytes;
    }
}
