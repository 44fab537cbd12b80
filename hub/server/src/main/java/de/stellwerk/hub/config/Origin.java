package de.stellwerk.hub.config;

import java.util.Map;

/**
 * Where a connection stands, so that a problem found later, when its connector is there, is told with its place.
 *
 * @param file relative to the home folder; empty if the connection comes from no file
 * @param line of the connection's settings, or of the connection if it has none, counted from 1
 * @param settings by name
 */
public record Origin(String file, int line, int column, Map<String, Written> settings) {

    public static final Origin NONE = new Origin("", 0, 0, Map.of());

    /** @param text as it stands there, variables not filled in: what they stand for may be a secret */
    public record Written(String text, int line, int column) {}

    public Origin {
        settings = Map.copyOf(settings);
    }
}
