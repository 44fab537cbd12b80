package de.stellwerk.plugins.callback;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Sink;
import java.io.IOException;

/** Both ways. It keeps no connection open between calls. */
record Exchange(Incoming incoming, Outgoing outgoing) implements Receiver, Sink {

    @Override
    public Answer receive(Request request, Inbox inbox) throws IOException {
        return incoming.receive(request, inbox);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) throws IOException {
        return outgoing.deliver(delivery);
    }
}
