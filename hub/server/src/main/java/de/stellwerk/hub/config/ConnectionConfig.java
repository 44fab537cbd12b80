package de.stellwerk.hub.config;

import java.time.Duration;
import java.util.Map;

/**
 * A connection as configured: which connector, and its settings with secrets filled in.
 *
 * @param poll how often a source is asked
 * @param settings by name; may hold secrets and is therefore never printed
 */
public record ConnectionConfig(
        String name, String connector, Duration poll, Retry retry, Map<String, String> settings) {

    @Override
    public String toString() {
        return "ConnectionConfig[" + name + ", " + connector + "]";
    }
}
