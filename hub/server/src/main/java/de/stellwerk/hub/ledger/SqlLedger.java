package de.stellwerk.hub.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger in PostgreSQL. What many threads want at the same moment is joined into one commit, since a commit costs the same for one
 * row and for a hundred.
 */
public final class SqlLedger implements Ledger, AutoCloseable {

    static final String HUB = "hub";

    private static final Logger LOG = LoggerFactory.getLogger(SqlLedger.class);

    /**
     * Deliveries have been taken already: a few of them wait so long for others, since each set costs some statements and a commit however
     * small it is. A delivery does so twice, at its claim and at its outcome.
     */
    private static final Duration COMPANY = Duration.ofMillis(20);

    private final Database database;
    private final Clock clock;
    private final Sweep sweep;
    private final RouteBook routes;
    private final DeliveryBook deliveries;
    private final Joiner<NewMessage, Taken> takes;
    private final Joiner<String, Optional<DueDelivery>> claims;
    private final Joiner<Outcome, Concluded> outcomes;

    /** @param nodes this node, whose epoch all claims carry; closed by its owner, after this */
    public SqlLedger(DataSource source, Clock clock, Ids ids, Nodes nodes) {
        this.database = new Database(source);
        this.clock = clock;
        this.sweep = new Sweep(database, clock);
        this.routes = new RouteBook(database, clock, nodes);
        this.deliveries = new DeliveryBook(database, clock, nodes);
        var taking = new Takes(database, clock, ids, nodes);
        this.takes = new Joiner<>("take", 2, Thread.NORM_PRIORITY, Duration.ZERO, taking::all);
        this.claims = new Joiner<>("claim", 1, Thread.MIN_PRIORITY, COMPANY, this::claimJoined);
        this.outcomes = new Joiner<>("outcome", 1, Thread.MIN_PRIORITY, COMPANY, this::concludeJoined);
    }

    @Override
    public Taken take(NewMessage message) {
        return takes.submit(message);
    }

    @Override
    public void refused(String municipality, String source, String code, String text) {
        database.transaction(connection -> {
            try (var entries = new Entries(connection, clock.instant())) {
                entries.add(municipality, "", null, null, "REFUSED", code, text, source);
            }
            return true;
        });
    }

    @Override
    public RouteSet claimMessages(List<UUID> ids) {
        return routes.claim(ids);
    }

    @Override
    public RouteSet claimSuspect(UUID id, boolean alone) {
        return routes.claimSuspect(id, alone);
    }

    @Override
    public List<Address> routed(RouteSet set, List<Routed> outcomes) {
        try {
            return routes.write(set.no(), outcomes);
        } catch (LedgerFailure e) {
            try {
                return alone(outcomes, e, outcome -> routes.write(set.no(), List.of(outcome)));
            } finally {
                release(set);
            }
        }
    }

    /** A set that stays noted as being routed would make its messages suspect when this node ends. */
    private void release(RouteSet set) {
        try {
            routes.release(set.no());
        } catch (LedgerFailure e) {
            LOG.warn(
                    "a set of {} messages could not be released; they are routed one by one later",
                    set.messages().size());
        }
    }

    /** One bad item must not take the others of its set with it. It is left as it was, and comes again. */
    private static <T, R> List<R> alone(List<T> items, LedgerFailure failure, Function<T, List<R>> write) {
        if (items.size() == 1 || failure.isUnreachable()) {
            throw failure;
        }
        var results = new ArrayList<R>();
        for (var item : items) {
            try {
                results.addAll(write.apply(item));
            } catch (LedgerFailure e) {
                LOG.error("one of a set could not be written; the others are, and it comes again", e);
            }
        }
        return results;
    }

    @Override
    public List<DueDelivery> claimDeliveries(List<String> ids) {
        return claims.submitAll(ids).stream().flatMap(Optional::stream).toList();
    }

    private List<Optional<DueDelivery>> claimJoined(List<String> ids) {
        var claimed = deliveries.claim(ids);
        var byId = new java.util.HashMap<String, DueDelivery>();
        claimed.forEach(each -> byId.put(each.id(), each));
        // An id that came twice must not be sent twice.
        return ids.stream().map(id -> Optional.ofNullable(byId.remove(id))).toList();
    }

