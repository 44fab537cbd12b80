package de.stellwerk.plugins.folder;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import java.io.IOException;

/** Both ways over one place. */
record Exchange(Place place, Pickup pickup, HandOver handOver) implements Source, Sink {

    @Override
    public void poll(Inbox inbox) throws Exception {
        pickup.poll(inbox);
    }

    @Override
    public DeliveryResult deliver(Delivery delivery) throws Exception {
        return handOver.deliver(delivery);
    }

    @Override
    public void close() throws IOException {
        place.close();
    }
}
