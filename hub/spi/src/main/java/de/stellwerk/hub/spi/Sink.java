package de.stellwerk.hub.spi;

/** Carries messages out. */
public interface Sink extends Connector {

    /**
     * Brings one delivery to the outside system and says what that system answered. The same delivery may come again after a crash:
     * recognise it by {@link Delivery#id} or {@link Delivery#number}, or let the target do so.
     *
     * @throws Exception "not known to have arrived": the same as {@link DeliveryResult.Unknown}
     */
    DeliveryResult deliver(Delivery delivery) throws Exception;
}
