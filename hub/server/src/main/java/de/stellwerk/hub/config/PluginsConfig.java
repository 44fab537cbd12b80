package de.stellwerk.hub.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Which plugin jars are taken, and where others are offered.
 *
 * @param unsigned true takes jars that nobody has signed: for development only
 * @param keys whose signatures count, by name: a public key (Ed25519) or a certificate, as PEM text or in base64
 * @param directory a folder, or the address of one, that holds {@code plugins.json}
 * @param isolation how plugins are kept apart from the hub and from each other
 * @param canary the AGS of the municipality that uses a new version first; empty if all do at once
 * @param watch how long a new version is watched, and the one before stands by, at each stage of a swap
 * @param returnAfter so many calls of a new version must have failed before it is given back
 */
public record PluginsConfig(
        boolean unsigned,
        Map<String, String> keys,
        Optional<String> directory,
        Isolation isolation,
        Optional<String> canary,
        Duration watch,
        int returnAfter) {

    public static final Duration WATCH = Duration.ofMinutes(5);
    public static final int RETURN_AFTER = 5;

    /** For development: everything is taken. */
    public static PluginsConfig open() {
        return new PluginsConfig(
                true, Map.of(), Optional.empty(), Isolation.defaults(), Optional.empty(), WATCH, RETURN_AFTER);
    }
}
