package de.stellwerk.samples.town;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A token endpoint (OAuth 2.0, client credentials in the form) for one client: opaque tokens that end after five minutes. */
final class Tokens {

    private static final int SECONDS = 300;

    private final String client;
    private final String secret;
    private final Clock clock;
    private final Map<String, Instant> given = new HashMap<>();

    Tokens(String client, String secret, Clock clock) {
        this.client = client;
        this.secret = secret;
        this.clock = clock;
    }

    /** The answer's body; empty if it is not the client. */
    synchronized Optional<Map<String, Object>> give(String form) {
        var pairs = Arrays.asList(form.split("&"));
        var wanted = List.of(
                "grant_type=client_credentials",
                "client_id=" + URLEncoder.encode(client, UTF_8),
                "client_secret=" + URLEncoder.encode(secret, UTF_8));
        if (!pairs.containsAll(wanted)) {
            return Optional.empty();
        }
        var token = UUID.randomUUID().toString();
        given.put(token, clock.instant().plusSeconds(SECONDS));
        return Optional.of(Map.of("access_token", token, "token_type", "Bearer", "expires_in", SECONDS));
    }

    /** @param authorization the header, if there is one */
    synchronized boolean good(@Nullable String authorization) {
        return authorization != null
                && authorization.startsWith("Bearer ")
                && given.getOrDefault(authorization.substring("Bearer ".length()), Instant.EPOCH)
                        .isAfter(clock.instant());
    }
}
