package de.stellwerk.hub.settings;

import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A connector's settings as JSON Schema, draft 2020-12 (json-schema.org/draft/2020-12): for completion in editors, and for whoever
 * builds a form of their own. Objects are maps in the order they are to be written, lists are lists.
 *
 * <p>A value may be a number in YAML where the hub reads a text, and everywhere a variable {@code ${NAME}} may stand: what that will
 * be is known only to the hub, whose own check is the strict one.
 */
public final class ConnectorSchema {

    private static final String VARIABLE = "\\$\\{.*\\}";
    private static final String REFERENCE = "^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$";

    private ConnectorSchema() {}

    /** The schema of {@code settings} as a document of its own. */
    public static Map<String, Object> of(ConnectorDescriptor descriptor) {
        var schema = new LinkedHashMap<String, Object>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "urn:stellwerk:connector:" + descriptor.name());
        schema.put("title", descriptor.title());
        schema.putAll(settings(descriptor));
        return schema;
    }

    /** The same as a part of another schema. */
    public static Map<String, Object> settings(ConnectorDescriptor descriptor) {
        var properties = new LinkedHashMap<String, Object>();
        var required = new ArrayList<String>();
        for (var setting : descriptor.settings()) {
            properties.put(setting.name(), property(setting));
            if (setting.required()) {
                required.add(setting.name());
            }
        }
        var schema = new LinkedHashMap<String, Object>();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        schema.put("required", required);
        schema.put("properties", properties);
        return schema;
    }

    private static Map<String, Object> property(Setting setting) {
        var property = new LinkedHashMap<String, Object>();
        property.put("title", setting.title());
        var help = setting.form().help();
        if (!help.german().isEmpty() || !help.english().isEmpty()) {
            property.put("description", help.german() + "\n" + help.english());
        }
        if (setting.secret()) {
            property.put("writeOnly", true);
            property.put("type", "object");
            property.put("additionalProperties", false);
            property.put("required", List.of("secret"));
            property.put("properties", Map.of("secret", Map.of("type", "string", "pattern", REFERENCE)));
            return property;
        }
        setting.fallback()
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> property.put("default", value(setting, text)));
        if (setting.form().asked()) {
            property.put("x-stellwerk-choices", true);
        }
        var forms = new ArrayList<Object>(forms(setting));
        if (!setting.required()) {
            forms.add(Map.of("const", ""));
        }
        if (!forms.contains(Map.of("type", "string"))) {
            forms.add(Map.of("type", "string", "pattern", VARIABLE));
        }
        property.put("anyOf", forms);
        return property;
    }

    private static Object value(Setting setting, String text) {
        return switch (setting.form().type()) {
            case NUMBER -> Integer.valueOf(text);
            case FLAG -> Boolean.valueOf(text);
            default -> text;
        };
    }

    private static List<Map<String, Object>> forms(Setting setting) {
        var limits = setting.form().limits();
        return switch (setting.form().type()) {
            case TEXT ->
                limits.isEmpty()
                        ? List.of(Map.of("type", "string"), Map.of("type", "number"), Map.of("type", "boolean"))
                        : List.of(pattern(limits.get(0)));
            case NUMBER ->
                limits.isEmpty()
                        ? List.of(Map.of("type", "integer"), pattern("-?[0-9]{1,9}"))
                        : List.of(
                                Map.of(
                                        "type", "integer",
                                        "minimum", Integer.valueOf(limits.get(0)),
                                        "maximum", Integer.valueOf(limits.get(1))),
                                pattern("-?[0-9]{1,9}"));
            case FLAG -> List.of(Map.of("type", "boolean"), Map.of("enum", List.of("true", "false")));
            case DURATION -> List.of(pattern(Durations.FORM));
            case PATH -> List.of(Map.of("type", "string", "minLength", 1));
            case URI ->
                List.of(
                        limits.isEmpty()
                                ? Map.of("type", "string", "format", "uri")
                                : Map.of(
                                        "type", "string",
                                        "format", "uri",
                                        "pattern", "^(" + String.join("|", limits) + "):"));
            case CHOICE -> List.of(Map.of("enum", limits));
            case HOST -> List.of(pattern(SettingRule.HOST));
        };
    }

    private static Map<String, Object> pattern(String pattern) {
        return Map.of("type", "string", "pattern", "^(?:" + pattern + ")$");
    }
}
