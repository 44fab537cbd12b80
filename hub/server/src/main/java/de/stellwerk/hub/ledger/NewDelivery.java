package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.util.List;
import java.util.Map;

/**
 * A delivery that a route asks for. Parts that the message has already are not stored again.
 *
 * @param orderKey empty, or {@code case <id>} or {@code <header> <value>}: deliveries of the connection with the same key go out one
 *     after the other
 * @param onLane whether it is put on the delivery lane at once, and not by the next sweep
 */
public record NewDelivery(
        String id,
        String connection,
        String channel,
        String kind,
        Map<String, String> headers,
        Part body,
        List<Part> attachments,
        String orderKey,
        boolean onLane) {}
