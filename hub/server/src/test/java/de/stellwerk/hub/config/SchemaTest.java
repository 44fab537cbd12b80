package de.stellwerk.hub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SchemaTest {

    private final JsonNode hub = schema("hub.schema.json");
    private final JsonNode municipality = schema("municipality.schema.json");

    @Test
    void theHubsSchemaNamesTheKeysTheReaderKnows() {
        assertThat(keys(hub, "")).isEqualTo(ConfigKeys.HUB);
        assertThat(keys(hub, "/properties/web")).isEqualTo(ConfigKeys.WEB);
        assertThat(keys(hub, "/properties/broker")).isEqualTo(ConfigKeys.BROKER);
        assertThat(keys(hub, "/properties/broker/properties/doors/items")).isEqualTo(ConfigKeys.DOOR);
        assertThat(keys(hub, "/properties/database")).isEqualTo(ConfigKeys.DATABASE);
        assertThat(keys(hub, "/properties/content")).isEqualTo(ConfigKeys.CONTENT);
        assertThat(keys(hub, "/properties/seal")).isEqualTo(ConfigKeys.SEAL);
        assertThat(keys(hub, "/properties/seal/properties/time-stamps")).isEqualTo(ConfigKeys.TIME_STAMPS);
        assertThat(keys(hub, "/properties/limits")).isEqualTo(ConfigKeys.LIMITS);
        assertThat(keys(hub, "/properties/plugins")).isEqualTo(ConfigKeys.PLUGINS);
        assertThat(keys(hub, "/properties/plugins/properties/keys/items")).isEqualTo(ConfigKeys.PLUGIN_KEY);
        assertThat(keys(hub, "/definitions/secret")).isEqualTo(ConfigKeys.SECRET);
    }

    @Test
    void theMunicipalitysSchemaNamesTheKeysTheReaderKnows() {
        assertThat(keys(municipality, "")).isEqualTo(ConfigKeys.MUNICIPALITY);
        assertThat(keys(municipality, "/definitions/connection")).isEqualTo(ConfigKeys.CONNECTION);
        assertThat(keys(municipality, "/definitions/connection/properties/retry"))
                .isEqualTo(ConfigKeys.RETRY);
        assertThat(keys(municipality, "/definitions/secret")).isEqualTo(ConfigKeys.SECRET);
    }

    @Test
    void theSchemasTakeAConnectorsNameAsTheReaderDoes() {
        assertThat(municipality
                        .at("/properties/connections/propertyNames/pattern")
                        .asString())
                .isEqualTo("^" + Section.NAME + "$");
    }

    private static JsonNode schema(String name) {
        return JsonMapper.shared()
                .readTree(Path.of("..", "..", "config", "schema", name).toFile());
    }

    /** The keys of one object of a schema, which must be closed, as the reader is strict. */
    private static Set<String> keys(JsonNode schema, String pointer) {
        var object = pointer.isEmpty() ? schema : schema.at(pointer);
        assertThat(object.at("/additionalProperties").isBoolean()).as(pointer).isTrue();
        assertThat(object.at("/additionalProperties").asBoolean()).as(pointer).isFalse();
        return new HashSet<>(object.at("/properties").propertyNames());
    }
}
