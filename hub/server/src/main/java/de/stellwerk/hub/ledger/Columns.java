package de.stellwerk.hub.ledger;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Binds the fields of many items as arrays, one a column, for a statement that reads them with {@code unnest}: one execution for a whole
 * set, whatever its size. The parameters are bound from left to right.
 */
final class Columns<T> {

    private final PreparedStatement statement;
    private final List<T> items;
    private int next;

    /** @param first the number of the first parameter to bind, counted from 1 */
    Columns(PreparedStatement statement, int first, List<T> items) {
        this.statement = statement;
        this.items = items;
        this.next = first;
    }

    /** A text of the database cannot hold the character 0, which may come from outside: another one stands for it. */
    Columns<T> text(Function<T, @Nullable String> field) throws SQLException {
        var all = new @Nullable String[items.size()];
        for (int i = 0; i < all.length; i++) {
            var text = field.apply(items.get(i));
            all[i] = text == null ? null : text.replace('\0', '\uFFFD');
        }
        return array("text", all);
    }

    Columns<T> uuid(Function<T, @Nullable UUID> field) throws SQLException {
        return array("uuid", items.stream().map(field).toArray(UUID[]::new));
    }

    Columns<T> bytes(Function<T, byte @Nullable []> field) throws SQLException {
        var all = new byte[items.size()][];
        for (int i = 0; i < all.length; i++) {
            all[i] = field.apply(items.get(i));
        }
        return array("bytea", all);
    }

    Columns<T> number(ToIntFunction<T> field) throws SQLException {
        return array("int4", items.stream().mapToInt(field).toArray());
    }

    Columns<T> large(ToLongFunction<T> field) throws SQLException {
        return array("int8", items.stream().mapToLong(field).toArray());
    }

    /** In microseconds since 1970, the database's own measure; see {@link #AS_TIME}. */
    Columns<T> time(Function<T, Instant> field) throws SQLException {
        return large(item -> {
            var instant = field.apply(item);
            return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
        });
    }

    /** Makes a time of what {@link #time} has bound; the name of the column goes into it. */
    static final String AS_TIME = "timestamptz 'epoch' + %s * interval '1 microsecond'";

    Columns<T> flag(Predicate<T> field) throws SQLException {
        var all = new boolean[items.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = field.test(items.get(i));
        }
        return array("bool", all);
    }

    /** The number of the parameter after the last one that was bound. */
    int next() {
        return next;
    }

    private Columns<T> array(String type, Object values) throws SQLException {
        statement.setArray(
                next++,
                ((org.postgresql.PGConnection) statement.getConnection().unwrap(org.postgresql.PGConnection.class))
                        .createArrayOf(type, values));
        return this;
    }
}
