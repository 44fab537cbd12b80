package de.stellwerk.hub.ledger;

import de.stellwerk.hub.content.Part;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The one truth: what was taken, what is to be done, what happened. Work is claimed and concluded in sets; each method is one
 * transaction that changes states and adds the entries that tell so. All are safe to call from many threads and on many nodes.
 *
 * <p>Every method throws {@link LedgerFailure} if the database refuses and {@link LedgerBusy} if it does not keep up. Of a set that
 * cannot be written as a whole each item is tried alone; one that fails alone is left as it was and comes again.
 */
public interface Ledger {

    /** Messages claimed for their routes. */
    record RouteSet(long no, List<HeldMessage> messages, List<UUID> suspects) {
        /** @param suspects not claimed: a node died while their routes ran, so each is to be run alone */
        public RouteSet {
            messages = List.copyOf(messages);
            suspects = List.copyOf(suspects);
        }
    }

    /**
     * What a route decided.
     *
     * @param state ROUTED, QUARANTINED, PARKED, or RECEIVED if it is tried again at {@code due}
     */
    record Routed(
            HeldMessage message,
            MessageState state,
            String route,
            String code,
            String reason,
            Instant due,
            List<String> notes,
            List<Part> reports,
            List<NewDelivery> deliveries) {

        public static Routed well(
                HeldMessage message,
                String route,
                List<NewDelivery> deliveries,
                List<String> notes,
                List<Part> reports,
                Instant now) {
            return new Routed(message, MessageState.ROUTED, route, "", "", now, notes, reports, deliveries);
        }

        public static Routed not(
                HeldMessage message, MessageState state, String route, String code, String reason, Instant due) {
            return new Routed(message, state, route, code, reason, due, List.of(), List.of(), List.of());
        }

        public Routed reporting(List<Part> parts) {
            return new Routed(message, state, route, code, reason, due, notes, parts, deliveries);
        }
    }

    /**
     * How an attempt ended.
     *
     * @param state DELIVERED, REJECTED, PARKED, IN_DOUBT, or WAITING if it is tried again at {@code due}
     * @param awaited whether an answer is still to come
     * @param begun false if the target was certainly not called: that costs none of the delivery's tries
     * @param receipts what the target gave as proof, kept with the message; with their bytes
     */
    record Outcome(
            DueDelivery delivery,
            DeliveryState state,
            String reference,
            boolean awaited,
            String code,
            String reason,
            Instant due,
            boolean begun,
            List<Part> receipts) {

        /** The target has it. */
        public static Outcome delivered(DueDelivery delivery, String reference, boolean awaited, Instant now) {
            return new Outcome(delivery, DeliveryState.DELIVERED, reference, awaited, "", "", now, true, List.of());
        }

        public static Outcome not(DueDelivery delivery, DeliveryState state, String code, String reason, Instant due) {
            return new Outcome(delivery, state, "", false, code, reason, due, true, List.of());
        }

        public static Outcome notBegun(DueDelivery delivery, String code, String reason, Instant due) {
            return new Outcome(delivery, DeliveryState.WAITING, "", false, code, reason, due, false, List.of());
        }

        public Outcome proved(List<Part> by) {
            return new Outcome(delivery, state, reference, awaited, code, reason, due, begun, by);
        }
    }

    /**
     * What became of a set of attempts.
     *
     * @param written the ids of the deliveries whose outcome counts; another node has taken over the others
     * @param next deliveries whose turn it is now, to be put on the lane
     */
    record Concluded(Set<String> written, List<Address> next) {}

    /** A message on the route lane. */
    record ToRoute(UUID message, String municipality) {

        /** The form on the lane: two words with a blank between. */
        public String text() {
            return message + " " + municipality;
        }

        public static ToRoute of(String text) {
            var blank = text.indexOf(' ');
            return new ToRoute(UUID.fromString(text.substring(0, blank)), text.substring(blank + 1));
        }
    }

    /** A delivery that was answered or waits for it. */
    record Delivered(String reference, String caseId, Instant at, Map<String, String> headers) {}

    /** Takes one message; returns when it is durable. */
    Taken take(NewMessage message);

    /** Writes down that something was refused before it was taken; nothing of it is kept. */
    void refused(String municipality, String source, String code, String text);

    /**
     * Claims messages for their routes. A route has no effect outside, so two nodes may run it for the same message: the outcome that is
     * written first counts.
     */
    RouteSet claimMessages(List<UUID> ids);

    /**
     * Claims one that a claim of a set has left out. A node runs one of them at a time.
     *
     * @param alone whether no other route of this node is under way, and none will be begun soon: a death then counts against it
     */
    RouteSet claimSuspect(UUID id, boolean alone);

    /** Writes outcomes of a claimed set, and that nobody works on it any more. The result is to be put on the delivery lane. */
    List<Address> routed(RouteSet set, List<Routed> outcomes);

    /**
     * Claims deliveries and writes down their attempts, durably, before this returns. Left out are those that are not due, paused, being
     * sent by somebody, or whose turn it is not.
     */
    List<DueDelivery> claimDeliveries(List<String> ids);

    /** Lets deliveries wait until then that nobody has claimed; no attempt is counted. */
    void putOff(List<String> ids, Instant due);

    /** Gives back attempts that were claimed here and, for certain, not begun: they are due then, and are not counted. */
    void giveBack(List<DueDelivery> claimed, Instant due);

    /** Writes how attempts ended. */
    Concluded concluded(List<Outcome> outcomes);

    /**
     * Takes over attempts of a connection that a dead node left open: each is now an attempt of unknown outcome of ours.
     *
     * @param limit how many at most
     */
    List<DueDelivery> takeOverOpenAttempts(String municipality, String connection, int limit);

    /**
     * This node's own open attempts that nobody here works on any more, for instance because the database did a claim and could not say
     * so.
     *
     * @param abandoned asked about each after it was read
     */
    List<DueDelivery> openAttempts(Predicate<Address> abandoned);

    /** The connections that have open attempts of dead nodes; the addresses name no delivery. */
    List<Address> connectionsWithOpenAttempts();

    /**
     * Makes the messages suspect whose routes ran when their node died.
     *
     * @return those that were parked, because a node died three times while they ran alone, and none did meanwhile without them
     */
    List<UUID> suspectDeadRoutes();

    /** Messages that are due and not in flight, each municipality's oldest first, from where the walk stands. */
    List<ToRoute> dueMessages(Walk walk, int each, int limit);

    /** Deliveries that are due, not in flight, not paused and not waiting for their turn, likewise by connection. */
    List<Address> dueDeliveries(Walk walk, int each, int limit);

    /**
     * After a clock was set back: what would be due later than that is due now, except where the wait began in the past and so was meant
     * to be that long.
     */
    int pullForward(Instant latest);

    /** The oldest deliveries of a connection whose answer has not come. */
    List<Delivered> awaited(String municipality, String connection, String channel, int limit);

    /** The delivery that a target calls by this reference. */
    Optional<Delivered> byReference(String municipality, String connection, String reference);

    /** Whether a delivery of this connection is under way, so that its reference may not be known yet. */
    boolean underWay(String municipality, String connection);
}
