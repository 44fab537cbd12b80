package de.stellwerk.plugins.jms;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Probe;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.stream.Stream;

/** A queue that is read and another one that is written. */
record BothWays(Incoming incoming, Outgoing outgoing) implements Source, Probe, Tested {

    @Override
    public List<Check> test() {
        return Stream.concat(incoming.test().stream(), outgoing.test().stream()).toList();
    }

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
