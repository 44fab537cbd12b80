package de.stellwerk.hub.postgres;

import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a database commits at this moment. Asking for a number would not show it: a database whose disk is full or hangs still answers
 * that. A message in the write-ahead log that nobody reads has to be on disk before the answer comes.
 */
public final class Pulse implements Supplier<Boolean> {

    private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);
    private static final String BEAT = "select pg_logical_emit_message(true, 'stellwerk', '')";

    private final DataSource database;

    public Pulse(DataSource database) {
        this.database = database;
    }

    @Override
    public Boolean get() {
        try (var connection = database.getConnection();
                var beat = connection.createStatement()) {
            beat.execute(BEAT);
            return true;
        } catch (SQLException e) {
            LOG.debug("the database does not commit", e);
            return false;
        }
    }
}
