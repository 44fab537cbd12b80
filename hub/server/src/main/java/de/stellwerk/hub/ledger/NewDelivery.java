package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.util.List;
import java.util.Map;

/** A delivery that a route asks for. Parts that the message has already are not stored again. */
public record NewDelivery(
        String id,
        String connection,
        String channel,
        String kind,
        Map<String, String> headers,
        Part body,
        List<Part> attachments) {}
