package de.stellwerk.hub.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.TrialRows;
import de.stellwerk.hub.content.Part;
import de.stellwerk.hub.ledger.Ledger.Outcome;
import de.stellwerk.hub.ledger.Ledger.RouteSet;
import de.stellwerk.hub.ledger.Ledger.Routed;
import de.stellwerk.hub.ledger.Nodes.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The simulation's ledger and the real one are given the same thousand things to do, at random, on two nodes that die and come back:
 * every answer and every row must be the same. What the simulation finds is therefore true of the real ledger.
 */
class LedgerTwinTest {

    private static final int STEPS = 400;
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final List<String> TOWNS = List.of("14628270", "14713000");
    private static final List<String> CONNECTIONS = List.of("register", "mailbox");
    private static final List<String> NODES = List.of("a", "b");

    private static int same;

    private final SetClock clock = new SetClock(NOON);

    @AfterAll
    static void note() throws IOException {
        var rows = new TrialRows("ledger-twin");
        if (same > 0) {
            rows.add(
                    "what the simulation finds is true of the real ledger",
                    "the simulation's ledger and the one on PostgreSQL do the same at random; every answer and every row is compared after each of "
                            + STEPS + " steps, from " + same + " seeds",
                    (long) same * STEPS,
                    "no difference",
                    1);
        }
    }

    /** A claim that both ledgers have answered. */
    private record Claim<T>(String node, T real, T memory) {}

    private final class Pair implements AutoCloseable {
        final LedgerStage real = new SqlStage(clock);
        final LedgerStage memory = new MemoryStage(clock);
        final Map<String, Ledger> realNodes = new TreeMap<>();
        final Map<String, Ledger> memoryNodes = new TreeMap<>();
        final Map<String, Walk[]> walks = new TreeMap<>();

        void begin(String node, boolean all) {
            realNodes.put(node, real.begin(node));
            memoryNodes.put(node, memory.begin(node));
            walks.put(node, new Walk[] {
                new Walk(all, group -> true),
                new Walk(all, group -> true),
                new Walk(all, group -> true),
                new Walk(all, group -> true)
            });
        }

        <T> Claim<T> both(String node, Function<Ledger, T> call) {
            return new Claim<>(node, call.apply(realNodes.get(node)), call.apply(memoryNodes.get(node)));
        }

        <T, R> void same(String what, Claim<T> claim, Function<T, R> comparable) {
            assertThat(comparable.apply(claim.memory())).as(what).isEqualTo(comparable.apply(claim.real()));
        }

        void sameRows(String after) {
            assertThat(memory.rows()).as("rows after " + after).isEqualTo(real.rows());
        }

