package de.stellwerk.hub.ledger;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.regex.Pattern;

/** The database refused or could not be reached. The transaction did not commit, unless the connection broke at its very end. */
public final class LedgerFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * Connection lost, server going down or short of something, transaction read-only, a lock or a statement that takes too long (SQL
     * standard and PostgreSQL, appendix A).
     */
    private static final Pattern UNREACHABLE = Pattern.compile("08...|57P0.|53...|25006|55P03|57014");

    LedgerFailure(SQLException cause) {
        super("the database failed with state " + cause.getSQLState(), cause);
    }

    /** Whether it is the database as a whole that cannot be used, and not one statement. */
    boolean isUnreachable() {
        for (Throwable each = getCause(); each != null; each = each.getCause()) {
            if (each instanceof SQLTransientConnectionException
                    || each instanceof SocketTimeoutException
                    || each instanceof SQLException sql
                            && sql.getSQLState() != null
                            && UNREACHABLE.matcher(sql.getSQLState()).matches()) {
                return true;
            }
        }
        return false;
    }
}
