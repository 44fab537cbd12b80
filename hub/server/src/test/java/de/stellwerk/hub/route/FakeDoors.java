package de.stellwerk.hub.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.signature.TokenKeys;
import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.validation.MessageKinds;
import de.stellwerk.hub.validation.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A hub that has what a test says. */
final class FakeDoors implements Doors {

    static final String PIRNA = "14628270";
    static final String LEIPZIG = "14713000";

    final Map<String, ConnectionCard> connections = new TreeMap<>();
    final Map<String, Order> orders = new HashMap<>();
    final Map<String, Verdict> verdicts = new HashMap<>();
    Verdict verdict = new Verdict(
            true,
            "",
            "",
            List.of(),
            Content.of("report.xml", "application/xml", "<report/>".getBytes(UTF_8)),
            Optional.of(Content.of("report-etsi.xml", "application/xml", "<etsi/>".getBytes(UTF_8))),
            Content.of("report.pdf", "application/pdf", "%PDF-1.7".getBytes(UTF_8)));

    Way way = new Way(Optional.empty(), "directory.none", "Nobody is.");

    FakeDoors() {
        for (var town : List.of(PIRNA, LEIPZIG)) {
            connect(town, "trade-register", Channel.answered("out"), Channel.in("answers", "register.answer"));
            connect(town, "payment", Channel.answered("orders", "payment.order"), Channel.in("states"));
            connect(town, "records", Channel.out("files"));
            connect(town, "finance", Channel.out("bookings", "booking"));
            connect(town, "mailbox", Channel.in("inbox"), Channel.out("mail"));
        }
    }

    void connect(String municipality, String name, Channel... channels) {
        connections.put(municipality + "/" + name, new ConnectionCard("fake", List.of(channels)));
    }

    @Override
    public Verdict verify(Content body, List<Content> attachments) {
        return verdict;
    }

    @Override
    public Verdict verify(String policy, Content body, List<Content> attachments) {
        return verdicts.getOrDefault(policy, verdict);
    }

    @Override
    public Optional<String> policyProblem(String policy) {
        return verdicts.containsKey(policy)
                ? Optional.empty()
                : Optional.of("there is no file config/signatures/" + policy + ".yaml");
    }

    @Override
    public Outcome check(String kind, Content body) throws IOException {
        try {
            return new MessageKinds(Path.of(""), Optional.empty(), TokenKeys.of(List.of(), false))
                    .of(kind)
                    .orElseThrow()
                    .check(body);
        } catch (ConfigProblems e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<Order> order(String municipality, String connection, String reference) {
        return Optional.ofNullable(orders.get(municipality + "/" + connection + "/" + reference));
    }

    @Override
    public Way way(String municipality, String service) {
        return way;
    }

    @Override
    public Content receipt(String messageId) {
        return Content.of("receipt.json", "application/json", ("{\"id\":\"" + messageId + "\"}").getBytes(UTF_8));
    }

    @Override
    public Optional<ConnectionCard> connection(String municipality, String name) {
        return Optional.ofNullable(connections.get(municipality + "/" + name));
    }

    @Override
    public List<String> connections(String municipality) {
        return connections.keySet().stream()
                .filter(key -> key.startsWith(municipality + "/"))
                .map(key -> key.substring(municipality.length() + 1))
                .toList();
    }
}
