package de.stellwerk.hub.camel;

/** Thrown in a route: the target said no, and would say so again. The message is shown to people: no personal data. */
public final class RejectedByTarget extends Exception {

    public RejectedByTarget(String reason) {
        super(reason);
    }
}
