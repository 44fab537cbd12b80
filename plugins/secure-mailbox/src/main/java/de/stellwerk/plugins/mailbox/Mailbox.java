package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;

/** One municipality's mailbox, both ways. It keeps no connection open between calls. */
record Mailbox(Incoming incoming, Outgoing outgoing) implements Source, Sink {

    @Override
    public void poll(Inbox inbox) throws Exception {
        incoming.poll(inbox);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        return outgoing.deliver(delivery);
    }
}
