package de.stellwerk.hub.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** One entry as a seal sees it: where it stands, and the hash of all its columns. */
record Leaf(Position position, String municipality, Instant at, byte[] hash) {

    static final String COLUMNS =
            "xid, no, at, municipality, case_id, message_id::text, delivery_id, what, code, detail, actor";

    /** What a seal keeps of it: number and hash. */
    static final int LENGTH = Long.BYTES + Hash.LENGTH;

    /**
     * The order in which entries become final: by transaction, and within one by number.
     *
     * @param no the entry's number
     */
    record Position(long xid, long no) implements Comparable<Position> {

        static final Position BEFORE_ALL = new Position(-1, 0);

        @Override
        public int compareTo(Position other) {
            return xid == other.xid ? Long.compare(no, other.no) : Long.compare(xid, other.xid);
        }
    }

    /** @param row has {@link #COLUMNS} as its first columns */
    static Leaf of(ResultSet row) throws SQLException {
        var position = new Position(row.getLong(1), row.getLong(2));
        // Not a Timestamp: that one folds dates of old calendars together.
        var at = row.getObject(3, OffsetDateTime.class).toInstant();
        var municipality = row.getString(4);
        var hash = new Hash("stellwerk entry 1")
                .number(position.xid)
                .number(position.no)
                .instant(at)
                .text(municipality);
        for (int column = 5; column <= 11; column++) {
            hash.text(row.getString(column));
        }
        return new Leaf(position, municipality, at, hash.value());
    }
}
