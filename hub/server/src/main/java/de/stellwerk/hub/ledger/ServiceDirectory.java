package de.stellwerk.hub.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Keeps the service directory in versions: each import makes one, whole or not at all. */
public final class ServiceDirectory {

    private static final int BATCH = 1_000;

    /** What an import has changed. */
    public record Change(long version, int entries, int added, int ended, int changed) {}

    /** @param digest SHA-256 of the file, in hexadecimal digits */
    public record Import(Change change, String source, String standard, String digest, Instant at, String actor) {}

    private final Database database;
    private final Clock clock;

    public ServiceDirectory(DataSource source, Clock clock) {
        this.database = new Database(source);
        this.clock = clock;
    }

    /**
     * Takes the entries in place of all that the source said before, in one transaction.
     *
     * @param entries each key (kind, service, area, role, owner, first day) once
     */
    public Change replace(
            String source, String standard, byte[] digest, Collection<DirectoryEntry> entries, String actor) {
        return database.transaction(connection -> {
            try (var statement = connection.createStatement()) {
                // An import may be larger than what the hub otherwise gives one statement.
                statement.execute("set local statement_timeout = '300s'");
                statement.execute("lock table directory_import in share row exclusive mode");
                statement.execute(
                        "create temporary table incoming on commit drop as"
                                + " select kind, service, area, role, owner, name, link, first, last from directory_entry limit 0");
                load(connection, entries);
                statement.execute("analyze incoming");
            }
            var version = version(connection, source, standard, digest, entries.size(), actor);
            var gone = update(connection, """
                    update directory_entry old set until = ? where source = ? and until is null and not exists (
                        select 1 from incoming new where (new.kind, new.service, new.area, new.role, new.owner, new.first)
                            = (old.kind, old.service, old.area, old.role, old.owner, old.first)
                        and (new.name, new.link, new.last) = (old.name, old.link, old.last))""", version, source);
            var fresh = update(connection, """
                    insert into directory_entry (source, kind, service, area, role, owner, name, link, first, last, since)
                    select i.source, new.kind, new.service, new.area, new.role, new.owner, new.name, new.link, new.first, new.last, i.version
                    from incoming new, directory_import i where i.version = ? and i.source = ? and not exists (
                        select 1 from directory_entry old where old.source = i.source and old.until is null
                            and (new.kind, new.service, new.area, new.role, new.owner, new.first)
                            = (old.kind, old.service, old.area, old.role, old.owner, old.first))""", version, source);
            var changed = changed(connection, version);
            var change = new Change(version, entries.size(), fresh - changed, gone - changed, changed);
            finish(connection, change);
            try (var ledger = new Entries(connection, clock.instant())) {
                ledger.add(
                        "00000000",
                        "",
                        null,
                        null,
                        "DIRECTORY_IMPORTED",
                        "",
                        "version " + version + " of " + source + ": " + change.added() + " added, " + change.ended()
                                + " ended, " + changed + " changed, sha256 "
                                + HexFormat.of().formatHex(digest),
                        actor);
            }
            return change;
        });
    }

