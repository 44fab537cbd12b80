package de.stellwerk.hub.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import javax.sql.DataSource;

/** Reads the entries of a case and their proof. Its cost grows with the checkpoint files, which it reads from the beginning. */
public final class CaseExtracts {

    private final Database database;
    private final CheckpointFolder checkpoints;

    /** @param checkpoints the folder of the signed lines */
    public CaseExtracts(DataSource source, Path checkpoints) {
        this.database = new Database(source);
        this.checkpoints = new CheckpointFolder(checkpoints);
    }

    private record Placed(CaseExtract.Entry entry, Leaf.Position position) {}

    public CaseExtract of(String municipality, String caseId) {
        return database.read(connection -> {
            var all = entries(connection, municipality, caseId);
            var seals = new TreeMap<Long, List<CaseExtract.Entry>>();
            for (var each : all) {
                seal(connection, municipality, each.position())
                        .ifPresent(seq -> seals.computeIfAbsent(seq, key -> new ArrayList<>())
                                .add(each.entry()));
            }
            var links = new ArrayList<CaseExtract.Link>();
            var proved = new ArrayList<CaseExtract.Entry>();
            for (var line : lines(municipality, new ArrayList<>(seals.keySet()))) {
                links.add(new CaseExtract.Link(line.text(), rows(connection, municipality, line.from(), line.to())));
                seals.subMap(line.from(), true, line.to(), true).values().forEach(proved::addAll);
            }
            return new CaseExtract(
                    municipality,
                    caseId,
                    List.copyOf(proved),
                    List.copyOf(links),
                    all.size() - proved.size(),
                    messages(connection, municipality, caseId));
        });
    }

    private static List<Placed> entries(Connection connection, String municipality, String caseId) throws SQLException {
        try (var select = connection.prepareStatement("select " + Leaf.COLUMNS
                + " from entry where municipality = ? and case_id = ? order by entry.xid, entry.no")) {
            select.setString(1, municipality);
            select.setString(2, caseId);
            var found = new ArrayList<Placed>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var leaf = Leaf.of(row);
                    found.add(new Placed(
                            new CaseExtract.Entry(
                                    leaf.position().xid(),
                                    leaf.position().no(),
                                    leaf.at().toString(),
                                    row.getString(5),
                                    row.getString(6),
                                    row.getString(7),
                                    row.getString(8),
                                    row.getString(9),
                                    row.getString(10),
                                    row.getString(11)),
                            leaf.position()));
                }
            }
            return found;
        }
    }

    /** The municipality's seal that holds an entry; rounds are numbered without gap, in the order of what they hold. */
    private static java.util.Optional<Long> seal(Connection connection, String municipality, Leaf.Position position)
            throws SQLException {
        var last = Sealing.last(connection);
        if (last.to().compareTo(position) < 0) {
            return java.util.Optional.empty();
        }
        long low = 1;
        long high = last.round();
        try (var end = connection.prepareStatement("select to_xid, to_no from sealing where round = ?")) {
            while (low < high) {
                long middle = (low + high) / 2;
                end.setLong(1, middle);
                try (var row = end.executeQuery()) {
                    row.next();
                    if (new Leaf.Position(row.getLong(1), row.getLong(2)).compareTo(position) < 0) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
            }
        }
        try (var select = connection.prepareStatement("select seq from seal where round = ? and municipality = ?")) {
            select.setLong(1, low);
            select.setString(2, municipality);
            try (var row = select.executeQuery()) {
                return row.next() ? java.util.Optional.of(row.getLong(1)) : java.util.Optional.empty();
            }
        }
    }

    /** A checkpoint, and the seals that lead to it from the first one needed. */
    private record Line(String text, long from, long to) {}

    /** For each seal the first checkpoint behind it. */
    private List<Line> lines(String municipality, List<Long> needed) {
        var lines = new ArrayList<Line>();
        try {
            checkpoints.read((file, text) -> {
                if (needed.isEmpty()) {
                    return;
                }
                for (var chain : Checkpoint.unchecked(text).municipalities()) {
                    if (chain.municipality().equals(municipality) && chain.seal() >= needed.get(0)) {
                        lines.add(new Line(text, needed.get(0), chain.seal()));
                        needed.removeIf(seq -> seq <= chain.seal());
                        return;
                    }
                }
            });
        } catch (IOException | SQLException e) {
            throw new UncheckedIOException(new IOException("the checkpoints cannot be read", e));
        }
        return lines;
    }

    private static List<CaseExtract.Seal> rows(Connection connection, String municipality, long from, long to)
            throws SQLException {
        try (var select = connection.prepareStatement("select " + SealRow.COLUMNS
                + " from seal where municipality = ? and seq between ? and ? order by seq")) {
            select.setString(1, municipality);
            select.setLong(2, from);
            select.setLong(3, to);
            var found = new ArrayList<CaseExtract.Seal>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    found.add(CaseExtract.Seal.of(SealRow.of(row)));
                }
            }
            return found;
        }
    }

    private static List<CaseExtract.Message> messages(Connection connection, String municipality, String caseId)
            throws SQLException {
        try (var select = connection.prepareStatement(
                "select id, kind, service, salt from message where municipality = ? and case_id = ? order by seq")) {
            select.setString(1, municipality);
            select.setString(2, caseId);
            var found = new ArrayList<CaseExtract.Message>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    found.add(new CaseExtract.Message(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            HexFormat.of().formatHex(row.getBytes(4))));
                }
            }
            return found;
        }
    }
}
