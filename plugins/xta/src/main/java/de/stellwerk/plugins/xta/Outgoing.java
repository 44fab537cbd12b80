package de.stellwerk.plugins.xta;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends: first an id from the gateway, which is remembered, then the message under it. Whatever gets lost on the way, the next attempt
 * uses the same id; that the gateway has seen it is fault 9024, and the transport report is asked for then.
 */
record Outgoing(Gateway gateway, Terms terms, MessageIds ids, Clock clock) {

    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration UNTIL_IT_HAS_CALMED_DOWN = Duration.ofMinutes(1);
    private static final int LONGEST_ID = 200;

    DeliveryResult deliver(Delivery delivery) throws IOException {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            return new Rejected("xta.id: the delivery's id is not what the hub gives");
        }
        var known = ids.of(delivery);
        // Asked in any case: the first delivery of all marks since when this folder is complete.
        if (ids.mayHaveForgotten(delivery) && known.isEmpty()) {
            return new Unknown("xta.forgotten: the folder with the MessageIDs is younger than this delivery's first"
                    + " attempt. Nothing was sent now. Ask at the gateway whether a message of this case has arrived;"
                    + " if not, cancel this delivery and send the message again");
        }
        String messageId;
        if (known.isPresent()) {
            messageId = known.get();
        } else {
            try {
                messageId = createId();
            } catch (Refusal e) {
                return e.passes()
                        ? new NotSent(why(e), UNTIL_IT_HAS_CALMED_DOWN)
                        : e.isOfAccess() ? new NotSent(why(e), UNTIL_SOMEBODY_HAS_ACTED) : new Rejected(why(e));
            } catch (TurnedAway e) {
                return new NotSent(why(e), UNTIL_SOMEBODY_HAS_ACTED);
            } catch (NoAnswer e) {
                return new NotSent(why(e), Duration.ZERO);
            } catch (IOException e) {
                return new NotSent(
                        "xta.unreachable: no MessageID from the gateway, "
                                + e.getClass().getSimpleName(),
                        Duration.ZERO);
            }
            ids.remember(delivery, messageId);
        }
        return send(delivery, messageId);
    }

    private String createId() throws IOException, NoAnswer, Refusal, TurnedAway {
        try (var answer = gateway.ask(
                gateway.management(), Names.CREATE_ID, terms.author().header(), "")) {
            var id = answer.content(Names.ADDRESSING, "MessageID").value();
            if (!id.matches("[!-~]{1," + LONGEST_ID + "}")) {
                throw new NoAnswer("xta.answer: the gateway's MessageID is not a URI of at most 200 characters");
            }
            return id;
        }
    }

    private DeliveryResult send(Delivery delivery, String messageId) throws IOException {
        var contents = new ArrayList<Content>();
        contents.add(delivery.body());
        contents.addAll(delivery.attachments());
        try (var taken = gateway.ask(
                gateway.send(),
                Names.SEND,
                terms.header(delivery, messageId, clock.instant()),
                body(contents),
                contents)) {
            if (taken.content().isPresent()) {
                return new Unknown("xta.answer: the gateway answers with content where none belongs");
            }
            return new Delivered(messageId);
        } catch (Refusal e) {
            if (e.number() == Refusal.USED_BEFORE) {
                return sentBefore(messageId);
            }
            if (e.isOfAccess()) {
                return new NotSent(why(e), UNTIL_SOMEBODY_HAS_ACTED);
            }
            return e.passes() || !e.isKnown() ? new Unknown(why(e)) : new Rejected(why(e));
        } catch (TurnedAway e) {
            return new NotSent(why(e), UNTIL_SOMEBODY_HAS_ACTED);
        } catch (NoAnswer e) {
            return new Unknown(why(e));
        }
    }

    /** It says so itself: but it must be our message that it has. */
    private DeliveryResult sentBefore(String messageId) throws IOException {
        try (var answer =
                gateway.ask(gateway.management(), Names.REPORT, terms.author().header(), Reports.question(messageId))) {
            answer.content(Names.XTA, "TransportReport");
            return new Delivered(messageId);
        } catch (Refusal | TurnedAway | NoAnswer e) {
            return new Unknown(
                    "xta.9024: the gateway says that the MessageID was used before, but gives no report: " + why(e));
        }
    }

    private static String body(List<Content> contents) {
        var xml = new Xml().open("xta:GenericContentContainer").open("xta:ContentContainer");
        for (int i = 0; i < contents.size(); i++) {
            var content = contents.get(i);
            var attributes = new ArrayList<>(List.of("contentType", Plain.mediaType(content.mediaType())));
            Plain.fileName(content.name()).ifPresent(name -> attributes.addAll(List.of("filename", name)));
            attributes.addAll(List.of("id", Integer.toString(i)));
            xml.open(i == 0 ? "xta:Message" : "xta:Attachment", attributes.toArray(new String[0]))
                    .empty("xop:Include", "href", "cid:" + Gateway.contentId(i))
                    .close();
        }
        return xml.close().close().toString();
    }

    static String why(Exception e) {
        return String.valueOf(e.getMessage());
    }
}
