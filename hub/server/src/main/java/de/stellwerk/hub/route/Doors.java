package de.stellwerk.hub.route;

import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.validation.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a route may ask of the rest of the hub. Everything is a question: nothing here changes anything. */
public interface Doors {

    /** Checks the signature of a document under the hub's policy. */
    Verdict verify(Content body, List<Content> attachments);

    /** The same under a policy of {@code config/signatures}, which was known when the route was read. */
    Verdict verify(String policy, Content body, List<Content> attachments);

    /** Why a policy cannot be used: there is no file of that name, or it is wrong; empty if it can. Reads it anew. */
    Optional<String> policyProblem(String policy);

    /** Holds a message against the rules of its kind, such as {@code xrechnung}. */
    Outcome check(String kind, Content body) throws IOException;

    /** The delivery that a connection's system knows by this reference, if the hub made it. */
    Optional<Order> order(String municipality, String connection, String reference);

    /** The sealed receipt the hub gave for a message. */
    Content receipt(String messageId);

    /** The card of a municipality's connection, if it is configured. */
    Optional<ConnectionCard> connection(String municipality, String name);

    /** The connection to which the service directory leads for a service in a municipality today. */
    Way way(String municipality, String service);

    /** @param connection empty if there is not exactly one; then code and text say why */
    record Way(Optional<String> connection, String code, String text) {}

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
