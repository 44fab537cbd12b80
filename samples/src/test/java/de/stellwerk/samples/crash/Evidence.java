package de.stellwerk.samples.crash;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the database itself says about who did what. A trigger notes for each taken message which node's session wrote it and, if a
 * source was asked for it, whose lease that source had at that moment; and for each attempt which node began it.
 */
final class Evidence implements AutoCloseable {

    private final Connection connection;

    /** The tables must be there already. */
    Evidence(Cluster cluster) throws SQLException {
        connection = DriverManager.getConnection(cluster.jdbcUrl(), cluster.login());
        try (var sql = connection.createStatement()) {
            sql.execute("""
                    create table seen (
                        at timestamptz not null default clock_timestamp(), node text not null, what text not null, source text, holder text);
                    create function see_message() returns trigger language plpgsql as $$
                    begin
                        insert into seen (node, what, source, holder)
                        select current_setting('application_name'), 'take', new.municipality || '/' || substring(new.source from 12),
                            (select e.node from lease l join epoch e using (epoch)
                             where l.municipality = new.municipality and 'connection/' || l.connection = new.source)
                        where new.source like 'connection/%';
                        return null;
                    end $$;
                    create function see_attempt() returns trigger language plpgsql as $$
                    begin
                        insert into seen (node, what) values (current_setting('application_name'), 'attempt');
                        return null;
                    end $$;
                    create trigger see_message after insert on message for each row execute function see_message();
                    create trigger see_attempt after insert on sending for each row execute function see_attempt();
                    """);
        }
    }

    /** The newest epoch of a node. */
    long epoch(String id) throws SQLException {
        return number("select max(epoch) from epoch where node = ?", id);
    }

    /** Sources, attempts and routes that an epoch still has. */
    long held(long epoch) throws SQLException {
        return number("""
                select (select count(*) from lease where epoch = ?) + (select count(*) from sending where epoch = ?)
                    + (select count(*) from routing where epoch = ?)""", epoch, epoch, epoch);
    }

    long leases(long epoch) throws SQLException {
        return number("select count(*) from lease where epoch = ?", epoch);
    }

    /** How many messages of polled sources were taken by a node. */
    long polled(String node) throws SQLException {
        return number("select count(*) from seen where what = 'take' and node = ?", node);
    }

    /** How many of them were written by a node other than the one that had the source's lease. */
    long polledWithoutLease(Map<String, String> ids) throws SQLException {
        var wrong = 0L;
        for (var each : ids.entrySet()) {
            wrong += number(
                    "select count(*) from seen where what = 'take' and node = ? and holder is distinct from ?",
                    each.getKey(),
                    each.getValue());
        }
        return wrong;
    }

    /** How often a source's messages came from another node than the one before. */
    long changesOfHands() throws SQLException {
        return number("""
                select count(*) from (select node, lag(node) over (partition by source order by at) as before
                    from seen where what = 'take') as each where before <> node""");
    }

    /** Attempts begun between two moments, by node. */
    Map<String, Long> attempts(Instant from, Instant to) throws SQLException {
        try (var select = connection.prepareStatement(
                "select node, count(*) from seen where what = 'attempt' and at >= ? and at < ? group by node")) {
            select.setObject(1, OffsetDateTime.ofInstant(from, ZoneOffset.UTC));
            select.setObject(2, OffsetDateTime.ofInstant(to, ZoneOffset.UTC));
            var found = new TreeMap<String, Long>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    found.put(row.getString(1), row.getLong(2));
                }
            }
            return found;
        }
    }

    long messages() throws SQLException {
        return number("select count(*) from message");
    }

    /** Bytes of the hub's own tables with their indexes. */
    long size() throws SQLException {
        return number("""
                select sum(pg_total_relation_size(oid)) from pg_class
                where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'seen'""");
    }

    /** Transactions of the database so far, this test's own few among them. */
    long commits() throws SQLException {
        return number("select xact_commit from pg_stat_database where datname = current_database()");
    }

    private long number(String sql, Object... values) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            for (var i = 0; i < values.length; i++) {
                select.setObject(i + 1, values[i]);
            }
            try (var row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
