package de.stellwerk.hub.route;

import de.stellwerk.hub.spi.Content;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message that is to be routed.
 *
 * @param messageId the hub's own id
 * @param municipality the AGS
 * @param service the key of the service (LeiKa) it is about, or empty
 * @param answers the reference of the delivery it answers, if it does
 */
public record RouteInput(
        String messageId,
        String municipality,
        String kind,
        String service,
        String caseId,
        Optional<String> answers,
        Map<String, String> headers,
        Content body,
        List<Content> attachments) {

    public RouteInput {
        headers = Map.copyOf(headers);
        attachments = List.copyOf(attachments);
    }

    /** Without headers and content: both may be personal. */
    @Override
    public String toString() {
        return "RouteInput[" + messageId + ", " + municipality + ", " + kind + "]";
    }
}
