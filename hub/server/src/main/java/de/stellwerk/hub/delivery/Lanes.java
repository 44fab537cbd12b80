package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.Broker;
import de.stellwerk.hub.broker.BrokerFailure;
import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.ledger.Address;
import de.stellwerk.hub.ledger.Ledger;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts ids on the broker's lanes after the commit that made them due. If the broker does not take them, nothing is lost: they count
 * as not in flight, and the sweeper puts them there later.
 */
public final class Lanes {

    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

    private final Broker broker;
    private final Ledger ledger;
    private final AtomicLong refused = new AtomicLong();

    public Lanes(Broker broker, Ledger ledger) {
        this.broker = broker;
        this.ledger = ledger;
    }

    /** Never throws. */
    public void route(List<UUID> messages) {
        if (!messages.isEmpty()) {
            try {
                broker.publish(Lane.ROUTE, messages.stream().map(UUID::toString).toList());
            } catch (BrokerFailure e) {
                giveBack(e, messages, List.of());
            }
        }
    }

    /** Never throws. */
    public void deliver(List<Address> deliveries) {
        if (!deliveries.isEmpty()) {
            try {
                broker.publish(
                        Lane.DELIVERY, deliveries.stream().map(Address::text).toList());
            } catch (BrokerFailure e) {
                giveBack(
                        e, List.of(), deliveries.stream().map(Address::delivery).toList());
            }
        }
    }

    private void giveBack(BrokerFailure why, List<UUID> messages, List<String> deliveries) {
        if (refused.getAndIncrement() % 1_000 == 0) {
            LOG.warn("the broker took no ids ({}); nothing is lost, they are put there again", why.code());
        }
        try {
            ledger.notPublished(messages, deliveries);
        } catch (RuntimeException e) {
            LOG.warn("ids could not be given back; they are put on their lane again after their time in flight", e);
        }
    }
}
