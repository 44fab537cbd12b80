package de.stellwerk.hub.ledger;

import de.stellwerk.hub.ledger.Nodes.Source;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The ledger in memory. */
final class MemoryStage implements LedgerStage {

    private final Clock clock;
    private final MemoryStore store;
    private final Map<String, Long> epochs = new HashMap<>();

    MemoryStage(Clock clock) {
        this.clock = clock;
        // As the real database: its clock is no node's clock.
        this.store = new MemoryStore(Clock.systemUTC());
    }

    @Override
    public Ledger begin(String node) {
        long epoch = store.begin(node);
        epochs.put(node, epoch);
        return new MemoryLedger(store, clock, () -> epoch);
    }

    @Override
    public void end(String node) {
        store.end(epochs.get(node));
    }

    @Override
    public boolean lease(String node, Source source) {
        return !store.lease(List.of(source), epochs.get(node)).isEmpty();
    }

    @Override
    public boolean decide(Operator.Decision decision, String delivery) {
        return store.decide(decision, delivery, clock.instant());
    }

    @Override
    public boolean decideMessage(boolean again, UUID message) {
        return store.decideMessage(again, message, clock.instant());
    }

    @Override
    public void pause(String municipality, String connection) {
        store.pause(municipality, connection);
    }

    @Override
    public void resume(String municipality, String connection) {
        store.resume(municipality, connection);
    }

    @Override
    public List<String> rows() {
        var rows = new ArrayList<String>();
        for (var row : store.messages.values()) {
            rows.add(line(
                    "message",
                    row.id,
                    row.businessId,
                    row.caseId,
                    row.state,
                    row.code,
                    row.attempt,
                    row.suspect,
                    time(row.due),
                    time(row.publishedUntil),
                    row.parts.values().stream()
                            .map(part -> part.no() + part.role())
                            .collect(Collectors.joining(","))));
        }
        for (var row : store.deliveries.values()) {
            rows.add(line(
                    "delivery",
                    row.id,
                    row.message.id(),
                    row.connection(),
                    row.planned.orderKey(),
                    row.body,
                    row.attachments.stream().map(String::valueOf).collect(Collectors.joining("+")),
                    row.state,
                    row.code,
                    row.attempt,
                    row.triedBefore,
                    row.reference,
                    row.awaited,
                    time(row.due),
                    time(row.publishedUntil)));
        }
        store.sending.forEach(
                (id, open) -> rows.add(line("sending", id, open.attempt(), node(open.epoch()), mayLive(open.epoch()))));
        for (var set : store.routing.values()) {
            rows.add(line(
                    "routing",
                    set.messages().stream().map(UUID::toString).sorted().collect(Collectors.joining(",")),
                    node(set.epoch()),
                    mayLive(set.epoch())));
        }
        Collections.sort(rows);
        return rows;
    }

    private String node(long epoch) {
        return store.epochs.get(epoch).node;
    }

    private boolean mayLive(long epoch) {
        return !store.epochs.get(epoch).aliveUntil.equals(MemoryStore.NEVER);
    }

    private static String time(Instant instant) {
        return instant.equals(MemoryStore.NEVER) ? "never" : instant.toString();
    }

    private static String line(Object... fields) {
        return Stream.of(fields).map(String::valueOf).collect(Collectors.joining(" | "));
    }

    @Override
    public List<String> entries() {
        var counts = new TreeMap<String, Integer>();
        store.lines.forEach(each -> counts.merge(line(each.municipality(), each.what(), each.code()), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(each -> line(each.getKey(), each.getValue()))
                .sorted()
                .toList();
    }

    @Override
    public Balance balance() {
        return store.balance();
    }

    @Override
    public void close() {}
}
