package de.stellwerk.hub.testkit;

import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Settings checked against a descriptor the way the hub does it: every problem is reported, and all at once. */
final class CheckedSettings implements Settings {

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private final Path home;
    private final Map<String, String> values;

    private CheckedSettings(Path home, Map<String, String> values) {
        this.home = home;
        this.values = values;
    }

    static Settings check(ConnectorDescriptor descriptor, Map<String, String> given, Path home) {
        var known = descriptor.settings().stream().map(Setting::name).toList();
        List<String> problems = new ArrayList<>();
        given.keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .forEach(name -> problems.add(
                        "'" + name + "' is not a setting of '" + descriptor.name() + "'; it has " + known));
        var values = new HashMap<String, String>();
        for (var setting : descriptor.settings()) {
            var value = given.get(setting.name());
            if (value != null && !value.isBlank()) {
                values.put(setting.name(), value);
            } else if (setting.required()) {
                problems.add("'" + setting.name() + "' is missing (" + setting.title() + ")");
            } else {
                values.put(setting.name(), setting.fallback().orElse(""));
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("the settings cannot be used:\n  - " + String.join("\n  - ", problems));
        }
        return new CheckedSettings(home, values);
    }

    @Override
    public String text(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("setting '" + name + "' is not in the connector's descriptor");
        }
        return value;
    }

    @Override
    public Path path(String name) {
        return home.resolve(text(name));
    }

    @Override
    public Duration duration(String name) {
        var match = DURATION.matcher(text(name));
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "setting '" + name + "' is not a duration; write 500ms, 30s, 5m, 2h or 1d");
        }
        var amount = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
