package de.stellwerk.plugins.folder;

import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Sink;
import de.stellwerk.hub.spi.Source;
import de.stellwerk.hub.spi.Tested;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Both ways over one place. */
record Exchange(Place place, Pickup pickup, HandOver handOver) implements Source, Sink, Tested {

    @Override
    public List<Check> test() {
        return Stream.concat(pickup.test().stream(), handOver.test().stream()).toList();
    }

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
