package de.stellwerk.hub.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A connection as configured: which connector, and its settings with secrets filled in.
 *
 * @param version a range of the plugin's versions; empty if it takes what comes
 * @param order deliveries go out one after the other by {@code case} or by this header; empty if in any order
 * @param poll how often a source is asked
 * @param bounds how much it may take of the hub
 * @param authorities the authorities, by their ids in the service directory, whose system this is
 * @param settings by name; may hold secrets and is therefore never printed
 * @param secrets the names of those settings that were given as a reference to a secret, not as a literal
 * @param origin where it stands, for problems that are found later
 */
public record ConnectionConfig(
        String name,
        String connector,
        Optional<String> version,
        Duration poll,
        Optional<String> order,
        Retry retry,
        Bounds bounds,
        List<String> authorities,
        Map<String, String> settings,
        Set<String> secrets,
        Origin origin) {

    public ConnectionConfig {
        authorities = List.copyOf(authorities);
        settings = Map.copyOf(settings);
        secrets = Set.copyOf(secrets);
    }

    /** One that is no authority's of the service directory. */
    public ConnectionConfig(
            String name,
            String connector,
            Optional<String> version,
            Duration poll,
            Optional<String> order,
            Retry retry,
            Bounds bounds,
            Map<String, String> settings,
            Set<String> secrets,
            Origin origin) {
        this(name, connector, version, poll, order, retry, bounds, List.of(), settings, secrets, origin);
    }

    /** One that stands in no file, within the usual bounds, that takes every version. */
    public ConnectionConfig(
            String name,
            String connector,
            Duration poll,
            Optional<String> order,
            Retry retry,
            Map<String, String> settings,
            Set<String> secrets) {
        this(
                name,
                connector,
                Optional.empty(),
                poll,
                order,
                retry,
                Bounds.defaults(),
                List.of(),
                settings,
                secrets,
                Origin.NONE);
    }

    @Override
    public String toString() {
        return "ConnectionConfig[" + name + ", " + connector + "]";
    }
}
