package de.stellwerk.hub.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.camel.CatalogCamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What editors and tools see of {@code hub:}. */
class HubCardTest {

    @Test
    void editorsFindTheComponentAndWhatItTakes() throws Exception {
        try (var context = new DefaultCamelContext()) {
            var card = ((CatalogCamelContext) context).getComponentParameterJsonSchema("hub");

            assertThat(card)
                    .contains("\"scheme\": \"hub\"", "\"syntax\": \"hub:door\"")
                    .contains(
                            "\"municipality\"", "\"service\"", "\"channel\"", "\"kind\"", "\"attachments\"", "\"same\"")
                    .contains("validate/", "verify", "match/", "transliterate/", "deliver/", "receipt", "quarantine");
        }
    }

    @Test
    void outsideOfTheHubsRoutesItOpensNothing() throws Exception {
        try (var context = new DefaultCamelContext()) {
            assertThatThrownBy(() -> context.getEndpoint("hub:deliver/records?at=x@1&step=0"))
                    .hasRootCauseMessage(
                            "hub: endpoints exist only in routes of the routes folder; this names the version 'x@1'");
        }
    }
}
