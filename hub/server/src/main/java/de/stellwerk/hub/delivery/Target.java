package de.stellwerk.hub.delivery;

import de.stellwerk.hub.config.Bounds;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.plugin.Connection;
import de.stellwerk.hub.plugin.Connection.Closed;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A connection as deliveries see it. No call throws. */
interface Target {

    ConnectionConfig config();

    /** Empty as long as no plugin offers its connector. */
    Optional<ConnectorDescriptor> descriptor();

    /** How many deliveries may be under way at a time. */
    default int places() {
        return Bounds.defaults().calls();
    }

    /** Why none is to be begun now; empty if one may be. */
    default Optional<Closed> closed() {
        return Optional.empty();
    }

    /** Whether the target has answered of late, so that a set may be claimed for it. */
    default boolean steady() {
        return true;
    }

    /** Whether a delivery, or a batch, may be begun now; each that is must be {@link #ended}. */
    default boolean begin() {
        return true;
    }

    /** @param answered whether the target has answered, be it with yes or no */
    default void ended(boolean answered, Duration took) {}

    DeliveryResult deliver(Delivery delivery);

    /** Whether first attempts may be handed over together. */
    default boolean takesBatches() {
        return false;
    }

    /** Of each what is known of it, in their order. */
    default List<DeliveryResult> deliver(List<Delivery> batch) {
        return batch.stream().map(this::deliver).toList();
    }

    /** Empty if the connector cannot ask. */
    Optional<DeliveryResult> probe(Delivery delivery);

    /** Finds targets. */
    interface Targets {
        Optional<Target> find(String municipality, String connection);

        static Targets of(Connections connections) {
            return (municipality, name) -> connections.find(municipality, name).map(Configured::new);
        }
    }

    /** A connection of the configuration. */
    record Configured(Connection connection) implements Target {

        @Override
        public ConnectionConfig config() {
            return connection.config();
        }

        @Override
        public Optional<ConnectorDescriptor> descriptor() {
            return connection.descriptor();
        }

        @Override
        public int places() {
            return connection.places();
        }

        @Override
        public Optional<Closed> closed() {
            return connection.closed();
        }

        @Override
        public boolean steady() {
            return connection.steady();
        }

        @Override
        public boolean begin() {
            return connection.begin();
        }

        @Override
        public void ended(boolean answered, Duration took) {
            connection.ended(answered, took);
        }

        @Override
        public DeliveryResult deliver(Delivery delivery) {
            return connection.deliver(delivery);
        }

        @Override
        public boolean takesBatches() {
            return connection.takesBatches();
        }

        @Override
        public List<DeliveryResult> deliver(List<Delivery> batch) {
            return connection.deliver(batch);
        }

        @Override
        public Optional<DeliveryResult> probe(Delivery delivery) {
            return connection.probe(delivery);
        }
    }
}
