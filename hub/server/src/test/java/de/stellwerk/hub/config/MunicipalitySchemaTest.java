package de.stellwerk.hub.config;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class MunicipalitySchemaTest {

    @Test
    void theSettingsOfEachLoadedConnectorStandUnderItsName() {
        var schema = JsonMapper.shared()
                .valueToTree(MunicipalitySchema.with(List.of(ConnectorDescriptor.of("post", "Post")
                        .settings(Setting.required("port", "Port").as(Form.Type.NUMBER, "1", "9")))));
        var connection = schema.at("/definitions/connection");
        assertThat(schema.at("/$schema").asString()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        assertThat(connection.at("/properties/connector/anyOf/0/enum/0").asString())
                .isEqualTo("post");
        assertThat(connection.at("/allOf/0/if/properties/connector/const").asString())
                .isEqualTo("post");
        assertThat(connection
                        .at("/allOf/0/then/properties/settings/properties/port/anyOf/0/maximum")
                        .asInt())
                .isEqualTo(9);
    }
}
