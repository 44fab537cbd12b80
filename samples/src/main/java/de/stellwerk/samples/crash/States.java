package de.stellwerk.samples.crash;

import de.stellwerk.samples.town.HubClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/** What the hub itself says about its messages, through its API; and the operator who looks after what stands in doubt. */
final class States {

    private static final int PAGE = 500;
    private static final Duration SETTLED = Duration.ofMillis(1_500);
    private static final Duration SWAPPED = Duration.ofSeconds(30);
    private static final Set<String> LOADED = Set.of("ACTIVE", "CANARY", "STANDBY");

    private final HubClient hub;
    private final Map<Channel, Channel.Ends> ends;

    States(HubClient hub, Map<Channel, Channel.Ends> ends) {
        this.hub = hub;
        this.ends = ends;
    }

    interface Check {
        boolean holds() throws IOException;
    }

    /**
     * Waits until nothing is under way; what is in doubt is looked after on the way: a delivery that has arrived is noted as arrived, one
     * that has not is sent again.
     *
     * @return how much is still open when time is up
     */
    long awaitNothingUnderWay(Check atRest, Duration patience) throws IOException, InterruptedException {
        var start = System.nanoTime();
        var open = -1L;
        while (System.nanoTime() - start < patience.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
            if (!atRest.holds()) {
                continue;
            }
            open = balance().path("open").asLong(-1);
            if (open == 0) {
                // What a target has taken a moment ago may not stand in its journal yet.
                LockSupport.parkNanos(SETTLED.toNanos());
                if (atRest.holds() && balance().path("open").asLong(-1) == 0 && !lookAfterDoubts()) {
                    return 0;
                }
            }
        }
        return Math.max(open, 1);
    }

    /** @return whether there was something */
    private boolean lookAfterDoubts() throws IOException, InterruptedException {
        var doubts = get("/api/v1/deliveries?state=IN_DOUBT&limit=" + PAGE);
        for (var doubt : doubts) {
            var arrived = noteDoubt(doubt);
            var answer = hub.postJson(
                    "/api/v1/deliveries/" + doubt.path("id").asString("") + "/" + (arrived ? "arrived" : "repeat")
                            + "?reason=looked+into+the+mailbox",
                    Map.of());
            if (answer.status() != 200) {
                throw new IOException(
                        "a delivery in doubt cannot be decided: " + answer.status() + " " + answer.text("code"));
            }
        }
        return !doubts.isEmpty();
    }

    private boolean noteDoubt(JsonNode delivery) throws IOException {
        for (var entry : ends.entrySet()) {
            var caseId = delivery.path("caseId").asString("");
            if (caseId.startsWith(entry.getKey().name() + "-")) {
                var book = entry.getValue().books().get(0);
                var number = Integer.parseInt(caseId.substring(caseId.lastIndexOf('-') + 1));
                book.doubtful(number);
                return book.hasArrived(number);
            }
        }
        throw new IOException("a delivery is in doubt that belongs to no channel: "
                + delivery.path("connection").asString(""));
    }

    private JsonNode balance() throws IOException, InterruptedException {
        return get("/api/v1/balance");
    }

    /** What no message may be in when all is done, in words. */
    List<String> illegal() throws IOException, InterruptedException {
        var wrong = new ArrayList<String>();
        var balance = balance();
        var sum = 0L;
        for (var place : balance.properties()) {
            var count = place.getValue().asLong(0);
            sum += place.getKey().equals("taken") ? 0 : count;
            if (!List.of("taken", "delivered", "even").contains(place.getKey()) && count > 0) {
                wrong.add("the hub has " + count + " " + place.getKey() + ", and there is no reason for any");
            }
        }
        if (sum != balance.path("taken").asLong(-1)) {
            wrong.add("the hub's balance is not even: " + balance);
        }
        return wrong;
    }

    /**
     * Which plugins do not stand there once and active, in words.
     *
     * @param newest the version that was dropped last of the plugin that is swapped; empty if none was
     */
    List<String> pluginsThatAreNot(String newest) throws IOException, InterruptedException {
        var wrong = pluginProblems(newest);
        // A swap that the last kill interrupted is done again within seconds.
        for (var start = System.nanoTime();
                !wrong.isEmpty() && System.nanoTime() - start < SWAPPED.toNanos();
                wrong = pluginProblems(newest)) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        }
        return wrong;
    }

    private List<String> pluginProblems(String newest) throws IOException, InterruptedException {
        var wrong = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (var plugin : get("/api/v1/plugins")) {
            var id = plugin.path("id").asString("");
            var version = plugin.path("version").asString("");
            var state = plugin.path("state").asString("");
            if (!state.equals("ACTIVE") || !seen.add(id)) {
                wrong.add("plugin " + id + " " + version + " is " + state);
            }
            if (id.equals(NewerBuilds.PLUGIN) && !newest.isEmpty() && !version.equals(newest)) {
                wrong.add("plugin " + id + " is active as " + version + ", and " + newest + " was dropped last");
            }
        }
        return wrong;
    }

    /** The states of the versions that are loaded of the plugin that is swapped. */
    Map<String, String> swapped() throws IOException, InterruptedException {
        var found = new HashMap<String, String>();
        for (var plugin : get("/api/v1/plugins")) {
            var state = plugin.path("state").asString("");
            if (plugin.path("id").asString("").equals(NewerBuilds.PLUGIN) && LOADED.contains(state)) {
                found.put(plugin.path("version").asString(""), state);
            }
        }
        return found;
    }

    /** Chooses a version of that plugin, or {@code newest}. */
    void use(String version) throws IOException, InterruptedException {
        var answer = hub.postJson("/api/v1/plugins/" + NewerBuilds.PLUGIN + "/use", Map.of("version", version));
        if (answer.status() != 200) {
            throw new IOException(
                    "choosing " + version + " is answered by " + answer.status() + " " + answer.text("code"));
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        var answer = hub.get(path);
        if (answer.status() != 200) {
            throw new IOException(path + " answers " + answer.status() + " " + answer.text("code"));
        }
        return answer.json();
    }
}
