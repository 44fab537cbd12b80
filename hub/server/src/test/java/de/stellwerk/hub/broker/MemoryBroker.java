package de.stellwerk.hub.broker;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** What lies on the lanes, in memory and for one thread. It keeps ids in no order, and may be told to lose or to double them. */
public final class MemoryBroker {

    private static final int BUNDLE = 8;

    private final Map<Lane, List<List<String>>> lanes = new EnumMap<>(Lane.class);
    private final RandomGenerator random;

    public MemoryBroker(RandomGenerator random) {
        this.random = random;
        for (var lane : Lane.values()) {
            lanes.put(lane, new ArrayList<>());
        }
    }

    /** What a broker that does not answer throws. */
    public static BrokerFailure failure() {
        return new BrokerFailure("broker.publish", "no answer");
    }

    public void publish(Lane lane, List<String> ids) {
        for (int from = 0; from < ids.size(); from += BUNDLE) {
            lane(lane).add(List.copyOf(ids.subList(from, Math.min(from + BUNDLE, ids.size()))));
        }
    }

    /** One bundle, off the lane. Which one is anybody's guess. */
    public List<String> fetch(Lane lane) {
        return lane(lane).remove(random.nextInt(lane(lane).size()));
    }

    public int depth(Lane lane) {
        return lane(lane).size();
    }

    /** Its data was deleted. */
    public void wipe() {
        lanes.values().forEach(List::clear);
    }

    /** Loses one bundle of a lane, if there is one. */
    public void lose(Lane lane) {
        if (depth(lane) > 0) {
            fetch(lane);
        }
    }

    /** Brings one bundle of a lane twice, if there is one. */
    public void doubleOne(Lane lane) {
        if (depth(lane) > 0) {
            lane(lane).add(lane(lane).get(random.nextInt(depth(lane))));
        }
    }

    private List<List<String>> lane(Lane lane) {
        return Objects.requireNonNull(lanes.get(lane));
    }
}
