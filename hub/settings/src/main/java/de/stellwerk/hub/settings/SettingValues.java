package de.stellwerk.hub.settings;

import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The values of one connection, with the fallbacks of those that were left out. Its text names settings only: a value may be a secret. */
public final class SettingValues implements Settings {

    private final Path home;
    private final Map<String, String> values = new HashMap<>();

    /**
     * @param given checked before
     * @param home what relative paths start at
     */
    public SettingValues(ConnectorDescriptor descriptor, Map<String, String> given, Path home) {
        this.home = home;
        for (var setting : descriptor.settings()) {
            var value = Optional.ofNullable(given.get(setting.name())).filter(text -> !text.isBlank());
            values.put(setting.name(), value.or(setting::fallback).orElse(""));
        }
    }

    @Override
    public String text(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the descriptor names no setting '" + name + "'");
        }
        return value;
    }

    @Override
    public Path path(String name) {
        try {
            return home.resolve(text(name)).normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("setting '" + name + "' is not a path", e);
        }
    }

    @Override
    public Duration duration(String name) {
        return Durations.parse(text(name))
                .orElseThrow(() -> new IllegalArgumentException(
                        "setting '" + name + "' is not a duration such as 500ms, 30s, 5m, 2h or 1d"));
    }

    @Override
    public String toString() {
        return "Settings" + new TreeSet<>(values.keySet());
    }
}
