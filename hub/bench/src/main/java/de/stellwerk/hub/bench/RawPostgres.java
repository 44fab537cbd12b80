package de.stellwerk.hub.bench;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the database itself can do: a message row with 2 KiB of content and a ledger row in a commit of their own, durable, from so
 * many sessions, on the hub's own cluster in a database beside the hub's. Both rows go in one statement and one round trip, which is
 * the best a single commit can get; the key and the unique business id are indexed as the hub has to.
 */
final class RawPostgres {

    private static final int CONTENT = 2048;
    private static final String INSERT = """
            with taken as (
                insert into message (id, municipality, source, business_id, kind, case_id, headers, digest, state, due, accepted_at, content)
                values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?, ?) returning id)
            insert into entry (at, municipality, case_id, message_id, what, detail, actor)
            select ?, ?, ?, id, ?, ?, ? from taken""";

    private final BenchHome home;

    RawPostgres(BenchHome home) {
        this.home = home;
    }

    void prepare() throws SQLException, IOException {
        try (var connection = home.admin("bench");
                var sql = connection.createStatement()) {
            sql.execute("drop table if exists entry, message");
            sql.execute("""
                    create table message (
                        id uuid primary key, municipality text not null, source text not null, business_id text not null,
                        kind text not null, case_id text not null, headers jsonb not null, digest bytea not null, state text not null,
                        due timestamptz not null, accepted_at timestamptz not null, content bytea not null,
                        unique (municipality, source, business_id))""");
            sql.execute("""
                    create table entry (
                        no bigint generated always as identity primary key, at timestamptz not null, municipality text not null,
                        case_id text not null, message_id uuid, what text not null, detail text not null, actor text not null)""");
            try (var durable = sql.executeQuery(
                    "select current_setting('fsync') || current_setting('full_page_writes') || current_setting('synchronous_commit')")) {
                durable.next();
                if (!durable.getString(1).equals("ononon")) {
                    throw new IOException("the database is not durable: " + durable.getString(1));
                }
            }
        }
    }

    /** Commits a second. */
    double measure(int sessions, Duration time) throws SQLException, IOException, InterruptedException {
        var threads = Executors.newFixedThreadPool(sessions);
        var connections = new ArrayList<Connection>();
        try {
            for (var i = 0; i < sessions; i++) {
                connections.add(home.admin("bench"));
            }
            var go = new CountDownLatch(1);
            var counts = new ArrayList<Future<Long>>();
            var end = new long[1];
            for (var connection : connections) {
                counts.add(threads.submit(() -> {
                    try (var insert = connection.prepareStatement(INSERT)) {
                        // The first few make the driver prepare it on the server, as a running hub's statements are.
                        for (var i = 0; i < 8; i++) {
                            commit(insert);
                        }
                        go.await();
                        var count = 0L;
                        while (System.nanoTime() < end[0]) {
                            commit(insert);
                            count++;
                        }
                        return count;
                    }
                }));
            }
            Receivers.pause(200);
            var begin = System.nanoTime();
            end[0] = begin + time.toNanos();
            go.countDown();
            var sum = 0L;
            for (var count : counts) {
                sum += count.get();
            }
            return sum / ((System.nanoTime() - begin) / 1e9);
        } catch (ExecutionException e) {
            throw new IOException("raw commits failed", e);
        } finally {
            threads.shutdownNow();
            for (var connection : connections) {
                connection.close();
            }
        }
    }

    private static void commit(PreparedStatement insert) throws SQLException {
        var random = ThreadLocalRandom.current();
        var content = new byte[CONTENT];
        random.nextBytes(content);
        var digest = new byte[64];
        random.nextBytes(digest);
        // Time first, as the hub's ids: the index grows at one end.
        var id = new UUID((System.currentTimeMillis() << 16) | (random.nextInt() & 0xffff), random.nextLong());
        var now = new Timestamp(System.currentTimeMillis());
        insert.setObject(1, id);
        insert.setString(2, BenchHome.TOWN);
        insert.setString(3, "key:bench");
        insert.setString(4, id.toString());
        insert.setString(5, "form.submission");
        insert.setString(6, "case-" + id);
        insert.setString(7, "{}");
        insert.setBytes(8, digest);
        insert.setString(9, "RECEIVED");
        insert.setTimestamp(10, now);
        insert.setTimestamp(11, now);
        insert.setBytes(12, content);
        insert.setTimestamp(13, now);
        insert.setString(14, BenchHome.TOWN);
        insert.setString(15, "case-" + id);
        insert.setString(16, "TAKEN");
        insert.setString(17, "body 2048");
        insert.setString(18, "key:bench");
        insert.executeUpdate();
    }
}
