package de.stellwerk.hub.testkit;

import de.stellwerk.hub.settings.SettingRule;
import de.stellwerk.hub.settings.SettingValues;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Settings checked against a descriptor the way the hub does it: every problem is reported, and all at once. */
final class CheckedSettings {

    private CheckedSettings() {}

    static Settings check(ConnectorDescriptor descriptor, Map<String, String> given, Path home) {
        var known = descriptor.settings().stream().map(Setting::name).toList();
        List<String> problems = new ArrayList<>();
        given.keySet().stream()
                .filter(name -> !known.contains(name))
                .sorted()
                .forEach(name -> problems.add(
                        "'" + name + "' is not a setting of '" + descriptor.name() + "'; it has " + known));
        for (var setting : descriptor.settings()) {
            var value = given.getOrDefault(setting.name(), "");
            if (!value.isBlank()) {
                SettingRule.expected(setting, value)
                        .ifPresent(expected -> problems.add("'" + setting.name() + "' is "
                                + (setting.secret() ? "not" : "'" + value + "' and not") + " of the form " + expected));
            } else if (setting.required()) {
                problems.add("'" + setting.name() + "' is missing (" + setting.title() + ")");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("the settings cannot be used:\n  - " + String.join("\n  - ", problems));
        }
        return new SettingValues(descriptor, given, home);
    }
}
