package de.stellwerk.hub.route;

import de.stellwerk.hub.spi.Content;
import java.util.List;

/** What became of one run. A {@code route} is named with its version, {@code id@hash}. */
public sealed interface RouteOutcome {

    /**
     * The route came to its end.
     *
     * @param deliveries in the order of the route; empty only where the route ends in {@code stop}
     * @param notes what the route changed on its way, for the ledger; they quote no content
     * @param reports of signature checks
     */
    record Routed(String route, List<PlannedDelivery> deliveries, List<String> notes, List<Content> reports)
            implements RouteOutcome {

        public Routed {
            deliveries = List.copyOf(deliveries);
            notes = List.copyOf(notes);
            reports = List.copyOf(reports);
        }
    }

    /** The message must not go on before a person has looked. The reason is for people and quotes no content. */
    record Quarantined(String route, String code, String reason, List<Content> reports) implements RouteOutcome {

        public Quarantined {
            reports = List.copyOf(reports);
        }
    }

    /** No route takes this kind of message for this municipality; the text lists what there is. */
    record NoRoute(String text) implements RouteOutcome {}

    /**
     * Something unexpected: the hub tries again, then parks.
     *
     * @param why the kind of error and where it happened; it quotes no content
     */
    record Failed(String route, String code, String why) implements RouteOutcome {}
}
