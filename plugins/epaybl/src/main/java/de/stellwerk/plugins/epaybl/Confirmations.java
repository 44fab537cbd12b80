package de.stellwerk.plugins.epaybl;

import de.stellwerk.hub.spi.Inbox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks for the payments of open orders, a bounded number a poll, going round. Always asking for the oldest would never reach the
 * others once enough people do not pay.
 */
final class Confirmations {

    private static final int ASKED_A_POLL = 200;
    /** So many failures in a row are the platform's trouble, and the next would only cost another timeout. */
    private static final int ENOUGH = 5;

    private static final int AWAITED = 20_000;

    private final PaymentPlatform platform;
    private final Map<String, String> parts = new HashMap<>();
    private String lastAsked = "";

    Confirmations(PaymentPlatform platform) {
        this.platform = platform;
    }

    /** One Kassenzeichen that cannot be asked for does not hold up the others; its trouble is told at the end. */
    void poll(Inbox inbox) throws Exception {
        var cases = new LinkedHashMap<String, String>();
        inbox.awaited("orders", AWAITED).forEach(each -> cases.put(each.reference(), each.caseId()));
        var open = List.copyOf(cases.keySet());
        parts.keySet().retainAll(cases.keySet());
        if (open.isEmpty()) {
            return;
        }
        platform.alive(); // a platform that is down is one trouble, not two hundred
        var failed = 0;
        var inARow = 0;
        var why = "";
        for (var kassenzeichen : next(open)) {
            try {
                var status = platform.status(kassenzeichen);
                inARow = 0;
                if (status.isPresent() && handOver(status.get(), cases.getOrDefault(kassenzeichen, ""), inbox)) {
                    continue; // it leaves the list, and would be no place to go on from
                }
            } catch (NoAnswer | IOException e) {
                failed++;
                inARow++;
                why = e instanceof NoAnswer
                        ? String.valueOf(e.getMessage())
                        : e.getClass().getSimpleName();
            } catch (RuntimeException e) {
                lastAsked = kassenzeichen; // or the next round began with it again, and nobody behind it were asked for
                throw e;
            }
            lastAsked = kassenzeichen;
            if (inARow == ENOUGH) {
                break;
            }
        }
        if (failed > 0) {
            throw new NoAnswer(failed + " Kassenzeichen could not be asked for, the last one because of: " + why);
        }
    }

    /** @return whether that was the last message about this Kassenzeichen */
    private boolean handOver(PaymentStatus status, String caseId, Inbox inbox) throws Exception {
        var message = platform.message(status);
        // The first message that answers takes the reference off the hub's list, and a part is not yet the payment.
        var last = status.state != PaymentStatus.State.PARTIAL;
        if (!last && message.id().equals(parts.put(status.kassenzeichen, message.id()))) {
            return false; // said before; the hub would know it as well, but need not be told every second
        }
        inbox.accept("confirmations", last ? message.answering(status.kassenzeichen) : message.inCase(caseId));
        return last;
    }

    private List<String> next(List<String> open) {
        var from = open.indexOf(lastAsked) + 1;
        var round = new ArrayList<>(open.subList(from, open.size()));
        round.addAll(open.subList(0, from));
        return round.subList(0, Math.min(ASKED_A_POLL, round.size()));
    }
}
