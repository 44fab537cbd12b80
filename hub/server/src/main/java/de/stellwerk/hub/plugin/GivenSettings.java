package de.stellwerk.hub.plugin;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Durations;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The settings of one connection, checked against its connector's descriptor. */
final class GivenSettings implements Settings {

    private final Path home;
    private final Map<String, String> values = new HashMap<>();

    /** Call {@link #problems} first. */
    GivenSettings(ConnectorDescriptor descriptor, ConnectionConfig config, Path home) {
        this.home = home;
        for (var setting : descriptor.settings()) {
            var given = Optional.ofNullable(config.settings().get(setting.name()));
            values.put(setting.name(), given.or(setting::fallback).orElse(""));
        }
    }

    /** Everything that is wrong at once, or nothing. */
    static Optional<Reason> problems(ConnectorDescriptor descriptor, ConnectionConfig config) {
        var english = new ArrayList<String>();
        var german = new ArrayList<String>();
        var known = descriptor.settings().stream().collect(Collectors.toMap(Setting::name, setting -> setting));
        var names = new TreeSet<>(known.keySet());
        for (var name : new TreeSet<>(config.settings().keySet())) {
            var setting = known.get(name);
            if (setting == null) {
                english.add("'" + name + "' is not a setting of it; these are: " + names + ".");
                german.add("„" + name + "“ ist keine seiner Einstellungen; das sind: " + names + ".");
            } else if (setting.secret() && !config.secrets().contains(name)) {
                english.add("'" + name + "' is a secret and must be a reference: { secret: name }.");
                german.add("„" + name + "“ ist ein Geheimnis und muss ein Verweis sein: { secret: name }.");
            }
        }
        for (var setting : descriptor.settings()) {
            var value = config.settings().get(setting.name());
            if (setting.required() && (value == null || value.isBlank())) {
                english.add("'" + setting.name() + "' (" + setting.title() + ") is missing.");
                german.add("„" + setting.name() + "“ (" + setting.title() + ") fehlt.");
            }
        }
        return english.isEmpty() ? Optional.empty() : Optional.of(reason(descriptor.name(), english, german));
    }

    private static Reason reason(String connector, List<String> english, List<String> german) {
        return new Reason(
                "plugin.settings",
                "The settings do not fit the connector '" + connector + "': " + String.join(" ", english)
                        + " Correct them in the municipality's file and restart; deliveries wait.",
                "Die Einstellungen passen nicht zum Konnektor „" + connector + "“: " + String.join(" ", german)
                        + " In der Datei der Kommune berichtigen und neu starten; Zustellungen warten.");
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
