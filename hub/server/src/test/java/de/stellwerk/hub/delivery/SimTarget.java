package de.stellwerk.hub.delivery;

import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Delivery;
import de.stellwerk.hub.spi.DeliveryResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A local system and its connector, in a simulated world. It knows what really arrived. */
final class SimTarget {

    private static final Retry RETRY = new Retry(4, Duration.ofSeconds(2), Duration.ofSeconds(20));

    /** What the connector's card says, which a mutant may make a lie. */
    record Card(boolean recognisesRepeats, boolean canProbe) {}

    final String municipality;
    final String name;
    final boolean recognises;
    final boolean canProbe;
    final Optional<String> order;

    /** Dead until it is mended. */
    boolean dead;

    /** Whether its calls take long. */
    final boolean slow;

    /** Whether first attempts come together. */
    private final boolean batches;

    private final CoreWorld world;
    private final ConnectionConfig config;
    private final ConnectorDescriptor descriptor;
    private final Set<String> rejects = new HashSet<>();
    private final Map<String, Integer> effects = new HashMap<>();
    private final List<String> arrived = new ArrayList<>();

    /** Deliveries after whose last call nobody but the target could know how it ended. */
    private final Set<String> unknown = new HashSet<>();

    SimTarget(
            CoreWorld world,
            String municipality,
            String name,
            boolean recognises,
            boolean canProbe,
            Optional<String> order,
            boolean slow,
            boolean saysItRecognises) {
        this.world = world;
        this.municipality = municipality;
        this.name = name;
        this.recognises = recognises;
        this.canProbe = canProbe;
        this.order = order;
        this.slow = slow;
        this.batches = recognises && (municipality + name).hashCode() % 2 == 0;
        this.config = new ConnectionConfig(name, name, Duration.ofSeconds(1), order, RETRY, Map.of(), Set.of());
        var card = ConnectorDescriptor.of(name, name).channels(Channel.out("out"));
        this.descriptor = saysItRecognises ? card.recognisingRepeats() : card;
    }

    /** How often a delivery had its effect. */
    int effects(String delivery) {
        return effects.getOrDefault(delivery, 0);
    }

    /** What had its first effect, in that order. */
    List<String> arrived() {
        return arrived;
    }

    boolean rejected(String delivery) {
        return rejects.contains(delivery);
    }

    /** A person has asked what became of it. */
    void answered(String delivery) {
        unknown.remove(delivery);
    }

    /** The target as one life of a node sees it. */
    Target seenBy(SimNode.Life life) {
        return new Target() {
            @Override
            public ConnectionConfig config() {
                return config;
            }

            @Override
            public Optional<ConnectorDescriptor> descriptor() {
                return Optional.of(descriptor);
            }

            @Override
            public DeliveryResult deliver(Delivery delivery) {
                return SimTarget.this.deliver(life, delivery);
            }

            @Override
            public boolean takesBatches() {
                return batches;
            }

            @Override
            public List<DeliveryResult> deliver(List<Delivery> batch) {
                return SimTarget.this.deliver(life, batch);
            }

            @Override
            public Optional<DeliveryResult> probe(Delivery delivery) {
                return canProbe ? Optional.of(SimTarget.this.probe(life, delivery)) : Optional.empty();
            }
        };
    }

    private DeliveryResult deliver(SimNode.Life life, Delivery delivery) {
        var id = delivery.id();
        world.trace(
                () -> life + " calls " + name + " of " + municipality + ": " + id + ", attempt " + delivery.attempt());
        if (!recognises && unknown.contains(id)) {
            world.wrong("a second attempt after one of unknown outcome, at a target that does not recognise it: " + id);
        }
        unknown.add(id);
        // The call reaches the target while the node's epoch is alive: see Nodes.TRUST.
        world.boundaryWithinLease(life, "call of " + id);
        if (dead) {
            return world.chance(500) ? notSent(id, "no route to host") : ends(life, id, "no answer");
        }
        if (world.chance(world.faults().target())) {
            switch (world.pick(5)) {
                case 0:
                    return notSent(id, "busy");
                case 1:
                    return ends(life, id, "the connection broke");
                case 2:
                    effect(id);
                    return ends(life, id, "no answer in time");
                case 3:
                    if (!recognises || effects(id) == 0) {
                        rejects.add(id);
                    }
                    break;
                default:
                    world.passes(Duration.ofSeconds(world.pick(30)));
                    break;
            }
        }
        if (rejects.contains(id) && effects(id) == 0) {
            world.boundary(life, "rejection of " + id);
            unknown.remove(id);
            return new DeliveryResult.Rejected("not ours");
        }
        effect(id);
        if (slow) {
            world.passes(Duration.ofSeconds(world.pick(15)));
        }
        world.boundary(life, "answer to " + id);
        return new DeliveryResult.Delivered("ref " + id);
    }

    /** All of a batch are in one call; where it breaks off, some have had their effect. */
    private List<DeliveryResult> deliver(SimNode.Life life, List<Delivery> batch) {
        var ids = batch.stream().map(Delivery::id).toList();
        world.trace(() -> life + " calls " + name + " of " + municipality + " with a batch: " + ids);
        unknown.addAll(ids);
        world.boundaryWithinLease(life, "call of " + ids);
        var breaks = dead || world.chance(world.faults().target());
        var reached = breaks ? ids.subList(0, dead ? 0 : world.pick(ids.size() + 1)) : ids;
        reached.stream().filter(id -> !rejects.contains(id)).forEach(this::effect);
        if (breaks) {
            world.boundary(life, "no answer to " + ids);
            return world.chance(500)
                    ? Collections.nCopies(ids.size(), new DeliveryResult.Unknown("the connection broke"))
                    : ids.stream()
                            .map(id -> reached.contains(id)
                                    ? new DeliveryResult.Unknown("no answer in time")
                                    : notSent(id, "nothing of it was sent"))
                            .toList();
        }
        world.boundary(life, "answer to " + ids);
        return ids.stream()
                .map(id -> effects(id) == 0
                        ? new DeliveryResult.Rejected("not ours")
                        : (DeliveryResult) new DeliveryResult.Delivered("ref " + id))
                .toList();
    }

    private DeliveryResult notSent(String id, String why) {
        unknown.remove(id);
        return new DeliveryResult.NotSent(why, Duration.ofSeconds(world.pick(3)));
    }

    private DeliveryResult ends(SimNode.Life life, String id, String why) {
        world.boundary(life, "no answer to " + id);
        return new DeliveryResult.Unknown(why);
    }

    private void effect(String id) {
        if (effects(id) == 0) {
            arrived.add(id);
        }
        if (!recognises || effects(id) == 0) {
            effects.merge(id, 1, Integer::sum);
            world.trace(() -> "effect " + effects(id) + " of " + id);
        }
        if (effects(id) > 1) {
            world.wrong(effects(id) + " effects of " + id);
        }
    }

    private DeliveryResult probe(SimNode.Life life, Delivery delivery) {
        var id = delivery.id();
        world.boundary(life, "question about " + id);
        if (dead || world.chance(world.faults().target() / 2)) {
            return new DeliveryResult.Unknown("no answer");
        }
        world.trace(() -> life + " asks " + name + " about " + id + ": " + effects(id));
        if (effects(id) > 0) {
            world.boundary(life, "answer about " + id);
            return new DeliveryResult.Delivered("ref " + id);
        }
        // From here on another attempt is no repeat: nothing has arrived.
        unknown.remove(id);
        return new DeliveryResult.NotSent("it has not arrived", Duration.ZERO);
    }
}
