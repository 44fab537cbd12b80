package de.stellwerk.hub.route;

import de.stellwerk.hub.spi.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/** What one run has gathered so far. It counts only if the run comes to a good end. */
final class Run {

    /** The exchange property that holds it; a route cannot name it. */
    static final String PROPERTY = "stellwerk.run";

    private static final int MOST_DELIVERIES = 10_000;

    private final RouteInput input;
    private final List<PlannedDelivery> deliveries = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Content> reports = new ArrayList<>();
    private final List<Content> kept = new ArrayList<>();

    Run(RouteInput input) {
        this.input = input;
    }

    static Run of(Exchange exchange) {
        var run = exchange.getProperty(PROPERTY, Run.class);
        if (run == null) throw new IllegalStateException("hub: steps run only in routes that the hub has started");
        return run;
    }

    RouteInput input() {
        return input;
    }

    void plan(PlannedDelivery delivery) {
        if (deliveries.size() >= MOST_DELIVERIES)
            throw new Quarantine(
                    "route.many",
                    "The route would make more than " + MOST_DELIVERIES
                            + " deliveries of one message. Nothing was forwarded. Split it outside.");
        deliveries.add(delivery);
    }

    void note(String text) {
        if (notes.size() < 1_000) notes.add(text);
    }

    void report(Content report) {
        reports.add(report);
    }

    List<PlannedDelivery> deliveries() {
        return deliveries;
    }

    List<String> notes() {
        return notes;
    }

    /** Goes with what the route delivers. */
    List<Content> reports() {
        return reports;
    }

    /** Stays with the message, and is not delivered. */
    void keep(Content report) {
        kept.add(report);
    }

    /** All reports that stay with the message. */
    List<Content> kept() {
        return Stream.concat(reports.stream(), kept.stream()).toList();
    }
}
