package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A delivery claimed for an attempt; the attempt's row has been committed. */
public record DueDelivery(
        String id,
        long number,
        UUID messageId,
        String municipality,
        String connection,
        String channel,
        String kind,
        String caseId,
        Map<String, String> headers,
        Part body,
        List<Part> attachments,
        int attempt) {}
