package de.stellwerk.hub.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * One link of a municipality's chain.
 *
 * @param total the entries of the municipality in this seal and all before it
 */
record SealRow(
        String municipality,
        long seq,
        long round,
        int entries,
        long total,
        byte[] leaves,
        byte[] previous,
        byte[] hash) {

    static final String COLUMNS = "municipality, seq, round, entries, total, leaves, previous, hash";

    static SealRow after(Tip tip, long round, byte[] leaves) {
        int entries = leaves.length / Leaf.LENGTH;
        var seal = new SealRow(
                tip.municipality(),
                tip.seq() + 1,
                round,
                entries,
                tip.total() + entries,
                leaves,
                tip.hash(),
                Hash.none());
        return new SealRow(
                seal.municipality,
                seal.seq,
                seal.round,
                seal.entries,
                seal.total,
                seal.leaves,
                seal.previous,
                seal.computed());
    }

    static SealRow of(ResultSet row) throws SQLException {
        return new SealRow(
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getInt(4),
                row.getLong(5),
                row.getBytes(6),
                row.getBytes(7),
                row.getBytes(8));
    }

    /** What the hash has to be. */
    byte[] computed() {
        return new Hash("stellwerk seal 1")
                .bytes(previous)
                .text(municipality)
                .number(seq)
                .number(round)
                .number(entries)
                .number(total)
                .bytes(leaves)
                .value();
    }

    Tip tip() {
        return new Tip(municipality, seq, total, hash);
    }

    /** The end of a municipality's chain. */
    record Tip(String municipality, long seq, long total, byte[] hash) {

        static Tip none(String municipality) {
            return new Tip(municipality, 0, 0, Hash.none());
        }
    }
}
