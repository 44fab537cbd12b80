package de.stellwerk.hub.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Content;
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
    Verdict verdict =
            new Verdict(true, "", "", Content.of("report.xml", "application/xml", "<report/>".getBytes(UTF_8)));

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
    public Optional<Order> order(String municipality, String connection, String reference) {
        return Optional.ofNullable(orders.get(municipality + "/" + connection + "/" + reference));
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
