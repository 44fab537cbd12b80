package de.stellwerk.hub.ledger;

import static de.stellwerk.hub.ledger.Database.at;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * One round of the sealer over all municipalities. Its hash holds those of its seals, so that one hash in a checkpoint stands for the
 * chains of all.
 *
 * @param shift what is added to this cluster's transaction ids
 * @param from behind this
 * @param to up to and with this
 * @param total entries in this round and all before it
 */
record Sealing(
        long round,
        long shift,
        Leaf.Position from,
        Leaf.Position to,
        List<String> municipalities,
        int entries,
        long total,
        Instant sealedAt,
        byte[] previous,
        byte[] hash) {

    static final String COLUMNS =
            "round, shift, from_xid, from_no, to_xid, to_no, municipalities, entries, total, sealed_at, previous, hash";

    static final Sealing NONE = new Sealing(
            0,
            0,
            Leaf.Position.BEFORE_ALL,
            Leaf.Position.BEFORE_ALL,
            List.of(),
            0,
            0,
            Instant.EPOCH,
            Hash.none(),
            Hash.none());

    /** @param seals by municipality */
    static Sealing after(Sealing last, long shift, Leaf.Position to, Collection<SealRow> seals, Instant now) {
        int entries = seals.stream().mapToInt(SealRow::entries).sum();
        var sealing = new Sealing(
                last.round + 1,
                shift,
                last.to,
                to,
                seals.stream().map(SealRow::municipality).toList(),
                entries,
                last.total + entries,
                now,
                last.hash,
                Hash.none());
        return new Sealing(
                sealing.round,
                sealing.shift,
                sealing.from,
                sealing.to,
                sealing.municipalities,
                sealing.entries,
                sealing.total,
                sealing.sealedAt,
                sealing.previous,
                sealing.computed(seals));
    }

    static Sealing last(Connection connection) throws SQLException {
        try (var select =
                        connection.prepareStatement("select " + COLUMNS + " from sealing order by round desc limit 1");
                var row = select.executeQuery()) {
            return row.next() ? of(row) : NONE;
        }
    }

    static Sealing of(ResultSet row) throws SQLException {
        return new Sealing(
                row.getLong(1),
                row.getLong(2),
                new Leaf.Position(row.getLong(3), row.getLong(4)),
                new Leaf.Position(row.getLong(5), row.getLong(6)),
                List.of((String[]) row.getArray(7).getArray()),
                row.getInt(8),
                row.getLong(9),
                Database.instant(row, "sealed_at"),
                row.getBytes(11),
                row.getBytes(12));
    }

    void insert(Connection connection) throws SQLException {
        try (var insert = connection.prepareStatement(
                "insert into sealing (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            insert.setLong(1, round);
            insert.setLong(2, shift);
            insert.setLong(3, from.xid());
            insert.setLong(4, from.no());
            insert.setLong(5, to.xid());
            insert.setLong(6, to.no());
            insert.setArray(7, connection.createArrayOf("text", municipalities.toArray()));
            insert.setInt(8, entries);
            insert.setLong(9, total);
            insert.setTimestamp(10, at(sealedAt));
            insert.setBytes(11, previous);
            insert.setBytes(12, hash);
            insert.executeUpdate();
        }
    }

    /**
     * Whether this round is as it was made.
     *
     * @param before the round before, if that is there
     * @param seals by municipality
     */
    boolean holds(Optional<Sealing> before, List<SealRow> seals) {
        return before.map(each -> from.equals(each.to)
                                && total == each.total + entries
                                && Arrays.equals(previous, each.hash))
                        .orElse(true)
                && municipalities.equals(
                        seals.stream().map(SealRow::municipality).toList())
                && Arrays.equals(hash, computed(seals));
    }

    /** What the hash has to be over these seals, in the order of their municipalities. */
    byte[] computed(Collection<SealRow> seals) {
        var value = new Hash("stellwerk sealing 1")
                .bytes(previous)
                .number(round)
                .number(shift)
                .number(from.xid())
                .number(from.no())
                .number(to.xid())
                .number(to.no())
                .number(entries)
                .number(total)
                .instant(sealedAt)
                .number(municipalities.size());
        municipalities.forEach(value::text);
        value.number(seals.size());
        for (var seal : seals) {
            value.text(seal.municipality()).number(seal.seq()).bytes(seal.hash());
        }
        return value.value();
    }
}
