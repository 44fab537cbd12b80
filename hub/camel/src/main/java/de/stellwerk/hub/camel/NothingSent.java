package de.stellwerk.hub.camel;

import java.time.Duration;

/** Thrown in a route: the target has certainly not seen the delivery, and may take it later. No personal data in the message. */
public final class NothingSent extends Exception {

    private final transient Duration retryAfter;

    public NothingSent(String why, Duration retryAfter) {
        super(why);
        this.retryAfter = retryAfter;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
