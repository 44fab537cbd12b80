package de.stellwerk.hub.route;

import de.stellwerk.hub.spi.Content;
import java.util.List;
import java.util.Map;

/**
 * A delivery that a route asks for.
 *
 * @param id 64 hexadecimal digits; another run of the same message through the same route makes the same id
 * @param channel empty where the connection's connector is not loaded yet and the route names none
 * @param body the message's own body, the very same object, where the route did not touch it
 */
public record PlannedDelivery(
        String id,
        String connection,
        String channel,
        String kind,
        Map<String, String> headers,
        Content body,
        List<Content> attachments) {

    public PlannedDelivery {
        headers = Map.copyOf(headers);
        attachments = List.copyOf(attachments);
    }

    /** Without headers and content: both may be personal. */
    @Override
    public String toString() {
        return "PlannedDelivery[" + id + ", " + connection + ", " + kind + "]";
    }
}
