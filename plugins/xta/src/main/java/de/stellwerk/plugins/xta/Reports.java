package de.stellwerk.plugins.xta;

import static de.stellwerk.plugins.xta.Names.META;
import static de.stellwerk.plugins.xta.Names.XTA;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.hub.spi.Message;
import de.stellwerk.hub.spi.Receipt.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks for the transport reports of what was sent, a bounded number a poll, going round: always asking for the oldest would never reach
 * the others. A report that is closed (green, yellow, red) becomes a message with the answer's bytes as they came.
 */
final class Reports {

    static final String CHANNEL = "reports";
    static final String KIND = "xta.transport-report";

    private static final int ASKED_A_POLL = 50;
    private static final int AWAITED = 20_000;
    private static final String OPEN = "0";

    private final Gateway gateway;
    private final Party author;
    private String lastAsked = "";

    Reports(Gateway gateway, Party author) {
        this.gateway = gateway;
        this.author = author;
    }

    static String question(String messageId) {
        return new Xml().leaf("wsa:MessageID", messageId).toString();
    }

    /** One report that cannot be had does not hold up the others; its trouble is told at the end. A line that is down is told at once. */
    void poll(Inbox inbox) throws IOException, TurnedAway, NoAnswer {
        var open = inbox.awaited(Xta.OUT, AWAITED).stream()
                .map(Inbox.Awaited::reference)
                .toList();
        var trouble = new ArrayList<String>();
        for (var messageId : next(open)) {
            try (var answer = gateway.ask(gateway.management(), Names.REPORT, author.header(), question(messageId))) {
                if (handOver(answer, messageId, inbox)) {
                    continue; // it leaves the list, and would be no place to go on from
                }
            } catch (Refusal | NoAnswer e) {
                trouble.add(Outgoing.why(e));
            }
            lastAsked = messageId;
        }
        if (!trouble.isEmpty()) {
            throw new NoAnswer(trouble.size() + " transport reports could not be had, the last one because of: "
                    + trouble.get(trouble.size() - 1));
        }
    }

    private List<String> next(List<String> open) {
        var from = open.indexOf(lastAsked) + 1;
        var round = new ArrayList<>(open.subList(from, open.size()));
        round.addAll(open.subList(0, from));
        return round.subList(0, Math.min(ASKED_A_POLL, round.size()));
    }

    private static boolean handOver(Answer answer, String messageId, Inbox inbox) throws NoAnswer {
        var report = answer.content(XTA, "TransportReport");
        var about = report.below(META, "MessageMetaData", "MsgIdentification")
                .flatMap(id -> id.child(Names.ADDRESSING, "MessageID"))
                .map(Node::value);
        if (!about.equals(Optional.of(messageId))) {
            throw new NoAnswer("xta.answer: the gateway gives the report of another message");
        }
        var status =
                report.below(XTA, "MessageStatus", "Status").map(Node::value).orElse("");
        if (status.equals(OPEN)) {
            return false;
        }
        var light =
                switch (status) {
                    case "1" -> "green";
                    case "2" -> "yellow";
                    case "3" -> "red";
                    default ->
                        throw new NoAnswer(
                                "xta.answer: '" + Plain.text(status) + "' is not the status of a transport report");
                };
        var message = Message.of(
                        messageId + ":report",
                        KIND,
                        Content.of(
                                "transport-report.xml",
                                "application/xml", // the hub takes no other type of XML
                                answer.parts().root().file()))
                .header("xta-message-id", messageId)
                .header("xta-status", light)
                .answering(messageId);
        for (var part : answer.parts().others()) {
            message = message.attach(part.content(part.id(), part.mediaType()));
        }
        var receipt = inbox.accept(CHANNEL, message);
        if (receipt.outcome() == Outcome.REJECTED) {
            throw new NoAnswer("xta.report: the hub refuses a transport report (" + receipt.code()
                    + "); it stays at the gateway and is asked for again");
        }
        return true;
    }
}
