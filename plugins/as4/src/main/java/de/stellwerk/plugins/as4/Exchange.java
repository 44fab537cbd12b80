package de.stellwerk.plugins.as4;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Receiver;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Tested;
import java.io.IOException;
import java.util.List;

/** Both ways. It keeps no connection open between calls. */
record Exchange(Incoming incoming, Outgoing outgoing) implements Receiver, Sink, Tested {

    @Override
    public Answer receive(Request request, Inbox inbox) throws IOException {
        return incoming.receive(request, inbox);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) throws IOException {
        return outgoing.deliver(delivery);
    }

    @Override
    public List<Check> test() throws IOException {
        return List.of(outgoing.ping());
    }
}
