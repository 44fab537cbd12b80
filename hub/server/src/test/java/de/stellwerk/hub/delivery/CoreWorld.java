package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.MemoryBroker;
import de.stellwerk.hub.config.BrokerConfig;
import de.stellwerk.hub.config.Capacity;
import de.stellwerk.hub.config.DatabaseConfig;
import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.PluginsConfig;
import de.stellwerk.hub.config.WebConfig;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.delivery.SimNode.Life;
import de.stellwerk.hub.intake.Accepted;
import de.stellwerk.hub.intake.Submission;
import de.stellwerk.hub.ledger.DeliveryState;
import de.stellwerk.hub.ledger.MemoryLedger;
import de.stellwerk.hub.ledger.MemoryStore;
import de.stellwerk.hub.ledger.MemoryStore.Seen;
import de.stellwerk.hub.ledger.MessageState;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.route.PlannedDelivery;
import de.stellwerk.hub.route.RouteInput;
import de.stellwerk.hub.route.RouteOutcome;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One to three nodes with the real core, a store and a broker they share, senders and targets, all on one thread: a seeded scheduler picks
 * what happens next. Between any two steps, and at any call out of the core, a node may die, and others may go on meanwhile. At the end
 * all faults cease, everything is brought to its end, and the books are compared. One object is one run.
 */
final class CoreWorld {

    private static final Instant BEGIN = Instant.parse("2026-11-24T12:00:00Z");
    private static final int DEEPEST = 3;
    private static final int MOST_ROUNDS = 200;
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
    private static final int SWEEPS_TO_A_TAKE_OVER = 8;
    private static final Duration NEVER = Duration.ofDays(10_000);

    /** The node dies of its route, whatever else happens. */
    private static final String POISON = "poison";

    /** Its route takes longer than the hub lives while something kills it again and again. */
    private static final String SLOW = "slow";

    private static final Duration SLOWLY = Duration.ofSeconds(20);
    private static final int LONGEST_LIFE_SECONDS = 20;
    private static final List<String> TOWNS = List.of("14628270", "14713000");

    /** What a node throws when it dies: nothing of the core may hold it up. */
    private static final class Died extends Error {
        private static final long serialVersionUID = 1;

        Died() {
            super(null, null, false, false);
        }
    }

    /** The promise was broken. */
    static final class Wrong extends AssertionError {
        private static final long serialVersionUID = 1;

        Wrong(String what) {
            super(what);
        }
    }

    /** A submission that is repeated until somebody says yes. */
    private static final class Mail {
        final Submission submission;
        Optional<UUID> held = Optional.empty();

        Mail(Submission submission) {
            this.submission = submission;
        }
    }

    /** Sends one after the other. */
    private static final class Sender {
        final List<Mail> mails = new ArrayList<>();
        int next;
        boolean busy;
    }

    private final Random random;
    private final Mutant mutant;
    private final ContentStore contents;
    private final boolean tracing;
    private final List<String> trace = new ArrayList<>();
    private final MemoryBroker broker;
    private final MemoryStore store;
    private final HubConfig config;
    private final Map<String, SimTarget> targets = new LinkedHashMap<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private final Set<UUID> routedByAPerson = new HashSet<>();
    private Faults faults;
    private Duration elapsed = Duration.ZERO;

    /** What the time may not pass while a call is on its way. */
    private Duration ceiling = NEVER;

    /** When something outside kills all nodes. */
    private Duration killAt = NEVER;

    private int kills;
    private int behindStuck;

    private boolean mended;
    private int depth;
    private int deaths;
    private long happened;

