package de.stellwerk.hub.ledger;

/** More work waits for the database than the hub is willing to keep in memory. Nothing was written: try again later. */
public final class LedgerBusy extends RuntimeException {

    private static final long serialVersionUID = 1;

    LedgerBusy() {
        super("the database does not keep up");
    }
}
