package de.stellwerk.samples;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** What the hub says about where everything is: {@code taken}, and all the places. */
public record Balance(long taken, Map<String, Long> places) {

    static Balance of(JsonNode json) {
        var places = new LinkedHashMap<String, Long>();
        json.properties().forEach(entry -> {
            if (entry.getValue().isIntegralNumber() && !entry.getKey().equals("taken")) {
                places.put(entry.getKey(), entry.getValue().asLong());
            }
        });
        return new Balance(json.path("taken").asLong(-1), places);
    }

    public long at(String place) {
        return places.getOrDefault(place, 0L);
    }

    public boolean even() {
        return taken == places.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
        return "taken " + taken + " = "
                + places.entrySet().stream()
                        .map(place -> place.getKey() + " " + place.getValue())
                        .collect(Collectors.joining(" + "));
    }
}
