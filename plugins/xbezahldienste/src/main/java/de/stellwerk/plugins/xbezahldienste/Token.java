package de.stellwerk.plugins.xbezahldienste;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.camel.NothingSent;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** An access token by client credentials (RFC 6749, 4.4), kept until half a minute before its end. */
final class Token {

    private static final long BEFORE_ITS_END = 30;
    private static final long LONGEST = 86_400;
    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Http http;
    private final Client client;
    private String value = "";
    private Instant ends = Instant.EPOCH;

    record Client(URI url, String id, String secret) {

        @Override
        public String toString() {
            return "Client";
        }
    }

    Token(Http http, Client client) {
        this.http = http;
        this.client = client;
    }

    /** @throws NothingSent whatever the trouble is: without a token nothing is sent to the service itself */
    synchronized String value() throws NothingSent {
        var now = http.clock().instant();
        if (now.isBefore(ends)) {
            return value;
        }
        var form = "grant_type=client_credentials&client_id=" + URLEncoder.encode(client.id(), UTF_8)
                + "&client_secret=" + URLEncoder.encode(client.secret(), UTF_8);
        try {
            var answer = http.call(
                    "POST",
                    client.url(),
                    Map.of("Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json"),
                    form.getBytes(UTF_8));
            if (!answer.good()) {
                var somebody = answer.status() >= 400 && answer.status() < 500 && answer.status() != 429;
                throw new NothingSent(
                        "pay.token: the token endpoint says HTTP " + answer.status()
                                + "; nothing was sent. Check 'token-url', 'client-id' and 'client-secret'",
                        !answer.retryAfter().isZero()
                                ? answer.retryAfter()
                                : somebody ? UNTIL_SOMEBODY_HAS_ACTED : SOON);
            }
            var json = Json.parse(answer.body());
            var given = json.text("access_token");
            if (!given.matches("[\\x21-\\x7e]{1,8192}")) {
                throw new NothingSent("pay.token: the token endpoint gives no access_token; nothing was sent", SOON);
            }
            var seconds = json.number("expires_in").map(BigDecimal::longValue).orElse(0L);
            value = given;
            ends = now.plusSeconds(Math.min(LONGEST, Math.max(0, seconds - BEFORE_ITS_END)));
            return given;
        } catch (IOException | NoAnswer e) {
            throw new NothingSent(
                    "pay.token: the token endpoint has not answered, "
                            + e.getClass().getSimpleName() + "; nothing was sent",
                    SOON);
        }
    }

    /** Revoked before its end; the next call asks for another one. */
    synchronized void forget() {
        ends = Instant.EPOCH;
    }
}
