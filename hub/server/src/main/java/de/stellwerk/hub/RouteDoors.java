package de.stellwerk.hub;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.SignaturePolicy;
import de.stellwerk.hub.directory.Directory;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.ConnectionCard;
import de.stellwerk.hub.route.Doors;
import de.stellwerk.hub.signature.SignatureVerifier;
import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.validation.MessageKind;
import de.stellwerk.hub.validation.MessageKinds;
import de.stellwerk.hub.validation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** What routes are given of the other rooms. */
record RouteDoors(
        SignatureVerifier verifier,
        Policies policies,
        Kinds kinds,
        Ledger ledger,
        Receipts receipts,
        Connections connections,
        Directory directory)
        implements Doors {

    /** Signature policies by name, each read when a route that names it is read. */
    static final class Policies {

        private final Path folder;
        private final Clock clock;
        private final Map<String, SignatureVerifier> known = new ConcurrentHashMap<>();

        /** @param folder of {@code NAME.yaml} */
        Policies(Path folder, Clock clock) {
            this.folder = folder;
            this.clock = clock;
        }

        Optional<String> problem(String name) {
            var file = folder.resolve(name + ".yaml");
            if (!name.matches("[a-z][a-z0-9-]{0,62}") || !Files.isRegularFile(file)) {
                return Optional.of("there is no file config/signatures/" + name + ".yaml");
            }
            try {
                known.put(name, new SignatureVerifier(SignaturePolicy.read(file), clock));
                return Optional.empty();
            } catch (ConfigProblems problems) {
                return Optional.of(problems.text(Locale.ENGLISH));
            }
        }

        Verdict verify(String name, Content body, List<Content> attachments) {
            var verifier = known.get(name);
            if (verifier == null) {
                throw new IllegalStateException("no route that names this policy was read");
            }
            return verifier.verify(body, attachments);
        }
    }

    /** The checks of kinds by name, made at the first use: that of invoices compiles its rules. */
    static final class Kinds {

        private final MessageKinds all;
        private final Map<String, MessageKind> made = new ConcurrentHashMap<>();

        Kinds(MessageKinds all) {
            this.all = all;
        }

        Outcome check(String name, Content body) throws IOException {
            var kind = made.get(name);
            if (kind == null) {
                try {
                    kind = all.of(name).orElseThrow();
                } catch (ConfigProblems e) {
                    throw new IllegalStateException("a kind that needs no configuration has a wrong one", e);
                }
                made.put(name, kind);
            }
            return kind.check(body);
        }
    }

    @Override
    public Verdict verify(String policy, Content body, List<Content> attachments) {
        return policies.verify(policy, body, attachments);
    }

    @Override
    public Optional<String> policyProblem(String policy) {
        return policies.problem(policy);
    }

    @Override
    public Outcome check(String kind, Content body) throws IOException {
        return kinds.check(kind, body);
    }

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
    public Way way(String municipality, String service) {
        var way = directory.way(municipality, service);
        return new Way(way.connection(), way.code(), way.text());
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