    private static void load(Connection connection, Collection<DirectoryEntry> entries) throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into incoming (kind, service, area, role, owner, name, link, first, last)
                values (?, ?, ?, ?, ?, ?, ?, coalesce(?, '-infinity'::date), coalesce(?, 'infinity'::date))""")) {
            var waiting = 0;
            for (var entry : entries) {
                insert.setString(1, entry.kind().name());
                insert.setString(2, entry.service());
                insert.setString(3, entry.area());
                insert.setString(4, entry.role());
                insert.setString(5, entry.owner());
                insert.setString(6, entry.name());
                insert.setString(7, entry.link());
                day(insert, 8, entry.first());
                day(insert, 9, entry.last());
                insert.addBatch();
                if (++waiting % BATCH == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
        }
    }

    private static void day(PreparedStatement statement, int no, Optional<LocalDate> day) throws SQLException {
        if (day.isPresent()) {
            statement.setObject(no, day.get());
        } else {
            statement.setNull(no, Types.DATE);
        }
    }

    private long version(
            Connection connection, String source, String standard, byte[] digest, int entries, String actor)
            throws SQLException {
        try (var insert = connection.prepareStatement("""
                insert into directory_import (source, standard, digest, entries, added, ended, changed, at, actor)
                values (?, ?, ?, ?, 0, 0, 0, ?, ?) returning version""")) {
            insert.setString(1, source);
            insert.setString(2, standard);
            insert.setBytes(3, digest);
            insert.setInt(4, entries);
            insert.setTimestamp(5, Database.at(clock.instant()));
            insert.setString(6, actor);
            try (var row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static int update(Connection connection, String sql, long version, String source) throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            update.setLong(1, version);
            update.setString(2, source);
            return update.executeUpdate();
        }
    }

    /** Rows that this version closed and opened again under the same key, with other contents. */
    private static int changed(Connection connection, long version) throws SQLException {
        try (var select = connection.prepareStatement("""
                select count(*) from directory_entry old join directory_entry new
                    on (new.source, new.kind, new.service, new.area, new.role, new.owner, new.first)
                        = (old.source, old.kind, old.service, old.area, old.role, old.owner, old.first)
                where old.until = ? and new.since = ?""")) {
            select.setLong(1, version);
            select.setLong(2, version);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private static void finish(Connection connection, Change change) throws SQLException {
        try (var update = connection.prepareStatement(
                "update directory_import set added = ?, ended = ?, changed = ? where version = ?")) {
            update.setInt(1, change.added());
            update.setInt(2, change.ended());
            update.setInt(3, change.changed());
            update.setLong(4, change.version());
            update.executeUpdate();
        }
    }

    /**
     * All entries for a service in any of the areas that are valid on a day, those of the nearest area first.
     *
     * @param areas the nearest first
     * @param version which version of the directory; empty for the newest
     */
    public List<DirectoryEntry> find(String service, List<String> areas, LocalDate day, Optional<Long> version) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("""
                    select *, nullif(first, '-infinity') as from_day, nullif(last, 'infinity') as to_day from directory_entry
                    where service = ? and area = any (?) and ? between first and last
                        and since <= ? and (until is null or until > ?)
                    order by array_position(?, area), kind, role, owner""")) {
                var keys = connection.createArrayOf("text", areas.toArray());
                select.setString(1, service);
                select.setArray(2, keys);
                select.setObject(3, day);
                select.setLong(4, version.orElse(Long.MAX_VALUE));
                select.setLong(5, version.orElse(Long.MAX_VALUE - 1));
                select.setArray(6, keys);
                try (var row = select.executeQuery()) {
                    var found = new ArrayList<DirectoryEntry>();
                    while (row.next()) {
                        found.add(entry(row));
                    }
                    return found;
                }
            }
        });
    }

    private static DirectoryEntry entry(ResultSet row) throws SQLException {
        return new DirectoryEntry(
                DirectoryEntry.Kind.valueOf(row.getString("kind")),
                row.getString("service"),
                row.getString("area"),
                row.getString("role"),
                row.getString("owner"),
                row.getString("name"),
                row.getString("link"),
                Optional.ofNullable(row.getObject("from_day", LocalDate.class)),
                Optional.ofNullable(row.getObject("to_day", LocalDate.class)));
    }

    /** The newest first. */
    public List<Import> imports(int limit) {
        return database.read(connection -> {
            try (var select =
                    connection.prepareStatement("select * from directory_import order by version desc limit ?")) {
                select.setInt(1, limit);
                try (var row = select.executeQuery()) {
                    var found = new ArrayList<Import>();
                    while (row.next()) {
                        found.add(new Import(
                                new Change(
                                        row.getLong("version"),
                                        row.getInt("entries"),
                                        row.getInt("added"),
                                        row.getInt("ended"),
                                        row.getInt("changed")),
                                row.getString("source"),
                                row.getString("standard"),
                                HexFormat.of().formatHex(row.getBytes("digest")),
                                Database.instant(row, "at"),
                                row.getString("actor")));
                    }
                    return found;
                }
            }
        });
    }
}
