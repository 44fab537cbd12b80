package de.stellwerk.hub.config;

import java.util.List;

/**
 * The embedded broker.
 *
 * @param address the address the JMS doors are bound to, by default the loopback only
 * @param port where local systems that speak JMS connect; 0 closes the doors
 * @param doors one queue each for such a system
 */
public record BrokerConfig(String address, int port, List<Door> doors) {

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
