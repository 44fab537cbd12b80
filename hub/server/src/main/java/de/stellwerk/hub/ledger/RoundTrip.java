package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Statements of a transaction that go to the database together and are run there one after the other: where little comes at a time, most
 * of what a statement costs is the way there and back. What they return is not read.
 */
final class RoundTrip {

    private final Connection connection;
    private final List<String> statements = new ArrayList<>();
    private final List<Parameters> parameters = new ArrayList<>();

    RoundTrip(Connection connection) {
        this.connection = connection;
    }

    interface Parameters {
        /**
         * @param first the number of the statement's first parameter
         * @return the number after its last one
         */
        int bind(PreparedStatement statement, int first) throws SQLException;
    }

    void add(String statement, Parameters bound) {
        statements.add(statement);
        parameters.add(bound);
    }

    void run() throws SQLException {
        if (statements.isEmpty()) {
            return;
        }
        try (var all = connection.prepareStatement(String.join(";\n", statements))) {
            var next = 1;
            for (var each : parameters) {
                next = each.bind(all, next);
            }
            all.execute();
        }
    }
}
