package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Source;
import jakarta.jms.JMSException;

/** A queue that is read and another one that is written. */
record BothWays(Incoming incoming, Outgoing outgoing) implements Source, Probe {

    @Override
    public void poll(Inbox inbox) throws JMSException {
        incoming.poll(inbox);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        return outgoing.deliver(delivery);
    }

    @Override
    public DeliveryResult probe(Delivery delivery) throws JMSException {
        return outgoing.probe(delivery);
    }

    @Override
    public void close() {
        incoming.close();
        outgoing.close();
    }
}
