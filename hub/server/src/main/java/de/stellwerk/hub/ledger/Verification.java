package de.stellwerk.hub.ledger;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole ledger once, in the order in which it was sealed, and says what is not as it was. It changes nothing, may run
 * beside the hub, and needs no more memory for ten years than for a day.
 */
public final class Verification {

    /** How many findings are named; all are counted. */
    private static final int NAMED = 20;

    private static final int FETCH = 1_000;
    private static final int FETCH_SEALS = 50;

    /**
     * @param entries all there are
     * @param unsealed those of them that are too new to be sealed
     * @param findings how many, of which {@code first} names the first ones
     */
    public record Report(
            long entries,
            long unsealed,
            int municipalities,
            long seals,
            long rounds,
            long checkpoints,
            long findings,
            List<Finding> first) {

        public boolean inOrder() {
            return findings == 0;
        }
    }

    private final Database database;
    private final List<CheckpointFolder> checkpoints;
    private final Function<String, Optional<byte[]>> opened;

    private final List<Finding> first = new ArrayList<>();
    private long findings;
    private long entries;
    private long unsealed;
    private long seals;
    private long rounds;
    private final Map<String, SealRow.Tip> tips = new HashMap<>();

    /**
     * @param checkpoints the folders with checkpoints: the hub's own, and copies of it or those of other hubs on this database
     * @param opened what a checkpoint says, if the hub's signature is under it
     */
    public Verification(DataSource source, List<Path> checkpoints, Function<String, Optional<byte[]>> opened) {
        this.database = new Database(source);
        this.checkpoints = checkpoints.stream().map(CheckpointFolder::new).toList();
        this.opened = opened;
    }

