package de.stellwerk.hub.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node among the others. Its epoch is alive for {@link #LEASE} after each renewal, by the database's clock. What a dead epoch had
 * claimed may be taken over; from then on its own writes find nothing to change. A node whose epoch was declared dead while it lived, for
 * instance because it was stopped for a while, goes on with a new one.
 *
 * <p>Each source is asked by one node at a time: the one that holds its lease. The sources are spread over the living nodes by
 * rendezvous hashing, so that a node that comes or goes moves only its share.
 */
public final class Nodes implements AutoCloseable {

    /** How long a node counts as alive after it has renewed its epoch. */
    public static final Duration LEASE = Duration.ofSeconds(10);

    private static final Duration RENEWAL = Duration.ofSeconds(2);

    /** A call outside must not begin later than this after a renewal: the rest of the lease is the margin for the call to be under way. */
    private static final Duration TRUST = Duration.ofSeconds(7);

    private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

    /** A source that needs a lease. */
    public record Source(String municipality, String connection) {
        @Override
        public String toString() {
            return municipality + "/" + connection;
        }
    }

    private final Database database;
    private final Clock clock;
    private final String name;
    private final LongSupplier nanos;
    private final Set<Source> held = ConcurrentHashMap.newKeySet();
    private final Set<Source> leaving = ConcurrentHashMap.newKeySet();
    private final Thread renewing;
    private volatile long epoch;
    private volatile long renewed;
    private volatile int term;
    private volatile List<Long> living = List.of();
    private volatile boolean wasAlone;
    private volatile boolean closed;

    /**
     * Begins a new epoch; earlier ones of the same node are dead from now on.
     *
     * @param name of the data folder's own making: two processes cannot have the same one, except when a folder was copied
     */
    public Nodes(DataSource source, Clock clock, String name) {
        this(source, clock, name, System::nanoTime);
    }

    /** @param nanos a clock that nobody sets */
    Nodes(DataSource source, Clock clock, String name, LongSupplier nanos) {
        this.database = new Database(source);
        this.clock = clock;
        this.name = name;
        this.nanos = nanos;
        begin();
        this.renewing = new Thread(this::renewAgainAndAgain, "node");
        renewing.setDaemon(true);
        renewing.start();
    }

    private void begin() {
        var start = nanos.getAsLong();
        var mine = database.transaction(connection -> {
            try (var older = connection.prepareStatement(
                            "update epoch set alive_until = '-infinity' where node = ? and alive_until > '-infinity'");
                    var insert = connection.prepareStatement("""
                            insert into epoch (started_at, node, alive_until) values (?, ?, now() + ?::interval) returning epoch""")) {
                older.setString(1, name);
                older.executeUpdate();
                insert.setTimestamp(1, Database.at(clock.instant()));
                insert.setString(2, name);
                insert.setString(3, LEASE.toString());
                try (var row = insert.executeQuery()) {
                    row.next();
                    return row.getLong(1);
                }
            }
        });
        forget();
        epoch = mine;
        renewed = start;
        living = database.read(Nodes::living);
        wasAlone = living.equals(List.of(mine));
    }

    /** What this node believed to hold, or has claimed, may be another's by now. */
    private void forget() {
        synchronized (held) {
            term++;
            held.clear();
            leaving.clear();
        }
    }

    private static List<Long> living(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement(
                        "select epoch from epoch where alive_until > now() order by epoch");
                var row = select.executeQuery()) {
            var found = new ArrayList<Long>();
            while (row.next()) {
                found.add(row.getLong(1));
            }
            return List.copyOf(found);
        }
    }

    private void renewAgainAndAgain() {
        while (!closed) {
            try {
                renew();
            } catch (RuntimeException e) {
                LOG.warn(
                        "node {} could not renew its epoch; it is tried again, and nothing new is begun meanwhile",
                        name,
                        e);
            }
            LockSupport.parkNanos(this, RENEWAL.toNanos());
        }
    }

    /** Renews the epoch, or begins a new one if it was declared dead. Called by itself every two seconds. */
    synchronized void renew() {
        var start = nanos.getAsLong();
        var before = database.transaction(connection -> {
            // An epoch that only ran out may go on, since its rows are still its own unless somebody took them over.
            try (var update = connection.prepareStatement("""
                    update epoch set alive_until = now() + ?::interval, judged = false
                    from (select epoch as mine, alive_until > now() as alive from epoch where epoch = ? for update) before
                    where epoch = mine and alive_until > '-infinity' returning alive""")) {
                update.setString(1, LEASE.toString());
                update.setLong(2, epoch);
                try (var row = update.executeQuery()) {
                    return row.next() ? Optional.of(row.getBoolean(1)) : Optional.<Boolean>empty();
                }
            }
        });
        if (before.isPresent()) {
            if (!before.get() || nanos.getAsLong() - renewed >= LEASE.toNanos()) {
                LOG.warn(
                        "node {}: its epoch had run out, for it stood still or was cut off from the database; what others took over"
                                + " meanwhile is theirs",
                        name);
                forget();
            }
            renewed = start;
            living = database.read(Nodes::living);
        } else if (!closed) {
            LOG.error(
                    "node {}: another process has started under this name, so this one was declared dead; it goes on with a new epoch."
                            + " Look whether a data folder was copied.",
                    name);
            begin();
        }
    }

    /** The number under which this node claims. */
    public long epoch() {
        return epoch;
    }

    /** Whether this node may begin something outside: its epoch was renewed a short while ago. */
    public boolean valid() {
        return nanos.getAsLong() - renewed < TRUST.toNanos();
    }

    /** Counts how often this node's epoch ran out or began; to be read before a claim, and given to {@link #valid(int)}. */
    public int term() {
        return term;
    }

    /** Whether what was claimed in this term may be begun: nobody can have taken it over since, nor can within some seconds. */
    public boolean valid(int claimedIn) {
        return claimedIn == term && valid();
    }

    /** Whether no other node was alive when this one began: then nothing that was in flight still is. */
    public boolean wasAlone() {
        return wasAlone;
    }

    /** Whether this node is the one of the living that sweeps: the oldest. */
    public boolean leads() {
        var nodes = living;
        return nodes.isEmpty() || nodes.get(0) == epoch || !nodes.contains(epoch);
    }

    /** Whether this node may ask the source now. */
    public boolean holds(Source source) {
        return held.contains(source) && valid();
    }

    /**
     * Takes the leases of this node's share of the sources, as far as they are free, and gives back the others.
     *
     * @param busy whether a source is being asked at this moment; its lease is kept until it is not
     */
    public void share(Collection<Source> sources, Predicate<Source> busy) {
        var mine = new ArrayList<Source>();
        var nodes = living;
        var me = epoch;
        var now = term;
        for (var source : sources) {
            if (owner(source, nodes, me) == me) {
                mine.add(source);
            }
        }
        var wanted = new HashSet<>(mine);
        leaving.addAll(held.stream().filter(each -> !wanted.contains(each)).toList());
        // No longer held before it is given back: nobody may ask on a lease that is on its way out.
        held.removeAll(leaving);
        var back = leaving.stream().filter(each -> !busy.test(each)).toList();
        give(back);
        back.forEach(leaving::remove);
        take(
                mine.stream()
                        .filter(each -> !held.contains(each) && !leaving.contains(each))
                        .toList(),
                me,
                now);
    }

    /** @param now the term in which this node looked what is free */
    private void take(List<Source> free, long me, int now) {
        if (free.isEmpty()) {
            return;
        }
        var got = database.transaction(connection -> {
            try (var insert = connection.prepareStatement("""
                    insert into lease (municipality, connection, epoch)
                    select u.municipality, u.connection, ? from unnest(?::text[], ?::text[]) as u (municipality, connection)
                    on conflict (municipality, connection) do update set epoch = excluded.epoch
                        where lease.epoch = excluded.epoch or not exists
                            (select 1 from epoch where epoch.epoch = lease.epoch and alive_until > now())
                    returning municipality, connection""")) {
                insert.setLong(1, me);
                new Columns<>(insert, 2, free).text(Source::municipality).text(Source::connection);
                var found = new ArrayList<Source>();
                try (var row = insert.executeQuery()) {
                    while (row.next()) {
                        found.add(new Source(row.getString(1), row.getString(2)));
                    }
                }
                return found;
            }
        });
        synchronized (held) {
            if (me == epoch && now == term) {
                held.addAll(got);
            }
        }
    }

    private void give(List<Source> back) {
        if (back.isEmpty()) {
            return;
        }
        database.transaction(connection -> {
            try (var delete = connection.prepareStatement("""
                    delete from lease using unnest(?::text[], ?::text[]) as u (municipality, connection)
                    where lease.municipality = u.municipality and lease.connection = u.connection and epoch = ?""")) {
                new Columns<>(delete, 1, back).text(Source::municipality).text(Source::connection);
                delete.setLong(3, epoch);
                return delete.executeUpdate();
            }
        });
    }

    /** The highest hash wins; a node that does not know itself to be living owns nothing. */
    static long owner(Source source, List<Long> nodes, long otherwise) {
        if (nodes.size() <= 1) {
            return nodes.isEmpty() ? otherwise : nodes.get(0);
        }
        var best = nodes.get(0);
        var highest = hash(source, best);
        for (var node : nodes.subList(1, nodes.size())) {
            var hash = hash(source, node);
            if (Arrays.compareUnsigned(hash, highest) > 0) {
                best = node;
                highest = hash;
            }
        }
        return best;
    }

    private static byte[] hash(Source source, long node) {
        try {
            return MessageDigest.getInstance("SHA-256").digest((source + " " + node).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Declares this epoch dead, so that others need not wait for it to run out. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(renewing);
        try {
            renewing.join(RENEWAL.toMillis());
            database.transaction(connection -> {
                try (var update = connection.prepareStatement("""
                        update epoch set alive_until = '-infinity', judged = true where epoch = ? and alive_until > '-infinity'""")) {
                    update.setLong(1, epoch);
                    return update.executeUpdate();
                }
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (LedgerFailure e) {
            LOG.warn("node {} could not say good-bye; the others wait until its epoch has run out", name, e);
        }
    }
}
