package de.stellwerk.hub.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as people write them in configuration files and settings. */
public final class Durations {

    static final String FORM = "([0-9]{1,9}) ?(ms|s|m|h|d)";
    private static final Pattern PARTS = Pattern.compile(FORM);

    private Durations() {}

    /** A whole number with a unit: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h} or {@code 1d}; empty if it is anything else. */
    public static Optional<Duration> parse(String text) {
        var parts = PARTS.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(parts.group(1));
        return Optional.of(
                switch (parts.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
    }
}
