package de.stellwerk.hub.config;

import java.util.List;
import java.util.Optional;

/**
 * The broker: an embedded one, or one of its own that several nodes share.
 *
 * @param address the address the JMS doors are bound to, by default the loopback only
 * @param port where local systems that speak JMS connect; 0 closes the doors
 * @param doors one queue each for such a system
 * @param external the shared broker, if there is one; its operator then keeps its queues and doors
 */
public record BrokerConfig(String address, int port, List<Door> doors, Optional<External> external) {

    /** An embedded one. */
    public BrokerConfig(String address, int port, List<Door> doors) {
        this(address, port, doors, Optional.empty());
    }

    /** @param url such as {@code tcp://broker:61616}, or {@code (tcp://a:61616,tcp://b:61616)} for a pair */
    public record External(String url, String user, String password) {

        @Override
        public String toString() {
            return "External[" + url + "]";
        }
    }

    /**
     * A queue on the hub's own broker that one local system may use.
     *
     * @param queue its name, such as {@code 14713000.trade-register}
     * @param user the only user that may send to it and consume from it, besides the hub
     */
    public record Door(String queue, String user, String password) {

        @Override
        public String toString() {
            return "Door[" + queue + "]";
        }
    }
}
