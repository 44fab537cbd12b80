package de.stellwerk.hub.route;

import java.time.Instant;
import java.util.List;

/**
 * One route as it stands, or a file no route of which runs.
 *
 * @param file its file's name within {@code routes/}
 * @param route the running version as {@code id@hash}; empty if none runs
 * @param since when this version took over; for a file without running routes, when that was found
 * @param problems why the file, as it is now, is not what runs; empty if all is well
 */
public record RouteStatus(
        String file,
        String route,
        String kind,
        String municipality,
        String service,
        Instant since,
        List<RouteProblem> problems) {

    public RouteStatus {
        problems = List.copyOf(problems);
    }

    public boolean running() {
        return !route.isEmpty();
    }
}
