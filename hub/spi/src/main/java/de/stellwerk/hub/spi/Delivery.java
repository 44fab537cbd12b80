package de.stellwerk.hub.spi;

import java.util.List;
import java.util.Map;

/**
 * The duty to bring one message to one channel.
 *
 * @param id the same at every attempt: 64 hexadecimal digits
 * @param number the same at every attempt, unique in the hub, counted from 1: for targets that want a short number
 * @param municipality the AGS
 * @param attempt counted from 1; above 1, the target may have seen this delivery before
 */
public record Delivery(
        String id,
        long number,
        String municipality,
        String channel,
        String kind,
        String caseId,
        Map<String, String> headers,
        Content body,
        List<Content> attachments,
        int attempt) {

    public Delivery {
        headers = Map.copyOf(headers);
        attachments = List.copyOf(attachments);
    }
}
