package de.stellwerk.plugins.xbezahldienste;

import de.stellwerk.hub.camel.NothingSent;
import de.stellwerk.hub.camel.RejectedByTarget;
import de.stellwerk.hub.spi.Inbox;
import de.stellwerk.plugins.xbezahldienste.PaymentStatus.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/**
 * Asks how open payments stand, a bounded number a poll, going round. Always asking for the oldest would never reach the others once
 * enough people do not pay.
 */
final class Confirmations {

    private static final int ASKED_A_POLL = 200;
    /** So many failures in a row are the service's trouble, and the next would only cost another timeout. */
    private static final int ENOUGH = 5;

    private static final int AWAITED = 20_000;

    private final PaymentService service;
    /** Open payments whose link was handed over. */
    private final Set<String> told = new HashSet<>();

    private String lastAsked = "";

    Confirmations(PaymentService service) {
        this.service = service;
    }

    /** One payment that cannot be asked for does not hold up the others; its trouble is told at the end. */
    void poll(Inbox inbox) throws Exception {
        var cases = new LinkedHashMap<String, String>();
        inbox.awaited("orders", AWAITED).forEach(each -> cases.put(each.reference(), each.caseId()));
        var open = List.copyOf(cases.keySet());
        told.retainAll(cases.keySet());
        if (open.isEmpty()) {
            return;
        }
        service.alive(); // a service that is down is one trouble, not two hundred
        var failed = 0;
        var inARow = 0;
        var why = "";
        for (var id : next(open)) {
            try {
                var transaction = service.asked(id);
                inARow = 0;
                if (handOver(transaction, cases.getOrDefault(id, ""), inbox)) {
                    continue; // it leaves the list, and would be no place to go on from
                }
            } catch (NoAnswer | NothingSent | RejectedByTarget | IOException e) {
                failed++;
                inARow++;
                why = PaymentService.why(e);
            }
            lastAsked = id;
            if (inARow == ENOUGH) {
                break;
            }
        }
        if (failed > 0) {
            throw new NoAnswer(failed + " payments could not be asked for, the last one because of: " + why);
        }
    }

    /** @return whether that was the last message about this payment */
    private boolean handOver(Transaction transaction, String caseId, Inbox inbox) throws Exception {
        var last = transaction.state() != State.OPEN;
        if (!last && (transaction.payAt().isEmpty() || told.contains(transaction.id()))) {
            return false;
        }
        var message = service.message(transaction);
        // The first message that answers takes the reference off the hub's list, and a link to pay at is not yet the
        // payment.
        inbox.accept("confirmations", last ? message.answering(transaction.id()) : message.inCase(caseId));
        if (!last) {
            told.add(transaction.id());
        }
        return last;
    }

    private List<String> next(List<String> open) {
        var from = open.indexOf(lastAsked) + 1;
        var round = new ArrayList<>(open.subList(from, open.size()));
        round.addAll(open.subList(0, from));
        return round.subList(0, Math.min(ASKED_A_POLL, round.size()));
    }
}
