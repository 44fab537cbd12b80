package de.stellwerk.hub.config;

import java.util.Map;
import java.util.Optional;

/**
 * Which plugin jars are taken, and where others are offered.
 *
 * @param unsigned true takes jars that nobody has signed: for development only
 * @param keys whose signatures count, by name: a public key (Ed25519) or a certificate, as PEM text or in base64
 * @param directory a folder, or the address of one, that holds {@code plugins.json}
 * @param isolation how plugins are kept apart from the hub and from each other
 */
public record PluginsConfig(
        boolean unsigned, Map<String, String> keys, Optional<String> directory, Isolation isolation) {

    /** For development: everything is taken. */
    public static PluginsConfig open() {
        return new PluginsConfig(true, Map.of(), Optional.empty(), Isolation.defaults());
    }
}
