package de.stellwerk.hub.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Who puts time stamps (RFC 3161) on the hub's seals.
 *
 * @param url of the authority, {@code http} or {@code https}
 * @param trust a PEM file with the certificates whose stamps count: the authority's own, or those of its issuers
 * @param timeLimit how long a seal waits for its stamp; after that it goes out without one
 */
public record TimeStampConfig(URI url, Path trust, Duration timeLimit) {

    static final Duration TIME_LIMIT = Duration.ofSeconds(2);
}
