package de.stellwerk.hub.spi;

/** A sink that can ask its target whether a delivery has arrived. The hub asks before it repeats an attempt of unknown outcome. */
public interface Probe extends Sink {

    /**
     * Asks, and changes nothing: {@code Delivered} if the target has it, {@code NotSent} if it certainly has not, {@code Unknown} if
     * it cannot say.
     *
     * @throws Exception the same as {@code Unknown}
     */
    DeliveryResult probe(Delivery delivery) throws Exception;
}
