package de.stellwerk.plugins.mailbox;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import java.util.List;
import java.util.stream.Stream;

/** One municipality's mailbox, both ways. It keeps no connection open between calls. */
record Mailbox(Incoming incoming, Outgoing outgoing) implements Source, Sink, Tested {

    @Override
    public List<Check> test() {
        return Stream.concat(incoming.test().stream(), outgoing.test().stream()).toList();
    }

    @Override
    public void poll(Inbox inbox) throws Exception {
        incoming.poll(inbox);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) {
        return outgoing.deliver(delivery);
    }
}
