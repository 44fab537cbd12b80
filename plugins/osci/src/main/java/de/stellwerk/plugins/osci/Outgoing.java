package de.stellwerk.plugins.osci;

import de.stellwerk.hub.spi.Content;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import de.stellwerk.hub.spi.DeliveryResult.Delivered;
import de.stellwerk.hub.spi.DeliveryResult.NotSent;
import de.stellwerk.hub.spi.DeliveryResult.Rejected;
import de.stellwerk.hub.spi.DeliveryResult.Unknown;
import de.stellwerk.hub.spi.DeliveryResult.WithReceipts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sends: first a MessageID, which is remembered on disk, then {@code storeDelivery} under it. Whatever gets lost on the way, the next
 * attempt asks for the process card of that MessageID before it stores again.
 *
 * @param subject what the intermediary and everybody with the process card reads; empty for the message's kind
 */
record Outgoing(OsciClient client, MessageIds ids, String subject, int mostBytes) {

    private static final Duration UNTIL_SOMEBODY_HAS_ACTED = Duration.ofMinutes(5);
    private static final Duration UNTIL_IT_HAS_CALMED_DOWN = Duration.ofMinutes(1);
    private static final String SUBJECT = "osci-subject";

    DeliveryResult deliver(Delivery delivery) throws IOException {
        if (!delivery.id().matches("[0-9a-f]{64}")) {
            return new Rejected("osci.id: the delivery's id is not what the hub gives");
        }
        var known = ids.of(delivery);
        // Asked in any case: the first delivery of all marks since when this folder is complete.
        if (ids.mayHaveForgotten(delivery) && known.isEmpty()) {
            return forgotten();
        }
        var contents = contents(delivery);
        if (contents.isEmpty()) {
            return new Rejected("osci.size: body and attachments are larger than " + mostBytes + " bytes (setting"
                    + " 'max-size'). Nothing was sent. Send fewer or smaller attachments, or by another connection");
        }
        boolean storing = false;
        try (var dialog = client.dialog()) {
            String messageId;
            if (known.isPresent()) {
                messageId = known.get();
                var card = dialog.processCard(messageId);
                if (card.isPresent()) {
                    return delivered(messageId, card.get());
                }
            } else {
                messageId = dialog.messageId();
                ids.remember(delivery, messageId);
            }
            storing = true;
            var named = delivery.headers().getOrDefault(SUBJECT, subject);
            return delivered(
                    messageId, dialog.store(messageId, named.isEmpty() ? delivery.kind() : named, contents.get()));
        } catch (Refusal e) {
            return refused(e, storing, known.isPresent());
        } catch (IOException e) {
            // An earlier attempt may have stored it, even if this one did not get that far.
            return storing || known.isPresent() ? new Unknown(why(e)) : new NotSent(why(e), Duration.ZERO);
        }
    }

    DeliveryResult probe(Delivery delivery) throws IOException {
        var known = ids.of(delivery);
        if (known.isEmpty()) {
            return ids.mayHaveForgotten(delivery)
                    ? forgotten()
                    : new NotSent("osci.none: no MessageID was asked for, so nothing was stored", Duration.ZERO);
        }
        try (var dialog = client.dialog()) {
            var card = dialog.processCard(known.get());
            return card.isPresent()
                    ? delivered(known.get(), card.get())
                    : new NotSent("osci.9804: the intermediary has no process card of the MessageID", Duration.ZERO);
        } catch (Refusal | IOException e) {
            return new Unknown(why(e));
        }
    }

    private static DeliveryResult refused(Refusal e, boolean storing, boolean triedBefore) {
        if (storing && e.isFinal()) {
            return new Rejected(why(e));
        }
        if (e.needsSomebody() && (storing || !triedBefore)) {
            return new NotSent(why(e), UNTIL_SOMEBODY_HAS_ACTED);
        }
        // 9801 may mean that it is there already, 9811 that something broke half way: the process card will tell.
        return storing || triedBefore ? new Unknown(why(e)) : new NotSent(why(e), UNTIL_IT_HAS_CALMED_DOWN);
    }

    private static DeliveryResult delivered(String messageId, Content receipt) {
        return new WithReceipts(new Delivered(messageId), List.of(receipt));
    }

    private static DeliveryResult forgotten() {
        return new Unknown(
                "osci.forgotten: the folder with the MessageIDs is younger than this delivery's first attempt."
                        + " Nothing was sent now. Ask at the intermediary whether a message of this case has arrived; if not,"
                        + " cancel this delivery and send the message again");
    }

    /** All of it, or empty if that is too much. */
    private Optional<List<byte[]>> contents(Delivery delivery) throws IOException {
        var given = new ArrayList<Content>();
        given.add(delivery.body());
        given.addAll(delivery.attachments());
        var contents = new ArrayList<byte[]>();
        int left = mostBytes;
        for (var each : given) {
            try (var in = each.open()) {
                var bytes = in.readNBytes(left + 1);
                if (bytes.length > left) {
                    return Optional.empty();
                }
                left -= bytes.length;
                contents.add(bytes);
            }
        }
        return Optional.of(contents);
    }

    /** Java's own words may name addresses and more; ours begin with a code. */
    static String why(Exception e) {
        var message = String.valueOf(e.getMessage());
        return message.startsWith("osci.")
                ? message
                : "osci.unreachable: the line to the intermediary fails, "
                        + e.getClass().getSimpleName();
    }
}
