package de.stellwerk.hub.config;

import de.stellwerk.hub.config.Problems.Place;
import de.stellwerk.hub.settings.SettingRule;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Setting;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Whether a connection's settings are those its connector asks for: the same for a file that is loaded and for a draft. */
public final class ConnectorSettings {

    private ConnectorSettings() {}

    /** Everything that does not fit, in the order of the file; empty if all fits. */
    public static List<Problem> problems(ConnectorDescriptor descriptor, ConnectionConfig config) {
        var problems = new Problems();
        var known = descriptor.settings().stream().collect(Collectors.toMap(Setting::name, setting -> setting));
        for (var name : new TreeSet<>(config.settings().keySet())) {
            var setting = known.get(name);
            if (setting == null) {
                problems.add(
                        ProblemCode.UNKNOWN_KEY,
                        place(config, name),
                        name,
                        String.join(", ", new TreeSet<>(known.keySet())));
            } else {
                check(setting, config, problems);
            }
        }
        for (var setting : descriptor.settings()) {
            // A secret that is named and not there has been reported already.
            if (setting.required()
                    && !config.secrets().contains(setting.name())
                    && config.settings().getOrDefault(setting.name(), "").isBlank()) {
                problems.add(ProblemCode.MISSING_KEY, place(config, setting.name()), "", setting.name());
            }
        }
        return problems.all();
    }

    /**
     * That a setting names what the plugin never asked for.
     *
     * @param what it names; never a secret
     * @param asked what the manifest asks for instead
     */
    public static Problem notPermitted(ConnectionConfig config, String setting, String what, String asked) {
        var problems = new Problems();
        problems.add(ProblemCode.NOT_PERMITTED, place(config, setting), setting + ": " + what, asked);
        return problems.all().get(0);
    }

    /** That no plugin offers the connector a connection names. */
    public static List<Problem> unknownConnector(ConnectionConfig config, Collection<String> offered) {
        var problems = new Problems();
        problems.add(
                ProblemCode.UNKNOWN_CONNECTOR,
                place(config, ""),
                config.connector(),
                String.join(", ", new TreeSet<>(offered)));
        return problems.all();
    }

    private static void check(Setting setting, ConnectionConfig config, Problems problems) {
        var name = setting.name();
        var value = config.settings().getOrDefault(name, "");
        if (setting.secret() && !config.secrets().contains(name)) {
            problems.add(ProblemCode.SECRET_LITERAL, place(config, name), name, "{ secret: name }");
        } else if (!value.isBlank()) {
            SettingRule.expected(setting, value)
                    .ifPresent(expected -> problems.add(
                            ProblemCode.VALUE,
                            place(config, name),
                            shown(setting, config, value),
                            name + ": " + expected));
        }
    }

    /** As it stands in the file. What came from a secret, or from a variable, is not shown. */
    private static String shown(Setting setting, ConnectionConfig config, String value) {
        if (setting.secret() || config.secrets().contains(setting.name())) {
            return "***";
        }
        var written = config.origin().settings().get(setting.name());
        return written == null ? value : written.text();
    }

    private static Place place(ConnectionConfig config, String setting) {
        var origin = config.origin();
        var written = origin.settings().get(setting);
        return written == null
                ? new Place(origin.file(), origin.line(), origin.column())
                : new Place(origin.file(), written.line(), written.column());
    }
}