    CoreWorld(long seed, Mutant mutant, ContentStore contents, boolean tracing) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.mutant = mutant;
        this.contents = contents;
        this.tracing = tracing;
        this.broker = new MemoryBroker(random);
        this.store = new MemoryStore(new DatabaseClock());
        this.faults = Faults.draw(random);
        var towns = new LinkedHashMap<String, Municipality>();
        for (var town : TOWNS.subList(0, 1 + random.nextInt(2))) {
            towns.put(town, new Municipality(town, town + "0000", town, Map.of()));
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                buildTarget(town, "t" + i);
            }
        }
        this.config = new HubConfig(
                Path.of("."),
                Path.of("."),
                new WebConfig("localhost", 0, Optional.empty()),
                new BrokerConfig("localhost", 0, List.of()),
                new DatabaseConfig(Optional.empty(), "", ""),
                Path.of("."),
                Path.of("."),
                Optional.empty(),
                Limits.defaults(),
                Capacity.defaults(),
                PluginsConfig.open(),
                towns);
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            nodes.add(new SimNode(this, String.valueOf((char) ('a' + i))));
        }
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            senders.add(
                    buildSender("key/sender" + i, List.copyOf(towns.keySet()).get(random.nextInt(towns.size()))));
        }
        trace(() -> "faults: " + faults + ", nodes: " + nodes.size() + ", targets: " + targets.keySet());
    }

    private void buildTarget(String town, String name) {
        var recognises = random.nextInt(2) == 0;
        var order =
                switch (random.nextInt(4)) {
                    case 0 -> Optional.of("case");
                    case 1 -> Optional.of("ticket");
                    default -> Optional.<String>empty();
                };
        targets.put(
                town + "/" + name,
                new SimTarget(
                        this,
                        town,
                        name,
                        recognises,
                        random.nextInt(2) == 0,
                        order,
                        random.nextInt(4) == 0,
                        recognises || mutant.repeatsAfterUnknown()));
    }

    private Sender buildSender(String name, String town) {
        var sender = new Sender();
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            // The body says what the route will do with it.
            var plan = new StringBuilder();
            switch (random.nextInt(15)) {
                case 0 -> plan.append("none");
                case 1 -> plan.append("quarantine");
                case 2 -> plan.append(random.nextInt(3) == 0 ? POISON : "t0");
                default -> {
                    for (int n = 1 + random.nextInt(3); n > 0; n--) {
                        plan.append("t").append(random.nextInt(3)).append(' ');
                    }
                }
            }
            sender.mails.add(mail(name, town, i, plan.toString()));
        }
        return sender;
    }

    private Mail mail(String sender, String town, int number, String plan) {
        return new Mail(new Submission(
                town,
                sender,
                sender + number,
                "form.submission",
                "",
                Optional.of("case-" + random.nextInt(2)),
                Optional.empty(),
                Map.of("ticket", String.valueOf(random.nextInt(2))),
                Content.of("plan.txt", "text/plain", plan.getBytes(StandardCharsets.UTF_8)),
                List.of(),
                Optional.empty()));
    }

    private final class DatabaseClock extends Clock {
        @Override
        public Instant instant() {
            return time();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    // What nodes and targets ask of their world

    Random random() {
        return random;
    }

    boolean chance(int ofAThousand) {
        return ofAThousand > 0 && random.nextInt(1000) < ofAThousand;
    }

    int pick(int of) {
        return random.nextInt(of);
    }

    Faults faults() {
        return faults;
    }

    Mutant mutant() {
        return mutant;
    }

    MemoryStore store() {
        return store;
    }

    MemoryBroker broker() {
        return broker;
    }

    ContentStore contents() {
        return contents;
    }

    HubConfig config() {
        return config;
    }

    Duration elapsed() {
        return elapsed;
    }

    Instant time() {
        return BEGIN.plus(elapsed);
    }

    int deaths() {
        return deaths;
    }

    int deliveries() {
        return store.deliveries().size();
    }

    /** How many deliveries waited for a stuck one of their key when the faults had ceased. */
    int behindStuck() {
        return behindStuck;
    }

    /** Whether one of its messages kills nodes. */
    boolean isPoisonous() {
        return senders.stream().flatMap(sender -> sender.mails.stream()).anyMatch(mail -> planOf(mail)
                .equals(POISON));
    }

    Optional<SimTarget> target(String municipality, String connection) {
        return Optional.ofNullable(targets.get(municipality + "/" + connection));
    }

    void passes(Duration time) {
        var until = elapsed.plus(time);
        if (until.compareTo(ceiling) > 0) {
            until = ceiling;
        }
        if (until.compareTo(elapsed) > 0) {
            elapsed = until;
        }
    }

    void trace(Supplier<String> line) {
        happened++;
        if (tracing) {
            trace.add("%10.3f  %s".formatted(elapsed.toMillis() / 1000.0, line.get()));
        }
    }

    List<String> trace() {
        return trace;
    }

    long happened() {
        return happened;
    }

    void wrong(String what) {
        trace(() -> "WRONG: " + what);
        throw new Wrong(what);
    }

    /** A call out of the core: here a node may die, and others may go on. */
    void boundary(Life life, String where) {
        if (elapsed.compareTo(killAt) >= 0) {
            killAll();
        }
        if (chance(faults.crash())) {
            die(life, where);
        }
        if (depth < DEEPEST && chance(faults.late() / 20)) {
            stall(life, where);
        }
        if (depth < DEEPEST && chance(faults.meanwhile())) {
            depth++;
            // Mostly a moment; now and then long enough for others to take over what this node has begun.
            for (int n = 1 + random.nextInt(random.nextInt(8) == 0 ? 80 : 4); n > 0; n--) {
                step();
            }
            depth--;
        }
        if (!life.alive) {
            throw new Died();
        }
    }

    /** Nothing runs on this node for a while, not even the renewal of its epoch; the others go on. */
    private void stall(Life life, String where) {
        var until = elapsed.plusSeconds(random.nextInt(40));
        trace(() -> life + " stalls: " + where);
        depth++;
        life.stalled = true;
        for (int n = 20 + random.nextInt(100); n > 0 && elapsed.compareTo(until) < 0; n--) {
            step();
        }
        passes(until.minus(elapsed));
        life.stalled = false;
        depth--;
        trace(() -> life + " goes on: " + where);
    }

    /** The same, but no more time passes than the node's epoch lives. */
    void boundaryWithinLease(Life life, String where) {
        var before = ceiling;
        var end = life.leaseEnds().minusMillis(1);
        ceiling = end.compareTo(ceiling) < 0 ? end : ceiling;
        try {
            boundary(life, where);
        } finally {
            ceiling = before;
        }
    }

    <T> T stored(Life life, String what, Supplier<T> call) {
        boundary(life, what);
        if (chance(faults.refused())) {
            trace(() -> life + " " + what + ": refused");
            if (random.nextInt(4) == 0) {
                throw MemoryLedger.busy();
            }
            throw MemoryLedger.failure(random.nextBoolean() ? "08006" : "XX000");
        }
        var result = call.get();
        trace(() -> life + " " + what + ": " + result);
        boundary(life, "answer to " + what);
        if (chance(faults.unanswered())) {
            trace(() -> life + " " + what + ": done, and not answered");
            throw MemoryLedger.failure("08007");
        }
        return result;
    }

    RouteOutcome route(Life life, RouteInput input) {
        boundary(life, "route of " + input.messageId());
        String plan;
        try (var in = input.body().open()) {
            plan = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!mended && plan.equals(POISON)) {
            die(life, "of the route of " + input.messageId());
        }
        if (plan.equals(SLOW)) {
            for (int second = 0; second < SLOWLY.toSeconds(); second++) {
                passes(Duration.ofSeconds(1));
                boundary(life, "slow route");
            }
        }
        if (chance(faults.route())) {
            return new RouteOutcome.Failed("r@1", "route.failed", "at random");
        }
        if (!mended && plan.equals("none")) {
            return new RouteOutcome.NoRoute("there is none");
        }
        if (!mended && plan.equals("quarantine")) {
            return new RouteOutcome.Quarantined("r@1", "sig.altered", "it was", List.of());
        }
        var planned = new ArrayList<PlannedDelivery>();
        for (var word : plan.split(" ")) {
            var name = target(input.municipality(), word).isPresent() ? word : "t0";
            planned.add(new PlannedDelivery(
                    input.messageId() + "-" + planned.size(),
                    name,
                    "out",
                    input.kind(),
                    input.headers(),
                    input.body(),
                    List.of()));
        }
        return new RouteOutcome.Routed("r@1", planned, List.of(), List.of());
    }

    private void killAll() {
        trace(() -> "something kills the hub");
        kills++;
        killAt = elapsed.plusSeconds(1 + random.nextInt(LONGEST_LIFE_SECONDS));
        for (var life : living()) {
            life.alive = false;
            deaths++;
        }
    }

    private void die(Life life, String where) {
        if (life.alive) {
            life.alive = false;
            deaths++;
            trace(() -> life + " dies: " + where);
        }
        throw new Died();
    }

    // The scheduler

    private List<Life> living() {
        return nodes.stream()
                .map(node -> node.life)
                .filter(life -> life.alive && !life.stalled)
                .toList();
    }

    /** Runs something on a node, which may die of it. */
    private void on(Life life, Runnable work) {
        try {
            work.run();
        } catch (Died e) {
            if (life.alive) {
                throw e;
            }
        }
    }

    private void step() {
        var kind = random.nextInt(100);
        var living = living();
        if (kind < 10) {
            passes(Duration.ofMillis(random.nextInt(chance(faults.late()) ? 15_000 : 1_500)));
            return;
        }
        if (kind < 14 || living.isEmpty()) {
            fault();
            return;
        }
        var life = living.get(random.nextInt(living.size()));
        if (kind < 32) {
            send(senders.get(random.nextInt(senders.size())), life);
        } else if (kind < 40) {
            renew(life);
        } else if (kind < 48) {
            for (int n = random.nextInt(3) == 0 ? SWEEPS_TO_A_TAKE_OVER : 1; n > 0 && life.alive; n--) {
                tend(life);
                if (random.nextInt(4) > 0) {
                    sweep(life);
                }
            }
        } else {
            work(life, kind);
        }
    }

    private void work(Life life, int kind) {
        if (kind < 60) {
            fetch(life, kind % 2 == 0 ? Lane.ROUTE : Lane.DELIVERY);
        } else if (kind < 72) {
            route(life);
        } else if (kind < 84) {
            publish(life);
        } else {
            call(life);
        }
    }

    private void fault() {
        var node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(6)) {
            case 0 -> {
                if (!node.life.alive) {
                    node.restart();
                } else if (chance(faults.crash() * 10)) {
                    node.life.alive = false;
                    deaths++;
                    trace(() -> node.life + " dies between two steps");
                }
            }
            case 1 -> {
                if (!node.life.alive) {
                    node.restart();
                }
            }
            case 2 -> {
                if (chance(faults.broker())) {
                    switch (random.nextInt(4)) {
                        case 0 -> broker.wipe();
                        case 1 -> broker.lose(Lane.values()[random.nextInt(2)]);
                        default -> broker.doubleOne(Lane.values()[random.nextInt(2)]);
                    }
                    trace(() -> "the broker forgets or doubles");
                }
            }
            case 3 -> {
                if (chance(faults.clock())) {
                    var most = random.nextBoolean() ? Duration.ofSeconds(60) : Duration.ofDays(2);
                    node.ahead = Duration.ofMillis((long) ((random.nextDouble() * 2 - 1) * most.toMillis()));
                    trace(() -> node.name + "'s clock is set: " + node.ahead);
                }
            }
            case 4 -> {
                if (chance(faults.target())) {
                    var target = List.copyOf(targets.values()).get(random.nextInt(targets.size()));
                    target.dead = !target.dead;
                    trace(() -> target.municipality + "/" + target.name + (target.dead ? " is dead" : " lives"));
                }
            }
            default -> {
                if (random.nextInt(4) == 0) {
                    var target = List.copyOf(targets.values()).get(random.nextInt(targets.size()));
                    if (random.nextBoolean()) {
                        store.pause(target.municipality, target.name);
                    } else {
                        store.resume(target.municipality, target.name);
                    }
                    trace(() -> "an operator pauses or resumes " + target.municipality + "/" + target.name);
                }
            }
        }
    }

    private void send(Sender sender, Life life) {
        if (sender.busy || sender.next == sender.mails.size()) {
            return;
        }
        var mail = sender.mails.get(sender.next);
        sender.busy = true;
        try {
            on(life, () -> {
                try {
                    told(mail, life.intake.accept(mail.submission));
                    // The yes may be lost on its way, or the sender forgetful.
                    if (random.nextInt(6) > 0) {
                        sender.next++;
                    }
                } catch (RuntimeException e) {
                    trace(() -> mail.submission.id() + " hears no yes: " + e.getMessage());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } finally {
            sender.busy = false;
        }
    }

    private void told(Mail mail, Accepted accepted) {
        trace(() -> mail.submission.id() + " hears " + accepted.outcome());
        if (accepted.outcome() != Accepted.Outcome.TAKEN && accepted.outcome() != Accepted.Outcome.DUPLICATE) {
            wrong("a sound message was not taken: " + accepted);
        }
        if (mail.held.isPresent() && !mail.held.equals(accepted.id())) {
            wrong("one message is held twice: " + mail.submission.id());
        }
        mail.held = accepted.id();
    }

    private void renew(Life life) {
        if (life.renewing || chance(faults.late())) {
            return;
        }
        life.renewing = true;
        on(life, life::renew);
        life.renewing = false;
    }

    private void tend(Life life) {
        if (life.tending) {
            return;
        }
        life.tending = true;
        on(life, () -> {
            try {
                life.sweeper.tend(elapsed.toNanos());
            } catch (RuntimeException e) {
                trace(() -> life + " tends in vain: " + e.getMessage());
            }
        });
        life.tending = false;
    }

    private void sweep(Life life) {
        if (life.sweeping || !life.alive) {
            return;
        }
        life.sweeping = true;
        on(life, () -> {
            try {
                life.sweeper.sweep();
            } catch (RuntimeException e) {
                trace(() -> life + " sweeps in vain: " + e.getMessage());
            }
        });
        life.sweeping = false;
    }

    private void fetch(Life life, Lane lane) {
        if (broker.depth(lane) > 0) {
            var ids = broker.fetch(lane);
            trace(() -> life + " fetches from " + lane + ": " + ids);
            on(life, () -> {
                if (lane == Lane.ROUTE) {
                    life.routing.add(ids);
                } else {
                    life.dispatcher.add(ids);
                }
            });
        }
    }

    private void route(Life life) {
        on(life, () -> {
            try {
                life.routing.step(Duration.ZERO, 1 + random.nextInt(4));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void publish(Life life) {
        if (life.publishing || life.toPublish.isEmpty()) {
            return;
        }
        life.publishing = true;
        on(life, life.toPublish.remove());
        life.publishing = false;
    }

    private void call(Life life) {
        if (!life.calls.isEmpty()) {
            on(life, life.calls.remove(random.nextInt(life.calls.size())));
        }
    }

    // One run

    /**
     * Runs it.
     *
     * @throws Wrong if the promise was broken
     */
    void run() {
        for (int n = 60 + random.nextInt(240); n > 0; n--) {
            step();
        }
        endOfFaults();
        settle();
        checkWhatWaits();
        checkWhatKills();
        check();
        trace(() -> "everything is mended, and an operator decides");
        mended = true;
        targets.values().forEach(target -> target.dead = false);
        for (int n = 0; n < 4; n++) {
            if (decide()) {
                settle();
            }
        }
        check();
        checkTheEnd();
    }

    /**
     * A message whose route takes longer than the hub lives, which something outside kills so many times.
     *
     * @throws Wrong if the promise was broken, or the message was held to be what kills
     */
    void runUnderKills(int times) {
        faults = Faults.NONE;
        var slow = new Sender();
        slow.mails.add(
                mail("key/slow", config.municipalities().keySet().iterator().next(), 0, SLOW));
        senders.clear();
        senders.add(slow);
        killAt = Duration.ofSeconds(LONGEST_LIFE_SECONDS);
        while (kills < times) {
            restartAll();
            step();
            if (elapsed.compareTo(killAt) >= 0) {
                killAll();
            }
        }
        killAt = NEVER;
        endOfFaults();
        settle();
        check();
        var id = slow.mails.get(0).held.orElseThrow();
        if (!store.message(id).equals(Optional.of(MessageState.ROUTED))) {
            wrong("a slow message is " + store.message(id) + " " + store.code(id));
        }
    }

    private void restartAll() {
        for (var node : nodes) {
            if (!node.life.alive) {
                node.restart();
            }
        }
    }

    private void endOfFaults() {
        trace(() -> "the faults cease");
        faults = Faults.NONE;
        nodes.forEach(node -> node.ahead = Duration.ZERO);
        targets.values().forEach(target -> store.resume(target.municipality, target.name));
        targets.values().forEach(target -> target.dead &= random.nextBoolean());
        for (var node : nodes) {
            if (!node.life.alive && (living().isEmpty() || random.nextBoolean())) {
                node.restart();
            }
        }
    }

    /** Until nothing is left to do but what waits for a person. */
    private void settle() {
        var pause = Duration.ofMillis(2_500);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            var before = store.lines().size();
            if (living().isEmpty()) {
                restartAll();
            }
            living().forEach(this::renew);
            living().forEach(this::tend);
            living().forEach(this::sweep);
            for (var sender : senders) {
                if (sender.next < sender.mails.size() && !living().isEmpty()) {
                    send(sender, living().get(random.nextInt(living().size())));
                }
            }
            workThrough();
            if (isSettled()) {
                return;
            }
            pause = store.lines().size() > before
                    ? Duration.ofMillis(2_500)
                    : pause.multipliedBy(5).dividedBy(4);
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
            passes(pause);
        }
        wrong("still open after a long time: " + open());
    }

    private void workThrough() {
        long before;
        do {
            before = happened;
            for (var life : living()) {
                publish(life);
                fetch(living().get(random.nextInt(living().size())), Lane.ROUTE);
                fetch(living().get(random.nextInt(living().size())), Lane.DELIVERY);
                route(life);
                if (!life.alive) {
                    // Of a route; what it had to call is gone with it.
                    break;
                }
                call(life);
            }
        } while (happened > before || living().stream().anyMatch(life -> !life.calls.isEmpty()));
    }

    private boolean isSettled() {
        return senders.stream().allMatch(sender -> sender.next == sender.mails.size())
                && store.messagesIn(MessageState.RECEIVED).isEmpty()
                && store.openAttempts() == 0
                && store.deliveries().stream().allMatch(row -> row.state() != DeliveryState.WAITING || mayWait(row));
    }

    private List<String> open() {
        var open = new ArrayList<String>();
        store.messagesIn(MessageState.RECEIVED).forEach(id -> open.add("message " + id));
        store.deliveries().stream()
                .filter(row -> row.state() == DeliveryState.WAITING && !mayWait(row))
                .forEach(row -> open.add(row.toString()));
        open.add(store.openAttempts() + " open attempts");
        return open;
    }

    /** A delivery waits for one of its key that waits for a person, and for nothing else. */
    private boolean mayWait(Seen row) {
        if (row.orderKey().isEmpty()) {
            return false;
        }
        return store.heldUp(row)
                || store.deliveries().stream()
                        .anyMatch(other -> other.orderKey().equals(row.orderKey())
                                && other.municipality().equals(row.municipality())
                                && other.connection().equals(row.connection())
                                && isBefore(other, row)
                                && (other.state() == DeliveryState.PARKED || other.state() == DeliveryState.IN_DOUBT));
    }

    private static boolean isBefore(Seen one, Seen other) {
        return one.seq() != other.seq() ? one.seq() < other.seq() : one.number() < other.number();
    }

    /** True if there was something to decide. A person who decides about a doubt has asked the target. */
    private boolean decide() {
        var decided = false;
        for (var row : store.deliveries()) {
            if (row.state() == DeliveryState.PARKED || row.state() == DeliveryState.IN_DOUBT) {
                var target = target(row.municipality(), row.connection()).orElseThrow();
                var decision = row.state() == DeliveryState.IN_DOUBT && target.effects(row.id()) > 0
                        ? Operator.Decision.ARRIVED
                        : random.nextInt(5) == 0 ? Operator.Decision.CANCEL : Operator.Decision.REPEAT;
                if (!store.decide(decision, row.id(), time())) {
                    wrong("an operator may not decide about " + row);
                }
                target.answered(row.id());
                trace(() -> "the operator: " + decision + " " + row.id());
                decided = true;
            }
        }
        for (var state : List.of(MessageState.PARKED, MessageState.QUARANTINED)) {
            for (var id : store.messagesIn(state)) {
                routedByAPerson.add(id);
                decided |= store.decideMessage(random.nextInt(4) > 0, id, time());
            }
        }
        return decided;
    }

    // The promise

    private void check() {
        if (!store.balance().even()) {
            wrong("the balance is not even: " + store.balance());
        }
        var rows = new HashMap<String, Seen>();
        store.deliveries().forEach(row -> rows.put(row.id(), row));
        for (var sender : senders) {
            for (var mail : sender.mails) {
                var id = mail.held.orElseThrow(() -> new Wrong("a sender never heard a yes"));
                var state = store.message(id);
                if (state.isEmpty()) {
                    wrong("an acknowledged message is missing: " + mail.submission.id());
                }
                checkDeliveries(mail, id, state.get(), rows);
            }
        }
        rows.values().forEach(this::checkEffects);
        targets.values().forEach(target -> checkOrder(target, rows));
    }

    private void checkDeliveries(Mail mail, UUID id, MessageState state, Map<String, Seen> rows) {
        var made =
                rows.values().stream().filter(row -> row.message().equals(id)).count();
        if (state != MessageState.ROUTED) {
            if (made > 0) {
                wrong("a message is " + state + " and has deliveries: " + id);
            }
            return;
        }
        if (made != planOf(mail).split(" ").length) {
            wrong(made + " deliveries of a message that should have others: " + planOf(mail));
        }
    }

    private void checkEffects(Seen row) {
        var target = target(row.municipality(), row.connection()).orElseThrow();
        var effects = target.effects(row.id());
        var fits =
                switch (row.state()) {
                    case DELIVERED -> effects == 1;
                    case REJECTED -> effects == 0 && target.rejected(row.id());
                    // After an attempt of unknown outcome, at a target that recognises a repeat, it may have arrived.
                    case PARKED, CANCELLED -> effects == 0 || effects == 1 && (target.recognises || mended);
                    case IN_DOUBT -> effects <= 1 && !target.recognises;
                    case WAITING -> effects == 0 || effects == 1 && target.recognises;
                    case SENDING -> false;
                };
        if (!fits) {
            wrong(row.state() + " with " + effects + " effects: " + row);
        }
    }

    /** First effects of one key come in the order of acceptance, except where a person had a message routed later. */
    private void checkOrder(SimTarget target, Map<String, Seen> rows) {
        if (target.order.isEmpty()) {
            return;
        }
        var last = new HashMap<String, Seen>();
        for (var id : target.arrived()) {
            var row = rows.get(id);
            if (routedByAPerson.contains(row.message())) {
                continue;
            }
            var before = last.put(row.orderKey(), row);
            if (before != null && isBefore(row, before)) {
                wrong("out of order: " + row.id() + " after " + before.id());
            }
        }
    }

    /** What the hub dies of is parked, and nothing else is held to be that. */
    private void checkWhatKills() {
        for (var sender : senders) {
            for (var mail : sender.mails) {
                var id = mail.held.orElseThrow(() -> new Wrong("a sender never heard a yes"));
                var blamed = store.message(id).equals(Optional.of(MessageState.PARKED))
                        && store.code(id).equals("route.crashed");
                if (blamed != planOf(mail).equals(POISON)) {
                    wrong(planOf(mail) + " is " + store.message(id) + " " + store.code(id));
                }
            }
        }
    }

    private static String planOf(Mail mail) {
        try (var in = mail.submission.body().open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Other keys go on: whatever still waits, waits for its own key. */
    private void checkWhatWaits() {
        for (var row : store.deliveries()) {
            if (row.state() == DeliveryState.WAITING && !mayWait(row)) {
                wrong("held up by nothing of its own: " + row);
            }
            behindStuck += row.state() == DeliveryState.WAITING ? 1 : 0;
        }
    }

    private void checkTheEnd() {
        var balance = store.balance();
        if (balance.open() + balance.parked() + balance.inDoubt() + balance.quarantined() > 0) {
            wrong("not everything came to its end: " + balance + " " + open());
        }
    }
}
