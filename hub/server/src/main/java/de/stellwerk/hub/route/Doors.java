package de.stellwerk.hub.route;

import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Content;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a route may ask of the rest of the hub. Everything is a question: nothing here changes anything. */
public interface Doors {

    /** Checks the signature of a document under the hub's policy. */
    Verdict verify(Content body, List<Content> attachments);

    /** The delivery that a connection's system knows by this reference, if the hub made it. */
    Optional<Order> order(String municipality, String connection, String reference);

    /** The sealed receipt the hub gave for a message. */
    Content receipt(String messageId);

    /** The card of a municipality's connection, if it is configured. */
    Optional<ConnectionCard> connection(String municipality, String name);

    /** The names of a municipality's connections, to say what would have been right. */
    default List<String> connections(String municipality) {
        return List.of();
    }

    /**
     * A delivery that is answered by a message.
     *
     * @param headers the delivery's headers
     */
    record Order(String caseId, Map<String, String> headers) {}
}
