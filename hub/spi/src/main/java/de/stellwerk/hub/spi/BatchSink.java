package de.stellwerk.hub.spi;

import java.util.List;

/**
 * A sink that brings several deliveries out for little more than the price of one: messages that do not wait for one another, files forced
 * to disk together. The hub gives it first attempts only, at most some dozens of one connection, and only if the descriptor says {@code
 * recognisingRepeats} and the plugin runs in the hub's process; every other attempt comes alone, as do those of the next minute after one
 * of a batch had an unknown outcome. A batch mixes kinds, channels and cases; of deliveries that must keep an order it has one.
 */
public interface BatchSink extends Sink {

    /**
     * Brings these deliveries out, and says of each what is known of it, in their order. The whole batch has the time of one call. One
     * that fails may take others with it, as long as none of them is called {@code Delivered}: they come again, each alone, having used
     * up a try.
     *
     * @param batch of different ids, at least one
     * @return as many results as there are deliveries; otherwise each counts as {@link DeliveryResult.Unknown}
     * @throws Exception the same as {@code Unknown} for each
     */
    List<DeliveryResult> deliver(List<Delivery> batch) throws Exception;

    @Override
    default DeliveryResult deliver(Delivery delivery) throws Exception {
        var results = deliver(List.of(delivery));
        if (results.size() != 1) {
            throw new IllegalStateException(results.size() + " results of one delivery");
        }
        return results.get(0);
    }
}
