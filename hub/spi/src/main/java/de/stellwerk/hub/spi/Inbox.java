package de.stellwerk.hub.spi;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The door through which a connection hands messages to the hub. Valid only during the call it was given to. */
public interface Inbox {

    /**
     * Hands over one message. When this returns, the outcome is durable: acknowledge outside according to the receipt.
     *
     * @param channel one of the descriptor's incoming channels
     * @throws RuntimeException if the hub could not take it now; nothing is stored, hand it over again later
     */
    Receipt accept(String channel, Message message);

    /**
     * The oldest deliveries of this connection whose answer has not come yet.
     *
     * @param channel an {@linkplain Channel#answered answered} channel
     */
    List<Awaited> awaited(String channel, int limit);

    /**
     * @param reference what {@link DeliveryResult.Delivered} named
     * @param caseId for a message that belongs to the case, but is not the answer yet
     * @param headers the headers of the delivery
     */
    record Awaited(String reference, String caseId, Instant deliveredAt, Map<String, String> headers) {}
}