    @Override
    public void putOff(List<String> ids, Instant due) {
        deliveries.putOff(ids, due);
    }

    @Override
    public void giveBack(List<DueDelivery> claimed, Instant due) {
        deliveries.giveBack(claimed, due);
    }

    @Override
    public Concluded concluded(List<Outcome> all) {
        var written = new HashSet<String>();
        var next = new ArrayList<Address>();
        for (var each : new HashSet<>(outcomes.submitAll(all))) {
            written.addAll(each.written());
            next.addAll(each.next());
        }
        return new Concluded(
                all.stream()
                        .map(outcome -> outcome.delivery().id())
                        .filter(written::contains)
                        .collect(java.util.stream.Collectors.toSet()),
                next);
    }

    /** All share one result; who asked for which is found by the ids. What comes next is told to the first only. */
    private List<Concluded> concludeJoined(List<Outcome> all) {
        var concluded = deliveries.conclude(all);
        var others = new Concluded(concluded.written(), List.of());
        var results = new ArrayList<Concluded>(all.size());
        for (int i = 0; i < all.size(); i++) {
            results.add(i == 0 ? concluded : others);
        }
        return results;
    }

    @Override
    public List<DueDelivery> takeOverOpenAttempts(String municipality, String connection, int limit) {
        return deliveries.takeOver(municipality, connection, limit);
    }

    @Override
    public List<DueDelivery> openAttempts(Predicate<Address> abandoned) {
        return deliveries.openAttempts(abandoned);
    }

    @Override
    public List<Address> connectionsWithOpenAttempts() {
        return deliveries.connectionsWithOpenAttempts();
    }

    @Override
    public List<UUID> suspectDeadRoutes() {
        return routes.suspectDead();
    }

    @Override
    public List<ToRoute> dueMessages(Walk walk, int each, int limit) {
        return sweep.messages(walk, each, limit);
    }

    @Override
    public List<Address> dueDeliveries(Walk walk, int each, int limit) {
        return sweep.deliveries(walk, each, limit);
    }

    @Override
    public int pullForward(Instant latest) {
        return sweep.pullForward(latest);
    }

    @Override
    public List<Delivered> awaited(String municipality, String connection, String channel, int limit) {
        return delivered("""
                select reference, case_id, finished_at, headers from delivery
                where awaited and municipality = ? and connection = ? and channel = ? order by finished_at limit ?""", municipality, connection, channel, limit);
    }

    @Override
    public Optional<Delivered> byReference(String municipality, String connection, String reference) {
        return delivered("""
                        select reference, case_id, finished_at, headers from delivery
                        where municipality = ? and connection = ? and reference = ? and reference <> '' and state = 'DELIVERED'
                        order by number limit ?""", municipality, connection, reference, 1).stream().findFirst();
    }

    @Override
    public boolean underWay(String municipality, String connectionName) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement("""
                    select 1 from delivery d where municipality = ? and connection = ? and state = 'WAITING'
                        and (attempt > 0 or exists (select 1 from sending where delivery_id = d.id)) limit 1""")) {
                select.setString(1, municipality);
                select.setString(2, connectionName);
                try (var row = select.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    private List<Delivered> delivered(String sql, String municipality, String connectionName, String third, int limit) {
        return database.read(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                select.setString(1, municipality);
                select.setString(2, connectionName);
                select.setString(3, third);
                select.setInt(4, limit);
                var found = new ArrayList<Delivered>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(new Delivered(
                                row.getString("reference"),
                                row.getString("case_id"),
                                Database.instant(row, "finished_at"),
                                Database.headers(row)));
                    }
                }
                return found;
            }
        });
    }

    /** Lets what was handed in finish, then ends. */
    @Override
    public void close() {
        takes.close();
        claims.close();
        outcomes.close();
        try {
            routes.releaseAll();
        } catch (LedgerFailure e) {
            LOG.warn("what was being routed could not be released; it is routed one by one later", e);
        }
    }
}
