package de.stellwerk.plugins.as4;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import java.io.IOException;

/** Connections to an access point of which nobody has promised that it drops a message it has had before. */
public final class As4 implements ConnectorFactory {

    @Override
    public ConnectorDescriptor descriptor() {
        return Opening.card("as4", "eDelivery AS4, signed push in both directions");
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws IOException {
        return Opening.open(settings, hub);
    }
}
