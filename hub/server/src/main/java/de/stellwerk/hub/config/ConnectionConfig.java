package de.stellwerk.hub.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A connection as configured: which connector, and its settings with secrets filled in.
 *
 * @param order deliveries go out one after the other by {@code case} or by this header; empty if in any order
 * @param poll how often a source is asked
 * @param bounds how much it may take of the hub
 * @param settings by name; may hold secrets and is therefore never printed
 * @param secrets the names of those settings that were given as a reference to a secret, not as a literal
 */
public record ConnectionConfig(
        String name,
        String connector,
        Duration poll,
        Optional<String> order,
        Retry retry,
        Bounds bounds,
        Map<String, String> settings,
        Set<String> secrets) {

    public ConnectionConfig {
        settings = Map.copyOf(settings);
        secrets = Set.copyOf(secrets);
    }

    /** One within the usual bounds. */
    public ConnectionConfig(
            String name,
            String connector,
            Duration poll,
            Optional<String> order,
            Retry retry,
            Map<String, String> settings,
            Set<String> secrets) {
        this(name, connector, poll, order, retry, Bounds.defaults(), settings, secrets);
    }

    @Override
    public String toString() {
        return "ConnectionConfig[" + name + ", " + connector + "]";
    }
}