    /** @throws LedgerFailure if the database cannot be read */
    public Report run() {
        return database.transaction(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("set transaction isolation level repeatable read, read only");
            }
            chains(connection);
            var lines = new CheckpointCheck(connection, opened, this::found).run(checkpoints);
            new StateCheck(connection, this::found).run();
            return new Report(entries, unsealed, tips.size(), seals, rounds, lines, findings, List.copyOf(first));
        });
    }

    private void found(Finding finding) {
        findings++;
        if (first.size() < NAMED) {
            first.add(finding);
        }
    }

    // ---- chains
    // -----------------------------------------------------------------------------------------------------------------

    /** A cursor that can be looked at before it moves on. */
    private static final class Rows<T> implements AutoCloseable {

        interface Read<T> {
            T of(ResultSet row) throws SQLException;
        }

        private final PreparedStatement statement;
        private final ResultSet row;
        private final Read<T> read;
        private @Nullable T next;

        Rows(Connection connection, String sql, int fetch, Read<T> read) throws SQLException {
            this.statement = connection.prepareStatement(sql);
            statement.setFetchSize(fetch);
            this.row = statement.executeQuery();
            this.read = read;
            this.next = row.next() ? read.of(row) : null;
        }

        Optional<T> next() {
            return Optional.ofNullable(next);
        }

        void move() throws SQLException {
            next = row.next() ? read.of(row) : null;
        }

        @Override
        public void close() throws SQLException {
            try (statement) {
                row.close();
            }
        }
    }

    private record Kept(SealRow seal, byte[] hash) {}

    private void chains(Connection connection) throws SQLException {
        try (var sealings = new Rows<>(
                        connection, "select " + Sealing.COLUMNS + " from sealing order by round", FETCH, Sealing::of);
                var sealRows = new Rows<>(
                        connection,
                        "select " + SealRow.COLUMNS + " from seal order by round",
                        FETCH_SEALS,
                        SealRow::of);
                var leaves = new Rows<>(
                        connection, "select " + Leaf.COLUMNS + " from entry order by xid, no", FETCH, Leaf::of)) {
            var last = Sealing.NONE;
            for (var next = sealings.next(); next.isPresent(); next = sealings.next()) {
                var sealing = next.get();
                rounds++;
                var before = Optional.of(last);
                if (sealing.round() != last.round() + 1) {
                    passOver(last, sealing, sealRows, leaves);
                    before = Optional.empty();
                }
                check(connection, before, sealing, sealRows, leaves);
                last = sealing;
                sealings.move();
            }
            passOverSealsUntil(Long.MAX_VALUE, sealRows)
                    .ifPresent(seal -> found(new Finding(
                            Finding.Wrong.ROUND_MISSING,
                            seal.municipality(),
                            firstEntry(seal),
                            Optional.empty(),
                            "round " + seal.round())));
            tail(connection, last, leaves);
        }
    }

    /** Some rounds are gone: what they held is told once, and not entry by entry. */
    private void passOver(Sealing last, Sealing next, Rows<SealRow> sealRows, Rows<Leaf> leaves) throws SQLException {
        var seal = passOverSealsUntil(next.round(), sealRows);
        Optional<Leaf> leaf = Optional.empty();
        for (var each = leaves.next();
                each.isPresent() && each.get().position().compareTo(next.from()) <= 0;
                each = leaves.next()) {
            leaf = leaf.isPresent() ? leaf : each;
            entries++;
            leaves.move();
        }
        found(new Finding(
                Finding.Wrong.ROUND_MISSING,
                leaf.map(Leaf::municipality)
                        .or(() -> seal.map(SealRow::municipality))
                        .orElse(""),
                leaf.map(each -> each.position().no())
                        .or(() -> seal.map(Verification::firstEntry))
                        .orElse(0L),
                leaf.map(Leaf::at).or(() -> Optional.of(next.sealedAt())),
                "round " + (last.round() + 1)));
    }

    private Optional<SealRow> passOverSealsUntil(long round, Rows<SealRow> sealRows) throws SQLException {
        Optional<SealRow> passed = Optional.empty();
        for (var each = sealRows.next(); each.isPresent() && each.get().round() < round; each = sealRows.next()) {
            passed = passed.isPresent() ? passed : each;
            seals++;
            tips.put(each.get().municipality(), each.get().tip());
            sealRows.move();
        }
        return passed;
    }

    private void check(
            Connection connection, Optional<Sealing> before, Sealing sealing, Rows<SealRow> sealRows, Rows<Leaf> leaves)
            throws SQLException {
        var expected = new LinkedHashMap<Long, Kept>();
        var ofRound = new ArrayList<SealRow>();
        var wrongSeals = new ArrayList<Finding>();
        for (var each = sealRows.next();
                each.isPresent() && each.get().round() <= sealing.round();
                each = sealRows.next()) {
            if (each.get().round() == sealing.round()) {
                ofRound.add(each.get());
            } else {
                // Its round was passed long ago: a number that was changed, or a row that was added.
                wrongSeals.add(wrongSeal(Finding.Wrong.SEAL_ALTERED, each.get(), sealing));
            }
            seals++;
            sealRows.move();
        }
        ofRound.sort(Comparator.comparing(SealRow::municipality));
        // A row that the round does not name, and that does not stand for itself either, stands for nothing.
        var strangers = ofRound.stream()
                .filter(seal -> !sealing.municipalities().contains(seal.municipality())
                        && !Arrays.equals(seal.hash(), seal.computed()))
                .toList();
        ofRound.removeAll(strangers);
        for (var seal : ofRound) {
            check(seal, sealing, expected, wrongSeals);
        }

        var wrongEntries = new ArrayList<Finding>();
        var withoutSeal = new LinkedHashMap<String, Leaf>();
        var sealedHere = new HashSet<String>();
        ofRound.forEach(seal -> sealedHere.add(seal.municipality()));
        for (var each = leaves.next();
                each.isPresent() && each.get().position().compareTo(sealing.to()) <= 0;
                each = leaves.next()) {
            var leaf = each.get();
            entries++;
            var kept = leaf.position().compareTo(sealing.from()) <= 0
                    ? null
                    : expected.remove(leaf.position().no());
            if (kept != null) {
                compare(leaf, kept, wrongEntries);
            } else if (sealing.municipalities().contains(leaf.municipality())
                    && !sealedHere.contains(leaf.municipality())) {
                withoutSeal.putIfAbsent(leaf.municipality(), leaf);
            } else {
                wrongEntries.add(wrongEntry(Finding.Wrong.ADDED, leaf));
            }
            leaves.move();
        }
        gone(connection, expected, sealing, wrongEntries);

        var missing = new ArrayList<Finding>();
        for (var municipality : sealing.municipalities()) {
            if (!sealedHere.contains(municipality)) {
                var leaf = Optional.ofNullable(withoutSeal.get(municipality));
                missing.add(new Finding(
                        Finding.Wrong.SEAL_MISSING,
                        municipality,
                        leaf.map(each -> each.position().no()).orElse(0L),
                        leaf.map(Leaf::at).or(() -> Optional.of(sealing.sealedAt())),
                        "round " + sealing.round()));
            }
        }
        strangers.forEach(seal -> wrongSeals.add(wrongSeal(Finding.Wrong.SEAL_ALTERED, seal, sealing)));
        if (missing.isEmpty() && wrongSeals.isEmpty() && !sealing.holds(before, ofRound)) {
            var seal = ofRound.stream().min(Comparator.comparingLong(Verification::firstEntry));
            found(new Finding(
                    Finding.Wrong.ROUND_ALTERED,
                    seal.map(SealRow::municipality).orElse(""),
                    seal.map(Verification::firstEntry).orElse(0L),
                    Optional.of(sealing.sealedAt()),
                    "round " + sealing.round()));
        }
        missing.forEach(this::found);
        wrongSeals.forEach(this::found);
        wrongEntries.sort(Comparator.comparingLong(Finding::entry));
        wrongEntries.forEach(this::found);
    }

    /** Checks one link, and notes what it says about its entries. */
    private void check(SealRow seal, Sealing sealing, Map<Long, Kept> expected, List<Finding> wrong) {
        var tip = tips.getOrDefault(seal.municipality(), SealRow.Tip.none(seal.municipality()));
        if (seal.seq() > tip.seq() + 1) {
            wrong.add(new Finding(
                    Finding.Wrong.SEAL_MISSING,
                    seal.municipality(),
                    0,
                    Optional.of(sealing.sealedAt()),
                    "seal " + (tip.seq() + 1)));
        } else if (seal.seq() != tip.seq() + 1
                || !Arrays.equals(seal.previous(), tip.hash())
                || seal.total() != tip.total() + seal.entries()
                || seal.leaves().length != seal.entries() * Leaf.LENGTH
                || !Arrays.equals(seal.hash(), seal.computed())) {
            wrong.add(wrongSeal(Finding.Wrong.SEAL_ALTERED, seal, sealing));
        }
        tips.put(seal.municipality(), seal.tip());
        var leaves = ByteBuffer.wrap(seal.leaves());
        while (leaves.remaining() >= Leaf.LENGTH) {
            long no = leaves.getLong();
            var hash = new byte[Hash.LENGTH];
            leaves.get(hash);
            expected.put(no, new Kept(seal, hash));
        }
    }

    private static void compare(Leaf leaf, Kept kept, List<Finding> wrong) {
        if (!leaf.municipality().equals(kept.seal().municipality())) {
            wrong.add(new Finding(
                    Finding.Wrong.MOVED,
                    kept.seal().municipality(),
                    leaf.position().no(),
                    Optional.of(leaf.at()),
                    "seal " + kept.seal().seq()));
        } else if (!Arrays.equals(leaf.hash(), kept.hash())) {
            wrong.add(wrongEntry(Finding.Wrong.ALTERED, leaf));
        }
    }

    /** What was sealed and does not stand where it stood: gone, or under another transaction id. */
    private static void gone(Connection connection, Map<Long, Kept> expected, Sealing sealing, List<Finding> wrong)
            throws SQLException {
        if (expected.isEmpty()) {
            return;
        }
        try (var select = connection.prepareStatement("select " + Leaf.COLUMNS + " from entry where no = any (?)")) {
            select.setArray(
                    1, connection.createArrayOf("bigint", expected.keySet().toArray()));
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var leaf = Leaf.of(row);
                    expected.remove(leaf.position().no());
                    wrong.add(wrongEntry(Finding.Wrong.ALTERED, leaf));
                }
            }
        }
        expected.forEach((no, kept) -> wrong.add(new Finding(
                Finding.Wrong.MISSING,
                kept.seal().municipality(),
                no,
                Optional.of(sealing.sealedAt()),
                "seal " + kept.seal().seq())));
    }

    /** Behind the last round: too new to be sealed, or with an id that no transaction had yet. */
    private void tail(Connection connection, Sealing last, Rows<Leaf> leaves) throws SQLException {
        long next;
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")) {
            row.next();
            next = row.getLong(1) + last.shift();
        }
        for (var each = leaves.next(); each.isPresent(); each = leaves.next()) {
            entries++;
            var leaf = each.get();
            if (leaf.position().compareTo(last.to()) <= 0) {
                found(wrongEntry(Finding.Wrong.ADDED, leaf));
            } else if (leaf.position().xid() >= next) {
                found(wrongEntry(Finding.Wrong.AHEAD, leaf));
            } else {
                unsealed++;
            }
            leaves.move();
        }
    }

    private static Finding wrongEntry(Finding.Wrong wrong, Leaf leaf) {
        return new Finding(wrong, leaf.municipality(), leaf.position().no(), Optional.of(leaf.at()), "");
    }

    private static Finding wrongSeal(Finding.Wrong wrong, SealRow seal, Sealing sealing) {
        return new Finding(
                wrong, seal.municipality(), firstEntry(seal), Optional.of(sealing.sealedAt()), "seal " + seal.seq());
    }

    private static long firstEntry(SealRow seal) {
        return seal.leaves().length < Long.BYTES
                ? 0
                : ByteBuffer.wrap(seal.leaves()).getLong();
    }
}
