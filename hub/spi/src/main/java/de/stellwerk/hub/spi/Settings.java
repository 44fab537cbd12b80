package de.stellwerk.hub.spi;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The checked settings of one connection; a setting that was left out has its fallback. Every method throws
 * {@link IllegalArgumentException} with the setting's name if the descriptor does not name it or the value is not of that form.
 */
public interface Settings {

    String text(String name);

    default int number(String name) {
        try {
            return Integer.parseInt(text(name));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("setting '" + name + "' is not a whole number", e);
        }
    }

    default boolean flag(String name) {
        return switch (text(name)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("setting '" + name + "' is neither true nor false");
        };
    }

    /** A path; a relative one starts at the hub's home folder. */
    Path path(String name);

    default URI uri(String name) {
        return URI.create(text(name));
    }

    /** A whole number with a unit: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h} or {@code 1d}. */
    Duration duration(String name);
}
