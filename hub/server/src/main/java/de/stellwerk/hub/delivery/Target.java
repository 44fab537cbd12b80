package de.stellwerk.hub.delivery;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.plugin.Connection;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import java.util.Optional;

/** A connection as deliveries see it. Neither call throws. */
interface Target {

    ConnectionConfig config();

    /** Empty as long as no plugin offers its connector. */
    Optional<ConnectorDescriptor> descriptor();

    DeliveryResult deliver(Delivery delivery);

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
        public DeliveryResult deliver(Delivery delivery) {
            return connection.deliver(delivery);
        }

        @Override
        public Optional<DeliveryResult> probe(Delivery delivery) {
            return connection.probe(delivery);
        }
    }
}
