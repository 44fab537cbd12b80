package de.stellwerk.hub.ledger;

import java.sql.SQLException;

/** The database refused or could not be reached. The transaction did not commit, unless the connection broke at its very end. */
public final class LedgerFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    LedgerFailure(SQLException cause) {
        super("the database failed with state " + cause.getSQLState(), cause);
    }
}