        @Override
        public void close() {
            real.close();
            memory.close();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {3, 4, 5, 6, 7})
    void bothGiveTheSameAnswersAndHoldTheSameRows(long seed) {
        var random = new Random(seed);
        var ids = new Ids(clock, random);
        var messages = new ArrayList<UUID>();
        var deliveries = new ArrayList<String>();
        var sets = new ArrayList<Claim<RouteSet>>();
        var claims = new ArrayList<Claim<List<DueDelivery>>>();
        try (var pair = new Pair()) {
            NODES.forEach(node -> pair.begin(node, true));
            for (int step = 0; step < STEPS; step++) {
                var node = NODES.get(random.nextInt(NODES.size()));
                var deed = random.nextInt(100);
                var as = "step " + step + ", deed " + deed + " on node " + node;
                if (deed < 22) {
                    var message = message(ids, random);
                    var taken = pair.both(node, ledger -> ledger.take(message));
                    pair.same(as, taken, each -> each);
                    messages.add(taken.real().id());
                } else if (deed < 37) {
                    var some = some(messages, random);
                    var set = pair.both(node, ledger -> ledger.claimMessages(some));
                    pair.same(as, set, each -> sorted(each.suspects()));
                    pair.same(as, set, each -> held(each.messages()));
                    for (var suspect : set.real().suspects()) {
                        var isAlone = random.nextInt(4) > 0;
                        var alone = pair.both(node, ledger -> ledger.claimSuspect(suspect, isAlone));
                        pair.same(as, alone, each -> held(each.messages()));
                        sets.add(alone);
                    }
                    if (random.nextInt(10) > 0) {
                        sets.add(set);
                    }
                } else if (deed < 50 && !sets.isEmpty()) {
                    var set = sets.remove(random.nextInt(sets.size()));
                    var decided = random.nextLong();
                    var made = new ArrayList<String>();
                    var routed = new Claim<>(
                            set.node(),
                            routed(pair.realNodes.get(set.node()), set.real(), routed(set.real(), decided, made)),
                            routed(
                                    pair.memoryNodes.get(set.node()),
                                    set.memory(),
                                    routed(set.memory(), decided, new ArrayList<>())));
                    pair.same(as, routed, each -> each);
                    deliveries.addAll(made);
                } else if (deed < 65) {
                    var some = some(deliveries, random);
                    var claim = pair.both(node, ledger -> ledger.claimDeliveries(some));
                    pair.same(as, claim, LedgerTwinTest::due);
                    claims.add(claim);
                } else if (deed < 66) {
                    var some = some(deliveries, random);
                    var later = clock.instant().plusSeconds(random.nextInt(5));
                    pair.same(
                            as,
                            pair.both(node, ledger -> {
                                ledger.putOff(some, later);
                                return some;
                            }),
                            each -> each);
                } else if (deed < 67 && !claims.isEmpty()) {
                    var claim = claims.remove(random.nextInt(claims.size()));
                    var later = clock.instant().plusSeconds(random.nextInt(5));
                    pair.realNodes.get(claim.node()).giveBack(claim.real(), later);
                    pair.memoryNodes.get(claim.node()).giveBack(claim.memory(), later);
                } else if (deed < 78 && !claims.isEmpty()) {
                    var claim = claims.remove(random.nextInt(claims.size()));
                    var decided = random.nextLong();
                    var concluded = new Claim<>(
                            claim.node(),
                            pair.realNodes.get(claim.node()).concluded(outcomes(claim.real(), decided)),
                            pair.memoryNodes.get(claim.node()).concluded(outcomes(claim.memory(), decided)));
                    pair.same(as, concluded, Ledger.Concluded::written);
                    pair.same(as, concluded, each -> addresses(each.next()));
                } else if (deed < 82) {
                    var left = pair.both(node, Ledger::connectionsWithOpenAttempts);
                    pair.same(as, left, LedgerTwinTest::addresses);
                    for (var address : left.real()) {
                        var over = pair.both(
                                node,
                                ledger ->
                                        ledger.takeOverOpenAttempts(address.municipality(), address.connection(), 100));
                        pair.same(as, over, LedgerTwinTest::due);
                        claims.add(over);
                    }
                    pair.same(as, pair.both(node, Ledger::suspectDeadRoutes), LedgerTwinTest::sorted);
                    pair.same(
                            as,
                            pair.both(
                                    node,
                                    ledger -> ledger.openAttempts(
                                            address -> address.connection().equals("register"))),
                            LedgerTwinTest::due);
                } else if (deed < 88) {
                    var walks = pair.walks.get(node);
                    var each = 1 + random.nextInt(3);
                    var limit = 2 + random.nextInt(5);
                    var due = new Claim<>(
                            node,
                            pair.realNodes.get(node).dueDeliveries(walks[0], each, limit),
                            pair.memoryNodes.get(node).dueDeliveries(walks[1], each, limit));
                    pair.same(as, due, LedgerTwinTest::addresses);
                    var waiting = new Claim<>(
                            node,
                            pair.realNodes.get(node).dueMessages(walks[2], each, limit),
                            pair.memoryNodes.get(node).dueMessages(walks[3], each, limit));
                    pair.same(as, waiting, found -> found.stream()
                            .map(Ledger.ToRoute::text)
                            .sorted()
                            .toList());
                } else if (deed < 91) {
                    clock.forward(Duration.ofSeconds(random.nextInt(40)));
                    if (random.nextInt(4) == 0) {
                        clock.forward(Duration.ofSeconds(-random.nextInt(15)));
                        var latest = clock.instant().plusSeconds(60);
                        pair.same(as, pair.both(node, ledger -> ledger.pullForward(latest)), each -> each);
                    }
                } else if (deed < 93) {
                    pair.begin(node, random.nextBoolean());
                } else if (deed < 97 && !deliveries.isEmpty()) {
                    var decision = Operator.Decision.values()[random.nextInt(3)];
                    var delivery = deliveries.get(random.nextInt(deliveries.size()));
                    assertThat(pair.memory.decide(decision, delivery))
                            .as(as)
                            .isEqualTo(pair.real.decide(decision, delivery));
                } else if (deed < 98 && !messages.isEmpty()) {
                    var again = random.nextInt(4) > 0;
                    var message = messages.get(random.nextInt(messages.size()));
                    assertThat(pair.memory.decideMessage(again, message))
                            .as(as)
                            .isEqualTo(pair.real.decideMessage(again, message));
                } else {
                    var town = TOWNS.get(random.nextInt(2));
                    var name = CONNECTIONS.get(random.nextInt(2));
                    if (random.nextInt(3) == 0) {
                        pair.real.pause(town, name);
                        pair.memory.pause(town, name);
                    } else {
                        pair.real.resume(town, name);
                        pair.memory.resume(town, name);
                    }
                }
                pair.same(as, pair.both(node, ledger -> ledger.underWay(TOWNS.get(0), "register")), each -> each);
                pair.sameRows(as);
            }
            for (var town : TOWNS) {
                pair.same(
                        "answers awaited",
                        pair.both("a", ledger -> ledger.awaited(town, "register", "out", 50)),
                        all -> all.stream()
                                .map(each -> each.reference() + " " + each.caseId() + " " + each.at())
                                .sorted()
                                .toList());
            }
            assertThat(pair.memory.entries()).isEqualTo(pair.real.entries());
            assertThat(pair.memory.balance()).isEqualTo(pair.real.balance());
            assertThat(pair.real.balance().even()).isTrue();
            assertThat(deliveries)
                    .as("a run in which little happens proves little")
                    .hasSizeGreaterThan(20);
            assertThat(pair.real.balance().delivered()).isGreaterThan(3);
            same++;
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = 5)
    void bothTakeFromASourceOnlyWhatTheHolderOfItsLeaseHandsOver(long seed) {
        var ids = new Ids(clock, new Random(seed));
        for (var stage : List.of(new SqlStage(clock), new MemoryStage(clock))) {
            try (stage) {
                var one = stage.begin("a");
                var source = new Source(TOWNS.get(0), "mail");
                assertThat(stage.lease("a", source)).isTrue();
                assertThat(one.take(polled(ids, "1")).result()).isEqualTo(Taken.Result.NEW);
                stage.end("a");
                var other = stage.begin("b");
                assertThat(stage.lease("b", source)).isTrue();
                assertThat(other.take(polled(ids, "2")).result()).isEqualTo(Taken.Result.NEW);
                org.assertj.core.api.Assertions.assertThatThrownBy(() -> one.take(polled(ids, "3")))
                        .isInstanceOf(LedgerFailure.class);
                assertThat(stage.balance().taken()).isEqualTo(2);
            }
        }
    }

    private NewMessage polled(Ids ids, String id) {
        return new NewMessage(
                ids.next(),
                TOWNS.get(0),
                "connection/mail",
                id,
                "form.submission",
                "",
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                List.of(part("1")),
                Optional.of("mail"),
                true,
                clock.instant());
    }

    private NewMessage message(Ids ids, Random random) {
        var answers = random.nextInt(12) == 0
                ? Optional.of(new NewMessage.Answer("register", "ref " + random.nextInt(8)))
                : Optional.<NewMessage.Answer>empty();
        return new NewMessage(
                ids.next(),
                TOWNS.get(random.nextInt(2)),
                "key/portal",
                "id " + random.nextInt(120),
                "form.submission",
                "",
                random.nextInt(4) == 0 ? Optional.empty() : Optional.of("case-" + random.nextInt(3)),
                answers,
                Map.of("ticket", String.valueOf(random.nextInt(3))),
                random.nextInt(20) == 0
                        ? Optional.of(new NewMessage.Reason("type.mismatch", "not what it says"))
                        : Optional.empty(),
                List.of(part(String.valueOf(random.nextInt(2)))),
                Optional.empty(),
                random.nextBoolean(),
                clock.instant());
    }

    private static List<String> routed(Ledger ledger, RouteSet set, List<Routed> outcomes) {
        try {
            return addresses(ledger.routed(set, outcomes));
        } catch (LedgerFailure e) {
            return List.of("refused");
        }
    }

    /** What the routes decide follows from the message and a number, so that both ledgers are told the same. */
    private List<Routed> routed(RouteSet set, long decided, List<String> made) {
        var all = new ArrayList<Routed>();
        for (var message : set.messages()) {
            var random = new Random(decided ^ message.id().hashCode());
            var choice = random.nextInt(20);
            if (choice < 2) {
                all.add(Routed.not(
                        message,
                        MessageState.RECEIVED,
                        "r@1",
                        "route.failed",
                        "x",
                        clock.instant().plusSeconds(5)));
            } else if (choice < 4) {
                var state = choice == 2 ? MessageState.PARKED : MessageState.QUARANTINED;
                all.add(Routed.not(message, state, "r@1", "route.none", "x", clock.instant())
                        .reporting(List.of(part("report"))));
            } else {
                var planned = new ArrayList<NewDelivery>();
                for (int i = 0; i < random.nextInt(4); i++) {
                    // Sometimes an id that is taken already: then the whole set is written one by one.
                    var id = random.nextInt(12) == 0 ? "taken" : message.id() + "-" + i;
                    made.add(id);
                    planned.add(new NewDelivery(
                            id,
                            CONNECTIONS.get(random.nextInt(2)),
                            "out",
                            "form.submission",
                            Map.of(),
                            random.nextBoolean() ? message.parts().get(0) : part("derived" + i),
                            message.parts(),
                            switch (random.nextInt(3)) {
                                case 0 -> "";
                                case 1 -> "case " + message.caseId();
                                default -> "ticket " + message.headers().get("ticket");
                            },
                            random.nextBoolean()));
                }
                all.add(Routed.well(message, "r@1", planned, List.of("a note"), List.of(), clock.instant()));
            }
        }
        return all;
    }

    private List<Outcome> outcomes(List<DueDelivery> claimed, long decided) {
        return claimed.stream()
                .map(due -> {
                    var random = new Random(decided ^ due.id().hashCode());
                    var state = random.nextInt(5) > 0
                            ? DeliveryState.DELIVERED
                            : List.of(
                                            DeliveryState.REJECTED,
                                            DeliveryState.PARKED,
                                            DeliveryState.IN_DOUBT,
                                            DeliveryState.WAITING)
                                    .get(random.nextInt(4));
                    if (state == DeliveryState.WAITING && random.nextBoolean()) {
                        return Outcome.notBegun(due, "node.stalled", "x", clock.instant());
                    }
                    return state == DeliveryState.DELIVERED
                            ? Outcome.delivered(due, "ref " + random.nextInt(8), random.nextBoolean(), clock.instant())
                            : Outcome.not(
                                    due,
                                    state,
                                    "outcome.unknown",
                                    "x",
                                    clock.instant().plusSeconds(random.nextInt(100)));
                })
                .toList();
    }

    private static <T> List<T> some(List<T> from, Random random) {
        var all = new ArrayList<T>();
        for (int i = 0; i < 1 + random.nextInt(8) && !from.isEmpty(); i++) {
            all.add(from.get(random.nextInt(from.size())));
        }
        return all;
    }

    private static <T extends Comparable<T>> List<T> sorted(List<T> all) {
        return all.stream().sorted().toList();
    }

    private static List<String> addresses(List<Address> all) {
        return all.stream().map(Address::text).sorted().toList();
    }

    private static List<String> held(List<HeldMessage> all) {
        return all.stream()
                .map(each -> each.id() + " " + each.caseId() + " " + each.attempt() + " " + each.nextPart() + " "
                        + each.parts() + " " + each.headers() + " " + each.answers())
                .sorted()
                .toList();
    }

    private static List<String> due(List<DueDelivery> all) {
        return all.stream()
                .map(each -> each.id() + " " + each.attempt() + " " + each.tries() + " " + each.lastCode() + " "
                        + each.body() + " " + each.attachments() + " " + each.caseId())
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private static Part part(String content) {
        var bytes = content.getBytes(StandardCharsets.UTF_8);
        return new Part("p", "text/plain", bytes.length, bytes, Optional.of(bytes), Optional.empty());
    }
}
