package de.stellwerk.hub.ledger;

/** The life of a message until its deliveries take over. */
public enum MessageState {
    /** Held, and waits for its route, or its route runs. */
    RECEIVED,
    /** Its route has ended; what is left to do are its deliveries, if it has any. Final. */
    ROUTED,
    /** Held, and not forwarded unless a person decides so; counts as rejected. */
    QUARANTINED,
    /** No route, or one that fails again and again: an operator was told. */
    PARKED,
    /** An operator decided that nothing shall be done. Final. */
    CANCELLED
}
