package de.stellwerk.hub.delivery;

import de.stellwerk.hub.broker.Lane;
import de.stellwerk.hub.broker.MemoryBroker;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.ledger.Ids;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Nodes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.function.Consumer;

/** A machine of a simulated world. Its clock may be wrong; the hub that runs on it may die and be started again. */
final class SimNode {

    private static final Duration TRUST = Duration.ofSeconds(7);

    final String name;
    private final CoreWorld world;

    /** How far its clock is ahead. */
    Duration ahead = Duration.ZERO;

    Life life;

    SimNode(CoreWorld world, String name) {
        this.world = world;
        this.name = name;
        this.life = new Life();
    }

    void restart() {
        life = new Life();
        world.trace(() -> life + " starts");
    }

    private final class NodeClock extends Clock {
        @Override
        public Instant instant() {
            return world.time().plus(ahead);
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

    /** The hub from one start to its end: the real core, and what its threads have before them. */
    final class Life {

        long epoch = world.store().begin(name);
        boolean alive = true;
        boolean stalled;

        /** One thread each does these; it is in the middle of it. */
        boolean sweeping;

        boolean tending;
        boolean publishing;
        boolean renewing;

        final List<Runnable> calls = new ArrayList<>();
        final Queue<Runnable> toPublish = new ArrayDeque<>();
        final Intake intake;
        final Routing routing;
        final Dispatcher dispatcher;
        final Sweeper sweeper;

        private int term;
        private Duration renewed = world.elapsed();
        private List<Long> living = world.store().living();

        Life() {
            var clock = new NodeClock();
            Ledger ledger = new SimLedger(world.mutant().ledger(world.store(), clock, () -> epoch), world, this);
            var transport = new SimTransport();
            var lanes = new Lanes(transport, toPublish::add);
            var backoff = new Backoff(world.random());
            Target.Targets targets = (municipality, connection) ->
                    world.target(municipality, connection).map(target -> target.seenBy(this));
            this.intake = new Intake(
                    world.config(),
                    world.contents(),
                    ledger,
                    new Ids(clock, world.random()),
                    clock,
                    new Intake.RouteLane() {
                        @Override
                        public boolean hasRoom(String municipality) {
                            return lanes.hasRoom(municipality);
                        }

                        @Override
                        public boolean isBehind(String municipality) {
                            return false;
                        }

                        @Override
                        public void put(UUID message, String municipality) {
                            lanes.route(List.of(new Ledger.ToRoute(message, municipality)));
                        }
                    });
            this.routing = new Routing(
                    ledger,
                    world.contents(),
                    input -> world.route(this, input),
                    targets,
                    lanes,
                    backoff,
                    Limits.defaults(),
                    clock,
                    new GiveWay(() -> false));
            var tenure = new Dispatcher.Tenure() {
                @Override
                public int term() {
                    return term;
                }

                @Override
                public boolean valid(int claimedIn) {
                    return world.mutant().trusts(claimedIn, term)
                            && world.elapsed().minus(renewed).compareTo(TRUST) < 0;
                }
            };
            this.dispatcher =
                    new Dispatcher(ledger, world.contents(), targets, lanes, backoff, clock, tenure, calls::add);
            var alone = living.equals(List.of(epoch));
            this.sweeper = new Sweeper(ledger, lanes, transport, routing, dispatcher, clock, new Sweeper.Standing() {
                @Override
                public boolean sweeps() {
                    return world.mutant().sweeps() && leads();
                }

                @Override
                public boolean wasAlone() {
                    return alone;
                }
            });
        }

        // From here on: what Nodes does with the database.

        /** Renews the epoch, or begins a new one if it was declared dead. */
        void renew() {
            var start = world.elapsed();
            world.boundary(this, "renewal");
            if (!world.store().renew(epoch)) {
                epoch = world.store().begin(name);
                term++;
            } else if (world.elapsed().minus(renewed).compareTo(Nodes.LEASE) >= 0) {
                term++;
            }
            renewed = start;
            living = world.store().living();
        }

        /** When the epoch runs out, if nobody renews it. */
        Duration leaseEnds() {
            return renewed.plus(Nodes.LEASE);
        }

        private boolean leads() {
            return living.isEmpty() || living.get(0) == epoch || !living.contains(epoch);
        }

        @Override
        public String toString() {
            return name + "#" + epoch;
        }

        private final class SimTransport implements Transport {

            @Override
            public void publish(Lane lane, List<String> ids) {
                world.boundary(Life.this, "publish");
                if (world.chance(world.faults().broker())) {
                    throw MemoryBroker.failure();
                }
                world.broker().publish(lane, ids);
                world.trace(() -> Life.this + " puts on " + lane + ": " + ids);
                world.boundary(Life.this, "published");
            }

            @Override
            public void consume(Lane lane, Consumer<List<String>> handler) {
                throw new UnsupportedOperationException("the world hands over what lies on the lanes");
            }

            @Override
            public long depth(Lane lane) {
                if (world.chance(world.faults().broker() / 4)) {
                    throw MemoryBroker.failure();
                }
                return world.broker().depth(lane);
            }

            @Override
            public void close() {}
        }
    }
}
