package de.stellwerk.hub.broker;

/** The way work takes through the broker; only ids travel on it, the work itself lies in the database. */
public enum Lane {
    /** Ids of messages whose route is to be run. */
    ROUTE("lane.route"),
    /** Ids of deliveries that are due. */
    DELIVERY("lane.delivery");

    private final String queue;

    Lane(String queue) {
        this.queue = queue;
    }

    String queue() {
        return queue;
    }
}
