package de.stellwerk.plugins.as4;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;
import java.io.IOException;

/**
 * The same for an access point that eliminates duplicates: the AS4 feature "reception awareness" has been agreed with it, so that it makes
 * one effect of a MessageId that comes twice and answers the second time with a receipt as well. That is a promise of the other side, and a
 * descriptor's, not a setting's: so it has a name of its own, which an administrator writes down knowingly.
 */
public final class As4Once implements ConnectorFactory {

    @Override
    public ConnectorDescriptor descriptor() {
        return Opening.card("as4-once", "eDelivery AS4 with a partner that eliminates duplicates")
                .recognisingRepeats();
    }

    @Override
    public Connector create(Settings settings, HubContext hub) throws IOException {
        return Opening.open(settings, hub);
    }
}
