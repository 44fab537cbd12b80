package de.stellwerk.hub;

import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.ConnectionCard;
import de.stellwerk.hub.route.Doors;
import de.stellwerk.hub.signature.SignatureVerifier;
import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Content;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What routes are given of the other rooms. */
record RouteDoors(SignatureVerifier verifier, Ledger ledger, Receipts receipts, Connections connections)
        implements Doors {

    @Override
    public Verdict verify(Content body, List<Content> attachments) {
        return verifier.verify(body, attachments);
    }

    @Override
    public Optional<Order> order(String municipality, String connection, String reference) {
        return ledger.byReference(municipality, connection, reference)
                .map(delivered -> new Order(delivered.caseId(), delivered.headers()));
    }

    @Override
    public Content receipt(String messageId) {
        return receipts.document(UUID.fromString(messageId));
    }

    @Override
    public Optional<ConnectionCard> connection(String municipality, String name) {
        return connections
                .find(municipality, name)
                .map(connection -> new ConnectionCard(
                        connection.connector(),
                        connection.descriptor().map(each -> each.channels()).orElse(List.of())));
    }
}
