package de.stellwerk.plugins.callback;

import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * {@code t=<seconds since 1970>,v1=<HMAC-SHA256 in hexadecimal>} over time, id, the reference that is answered, and the raw body, each of
 * the first three ended by a line feed. The time keeps a request that was overheard from being sent again later; within that time the id
 * makes it a duplicate.
 */
record Signature(byte[] key, Duration tolerance, Clock clock) {

    private static final Pattern FORM = Pattern.compile("t=([0-9]{1,12}),v1=([0-9a-f]{64})");
    private static final String ALGORITHM = "HmacSHA256";

    String of(String id, String reference, Content body) throws IOException {
        var time = clock.instant().getEpochSecond();
        return "t=" + time + ",v1=" + HexFormat.of().formatHex(mac(time, id, reference, body));
    }

    /** Reads the body to its end; nothing of it is used before this has said yes. */
    boolean fits(String given, String id, String reference, Content body) throws IOException {
        var parts = FORM.matcher(given);
        if (!parts.matches()) {
            return false;
        }
        var time = Long.parseLong(parts.group(1));
        var age = Math.abs(clock.instant().getEpochSecond() - time);
        return age <= tolerance.toSeconds()
                && MessageDigest.isEqual(HexFormat.of().parseHex(parts.group(2)), mac(time, id, reference, body));
    }

    private byte[] mac(long time, String id, String reference, Content body) throws IOException {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update((time + "\n" + id + "\n" + reference + "\n").getBytes(StandardCharsets.UTF_8));
            try (var in = body.open()) {
                in.transferTo(new OutputStream() {
                    @Override
                    public void write(int b) {
                        mac.update((byte) b);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        mac.update(bytes, from, length);
                    }
                });
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Signature[" + tolerance + "]";
    }
}
