package de.stellwerk.hub.config;

import de.stellwerk.hub.settings.ConnectorSchema;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The schema of a municipality's file (draft 2020-12) that also knows the connectors that are loaded: an editor then completes their
 * names and, inside a connection, its settings.
 */
public final class MunicipalitySchema {

    private static final String BASE = "/schema/municipality.schema.json";

    private MunicipalitySchema() {}

    /** Objects are maps in the order they are to be written, lists are lists. */
    public static Map<String, Object> with(List<ConnectorDescriptor> descriptors) {
        var schema = base();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "urn:stellwerk:schema:municipality-with-connectors");
        var connection = object(object(schema, "definitions"), "connection");
        var connector = object(object(connection, "properties"), "connector");
        var any = new LinkedHashMap<String, Object>();
        any.put("pattern", Objects.requireNonNull(connector.remove("pattern")));
        connector.put(
                "anyOf",
                List.of(
                        Map.of(
                                "enum",
                                descriptors.stream()
                                        .map(ConnectorDescriptor::name)
                                        .toList()),
                        any));
        var rules = new ArrayList<Object>();
        for (var descriptor : descriptors) {
            var is = Map.of(
                    "properties",
                    Map.of("connector", Map.of("const", descriptor.name())),
                    "required",
                    List.of("connector"));
            rules.add(Map.of(
                    "if", is, "then", Map.of("properties", Map.of("settings", ConnectorSchema.settings(descriptor)))));
        }
        if (!rules.isEmpty()) {
            connection.put("allOf", rules);
        }
        return schema;
    }

    private static Map<String, Object> base() {
        try (InputStream in = Objects.requireNonNull(MunicipalitySchema.class.getResourceAsStream(BASE), BASE)) {
            return JsonMapper.shared().readValue(in, new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked") // our own file, whose shape a test knows
    private static Map<String, Object> object(Map<String, Object> in, String key) {
        return (Map<String, Object>) Objects.requireNonNull(in.get(key), key);
    }
}
