package de.stellwerk.plugins.fitconnect;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-512 over time, a point and the raw body: whether a callback comes from the delivery service, and not from yesterday. */
record CallbackProof(String secret, Clock clock) {

    private static final String ALGORITHM = "HmacSHA512";
    private static final Duration OLDEST = Duration.ofMinutes(5);

    boolean fits(String timestamp, String authentication, byte[] body) {
        if (!timestamp.matches("[0-9]{1,12}") || !authentication.matches("[0-9a-f]{128}")) {
            return false;
        }
        var age = Math.abs(clock.instant().getEpochSecond() - Long.parseLong(timestamp));
        return age <= OLDEST.toSeconds()
                && MessageDigest.isEqual(HexFormat.of().parseHex(authentication), mac(timestamp, body));
    }

    private byte[] mac(String timestamp, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            mac.update((timestamp + ".").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "CallbackProof";
    }
}
