package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;

/** Makes connections to the queues of a broker whose readers may not know a repeat: an unknown outcome is asked for, not repeated. */
public final class JmsQueue implements ConnectorFactory {

    @Override
    public ConnectorDescriptor descriptor() {
        return Opening.card("jms-queue", "Warteschlangen auf einem fremden Broker (JMS)");
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        return Opening.open(settings);
    }
}
