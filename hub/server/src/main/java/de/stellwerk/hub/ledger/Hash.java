package de.stellwerk.hub.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A SHA-256 over values, each with its length before it, so that no two different lists of values have the same bytes. What is
 * hashed this way is verified in ten years: a change here needs a new label at the place that calls it.
 */
final class Hash {

    static final int LENGTH = 32;
    private static final int NULL = -1;

    private final MessageDigest digest;
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    /** @param label what the values are, and in which version of their order */
    Hash(String label) {
        this.digest = sha256();
        text(label);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** What stands where a chain has nothing before it. */
    static byte[] none() {
        return new byte[LENGTH];
    }

    Hash number(long value) {
        digest.update(number.putLong(0, value).array());
        return this;
    }

    Hash bytes(byte[] value) {
        number(value.length);
        digest.update(value);
        return this;
    }

    Hash text(@Nullable String value) {
        return value == null ? number(NULL) : bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    Hash instant(Instant value) {
        return number(value.getEpochSecond()).number(value.getNano());
    }

    byte[] value() {
        return digest.digest();
    }
}
