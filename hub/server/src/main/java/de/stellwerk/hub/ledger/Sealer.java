package de.stellwerk.hub.ledger;

import static de.stellwerk.hub.ledger.Database.at;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals entries after they were committed: what adds them waits for nobody, and nobody can change one later without being found by
 * {@link Verification}.
 *
 * <p>Every entry carries the id of the transaction that added it. Once every transaction up to some id has ended, no entry can appear
 * below that id any more: what stands there is final, and one sealer takes it, in that order, into one chain a municipality. At least
 * once a minute the end of the chains is signed and written outside the database.
 *
 * <p>Several nodes on one database each have a sealer. That of the leading node works; a lock in the database sees to it that no two
 * ever do, also while two nodes think that they lead.
 */
public final class Sealer implements AutoCloseable {

    /** Held while the chain or its checkpoints grow. Whoever holds it longer keeps both as they are. */
    public static final long LOCK = 0x5374656c6c776572L;

    /** A backlog is sealed in pieces of this many entries, so that memory does not grow with it. */
    static final int LARGEST_ROUND = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final long EVERY_MILLIS = 750;
    private static final Duration CHECKPOINT_EVERY = Duration.ofSeconds(60);
    private static final int NOT_MINE = -1;

    private final Database database;
    private final CheckpointFolder checkpoints;
    private final Function<byte[], String> signature;
    private final Clock clock;
    private final BooleanSupplier leads;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        var made = new Thread(work, "sealer");
        made.setDaemon(true);
        made.setPriority(Thread.MIN_PRIORITY); // a seal may be a moment late, a sender's yes may not
        return made;
    });
    /** When the newest line was written, by whichever hub: one that never lives for a minute writes its lines all the same. */
    private Instant lastCheckpoint = Instant.EPOCH;

    private boolean failing;

    /**
     * Must be there before anything adds an entry: in a cluster that is younger than its data, it lifts the transaction ids above
     * those that were sealed.
     *
     * @param checkpoints a folder outside the database
     * @param signature makes a compact JWS of what a checkpoint says
     * @param leads whether this node is the one to seal
     */
    public Sealer(
            DataSource source,
            Path checkpoints,
            Function<byte[], String> signature,
            Clock clock,
            BooleanSupplier leads) {
        this.database = new Database(source);
        this.checkpoints = new CheckpointFolder(checkpoints);
        this.signature = signature;
        this.clock = clock;
        this.leads = leads;
        if (database.read(connection -> shift(connection, Sealing.last(connection)) > 0)) {
            database.transaction(this::lift);
        }
        compareWithLastCheckpoint();
    }

    /** Whoever puts an older database in place of this one is told at the start, and not when somebody verifies. */
    private void compareWithLastCheckpoint() {
        try {
            var line = database.transaction(this::lastAlone);
            if (line.isEmpty() || roundOf(line.get()) == 0) {
                return;
            }
            var known = Checkpoint.unchecked(line.get());
            lastCheckpoint = timeOf(known);
            boolean there = database.read(connection -> {
                try (var select = connection.prepareStatement("select 1 from sealing where round = ? and hash = ?")) {
                    select.setLong(1, known.round());
                    select.setBytes(2, HexFormat.of().parseHex(known.hash()));
                    try (var row = select.executeQuery()) {
                        return row.next();
                    }
                }
            });
            if (!there) {
                LOG.error(
                        "the ledger in the database is not the one of the newest checkpoint, round {} of {}: it was put back"
                                + " to an older state, or changed; run 'stellwerk ledger verify'",
                        known.round(),
                        known.at());
            }
        } catch (UncheckedIOException e) {
            throw new UncheckedIOException("the folder of the checkpoints cannot be read", e.getCause());
        }
    }

    /** Under the lock: a line that another node on the same folder is just writing is not taken for one that a crash left. */
    private Optional<String> lastAlone(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
            return checkpoints.last();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void start() {
        thread.scheduleWithFixedDelay(this::work, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** After a move to another cluster transaction ids begin low again; entries must not, or they would count as back-dated. */
    private boolean lift(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
            var last = Sealing.last(connection);
            long shift = shift(connection, last);
            if (shift == 0) {
                return false;
            }
            statement.execute("alter table entry alter column xid set default (pg_current_xact_id()::text::bigint + "
                    + shift + ")");
            Sealing.after(last, shift, last.to(), List.of(), now()).insert(connection);
            LOG.info(
                    "the database has moved to another cluster; {} is added to its transaction ids from now on", shift);
            return true;
        }
    }

    /** What has to be added to this cluster's transaction ids, if it is not what is added already; else 0. */
    private static long shift(Connection connection, Sealing last) throws SQLException {
        // In this order: whatever can be seen has an id below the one that is given out afterwards.
        long highest = Math.max(last.to().xid(), number(connection, "select coalesce(max(xid), 0) from entry"));
        long current = number(connection, "select pg_current_xact_id()::text::bigint");
        return current + last.shift() > highest ? 0 : highest - current + 1;
    }

    /** Seals what is due, and writes a checkpoint if the last one is a minute old. */
    synchronized void work() {
        if (!leads.getAsBoolean()) {
            return;
        }
        try {
            while (seal() == LARGEST_ROUND && !thread.isShutdown()) {}
            // A clock that was set back counts too.
            if (Duration.between(lastCheckpoint, clock.instant()).abs().compareTo(CHECKPOINT_EVERY) >= 0
                    && checkpoint()) {
                lastCheckpoint = clock.instant();
            }
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.error("sealing the ledger fails; entries are safe, it is tried again every second", e);
                failing = true;
            }
        }
    }

    /** One round. Returns how many entries were sealed; negative if another sealer is at work. */
    int seal() {
        return database.transaction(connection -> {
            if (!mine(connection)) {
                return NOT_MINE;
            }
            var last = Sealing.last(connection);
            // All statements after this one see every transaction below the horizon, for all have ended.
            long horizon =
                    number(connection, "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint") + last.shift();
            var leaves = new TreeMap<String, ByteArrayOutputStream>();
            var to = read(connection, last.to(), horizon, leaves);
            if (leaves.isEmpty()) {
                return 0;
            }
            var seals = new ArrayList<SealRow>(leaves.size());
            var tips = tips(connection, leaves.keySet());
            for (var each : leaves.entrySet()) {
                var tip = tips.getOrDefault(each.getKey(), SealRow.Tip.none(each.getKey()));
                seals.add(SealRow.after(tip, last.round() + 1, each.getValue().toByteArray()));
            }
            insert(connection, seals);
            var sealing = Sealing.after(last, last.shift(), to, seals, now());
            sealing.insert(connection);
            return sealing.entries();
        });
    }

    private static Leaf.Position read(
            Connection connection, Leaf.Position from, long horizon, Map<String, ByteArrayOutputStream> leaves)
            throws SQLException {
        var to = from;
        try (var select = connection.prepareStatement("select " + Leaf.COLUMNS
                + " from entry where (xid, no) > (?, ?) and xid < ? order by xid, no limit " + LARGEST_ROUND)) {
            select.setFetchSize(1_000);
            select.setLong(1, from.xid());
            select.setLong(2, from.no());
            select.setLong(3, horizon);
            var number = ByteBuffer.allocate(Long.BYTES);
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var leaf = Leaf.of(row);
                    var of = leaves.computeIfAbsent(leaf.municipality(), key -> new ByteArrayOutputStream());
                    of.writeBytes(number.putLong(0, leaf.position().no()).array());
                    of.writeBytes(leaf.hash());
                    to = leaf.position();
                }
            }
        }
        return to;
    }

    private static Map<String, SealRow.Tip> tips(Connection connection, Collection<String> municipalities)
            throws SQLException {
        try (var select = connection.prepareStatement("""
                select s.municipality, s.seq, s.total, s.hash from unnest(?::text[]) as m (municipality) cross join lateral
                    (select * from seal where municipality = m.municipality order by seq desc limit 1) s""")) {
            select.setArray(1, connection.createArrayOf("text", municipalities.toArray()));
            var found = new HashMap<String, SealRow.Tip>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    var tip = tip(row);
                    found.put(tip.municipality(), tip);
                }
            }
            return found;
        }
    }

    private static SealRow.Tip tip(ResultSet row) throws SQLException {
        return new SealRow.Tip(row.getString(1), row.getLong(2), row.getLong(3), row.getBytes(4));
    }

    static void insert(Connection connection, Collection<SealRow> seals) throws SQLException {
        try (var insert = connection.prepareStatement(
                "insert into seal (" + SealRow.COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (var seal : seals) {
                insert.setString(1, seal.municipality());
                insert.setLong(2, seal.seq());
                insert.setLong(3, seal.round());
                insert.setInt(4, seal.entries());
                insert.setLong(5, seal.total());
                insert.setBytes(6, seal.leaves());
                insert.setBytes(7, seal.previous());
                insert.setBytes(8, seal.hash());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Signs the end of all chains and writes it outside the database, if anything was sealed since. False if another is at work. */
    boolean checkpoint() {
        return database.transaction(connection -> {
            if (!mine(connection)) {
                return false;
            }
            try {
                var last = Sealing.last(connection);
                var before = checkpoints.last();
                long known = before.map(Sealer::roundOf).orElse(0L);
                if (last.round() <= known) {
                    return true;
                }
                var now = now();
                var line = signature.apply(new Checkpoint(
                                1,
                                now.toString(),
                                before.map(Checkpoint::hashOf)
                                        .map(HexFormat.of()::formatHex)
                                        .orElse(""),
                                last.round(),
                                HexFormat.of().formatHex(last.hash()),
                                last.total(),
                                grownSince(connection, known))
                        .json());
                // The file first: a line that the database does not know is no harm, the other way round it would be
                // missed.
                checkpoints.append(line, now.atZone(ZoneOffset.UTC).toLocalDate());
                try (var insert =
                        connection.prepareStatement("insert into seal_checkpoint (line, round, at) values (?, ?, ?)")) {
                    insert.setBytes(1, Checkpoint.hashOf(line));
                    insert.setLong(2, last.round());
                    insert.setTimestamp(3, at(now));
                    insert.executeUpdate();
                }
                return true;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** A last line that cannot be read is for the verification to tell; here it only makes the next one longer. */
    private static long roundOf(String line) {
        try {
            return Checkpoint.unchecked(line).round();
        } catch (IllegalArgumentException e) {
            LOG.error("the newest checkpoint cannot be read: somebody changed it; run 'stellwerk ledger verify'");
            return 0;
        }
    }

    /** One that cannot be read is for the verification to tell as well. */
    private static Instant timeOf(Checkpoint known) {
        try {
            return Instant.parse(known.at());
        } catch (DateTimeParseException e) {
            LOG.error("the newest checkpoint has no time: somebody changed it; run 'stellwerk ledger verify'");
            return Instant.EPOCH;
        }
    }

    private static List<Checkpoint.Chain> grownSince(Connection connection, long round) throws SQLException {
        try (var select = connection.prepareStatement("""
                select distinct on (municipality) municipality, seq, total, hash from seal where round > ?
                order by municipality, seq desc""")) {
            select.setLong(1, round);
            var found = new ArrayList<Checkpoint.Chain>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    found.add(Checkpoint.Chain.of(tip(row)));
                }
            }
            return found;
        }
    }

    private static boolean mine(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_try_advisory_xact_lock(" + LOCK + ")")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** As exact as the database keeps it, or its hash would not be found again. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Seals what is final and writes the last checkpoint, unless another node does. */
    @Override
    public void close() {
        thread.shutdown();
        if (!leads.getAsBoolean()) {
            return;
        }
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("the sealer is still at work; what is not sealed is sealed at the next start");
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            while (seal() == LARGEST_ROUND) {}
            checkpoint();
        } catch (RuntimeException e) {
            LOG.error("the end of the ledger could not be sealed; the next start does it", e);
        }
    }
}
