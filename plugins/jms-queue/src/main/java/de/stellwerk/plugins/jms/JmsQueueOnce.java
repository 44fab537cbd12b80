package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Connector;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.spi.HubContext;
import de.stellwerk.hub.spi.Settings;

/**
 * The same for a queue whose reader, or broker, makes one effect of a delivery that comes twice. That is a promise of the other side, and
 * a descriptor's, not a setting's: so it has a name of its own, which an administrator writes down knowingly.
 */
public final class JmsQueueOnce implements ConnectorFactory {

    @Override
    public ConnectorDescriptor descriptor() {
        return Opening.card(
                        "jms-queue-once", "Warteschlangen auf einem fremden Broker, deren Leser Wiederholungen erkennt")
                .recognisingRepeats();
    }

    @Override
    public Connector create(Settings settings, HubContext hub) {
        return Opening.open(settings);
    }
}
