package de.stellwerk.hub.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Holds the lines outside the database against what is in it, and each of the two against itself. */
final class CheckpointCheck {

    private static final int LINES_AT_ONCE = 100;

    /** A running hub writes one a minute; more than this without one means that somebody took them away. */
    private static final Duration LONGEST_WITHOUT = Duration.ofMinutes(5);

    private final Connection connection;
    private final Function<String, Optional<byte[]>> opened;
    private final Consumer<Finding> found;
    /** The first bytes of each line's hash: all that has to be remembered of it. */
    private final Set<Long> seen = new HashSet<>();

    private long lines;

    private record Line(String where, Checkpoint says) {}

    /** Where the lines of one folder have led to so far. */
    private static final class Way {

        private String previous = "";
        private long round;
        private int number;
        private String file = "";
    }

    CheckpointCheck(Connection connection, Function<String, Optional<byte[]>> opened, Consumer<Finding> found) {
        this.connection = connection;
        this.opened = opened;
        this.found = found;
    }

    /** Returns how many lines there are. */
    long run(List<CheckpointFolder> folders) throws SQLException {
        long newest = 0;
        for (var folder : folders) {
            var way = new Way();
            var waiting = new ArrayList<Line>();
            try {
                folder.read((file, text) -> {
                    lines++;
                    read(String.valueOf(file.getFileName()), text, way).ifPresent(waiting::add);
                    if (waiting.size() == LINES_AT_ONCE) {
                        compare(waiting);
                        waiting.clear();
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException("the checkpoints cannot be read", e);
            }
            compare(waiting);
            newest = Math.max(newest, way.round);
        }
        linesThatAreGone();
        roundsWithoutLine(newest);
        return lines;
    }

    private Optional<Line> read(String file, String text, Way way) {
        way.number = file.equals(way.file) ? way.number + 1 : 1;
        way.file = file;
        var where = file + ":" + way.number;
        var hash = Checkpoint.hashOf(text);
        seen.add(ByteBuffer.wrap(hash).getLong());
        var previous = way.previous;
        way.previous = HexFormat.of().formatHex(hash);
        try {
            var says = opened.apply(text).map(Checkpoint::of);
            if (says.isEmpty()) {
                found.accept(wrong(Finding.Wrong.CHECKPOINT_ALTERED, where));
                return Optional.empty();
            }
            var at = Instant.parse(says.get().at());
            if (!says.get().previous().equals(previous)) {
                found.accept(new Finding(Finding.Wrong.CHECKPOINT_MISSING, "", 0, Optional.of(at), "before " + where));
            }
            way.round = Math.max(way.round, says.get().round());
            return Optional.of(new Line(where, says.get()));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            // Signed by the hub, and not one of its checkpoints: something else it has signed was put here.
            found.accept(wrong(Finding.Wrong.CHECKPOINT_ALTERED, where));
            return Optional.empty();
        }
    }

    private void compare(List<Line> batch) throws SQLException {
        var hashes = new HashMap<Long, byte[]>();
        try (var select = connection.prepareStatement("select round, hash from sealing where round = any (?)")) {
            select.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint",
                            batch.stream().map(line -> line.says().round()).toArray()));
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    hashes.put(row.getLong(1), row.getBytes(2));
                }
            }
        }
        for (var line : batch) {
            var says = line.says();
            var hash = Optional.ofNullable(hashes.get(says.round()));
            var same = hash.map(there -> HexFormat.of().formatHex(there).equals(says.hash()))
                    .orElse(false);
            if (chains(line) && !same) {
                found.accept(new Finding(
                        hash.isPresent() ? Finding.Wrong.REWRITTEN : Finding.Wrong.TRUNCATED,
                        "",
                        0,
                        at(says),
                        line.where() + ", round " + says.round()));
            }
        }
    }

    /** Compares the chains that a line names; true if they are as it says. */
    private boolean chains(Line line) throws SQLException {
        record There(String hash, long firstEntry) {}
        var there = new HashMap<String, There>();
        var chains = line.says().municipalities();
        try (var select = connection.prepareStatement("""
                select s.municipality, s.hash, substring(s.leaves from 1 for 8)
                from unnest(?::text[], ?::bigint[]) as c (municipality, seq) join seal s using (municipality, seq)""")) {
            select.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            chains.stream().map(Checkpoint.Chain::municipality).toArray()));
            select.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint",
                            chains.stream().map(Checkpoint.Chain::seal).toArray()));
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var begin = row.getBytes(3);
                    there.put(
                            row.getString(1),
                            new There(
                                    HexFormat.of().formatHex(row.getBytes(2)),
                                    begin.length < Long.BYTES
                                            ? 0
                                            : ByteBuffer.wrap(begin).getLong()));
                }
            }
        }
        var good = true;
        for (var chain : chains) {
            var seal = Optional.ofNullable(there.get(chain.municipality()));
            if (seal.isEmpty()) {
                found.accept(truncated(line, chain));
                good = false;
            } else if (!seal.get().hash().equals(chain.hash())) {
                found.accept(new Finding(
                        Finding.Wrong.REWRITTEN,
                        chain.municipality(),
                        seal.get().firstEntry(),
                        at(line.says()),
                        line.where() + ", seal " + chain.seal()));
                good = false;
            }
        }
        return good;
    }

    /** Names the last entry that is still there: the first one that is wrong came after it. */
    private Finding truncated(Line line, Checkpoint.Chain chain) throws SQLException {
        try (var select = connection.prepareStatement(
                "select seq, total, leaves from seal where municipality = ? order by seq desc limit 1")) {
            select.setString(1, chain.municipality());
            try (var row = select.executeQuery()) {
                long seq = 0;
                long total = 0;
                long last = 0;
                if (row.next()) {
                    seq = row.getLong(1);
                    total = row.getLong(2);
                    var leaves = row.getBytes(3);
                    last = leaves.length < Leaf.LENGTH
                            ? 0
                            : ByteBuffer.wrap(leaves).getLong(leaves.length - Leaf.LENGTH);
                }
                if (seq >= chain.seal()) {
                    return new Finding(
                            Finding.Wrong.SEAL_MISSING,
                            chain.municipality(),
                            0,
                            at(line.says()),
                            line.where() + ", seal " + chain.seal());
                }
                return new Finding(
                        Finding.Wrong.TRUNCATED,
                        chain.municipality(),
                        0,
                        at(line.says()),
                        "%s, seals %d-%d, %d entries after entry %d"
                                .formatted(line.where(), seq + 1, chain.seal(), chain.entries() - total, last));
            }
        }
    }

    /** Lines that the database remembers and no folder has. */
    private void linesThatAreGone() throws SQLException {
        try (var select = connection.prepareStatement("select line, round, at from seal_checkpoint order by round")) {
            select.setFetchSize(1_000);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var line = row.getBytes(1);
                    if (line.length != Hash.LENGTH
                            || !seen.contains(ByteBuffer.wrap(line).getLong())) {
                        found.accept(new Finding(
                                Finding.Wrong.CHECKPOINT_MISSING,
                                "",
                                0,
                                Optional.of(Database.instant(row, "at")),
                                "round " + row.getLong(2)));
                    }
                }
            }
        }
    }

    /** Whoever takes away the newest lines and the database's memory of them leaves rounds that no line follows. */
    private void roundsWithoutLine(long newest) throws SQLException {
        try (var select = connection.prepareStatement(
                "select min(round), min(sealed_at), max(sealed_at) from sealing where round > ?")) {
            select.setLong(1, newest);
            try (var row = select.executeQuery()) {
                row.next();
                long round = row.getLong(1);
                if (round == 0) {
                    return;
                }
                var from = row.getTimestamp(2).toInstant();
                if (Duration.between(from, row.getTimestamp(3).toInstant()).compareTo(LONGEST_WITHOUT) > 0) {
                    found.accept(new Finding(
                            Finding.Wrong.CHECKPOINT_MISSING, "", 0, Optional.of(from), "from round " + round));
                }
            }
        }
    }

    private static Optional<Instant> at(Checkpoint says) {
        return Optional.of(Instant.parse(says.at()));
    }

    private static Finding wrong(Finding.Wrong wrong, String where) {
        return new Finding(wrong, "", 0, Optional.empty(), where);
    }
}
