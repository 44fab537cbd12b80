package de.stellwerk.hub.broker;

import java.util.List;
import java.util.function.Consumer;

/**
 * Carries ids between the rooms and between nodes, and may lose or double them: whatever is due in the database is published again.
 */
public interface Transport extends AutoCloseable {

    /**
     * Puts ids on a lane; returns when the broker has them all. May be called by many threads.
     *
     * @throws BrokerFailure within some seconds, if the lane is full or the broker out of order; some of the ids may be on the lane then,
     *     and publishing all of them again is harmless
     */
    void publish(Lane lane, List<String> ids);

    /**
     * Calls the handler with the ids that come along a lane, a bundle at a time and one call after the other. They are off the lane before
     * the handler is called; a handler that throws is logged and gets the next ones.
     */
    void consume(Lane lane, Consumer<List<String>> handler);

    /**
     * How many bundles wait on a lane; what a consumer has fetched is not counted.
     *
     * @throws BrokerFailure if the broker does not say
     */
    long depth(Lane lane);

    @Override
    void close();
}
