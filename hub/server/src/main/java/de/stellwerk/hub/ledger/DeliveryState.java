package de.stellwerk.hub.ledger;

/** The life of a delivery. A retry is {@code WAITING} with a later due time. */
public enum DeliveryState {
    WAITING,
    /** An attempt is under way. Never stored: it is {@code WAITING} with an open attempt. */
    SENDING,
    /** The target has it. Final. */
    DELIVERED,
    /** The target said no. Final. */
    REJECTED,
    /** All attempts failed: an operator was told. */
    PARKED,
    /** An attempt of unknown outcome at a target that cannot recognise a repeat: a person decides. */
    IN_DOUBT,
    /** An operator decided that nothing shall be done. Final. */
    CANCELLED
}
